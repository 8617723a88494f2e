# mypy: disable-error-code="no-untyped-def,name-defined"
"""Questions with one right answer, and the one that is answered in words."""

from autograder.exercise import Written
from autograder.questions import choice_question, number_question

alexnet_first_macs = number_question("alexnet_first_macs", points=0.5, minutes=4)
same_either_way = choice_question("same_either_way", points=0.25, minutes=3)
STRIDE_OR_POOL = Written("stride_or_pool", points=1)


@alexnet_first_macs.misconception(
    "An image of 224 pixels does not divide evenly here: lecture 003 has 227, and 55 positions."
)
def takes_224_pixels():
    return 54 * 54 * 96 * 3 * 11 * 11


@alexnet_first_macs.misconception("Each filter reads all three colours, not only one.")
def forgets_the_colours():
    return 55 * 55 * 96 * 11 * 11


@alexnet_first_macs.misconception(
    "You counted multiplications and additions one by one; a multiply-add is both together."
)
def counts_both_halves():
    return 2 * 55 * 55 * 96 * 3 * 11 * 11


@alexnet_first_macs.misconception(
    "That is the work of a stride of 1; this layer moves 4 pixels at a time."
)
def forgets_the_stride():
    return 217 * 217 * 96 * 3 * 11 * 11


@alexnet_first_macs.alternative
def multiplies_it_out():
    return 55**2 * 96 * (3 * 11**2)


@alexnet_first_macs.alternative
def uses_the_functions():
    return conv_macs(3, 96, 11, 227, 227, stride=4)


@alexnet_first_macs.alternative
def sums_over_filters():
    return sum(55 * 55 * 3 * 121 for _ in range(96))


@same_either_way.misconception(
    "The sum of the weights says how bright the result is, not which way round the kernel lies."
)
def the_sum():
    return "A"


@same_either_way.misconception(
    "Transposing mirrors along the diagonal; flipping both axes is a half turn."
)
def the_transpose():
    return "B"


@same_either_way.misconception(
    "Mirroring along one axis is half of what true convolution does. What do both together do?"
)
def one_mirror():
    return "D"


@same_either_way.alternative
def with_a_variable():
    answer = "C"
    return answer


@same_either_way.alternative
def in_upper_case():
    return "c".upper()


@same_either_way.alternative
def from_a_list():
    return ["A", "B", "C", "D"][2]
