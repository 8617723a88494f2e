"""The statistics, beside figures worked out by hand or by numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reporting.evidence import Evidence, Mark, MarkedSubmission, Question
from autograder.reporting.measures import (
    correlation,
    distribution,
    facet_figures,
    mistake_figures,
    question_figures,
    stops,
)
from autograder.results import Result
from tests.report.classes import evidence, judged, right, wrong
from visionlab.checking.judge import Verdict

FOUR: list[list[float]] = [[2, 1, 0], [2, 0, 1], [1, 1, 1], [0, 0, 0.5]]


def named(figures: list[str], written: int) -> MarkedSubmission:
    """A student who wrote the first `written` exercises."""
    marks = {name: Mark(0, written=i < written) for i, name in enumerate(figures)}
    return MarkedSubmission("s001", marks)


def stopped(exercises: int, written: int) -> list[tuple[str, int]]:
    """(last exercise with an answer, unwritten ones after it) of a student who stopped early."""
    names = [f"q{i}" for i in range(1, exercises + 1)]
    found = Evidence("90_tiny", [Question(n, 1) for n in names], [named(names, written)])
    return [(s.after, s.unwritten) for s in stops(found)]


def test_difficulty_is_the_mean_share_of_the_points() -> None:
    shares = [q.difficulty for q in question_figures(evidence(FOUR, [2, 1, 1]))]
    assert shares == pytest.approx([5 / 8, 2 / 4, 2.5 / 4])


def test_discrimination_is_the_correlation_with_the_other_exercises() -> None:
    table = np.array(FOUR)
    for i, q in enumerate(question_figures(evidence(FOUR, [2, 1, 1]))):
        rest = np.delete(table, i, axis=1).sum(axis=1)
        assert q.discrimination == pytest.approx(np.corrcoef(table[:, i], rest)[0, 1])


def test_an_exercise_that_all_have_right_has_no_discrimination() -> None:
    first, second = question_figures(evidence([[1, 0], [1, 1], [1, 0]], [1, 1]))
    assert (first.discrimination, second.discrimination) == (None, None)


def test_the_only_exercise_has_no_discrimination() -> None:
    (only,) = question_figures(evidence([[0], [1], [0.5]], [1]))
    assert only.discrimination is None


def test_two_students_have_no_correlation() -> None:
    assert correlation([0, 1], [1, 2]) is None


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2), min_size=3, max_size=30))
def test_the_correlation_is_numpys(pairs: list[tuple[int, int]]) -> None:
    first, second = ([p[i] / 8 for p in pairs] for i in (0, 1))
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert correlation(first, second) is None
    else:
        assert correlation(first, second) == pytest.approx(np.corrcoef(first, second)[0, 1])


def test_rounding_in_the_last_bit_is_no_variance() -> None:
    assert correlation([0.1 + 0.2, 0.3, 0.3], [1, 2, 3]) is None


def test_an_unreadable_file_says_nothing_about_exercises() -> None:
    questions = [Question("q1", 1)]
    students = [
        MarkedSubmission("s001", {"q1": Mark(1)}),
        MarkedSubmission("s002", {"q1": Mark(0, written=False)}, unreadable="not a notebook"),
    ]
    (only,) = question_figures(Evidence("90_tiny", questions, students))
    assert only.difficulty == 1


def test_answers_in_words_count_once_a_person_has_marked_them() -> None:
    questions = [Question("q1", 1), Question("w", 2, by_hand=True)]
    marks = [Mark(2), Mark(0, waits=True), Mark(1), Mark(0, waits=True)]
    students = [MarkedSubmission(f"s{i}", {"q1": Mark(i), "w": m}) for i, m in enumerate(marks)]
    _, words = question_figures(Evidence("90_tiny", questions, students))
    assert (words.marked, words.waiting, words.difficulty) == (2, 2, 0.75)


def test_points_given_by_hand_are_no_part_of_the_rest() -> None:
    questions = [Question("q1", 1), Question("q2", 1), Question("w", 9, by_hand=True)]
    rows = [(0, 0, 9), (1, 1, 0), (0, 0, 9), (1, 1, 0)]
    students = [
        MarkedSubmission(f"s{i}", {"q1": Mark(a), "q2": Mark(b), "w": Mark(c)})
        for i, (a, b, c) in enumerate(rows)
    ]
    first = question_figures(Evidence("90_tiny", questions, students))[0]
    assert first.discrimination == pytest.approx(1)


def test_who_wrote_nothing_is_not_among_those_who_tried() -> None:
    students = [
        MarkedSubmission("s001", {"q1": Mark(0, written=False)}),
        MarkedSubmission("s002", {"q1": Mark(1)}),
        MarkedSubmission("s003", {"q1": Mark(0.5)}),
    ]
    (only,) = question_figures(Evidence("90_tiny", [Question("q1", 1)], students))
    assert (only.tried, only.right, only.difficulty, only.among_tried) == (2, 1, 0.5, 0.75)


def class_of(*results: list[Verdict]) -> Evidence:
    """A class of students in one exercise, given each one's verdicts; none: nothing written."""
    students = [
        MarkedSubmission(
            f"s{i:03d}",
            {"q1": Mark(0, written=bool(verdicts))},
            Result("90_tiny", [judged("q1", 0, *(verdicts or [wrong("a")]))]),
        )
        for i, verdicts in enumerate(results)
    ]
    return Evidence("90_tiny", [Question("q1", 1)], students)


def test_a_facet_is_passed_when_all_its_cases_are() -> None:
    found = facet_figures(
        class_of([right("a"), right("a"), wrong("b")], [right("a"), wrong("a"), right("b")], [])
    )
    assert [(f.facet, f.passed, f.of) for f in found] == [("a", 1, 2), ("b", 1, 2)]


def test_a_misconception_counts_once_a_student() -> None:
    twice = [wrong("a", "flips", "It is flipped."), wrong("b", "flips", "It is flipped.")]
    other = [wrong("a", "drops", "It is lost.")]
    found = mistake_figures(class_of(other, twice, twice, [right("a")], []))
    told = [(m.mistake, m.hint, m.students, m.of) for m in found]
    assert told == [("flips", "It is flipped.", 2, 4), ("drops", "It is lost.", 1, 4)]


@pytest.mark.parametrize(
    ("exercises", "written", "expected"),
    [
        (8, 8, []),
        (8, 7, []),
        (8, 6, [("q6", 2)]),
        (8, 1, [("q1", 7)]),
        (8, 0, [("", 8)]),
        (20, 16, []),
        (20, 15, [("q15", 5)]),
        (1, 0, [("", 1)]),
        (2, 1, []),
    ],
)
def test_stopping_early_is_a_last_quarter_unwritten(
    exercises: int, written: int, expected: list[tuple[str, int]]
) -> None:
    assert stopped(exercises, written) == expected


def test_a_gap_in_the_middle_is_not_stopping() -> None:
    names = [f"q{i}" for i in range(8)]
    marks = {name: Mark(0, written=i in (0, 7)) for i, name in enumerate(names)}
    found = Evidence("90_tiny", [Question(n, 1) for n in names], [MarkedSubmission("s001", marks)])
    assert stops(found) == []


@given(st.lists(st.floats(0, 21), min_size=1, max_size=60), st.sampled_from([0.5, 3.0, 20.0, 21.0]))
def test_every_submission_is_in_one_bin(values: list[float], points: float) -> None:
    found = distribution(values, points)
    assert found is not None
    assert sum(b.count for b in found.bins) == len(values)
    assert [b.low for b in found.bins[1:]] == [b.high for b in found.bins[:-1]]
    for b in found.bins[:-1]:
        assert b.count == sum(b.low <= v < b.high for v in values) or any(
            abs(v - edge) < 1e-6 for v in values for edge in (b.low, b.high)
        )


def test_the_distribution_by_hand() -> None:
    found = distribution([0, 4, 5, 10, 21], 21)
    assert found is not None
    assert (found.mean, found.median, found.least, found.most) == (8, 5, 0, 21)
    assert (found.lower_quartile, found.upper_quartile) == (4, 10)
    assert found.deviation == pytest.approx(np.std([0, 4, 5, 10, 21]))
    assert [b.count for b in found.bins] == [1, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1]


def test_nobody_has_no_distribution() -> None:
    assert distribution([], 21) is None
