"""Drawn scenes: the same everywhere, exactly annotated, as crowded as asked."""

import hashlib
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch

from visionlab.scenes import CLASS_NAMES, EASY, HARD, NORMAL, Difficulty, Scenes, street

ALL = ("images", "boxes", "labels", "instances", "keypoints")
CROWDED = Difficulty(objects=(3, 9), smallest=10, largest=48, occlusion=0.7, clutter=6, noise=10)
# Of street(6, seed=11, difficulty=CROWDED); any pixel counts. Change it only together
# with the drawing, for old results then no longer compare with new ones.
FINGERPRINT = "78ec916056e699d3"


def fingerprint(scenes: Scenes) -> str:
    digest = hashlib.sha256()
    for name in ALL:
        digest.update(getattr(scenes, name).cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def same(a: Scenes, b: Scenes) -> bool:
    return all(torch.equal(getattr(a, name), getattr(b, name)) for name in ALL)


def test_form(normal: Scenes) -> None:
    assert normal.images.shape == (120, 3, 96, 96) and normal.images.dtype == torch.uint8
    assert normal.boxes.shape == (120, 5, 4) and normal.boxes.dtype == torch.float32
    assert normal.labels.shape == (120, 5) and normal.labels.dtype == torch.int64
    assert normal.instances is not None and normal.instances.dtype == torch.uint8
    assert normal.keypoints is not None and normal.keypoints.shape == (120, 5, 13, 3)
    assert normal.class_names == CLASS_NAMES == ("background", "person", "car", "tree")


def test_the_same_scenes_as_ever() -> None:
    assert fingerprint(street(6, seed=11, difficulty=CROWDED)) == FINGERPRINT


def test_the_same_scenes_on_a_plainer_processor() -> None:
    """Without vector instructions of torch and NumPy, whose sines differ in the last digit."""
    code = (
        "from tests.lib.scenes.test_street import CROWDED, fingerprint, street;"
        "print(fingerprint(street(6, seed=11, difficulty=CROWDED)))"
    )
    plain = {"ATEN_CPU_CAPABILITY": "default", "NPY_DISABLE_CPU_FEATURES": _numpy_features()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env=os.environ | plain,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == FINGERPRINT, done.stderr


def _numpy_features() -> str:
    """What NumPy found beyond its baseline and may be told to do without."""
    core = import_module("numpy._core._multiarray_umath")
    return " ".join(f for f in core.__cpu_dispatch__ if core.__cpu_features__.get(f))


def test_a_scene_depends_on_its_own_number_only() -> None:
    every = street(30, seed=3)
    assert same(every.subset(slice(10, 20)), street(10, seed=3, first=10))


def test_scenes_of_one_chunk_and_of_several_agree() -> None:
    large = Difficulty(noise=0)
    assert same(
        street(20, size=256, difficulty=large).subset(slice(15, 20)),
        street(5, size=256, first=15, difficulty=large),
    )


def test_seeds_differ() -> None:
    assert not same(street(3, seed=1), street(3, seed=2))
    first = street(12, seed=1).images
    assert len(torch.unique(first.flatten(1), dim=0)) == 12


def test_the_number_of_threads_is_left_alone() -> None:
    before = torch.get_num_threads()
    street(1)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("which", ["normal", "hard"])
def test_boxes_are_tight_around_the_visible_pixels(
    which: str, request: pytest.FixtureRequest
) -> None:
    scenes: Scenes = request.getfixturevalue(which)
    for i in range(len(scenes)):
        boxes, labels = scenes.targets(i)
        masks = scenes.masks(i)
        assert len(boxes) == len(labels) == len(masks) == scenes.counts[i]
        for box, mask in zip(boxes, masks, strict=True):
            y, x = mask.nonzero().unbind(1)
            assert box.tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_padding_is_zero_and_last(hard: Scenes) -> None:
    assert torch.equal(hard.labels > 0, torch.arange(9) < hard.counts[:, None])
    assert hard.boxes[hard.labels == 0].abs().max() == 0
    assert hard.instances is not None
    assert torch.equal(hard.instances.flatten(1).amax(1).long(), hard.counts)


def test_counts_classes_and_sizes_are_those_asked_for() -> None:
    asked = Difficulty(objects=(2, 4), smallest=16, largest=30, occlusion=0.9, clutter=0, noise=0)
    scenes = street(300, seed=1, difficulty=asked)
    assert scenes.counts.max() == 4
    assert (scenes.counts >= 2).float().mean() > 0.98
    share = torch.bincount(scenes.labels[scenes.labels > 0], minlength=4) / scenes.counts.sum()
    assert share[0] == 0 and share[1:].min() > 0.25
    wide, high = (scenes.boxes[..., 2:] - scenes.boxes[..., :2]).unbind(-1)
    assert 28 <= wide[scenes.labels == 2].max() <= 31
    assert 28 <= high[scenes.labels == 3].max() <= 32
    assert high[scenes.labels == 1].max() <= 30 * 1.15  # a raised hand reaches above the head


def test_figures_grow_with_the_image() -> None:
    small, large = (street(60, size=size, difficulty=EASY) for size in (64, 192))
    sides = [(s.boxes[..., 2:] - s.boxes[..., :2])[s.labels > 0].mean() for s in (small, large)]
    assert 2.7 < sides[1] / sides[0] < 3.3


def test_noise_has_the_deviation_asked_for() -> None:
    plain, noisy = (street(20, difficulty=Difficulty(noise=noise)) for noise in (0, 8))
    inner = (plain.images > 40) & (plain.images < 215)
    difference = (noisy.images.float() - plain.images.float())[inner]
    assert abs(difference.mean()) < 0.2
    assert abs(difference.std() - 8) < 0.3
    assert torch.equal(noisy.boxes, plain.boxes)


def test_harder_means_more_and_more_hidden() -> None:
    easy, normal, hard = (street(100, seed=2, difficulty=d) for d in (EASY, NORMAL, HARD))
    assert easy.counts.sum() < normal.counts.sum() < hard.counts.sum()
    sides = [
        (s.boxes[..., 2:] - s.boxes[..., :2])[s.labels > 0].mean() for s in (easy, normal, hard)
    ]
    assert sides[0] > sides[1] > sides[2]


def test_keypoints_lie_on_their_person_where_visible(hard: Scenes) -> None:
    assert hard.keypoints is not None and hard.instances is not None
    scene, person, point = (hard.keypoints[..., 2] > 0).nonzero().unbind(1)
    assert (hard.labels[scene, person] == 1).all()
    x, y, state = hard.keypoints[scene, person, point].unbind(1)
    owner = hard.instances[scene, y.long(), x.long()]
    mine, nearer = owner == person + 1, (owner > 0) & (owner < person + 1)
    assert mine[state == 2].float().mean() > 0.9  # thin hands may cover no centre of a pixel
    assert not nearer[state == 2].any()
    assert not mine[state == 1].any() and nearer[state == 1].any()


def test_no_scenes_and_no_objects_keep_the_form() -> None:
    none = street(0)
    assert none.images.shape == (0, 3, 96, 96) and none.boxes.shape == (0, 5, 4)
    empty = street(3, difficulty=Difficulty(objects=(0, 0), clutter=0))
    boxes, labels = empty.targets(0)
    assert boxes.shape == (0, 4) and labels.shape == (0,)
    assert empty.images.float().std() > 10


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(ValueError, match="size at 32"):
        street(1, size=16)
    with pytest.raises(ValueError, match="count and first start at 0"):
        street(-1)
    with pytest.raises(ValueError, match="fewest <= most"):
        Difficulty(objects=(4, 2))
    with pytest.raises(ValueError, match="smallest <= largest"):
        Difficulty(smallest=50, largest=40)
    with pytest.raises(ValueError, match="0 <= occlusion < 1"):
        Difficulty(occlusion=1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_draws_the_same() -> None:
    assert fingerprint(street(6, seed=11, difficulty=CROWDED, device="cuda")) == FINGERPRINT
