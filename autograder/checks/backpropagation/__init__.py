"""Assignment 02: gradients by hand, from one neuron to a network of own layers."""

# These declare nothing but answers, right and wrong, to the exercises imported below.
from autograder.checks.backpropagation import (  # noqa: F401
    graph_mistakes,
    numeric_mistakes,
    pixels_mistakes,
    ready_made,
    sequential_mistakes,
    weights_mistakes,
)
from autograder.checks.backpropagation.batching import batches
from autograder.checks.backpropagation.bias import conv2d_backward_b
from autograder.checks.backpropagation.cross_entropy import softmax_xent
from autograder.checks.backpropagation.exponential import elu_fb
from autograder.checks.backpropagation.graph import Node
from autograder.checks.backpropagation.linear import linear_fb
from autograder.checks.backpropagation.log_loss import log_loss
from autograder.checks.backpropagation.logistic import logistic_lsq
from autograder.checks.backpropagation.maxout import maxout_fb
from autograder.checks.backpropagation.maxpool import maxpool_backward
from autograder.checks.backpropagation.numeric import num_grad
from autograder.checks.backpropagation.pixels import conv2d_backward_x
from autograder.checks.backpropagation.questions import MIRRORED_WEIGHTS, which_learning
from autograder.checks.backpropagation.rectifiers import leaky_relu_fb, relu_fb
from autograder.checks.backpropagation.sequential import Sequential
from autograder.checks.backpropagation.softmax import softmax
from autograder.checks.backpropagation.squashing import sigmoid_fb, tanh_fb
from autograder.checks.backpropagation.weights import conv2d_backward_w
from autograder.exercise import Assignment

ASSIGNMENT = Assignment(
    "02_backpropagation",
    (
        which_learning,
        num_grad,
        logistic_lsq,
        Node,
        sigmoid_fb,
        tanh_fb,
        relu_fb,
        leaky_relu_fb,
        elu_fb,
        maxout_fb,
        linear_fb,
        softmax,
        log_loss,
        softmax_xent,
        conv2d_backward_b,
        conv2d_backward_w,
        conv2d_backward_x,
        maxpool_backward,
        batches,
        Sequential,
    ),
    written=(MIRRORED_WEIGHTS,),
)
