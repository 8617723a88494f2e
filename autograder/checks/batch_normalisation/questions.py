# mypy: disable-error-code="no-untyped-def,name-defined"
"""The question with one right answer, and the one that is answered in words."""

from autograder.exercise import Written
from autograder.questions import number_question

bias_gradient = number_question("bias_gradient", points=0.5, minutes=4)
RIGHT_IN_TRAINING = Written("right_in_training", points=1)


@bias_gradient.misconception(
    "That is the sum of g: what a bias gets without a batch norm behind it. Here the batch's mean "
    "moves along with the bias."
)
def sum_of_the_gradients():
    return 12


@bias_gradient.misconception(
    "You followed g through gamma to the bias, but not through the mean of the batch, which takes "
    "away what the bias adds."
)
def sum_times_gamma():
    return 36


@bias_gradient.misconception(
    "That is the mean of g. Ask how the four outputs change when b grows by 1."
)
def mean_of_the_gradients():
    return 3


@bias_gradient.misconception(
    "That is gamma times the mean of g. Ask how the four outputs change when b grows by 1."
)
def mean_times_gamma():
    return 9


@bias_gradient.misconception(
    "Each z does have the derivative 1 with respect to b, but the loss sees z only through the "
    "batch norm."
)
def derivative_of_z():
    return 1


@bias_gradient.alternative
def with_a_variable():
    answer = 0
    return answer


@bias_gradient.alternative
def from_the_centred_gradient():
    g = (1, 2, 3, 6)
    return sum(value - sum(g) // len(g) for value in g)


@bias_gradient.alternative
def worked_out():
    g, gamma = [1, 2, 3, 6], 3
    return gamma * (sum(g) - len(g) * (sum(g) // len(g)))
