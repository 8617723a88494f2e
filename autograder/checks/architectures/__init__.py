"""Assignment 04: architectures, from AlexNet's table to blocks found by search."""

# These declare nothing but answers, wrong and right, to exercises imported below.
from autograder.checks.architectures import (  # noqa: F401
    inception_answers,
    parts_answers,
    resnet_answers,
    resnext_answers,
    trace_answers,
    trace_mistakes,
    vgg_answers,
)
from autograder.checks.architectures.alexnet import alexnet_layers, vgg16_numbers
from autograder.checks.architectures.blocks import BasicBlock
from autograder.checks.architectures.bottleneck import Bottleneck
from autograder.checks.architectures.heads import (
    ensemble_predict,
    googlenet_loss,
    smooth_labels,
)
from autograder.checks.architectures.inception import Inception, inception_cost
from autograder.checks.architectures.parts import SEBlock, factorised_conv, freeze
from autograder.checks.architectures.resnet import make_resnet
from autograder.checks.architectures.resnext import ResNeXtBlock, split_transform_merge
from autograder.checks.architectures.search import pareto_front, search_space_size
from autograder.checks.architectures.trace import trace_network
from autograder.checks.architectures.vgg import make_vgg
from autograder.exercise import Assignment, Written

SHORTCUTS = Written("shortcuts", points=1)

ASSIGNMENT = Assignment(
    "04_architectures",
    (
        trace_network,
        alexnet_layers,
        vgg16_numbers,
        make_vgg,
        inception_cost,
        Inception,
        googlenet_loss,
        smooth_labels,
        ensemble_predict,
        BasicBlock,
        Bottleneck,
        make_resnet,
        ResNeXtBlock,
        split_transform_merge,
        factorised_conv,
        SEBlock,
        freeze,
        pareto_front,
        search_space_size,
    ),
    written=(SHORTCUTS,),
)
