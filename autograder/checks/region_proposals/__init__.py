"""Assignment 05a: what a detector proposes, from windows to anchors and their loss."""

# These declare nothing but answers, wrong and right, to exercises imported below.
from autograder.checks.region_proposals import (  # noqa: F401
    anchors_mistakes,
    grid_answers,
    iou_mistakes,
    labelling_answers,
    loss_answers,
    ready_made,
)
from autograder.checks.region_proposals.anchors import make_anchors
from autograder.checks.region_proposals.coverage import coverage
from autograder.checks.region_proposals.decode import decode
from autograder.checks.region_proposals.encode import encode
from autograder.checks.region_proposals.grid import grid_targets
from autograder.checks.region_proposals.iou import box_iou
from autograder.checks.region_proposals.labelling import label_anchors
from autograder.checks.region_proposals.loss import rpn_loss
from autograder.checks.region_proposals.lost import lost_objects
from autograder.checks.region_proposals.smooth import smooth_l1_fb
from autograder.checks.region_proposals.windows import n_windows
from autograder.exercise import Assignment, Written

IGNORED_ANCHORS = Written("ignored_anchors", points=1)

ASSIGNMENT = Assignment(
    "05a_region_proposals",
    (
        n_windows,
        box_iou,
        encode,
        decode,
        grid_targets,
        lost_objects,
        make_anchors,
        coverage,
        label_anchors,
        smooth_l1_fb,
        rpn_loss,
    ),
    written=(IGNORED_ANCHORS,),
)
