"""The nine ways in which a notebook can cheat or break a grader that runs tests beside it.

In every attack one exercise is solved honestly: exactly that must count.
"""

import json
import pickle
from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import Repository
from autograder.grading import Marking
from autograder.inside.frames import LENGTH, MAX_FRAME, FrameError, read_frame
from tests.grader.submissions import (
    ALL,
    FIND_CHANNEL,
    HONEST,
    SOLVED,
    UNSOLVED,
    Desk,
    cell_of,
    printed,
    reasons,
    score,
    scores,
    without,
)
from visionlab.checking.codec import CodecError, pack, unpack
from visionlab.checking.judge import judge
from visionlab.checking.probing import Answer
from visionlab.checking.records import ExerciseRecord

TAKES_ANYTHING = "def conv2d_naive(*args, **kwargs):\n"


# 1 and 2: see everything


def test_nothing_of_the_course_is_in_sight(desk: Desk, repository: Repository) -> None:
    targets = [
        str(repository.root / name)
        for name in ("solutions", "course", "notebooks", "autograder", "nbgrader_config.py", ".git")
    ]
    code = f"""
    import gc, glob, importlib.util, os, sys
    for target in {targets!r}:
        if os.path.exists(target):
            print("sees", target)
    wanted = {{"gradebook.db", "secret", "01_convolution.py", "01_convolution.ipynb"}}
    for folder, _, files in os.walk("/", onerror=None):
        if folder.startswith(("/proc", "/usr", sys.prefix, sys.base_prefix)):
            continue
        for name in wanted & set(files):
            print("found", folder, name)
    for module in ("autograder.checks", "autograder.grading", "autograder.reference"):
        try:
            if importlib.util.find_spec(module):
                print("imports", module)
        except ImportError:
            pass
    print([k for k in os.environ if "GRADER" in k.upper()])
    print([type(o).__name__ for o in gc.get_objects() if type(o).__name__.endswith("Record")])
    print("looked everywhere")
    """
    result = desk.grade(desk.notebook(dedent(code)))
    assert printed(result) == "[]\n[]\nlooked everywhere\n"
    assert scores(result) == HONEST


def test_only_the_questions_reach_the_student(desk: Desk) -> None:
    """What the process that answers holds: inputs, but no expected answer and no hint."""
    spy = """
    import json, sys
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    request = frame.f_locals["request"]
    exercise = request["exercises"][0]
    packed = bytes(request["questions"][: exercise["size"]].tolist())
    questions = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
    question = [key for key, _ in questions[0]["v"]]
    raise ValueError(json.dumps([sorted(x) for x in (request, exercise, question)]))
    """
    result = desk.grade(desk.notebook(conv2d_naive=TAKES_ANYTHING + spy))
    known = ["do", "exercises", "forbidden", "questions", "seconds", "seconds_in_all", "ticket"]
    asked = [[*known, "together"], ["forbids", "name", "size"], ["inputs", "probe"]]
    seen = f"ValueError: {json.dumps(asked)}"
    assert {r.partition(" (in")[0] for r in reasons(result, UNSOLVED)} == {seen}
    assert scores(result) == HONEST


# 3, 4 and 5: bend the tests


def test_asserts_dropped_from_the_syntax_tree(desk: Desk) -> None:
    code = """
    import ast
    class NoAsserts(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.Pass()
        def visit_Raise(self, node):
            return ast.Pass()
    get_ipython().ast_transformers.append(NoAsserts())
    """
    assert scores(desk.grade(desk.notebook(first=dedent(code)))) == HONEST


@pytest.mark.parametrize(
    "base", ["object", "torch.Tensor", "float", "list", "dict"], ids=lambda b: b.rpartition(".")[2]
)
def test_an_answer_that_equals_everything(base: str, desk: Desk, marking: Marking) -> None:
    """The object is put through the probe and the wire in this process: neither may ask it."""
    scope: dict[str, Any] = {"torch": torch}
    exec(
        f"class Yes({base}):\n"
        "    __eq__ = __ne__ = __le__ = __ge__ = __bool__ = lambda *args: True\n"
        "    __hash__ = None\n"
        "    def __sub__(self, other): return 0\n"
        "    __rsub__ = __sub__\n"
        "    def __abs__(self): return 0\n",
        scope,
    )
    answer = Answer(value=scope["Yes"]())
    received = Answer.from_plain(unpack(pack(answer.to_plain())))
    assert type(received.value).__name__ != "Yes"
    for record in marking.records:
        assert judge(record, [received] * len(record.cases)).score == 0


def test_an_answer_that_equals_everything_is_graded_as_wrong(desk: Desk) -> None:
    code = """
    class Yes:
        def __eq__(self, other): return True
        def __getattr__(self, name): return Yes()
        def __torch_function__(self, *args, **kwargs): return True
    def conv2d_naive(*args, **kwargs):
        return Yes()
    """
    result = desk.grade(desk.notebook(conv2d_naive=dedent(code)))
    assert scores(result) == HONEST
    assert any("an object of type Yes" in r for r in reasons(result, UNSOLVED))


def test_a_hook_that_displays_a_grade(desk: Desk) -> None:
    code = """
    shell = get_ipython()
    shell.events.register("pre_run_cell", lambda info: shell.displayhook(1000))
    shell.events.register("post_run_cell", lambda result: shell.displayhook(1000))
    1000
    """
    assert scores(desk.grade(desk.notebook(first=dedent(code)))) == HONEST


# 6: forge the notebook


def test_flipped_fields_forge_no_credit(desk: Desk) -> None:
    notebook = desk.notebook()
    test = cell_of(notebook, "check-conv2d_naive")
    test.metadata.nbgrader.update(solution=True, locked=False, points=1000)
    test.source = "1000"
    solution = cell_of(notebook, "solve-conv2d_naive")
    solution.metadata.nbgrader.update(grade=True, points=1000)
    solution.source = "1000"
    cell_of(notebook, "check-conv_out").metadata.nbgrader.update(grade=False, points=0)
    result = desk.grade(notebook)
    assert scores(result) == HONEST
    assert result.max_score == sum(r.points for r in desk.marking.records)
    for grade_id in ("check-conv2d_naive", "solve-conv2d_naive", "check-conv_out"):
        assert f"the nbgrader fields of cell {grade_id} were restored" in result.notes
    assert "cell check-conv2d_naive had been changed and was restored" in result.notes


# 7: lie about numbers


def test_shadowed_names_and_patched_libraries(desk: Desk) -> None:
    code = """
    import builtins, torch, visionlab.checking.compare, visionlab.checking.judge
    float = int = lambda *args: 1000
    builtins.isinstance_before = builtins.isinstance
    torch.equal = torch.allclose = lambda *args, **kwargs: True
    visionlab.checking.compare.difference = lambda *args: None
    visionlab.checking.judge.judge = lambda *args: 1000
    NotImplementedError = builtins.NotImplementedError = type("Fine", (Exception,), {})
    """
    assert scores(desk.grade(desk.notebook(dedent(code)))) == HONEST


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_no_number_is_right_by_being_none(value: str, marking: Marking) -> None:
    naive, out = marking.records
    wrong = float(value)
    assert judge(out, [Answer(value=wrong)] * len(out.cases)).score == 0
    tensors = [
        Answer(value=torch.full_like(c.expected, wrong))
        for c in naive.cases
        if isinstance(c.expected, torch.Tensor) and c.expected.is_floating_point()
    ]
    assert len(tensors) > len(naive.cases) / 2
    assert judge(naive, tensors).score == 0


# 8: break the run


def test_a_cell_that_ends_the_process_costs_that_cell(desk: Desk) -> None:
    """Four of them: as often must the rest start again."""
    result = desk.grade(
        desk.notebook(*["import os\nos._exit(0)"] * 3, first="import ctypes\nctypes.string_at(0)")
    )
    assert scores(result) == HONEST
    assert len([n for n in result.notes if "was left out: the kernel died" in n]) == 4


def test_a_copy_of_the_process_that_goes_on_costs_nothing(desk: Desk) -> None:
    """Both would read the next request, and both would answer it."""
    result = desk.grade(desk.notebook("after = 1", first="import os\nos.fork()"))
    assert scores(result) == HONEST
    assert not [note for note in result.notes if "left out" in note]


@pytest.mark.parametrize(
    "deed",
    [
        "import os; os._exit(0)",
        "raise type('Odd', (BaseException,), {})",
        "import sys; sys.exit(0)",
    ],
    ids=["exit", "odd", "sys.exit"],
)
def test_a_function_that_ends_the_process_costs_that_exercise(deed: str, desk: Desk) -> None:
    result = desk.grade(desk.notebook(conv2d_naive=f"{TAKES_ANYTHING}    {deed}"))
    assert scores(result) == HONEST
    assert reasons(result, UNSOLVED)


def test_words_on_standard_error_cost_nothing(desk: Desk) -> None:
    answers = desk.solved()
    noise = (
        'import sys, warnings\nwarnings.warn("old")\nprint("noise", file=sys.stderr)\n'
        'sys.__stderr__.write("noise")\n'
    )
    body = answers[UNSOLVED].replace("### BEGIN SOLUTION", 'warnings.warn("again")')
    result = desk.grade(desk.notebook(noise, **{SOLVED: noise + answers[SOLVED], UNSOLVED: body}))
    assert scores(result) == ALL


def test_deleted_test_cells_are_graded(desk: Desk) -> None:
    notebook = without(desk.notebook(**desk.solved()), ["check-conv_out", "check-conv2d_naive"])
    assert scores(desk.grade(notebook)) == ALL


def test_an_error_that_cannot_be_shown(desk: Desk) -> None:
    code = """
    class Mute(Exception):
        def __str__(self): raise RuntimeError("no")
        __repr__ = __str__
    raise Mute()
    """
    answer = dedent(code).replace("raise Mute()", "") + TAKES_ANYTHING + "    raise Mute()"
    result = desk.grade(desk.notebook(dedent(code), conv2d_naive=answer))
    assert scores(result) == HONEST


@given(st.lists(st.none() | st.builds(Answer, value=st.floats() | st.integers())))
def test_no_answers_earn_more_than_there_is(marking: Marking, answers: list[Answer | None]) -> None:
    for record in marking.records:
        right: list[Answer | None] = [Answer(value=c.expected) for c in record.cases]
        assert judge(record, right).score == record.points
        assert judge(record, right + answers).score == record.points
        assert 0 <= judge(record, answers + right).score <= record.points


# 9: hostile bytes on the way back


FORGED_ANSWER = {"event": "answers", "answers": [Answer(value=1.0).to_plain()]}
FORGED = {
    "garbage": b"x" * 100_000,
    "answers": b"".join(LENGTH.pack(len(body)) + body for body in [pack(FORGED_ANSWER)] * 200),
    "ran": LENGTH.pack(len(pack({"event": "ran"}))) + pack({"event": "ran"}),
    "half a message": LENGTH.pack(1000) + b"x",
}


@pytest.mark.parametrize(
    ("name", "pipe"),
    [
        ("ran", "pipes[-1]"),
        ("half a message", "pipes[-1]"),
    ],
    ids=["ran", "half"],
)
def test_forged_messages_cost_the_cell_that_sent_them(
    name: str, pipe: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.running.GRACE_SECONDS", 1)
    forger = FIND_CHANNEL + f"os.write({pipe}, {FORGED[name]!r})"
    result = desk.grade(desk.notebook(forger), cell_seconds=1.5)
    assert scores(result) == HONEST
    assert any(n.startswith("the added cell '") and "left out" in n for n in result.notes)


def test_no_process_around_the_worker_has_a_channel(desk: Desk) -> None:
    forger = (
        "import os\n"
        "for p in filter(str.isdigit, os.listdir('/proc')):\n"
        "    if p != os.readlink('/proc/self'):\n"
        "        for fd in range(12):\n"
        "            try: os.write(os.open(f'/proc/{p}/fd/{fd}', os.O_WRONLY), b'forged')\n"
        "            except OSError: pass"
    )
    result = desk.grade(desk.notebook(forger))
    assert scores(result) == HONEST and result.notes == []


def test_forged_messages_of_a_function_cost_its_exercise(desk: Desk) -> None:
    """It writes to every pipe it finds, garbage and answers, and closes them."""
    deeds = "".join(
        f"    for pipe in pipes:\n        try: os.write(pipe, {FORGED[n]!r})\n"
        "        except OSError: pass\n"
        for n in ("answers", "garbage")
    )
    code = FIND_CHANNEL + TAKES_ANYTHING + deeds + "    for pipe in pipes: os.close(pipe)\n"
    assert scores(desk.grade(desk.notebook(conv2d_naive=code))) == HONEST


def test_stolen_requests_end_in_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that reads the grader's requests before the worker does."""
    monkeypatch.setattr("autograder.running.GRACE_SECONDS", 0.5)
    code = (
        FIND_CHANNEL + "import threading\n"
        "def steal():\n    while True: os.read(pipes[0], 2**20)\n"
        "threading.Thread(target=steal, daemon=True).start()"
    )
    result = desk.grade(
        desk.notebook(code), cell_seconds=1, question_seconds=1, submission_seconds=7
    )
    assert score(result, UNSOLVED) == 0
    assert any("ran out of time" in note for note in result.notes)


class Bomb:
    """Its pickle runs code where it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


@given(st.binary(max_size=300))
def test_the_decoder_refuses_anything_else(junk: bytes) -> None:
    good = pack({"event": "answers", "answers": [Answer(value=torch.ones(3)).to_plain()]})
    middle = len(junk) % len(good)
    for message in (junk, pickle.dumps(Bomb()) + junk, good[:middle] + junk + good[middle + 1 :]):
        try:
            unpack(message)
        except CodecError:
            continue


def test_a_message_that_claims_too_much_is_not_waited_for() -> None:
    message = LENGTH.pack(MAX_FRAME + 1)
    with pytest.raises(CodecError):
        read_frame(lambda count: message[:count])


@given(st.binary(max_size=300))
def test_the_channel_refuses_anything_else(junk: bytes) -> None:
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        position += count
        return junk[position - count : position]

    with pytest.raises((FrameError, CodecError)):
        read_frame(read)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
TENSORS = st.builds(
    torch.zeros,
    st.lists(st.integers(0, 3), max_size=4),
    dtype=st.sampled_from([torch.bool, torch.int64, torch.uint16, torch.bfloat16, torch.complex64]),
)
CLAIMS = JSON | TENSORS | st.integers(10**300, 10**399) | st.lists(TENSORS, max_size=2)


@given(CLAIMS)
def test_whatever_is_claimed_an_answer_is_only_wrong(marking: Marking, claim: Any) -> None:
    """No exception may leave the judge: it would cost the other exercises too."""
    try:
        received = unpack(pack({**Answer().to_plain(), "value": claim}))
    except CodecError:
        return
    for record in marking.records:
        answers = [Answer.from_plain(received)] * len(record.cases)
        assert judge(record, answers).score <= record.points
        assert judge(_with_numbers(record), answers).score <= record.points


@given(JSON)
def test_what_is_not_an_answer_is_refused(claim: Any) -> None:
    with pytest.raises(ValueError):
        Answer.from_plain(claim)


def _with_numbers(record: ExerciseRecord) -> ExerciseRecord:
    """The same record, but expecting numbers of every kind."""
    kinds = [1.5, 3, "text", [1.0, 2], {"a": 1.0}, None, True]
    cases = [
        replace(c, expected=kinds[i % len(kinds)], mistakes={}) for i, c in enumerate(record.cases)
    ]
    return replace(record, cases=cases)
