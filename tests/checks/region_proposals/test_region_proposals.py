"""Overlaps by counting pixels, what boxes must obey, and what 05a forbids."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.region_proposals import ASSIGNMENT
from autograder.checks.region_proposals.forbidden import BOX_TOOLS, RPN_LOSSES, SMOOTH_L1
from autograder.reference import Namespace, reference_namespace
from tests.checks import gate
from tests.checks.region_proposals.configurations import boxes
from tests.checks.region_proposals.oracles import ORACLES
from visionlab.checking.forbidden import Forbidden
from visionlab.checking.probing import FORBIDDEN
from visionlab.checking.reading import forbidden_use

NAME = "05a_region_proposals"
IMPORTS = gate.imports(NAME)
SOLUTION: Namespace = reference_namespace(gate.REPOSITORY.source(NAME))


def _pixels(corners: torch.Tensor, within: int) -> torch.Tensor:
    """(N, within, within) bool: the pixels that whole-number boxes (N, 4) cover."""
    at = torch.arange(within)
    x1, y1, x2, y2 = corners.long()[:, :, None].unbind(1)
    columns, rows = (at >= x1) & (at < x2), (at >= y1) & (at < y2)
    return rows[:, :, None] & columns[:, None, :]


@given(data=st.data())
def test_iou_counts_pixels(data: st.DataObject) -> None:
    """Empty, touching, identical, nested and one-pixel boxes among them: there is little room."""
    a, b = (boxes(data.draw, data.draw(st.integers(0, 5)), 5).double() for _ in "ab")
    one, other = _pixels(a, 5)[:, None], _pixels(b, 5)[None]
    expected = (one & other).sum((2, 3)).double() / (one | other).sum((2, 3))
    assert torch.allclose(SOLUTION["box_iou"](a, b), expected, rtol=1e-12, atol=0)
    assert torch.equal(SOLUTION["box_iou"](a, b), SOLUTION["box_iou"](b, a).T)


@given(data=st.data())
def test_decode_undoes_encode(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 5))
    anchors, found = boxes(data.draw, n).double(), boxes(data.draw, n).double()
    again = SOLUTION["decode"](anchors, SOLUTION["encode"](anchors, found))
    assert torch.allclose(again, found, rtol=0, atol=1e-12)


@given(data=st.data())
def test_every_touched_box_has_an_anchor(data: st.DataObject) -> None:
    anchors, found = boxes(data.draw, 6).double(), boxes(data.draw, 3).double()
    labels, _ = SOLUTION["label_anchors"](anchors, found)
    iou = SOLUTION["box_iou"](anchors, found)
    assert bool((iou[labels == 1] > 0).any(0)[iou.amax(0) > 0].all())


def test_torchs_smooth_l1_is_noticed_while_it_runs() -> None:
    cases = gate.drawn_cases(ASSIGNMENT.exercise("smooth_l1_fb"), 0)
    assert all(answer.error == FORBIDDEN for answer in gate.answers(cases, ORACLES))


def test_a_binary_cross_entropy_is_noticed_while_it_runs() -> None:
    cases = gate.drawn_cases(ASSIGNMENT.exercise("rpn_loss"), 0)
    labelled = [c for c in cases if bool((c.question.inputs["labels"] >= 0).any())]
    assert len(labelled) < len(cases)
    assert all(answer.error == FORBIDDEN for answer in gate.answers(labelled, ORACLES))


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("torchvision.ops.box_iou(a, b)", BOX_TOOLS),
        ("torchvision.ops.boxes.box_area(a)", BOX_TOOLS),
        (
            "torchvision.models.detection._utils.BoxCoder((1, 1, 1, 1)).encode_single(a, b)",
            BOX_TOOLS,
        ),
        ("getattr(torchvision.ops, 'generalized_box_iou')(a, b)", BOX_TOOLS),
        ("torchvision.ops.nms(a, b, 0.5)", BOX_TOOLS),
        ("F.smooth_l1_loss(a, b)", SMOOTH_L1),
        ("torch.nn.HuberLoss()(a, b)", SMOOTH_L1),
        ("torch.autograd.grad(a, b)", SMOOTH_L1),
        ("F.binary_cross_entropy_with_logits(a, b)", RPN_LOSSES),
        ("torch.nn.BCELoss()(torch.sigmoid(a), b)", RPN_LOSSES),
        ("F.soft_margin_loss(a, b)", RPN_LOSSES),
        ("F.smooth_l1_loss(a, b)", RPN_LOSSES),
    ],
)
def test_ready_made_answers_are_read(code: str, forbidden: Forbidden) -> None:
    cells = [IMPORTS, "import torchvision", f"def answer(a, b):\n    return {code}\n"]
    assert forbidden_use(cells, "answer", forbidden)


@pytest.mark.parametrize("code", ["F.softplus(a) - b", "F.logsigmoid(a)", "smooth_l1_fb(a, b)"])
def test_what_the_loss_may_use(code: str) -> None:
    cells = [IMPORTS, f"def rpn_loss(a, b):\n    return {code}\n"]
    assert not forbidden_use(cells, "rpn_loss", RPN_LOSSES)


def test_ones_own_box_iou_is_allowed() -> None:
    own = "def box_iou(a, b):\n    return a @ b.T\n"
    cells = [IMPORTS, own, "def coverage(a, b):\n    return box_iou(a, b).mean()\n"]
    assert not forbidden_use(cells, "coverage", BOX_TOOLS)


def test_no_overlap_comes_near_a_threshold() -> None:
    """A right answer in other words may differ by a rounding: it must not change a label."""
    label_anchors = ASSIGNMENT.exercise("label_anchors")
    for seed in range(20):
        for case in gate.drawn_cases(label_anchors, seed):
            inputs = case.question.inputs
            iou = ORACLES["box_iou"](inputs["anchors"].double(), inputs["boxes"].double())
            for threshold in (inputs.get("hi", 0.7), inputs.get("lo", 0.3)):
                exact = threshold in (0.125, 0.25, 0.625, 0.75)
                gap = (iou - threshold).abs()
                assert not bool(((gap < 1e-3) & ~((gap == 0) & exact)).any())
