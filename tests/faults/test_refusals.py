"""What the wall refused is told from the errors that student code really gets behind it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.sandbox.limits import Limits
from autograder.sandbox.refusals import refusals
from autograder.sandbox.session import Session

NETWORK = ["asked for the network, which is not there when grading"]
WRITING = ["tried to write outside its own folder, which grading does not allow"]
CALL = ["made a system call that grading does not allow"]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session(Limits()) as session:
        yield session


def outputs_of(session: Session, code: str) -> list[dict[str, Any]]:
    session.send({"do": "run", "source": code, "seconds": 10})
    outputs: list[dict[str, Any]] = session.receive(time.monotonic() + 20, "ran")["outputs"]
    return outputs


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import urllib.request as u\nu.urlopen('http://192.0.2.1/data.zip')", NETWORK),
        ("import urllib.request as u\nu.urlopen('https://example.invalid/data.zip')", NETWORK),
        ("import socket\nsocket.create_connection(('2001:db8::1', 80))", NETWORK),
        ("import socket\nsocket.socket(40, socket.SOCK_STREAM)", NETWORK),
        ("open('/usr/mine', 'w')", WRITING),
        ("import os\nos.memfd_create('mine')", CALL),
    ],
    ids=["address", "name", "ipv6", "family", "writing", "call"],
)
def test_what_was_refused_is_told(session: Session, code: str, words: list[str]) -> None:
    assert refusals(outputs_of(session, code)) == words


@pytest.mark.parametrize(
    "code",
    [
        "1 / 0",
        "open('mine.txt', 'w').write('kept')",
        "open('data.csv')",
        "print('Network is unreachable')",
    ],
)
def test_what_has_nothing_to_do_with_the_wall_is_not(session: Session, code: str) -> None:
    assert refusals(outputs_of(session, code)) == []
