"""Assignment 05b: a detector is built, trained, run and judged."""

# These declare nothing but answers, wrong and right, to exercises imported below.
from autograder.checks.detector_lab import (  # noqa: F401
    counting_answers,
    curve_answers,
    failures_answers,
    flatten_answers,
    head_answers,
    loss_answers,
    matching_answers,
    proposing_answers,
    ready_made,
    sampling_answers,
    saved_answers,
    suppression_answers,
    training_answers,
)
from autograder.checks.detector_lab.counting import confusion, precision_recall
from autograder.checks.detector_lab.curve import ap11, ap_area, precision_recall_curve
from autograder.checks.detector_lab.failures import explain_failures
from autograder.checks.detector_lab.flatten import flatten_predictions
from autograder.checks.detector_lab.head import rpn_head
from autograder.checks.detector_lab.loss import detector_loss
from autograder.checks.detector_lab.matching import match_detections
from autograder.checks.detector_lab.proposing import proposals
from autograder.checks.detector_lab.sampling import sample_anchors
from autograder.checks.detector_lab.saved import load_detector
from autograder.checks.detector_lab.suppression import nms
from autograder.checks.detector_lab.training import train_rpn
from autograder.exercise import Assignment, Written

OWN_FAILURES = Written("own_failures", points=1)

ASSIGNMENT = Assignment(
    "05b_detector_lab",
    (
        rpn_head,
        flatten_predictions,
        sample_anchors,
        detector_loss,
        train_rpn,
        load_detector,
        nms,
        proposals,
        confusion,
        precision_recall,
        match_detections,
        precision_recall_curve,
        ap11,
        ap_area,
        explain_failures,
    ),
    written=(OWN_FAILURES,),
    files=("detector.safetensors",),
)
