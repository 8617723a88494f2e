# mypy: disable-error-code="no-untyped-def,name-defined"
"""The question with one right answer, and the one that is answered in words."""

from autograder.exercise import Written
from autograder.questions import choice_question

which_learning = choice_question("which_learning", points=0.25, minutes=2)
MIRRORED_WEIGHTS = Written("mirrored_weights", points=1)


@which_learning.misconception(
    "A doctor gave every X-ray its label: learning from pairs that people labelled is supervised."
)
def the_doctors_labels():
    return "A"


@which_learning.misconception(
    "Finding groups needs no labels at all, and predicts none: that is unsupervised learning."
)
def the_groups():
    return "B"


@which_learning.misconception(
    "Learning from rewards is reinforcement learning. Where do the labels come from in the others?"
)
def the_robot():
    return "D"


@which_learning.alternative
def with_a_variable():
    answer = "C"
    return answer


@which_learning.alternative
def in_upper_case():
    return "c".upper()


@which_learning.alternative
def from_a_list():
    return ["A", "B", "C", "D"][2]
