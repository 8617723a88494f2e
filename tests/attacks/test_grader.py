"""Harming the grader: hostile answers and files cost their author, never the class or the run."""

import json
import os
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.attacks.attack import WORKER, Attack, label, told
from tests.build.tiny import NAME, RIGHT, Said, TinyCourse, answered, autograder, submit
from tests.grader.submissions import Desk, scores
from visionlab.checking.codec import MAX_JSON

# What the student's side writes to the grader instead of the packed message.
INSTEAD = (
    WORKER
    + """
frames = sys.modules["autograder.inside.frames"]
honest = frames.pack
def about_conv_out(frame):
    while frame is not None:
        exercise = frame.f_locals.get("exercise")
        name = exercise["name"] if isinstance(exercise, dict) else exercise and exercise[0]
        if name == "conv_out":
            return True
        frame = frame.f_back
    return False
def pack(value):
    spared = value["event"] != "answers" or about_conv_out(sys._getframe())
    return honest(value) if spared else BODY
frames.pack = pack
"""
)


def sends(name: str, tries: str, body: str) -> Attack:
    """An attack that sends `body`, a Python expression, for every answer of its exercise."""
    return Attack(
        name,
        tries,
        "it sent something that is not an answer|no answer came back|not a message",
        function="def conv2d_naive(x, w):\n    return x",
        cells=(f"import os, struct\nBODY = {body}", INSTEAD),
    )


def returns(name: str, tries: str, code: str, reached: str) -> Attack:
    """An attack whose function returns something monstrous."""
    return Attack(name, tries, reached, function=dedent(code))


ANSWERS = [
    sends("binary garbage", "Sends random bytes.", "os.urandom(100_000)"),
    sends("nothing", "Sends empty messages.", "b''"),
    sends(
        "a pickle",
        "Sends a pickle that runs a command where it is loaded.",
        "struct.pack('<I', 0) + b'cos\\nsystem\\n(S\"touch /tmp/left-by-a-pickle\"\\ntR.'",
    ),
    sends(
        "an array of a terabyte",
        "Claims a tensor of 2**40 bytes in a header of safetensors.",
        'struct.pack(\'<I\', 22) + b\'{"t":"tensor","k":"0"}\' + struct.pack(\'<Q\', 77)'
        ' + b\'{"0":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}\'',
    ),
    sends(
        "json nested without end",
        "Sends JSON nested a million deep, to overflow the parser's stack.",
        "struct.pack('<I', 2_000_000) + b'[' * 1_000_000 + b']' * 1_000_000",
    ),
    sends(
        "a bomb of json",
        "Sends JSON that takes twenty times its size as objects.",
        f"struct.pack('<I', {3 * (MAX_JSON // 3) + 3}) + b'[' + b'{{}},' * {MAX_JSON // 3} + b'1]'",
    ),
    sends(
        "a number of a million digits",
        "Sends a whole number that takes minutes to read.",
        "struct.pack('<I', 1_000_000) + b'9' * 1_000_000",
    ),
    sends(
        "a message cut in two",
        "Sends half a message and then waits, without ever closing the pipe.",
        "struct.pack('<I', 10) + b'{'",
    ),
    returns(
        "a list in itself",
        "Returns a list that contains itself.",
        """
        def conv2d_naive(x, w):
            loop = []
            loop.append(loop)
            return loop
        """,
        "nested too deep",
    ),
    returns(
        "a list of a million parts",
        "Returns more parts than anybody compares.",
        "def conv2d_naive(x, w):\n    return [0.5] * 1_000_000",
        "too many parts",
    ),
    returns(
        "a text of ten megabytes",
        "Returns a text to fill the grader's memory; it is cut.",
        "def conv2d_naive(x, w):\n    return 'x' * 10**7",
        "your answer is a string",
    ),
    returns(
        "a tensor expanded from nothing",
        "Returns a tensor that is small here and enormous where it is copied.",
        "import torch\ndef conv2d_naive(x, w):\n    return torch.zeros(1).expand(2**34)",
        "your answer is an object|too large|cannot be graded|memory",
    ),
    returns(
        "axes without end",
        "Returns a tensor of a shape whose text fills pages.",
        "import torch\ndef conv2d_naive(x, w):\n    return torch.zeros([1] * 60)",
        "60 dimensions",
    ),
    returns(
        "a name of a megabyte",
        "Returns an object whose type has a name to fill the report.",
        "def conv2d_naive(x, w):\n    return type('x' * 2**20, (), {})()",
        "an object of type x{50,120}\\b",
    ),
    returns(
        "an error of a megabyte",
        "Raises an error whose message and name fill the report.",
        "def conv2d_naive(x, w):\n    raise type('E' * 2**20, (Exception,), {})('x' * 2**24)",
        "^E{50,90}: x{300,400}",
    ),
    Attack(
        "the pipe kept open",
        "Forks a process that keeps the way back open and writes a byte now and then.",
        "it ran out of time during the call|the call ended the Python process",
        function="""
        import os, time
        def conv2d_naive(x, w):
            if os.fork() == 0:
                os.setsid()
                while True:
                    for number in range(3, 20):
                        try: os.write(number, b"x")
                        except OSError: pass
                    time.sleep(0.05)
            os._exit(0)
        """,
        limits={"question_seconds": 1, "submission_seconds": 10},
    ),
    Attack(
        "code that nobody can read",
        "Fills a cell with magics, for each of which IPython reads the whole cell again.",
        "not implemented yet",
        cells=("if 0:\n    " + "!ls\n    " * 40_000,),
        limits={"cell_seconds": 1},
    ),
    Attack(
        "code nested without end",
        "Puts more brackets into each other than Python's parser can hold.",
        "not implemented yet",
        cells=("(" * 100_000, "-" * 100_000 + "1", "f" + "()" * 50_000, "'" + "{" * 1000),
        limits={"cell_seconds": 1},
    ),
]


@pytest.mark.parametrize("attack", ANSWERS, ids=label)
def test_a_hostile_answer_costs_its_exercise_alone(attack: Attack, desk: Desk) -> None:
    start = time.monotonic()
    result = attack.grade(desk)
    assert re.search(attack.reached, told(result), re.MULTILINE), told(result)[-3000:]
    assert len(told(result)) < 100_000
    assert scores(result) == attack.honest_scores()
    assert time.monotonic() - start < 20
    assert not Path("/tmp/left-by-a-pickle").exists()


# submissions that are no notebooks, graded as a class with an honest student among them


def _link_to_the_secret(path: Path) -> None:
    path.symlink_to(path.parents[3] / "secret")


def _link_to_a_fellow_student(path: Path) -> None:
    path.symlink_to(path.parents[2] / "s001" / NAME / f"{NAME}.ipynb")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(here)


def _endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


def _ten_gigabytes(path: Path) -> None:
    path.touch()
    os.truncate(path, 10 * 2**30)


def _binary(path: Path) -> None:
    path.write_bytes(os.urandom(50_000))


def _text(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text)

    return write


def _notebook(cells: str) -> str:
    return '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[' + cells + "]}"


CELL = (
    '{"cell_type":"code","metadata":{},"outputs":[],"execution_count":null,"source":%s,"id":"%s"}'
)
FILES: dict[str, Callable[[Path], None]] = {
    "a link to the secret": _link_to_the_secret,
    "a link to a fellow student": _link_to_a_fellow_student,
    "a link to itself": lambda path: path.symlink_to(path),
    "an endless device": _endless_device,
    "a pipe": _pipe,
    "a socket": _socket,
    "a folder": _folder,
    "ten gigabytes": _ten_gigabytes,
    "binary garbage": _binary,
    "nested without end": _text("[" * 100_000),
    "cells nested without end": _text(_notebook('{"cells":' * 50_000 + "1" + "}" * 50_000)),
    "a number without end": _text(_notebook(CELL % ("9" * 100_000, "a"))),
    "not a number": _text(_notebook(CELL % ("NaN", "a"))),
    "cells that are none": _text(_notebook("1,null,[],{}")),
    "fields of other kinds": _text(
        '{"nbformat":4,"nbformat_minor":5,"metadata":[],"cells":{"a":1}}'
    ),
    "half characters": _text(_notebook(CELL % ('"\\ud800 = 1"', "a"))),
    "a version of the future": _text('{"nbformat":99,"nbformat_minor":0,"metadata":{},"cells":[]}'),
    "a version of the past": _text(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [[1], {}]})
    ),
    "thousands of cells": _text(_notebook(",".join(CELL % ('"1"', f"c{i}") for i in range(3000)))),
    "the result of another": _text(
        _notebook("").replace('"metadata":{}', '"metadata":{"autograder_result_key":"0"}')
    ),
}
STUDENTS = {f"s{number:03}": name for number, name in enumerate(FILES, start=2)}


@pytest.fixture(scope="module")
def graded(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said, float]:
    """The course, what `autograder grade` said, and the seconds it took."""
    course = tmp_path_factory.mktemp("course")
    (course / "secret").write_text("canary-4a1f09")
    submit(course, "s001", answered(tiny.repository, RIGHT))
    for student, name in STUDENTS.items():
        path = submit(course, student, "")
        path.unlink()
        FILES[name](path)
    start = time.monotonic()
    said = autograder(
        *("grade", NAME, "--course", course, "--jobs", "2"), cwd=tiny.repository.root / "solutions"
    )
    return course, said, time.monotonic() - start


def rows(said: Said) -> dict[str, str]:
    """Student -> the first line of the printed table."""
    found = re.findall(r"│ (s\d{3}) +│ +(\S+)", said.out)
    return dict(found)


def test_the_honest_student_of_such_a_class_is_graded(graded: tuple[Path, Said, float]) -> None:
    course, said, seconds = graded
    assert rows(said)["s001"] == "3.00"
    assert seconds < 60
    assert (course / "autograded" / "s001" / NAME / f"{NAME}.ipynb").exists()


@pytest.mark.parametrize("student", STUDENTS, ids=lambda s: STUDENTS[s].replace(" ", "-"))
def test_a_hostile_file_is_worth_nothing(student: str, graded: tuple[Path, Said, float]) -> None:
    course, said, _ = graded
    assert rows(said)[student] in {"0.00", "-"}
    graded_files = [p for p in course.glob(f"autograded/{student}/**/*") if p.is_file()]
    assert not [p for p in graded_files if "canary" in p.read_text()]
    assert not [p for p in graded_files if p.is_symlink()]
    assert "Traceback" not in said.err
