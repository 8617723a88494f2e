"""Assignment 01: the convolution, its sizes, its matrices and its relatives."""

# These declare nothing but wrong and borrowed answers to the exercises imported below.
from autograder.checks.convolution import (  # noqa: F401
    conv2d_mistakes,
    ready_made,
    transpose_mistakes,
)
from autograder.checks.convolution.average import avgpool
from autograder.checks.convolution.compose import compose_kernels
from autograder.checks.convolution.conv2d import conv2d
from autograder.checks.convolution.conv_matrix import conv_matrix
from autograder.checks.convolution.counts import conv_macs, conv_params, param_counts
from autograder.checks.convolution.max_unpool import max_unpool
from autograder.checks.convolution.naive import conv2d_naive
from autograder.checks.convolution.nhwc import conv_nhwc
from autograder.checks.convolution.pooling import maxpool2d
from autograder.checks.convolution.questions import (
    STRIDE_OR_POOL,
    alexnet_first_macs,
    same_either_way,
)
from autograder.checks.convolution.reach import receptive_field
from autograder.checks.convolution.sizes import conv_out
from autograder.checks.convolution.toeplitz import toeplitz_conv1d
from autograder.checks.convolution.transpose import conv_transpose2d
from autograder.checks.convolution.true_conv2d import true_conv2d
from autograder.checks.convolution.unpooling import bed_of_nails, unpool_nearest
from autograder.checks.convolution.volumes import conv1d, conv3d
from autograder.exercise import Assignment

ASSIGNMENT = Assignment(
    "01_convolution",
    (
        param_counts,
        conv2d_naive,
        conv_out,
        conv2d,
        conv_params,
        conv_macs,
        alexnet_first_macs,
        receptive_field,
        compose_kernels,
        true_conv2d,
        same_either_way,
        conv_nhwc,
        toeplitz_conv1d,
        conv_matrix,
        conv_transpose2d,
        maxpool2d,
        avgpool,
        unpool_nearest,
        bed_of_nails,
        max_unpool,
        conv1d,
        conv3d,
    ),
    written=(STRIDE_OR_POOL,),
)
