"""Bars that come after half a second, in a notebook only, and leave nothing behind."""

from collections.abc import Iterator
from typing import Any

import pytest

from visionlab import waiting
from visionlab.waiting import Bar, track


class Screen:
    """What a notebook would show, the latest state last."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def display(self, thing: Any, display_id: bool) -> "Screen":
        assert display_id
        self.update(thing)
        return self

    def update(self, thing: Any) -> None:
        self.states.append(getattr(thing, "_repr_html_", lambda: thing)())


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    found = Screen()
    monkeypatch.setattr(waiting, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", found.display)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [0.0]
    monkeypatch.setattr("visionlab.waiting.time.monotonic", lambda: now[0])
    yield now


def test_a_quick_loop_shows_nothing(screen: Screen, clock: list[float]) -> None:
    assert list(track(range(5))) == [0, 1, 2, 3, 4]
    assert screen.states == []


def test_a_slow_loop_shows_how_far_it_is_and_cleans_up(screen: Screen, clock: list[float]) -> None:
    for _ in track("abcd", "letters"):
        clock[0] += 1
    assert 'letters 2 of 4 <progress value="2" max="4">' in screen.states[1]
    assert "2 s left" in screen.states[1]
    assert screen.states[-1] == ""


def test_it_is_not_drawn_more_than_five_times_a_second(screen: Screen, clock: list[float]) -> None:
    bar = Bar(1000)
    for done in range(1000):
        clock[0] += 0.01  # ten seconds in all
        bar.update(done)
    assert 40 <= len(screen.states) <= 50


def test_the_result_takes_the_place_of_the_bar(screen: Screen, clock: list[float]) -> None:
    bar = Bar(2)
    clock[0] += 1
    bar.update(1)
    bar.replace("a picture")
    assert len(screen.states) == 2 and screen.states[-1] == "a picture"


def test_outside_a_notebook_nothing_is_shown(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in track(range(3)):
        clock[0] += 1
    assert capsys.readouterr().out == ""


def test_the_bar_goes_when_the_loop_fails(screen: Screen, clock: list[float]) -> None:
    with pytest.raises(RuntimeError):
        for _ in track(range(3)):
            clock[0] += 1
            if len(screen.states):
                raise RuntimeError
    assert screen.states[-1] == ""
