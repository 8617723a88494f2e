"""Assignment 03: batch normalisation, its relatives, initialisation and dropout."""

# These declare nothing but wrong, other and borrowed answers to the exercises imported below.
from autograder.checks.batch_normalisation import (  # noqa: F401
    backward_mistakes,
    forward_mistakes,
    fuse_alternatives,
    fuse_mistakes,
    layer_alternatives,
    layer_mistakes,
    layernorm_mistakes,
    memory_mistakes,
    ready_made,
    whitening_mistakes,
)
from autograder.checks.batch_normalisation.backward import batchnorm_backward
from autograder.checks.batch_normalisation.dropout import dropout_fb
from autograder.checks.batch_normalisation.forward import batchnorm_forward
from autograder.checks.batch_normalisation.fuse import fuse_conv_bn
from autograder.checks.batch_normalisation.groups import groupnorm
from autograder.checks.batch_normalisation.initialising import activation_stats, xavier_bound
from autograder.checks.batch_normalisation.layer import batch_norm_2d
from autograder.checks.batch_normalisation.layernorm import layernorm_fb
from autograder.checks.batch_normalisation.maps import instancenorm
from autograder.checks.batch_normalisation.questions import RIGHT_IN_TRAINING, bias_gradient
from autograder.checks.batch_normalisation.response import lrn
from autograder.checks.batch_normalisation.speed import speed_ups, steps_to
from autograder.checks.batch_normalisation.standardize import standardize
from autograder.checks.batch_normalisation.statistics import drop_bias, recompute_stats
from autograder.checks.batch_normalisation.whitening import dbn_forward
from autograder.exercise import Assignment

ASSIGNMENT = Assignment(
    "03_batch_normalisation",
    (
        standardize,
        batchnorm_forward,
        batchnorm_backward,
        batch_norm_2d,
        recompute_stats,
        drop_bias,
        bias_gradient,
        fuse_conv_bn,
        layernorm_fb,
        instancenorm,
        groupnorm,
        dbn_forward,
        lrn,
        xavier_bound,
        activation_stats,
        dropout_fb,
        steps_to,
        speed_ups,
    ),
    written=(RIGHT_IN_TRAINING,),
)
