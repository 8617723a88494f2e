"""Feedback pages teach, keep hidden inputs hidden, and run nothing of the student's."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course import Course
from autograder.reference import grading_records
from tests.build.tiny import NAME, RIGHT, WRONG_SIGN, TinyCourse, answered, autograder, submit
from tests.build.tiny import declared as tiny_declared
from tests.cli.pages import RUNNING_TAGS, Dangers, tells, tensors_in

HOSTILE_CODE = """
from IPython.display import HTML, SVG, Javascript, display
display(HTML('<script>steal("from-output")</script><img src="x" onerror="steal(1)">'))
display(HTML('<a href="javascript:steal(2)">a</a><iframe src="//tracker.invalid"></iframe>'))
display(HTML('<img src="http://tracker.invalid/pixel.png"><b onclick="steal(3)">kept</b>'))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><script>steal("from-svg")</script></svg>'))
display(Javascript('steal("from-javascript")'))
print('<script>steal("from-print")</script>')
raise ValueError('<script>steal("from-error")</script>')
"""
HOSTILE_TEXT = """
# Notes <script>steal("from-markdown")</script>
<img src="x" onerror="steal(4)"> [click](javascript:steal(5)) ![p](http://tracker.invalid/p.png)
<details open ontoggle="steal(6)">text</details> <style>body {background: url(//tracker.invalid)}
</style><form action="//tracker.invalid"><input autofocus onfocus="steal(7)"></form>
"""

# What nbgrader's exchange puts beside a notebook, and wants back with its feedback.
EXCHANGED = {
    "timestamp.txt": "2026-01-05 10:00:00.000000 UTC\n",
    "submission_secret.txt": "of the exchange",
}


@pytest.fixture(scope="module")
def course(tiny: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Two graded submissions with feedback: "right", and "hostile" with a mistake too."""
    root = tmp_path_factory.mktemp("course")
    hostile = answered(tiny.repository, {**RIGHT, "scale": WRONG_SIGN})
    hostile.cells.insert(3, new_code_cell(HOSTILE_CODE, id="hostile-code"))
    hostile.cells.insert(3, new_markdown_cell(HOSTILE_TEXT, id="hostile-text"))
    submit(root, "hostile", hostile)
    submit(root, "right", answered(tiny.repository, RIGHT))
    for name, text in EXCHANGED.items():
        Course(root).submission("right", NAME).with_name(name).write_text(text)
    for command in (["grade", "--jobs", "1"], ["feedback"]):
        sources = tiny.repository.root / "solutions"
        said = autograder(*command, NAME, "--course", root, cwd=sources)
        assert (said.status, said.err) == (0, "")
    return Course(root)


def page(course: Course, student: str) -> str:
    return course.feedback_page(student, NAME).read_text()


def test_the_page_shows_points_facets_and_the_hint(course: Course) -> None:
    text = page(course, "hostile")
    assert "scale: 1 of 2 points" in text
    assert "sign" in text
    assert "The sign of the factor is lost" in text
    assert "The sign of the factor is lost" not in page(course, "right")


def test_the_exchange_gets_back_what_it_needs_to_release_feedback(course: Course) -> None:
    folder = course.feedback_page("right", NAME).parent
    assert {name: (folder / name).read_text() for name in EXCHANGED} == EXCHANGED


def test_hidden_inputs_stay_hidden(course: Course, tiny: TinyCourse) -> None:
    with tiny_declared():
        records = grading_records(tiny.repository, NAME, course)
    hidden = [case for record in records for case in record.cases if not case.public]
    tensors = [t for case in hidden for t in tensors_in([case.inputs, case.expected])]
    assert len(tensors) >= 6
    for student in ("hostile", "right"):
        assert not any(tells(page(course, student), tensor) for tensor in tensors)


def test_a_told_tensor_would_be_found(course: Course, tiny: TinyCourse) -> None:
    with tiny_declared():
        first = grading_records(tiny.repository, NAME, course)[0].cases[-1]
    (tensor, *_) = tensors_in(first.inputs)
    assert tells(f"<pre>{tensor}</pre>", tensor)
    assert tells("".join(f"<td>{x:.0f}</td>" for x in tensor.flatten()), tensor)


def test_nothing_of_the_student_runs(course: Course) -> None:
    found = Dangers(page(course, "hostile"))
    assert not [s for s in found.scripts if "steal" in s]
    assert not [h for h in found.handlers if "steal" in h]
    assert not [a for a in found.addresses if "javascript:" in a.lower()]


def test_nothing_of_the_student_is_loaded_from_elsewhere(course: Course) -> None:
    found = Dangers(page(course, "hostile"))
    assert not [a for a in found.addresses if "tracker.invalid" in a]
    theirs, ours = found.tags, Dangers(page(course, "right")).tags
    assert not (theirs - ours) & RUNNING_TAGS


def test_what_is_harmless_stays(course: Course) -> None:
    text = page(course, "hostile")
    assert "kept" in text
    assert "steal(&quot;from-print&quot;)" in text or 'steal("from-print")' in text


def test_feedback_of_one_student(course: Course, tiny: TinyCourse) -> None:
    for student in ("hostile", "right"):
        course.feedback_page(student, NAME).unlink()
    words = ("feedback", NAME, "--student", "right", "--course", course.root)
    assert autograder(*words, cwd=tiny.repository.root / "solutions").status == 0
    assert course.feedback_page("right", NAME).exists()
    assert not course.feedback_page("hostile", NAME).exists()


def test_pages_are_made_for_each_student_alone(course: Course, tmp_path: Path) -> None:
    folder = course.feedback_page("right", NAME).parent
    assert not list(folder.glob("*.ipynb"))
