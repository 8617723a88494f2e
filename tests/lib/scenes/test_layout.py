"""Places in a street: nearer ones first, lower in the picture and larger."""

import numpy as np

from visionlab.scenes import EASY, HARD, Difficulty, layout, street
from visionlab.scenes.draws import Draws


def arranged(difficulty: Difficulty, n: int = 400) -> layout.Layout:
    rng = np.random.default_rng(0)
    slots = difficulty.objects[1] + difficulty.clutter
    draws = Draws(rng.random((n, layout.numbers(difficulty))))
    return layout.arrange(draws, difficulty, 96, np.full(n, 40.0), np.zeros((n, slots, 1)))


def test_nearer_figures_come_first_and_stand_lower() -> None:
    scene = arranged(HARD)
    assert (np.diff(scene.y, axis=1) <= 0).all()
    assert scene.y.min() > 40 and scene.y.max() < 96


def test_near_figures_are_larger() -> None:
    scene = arranged(HARD)
    figures = (scene.kind >= 0) & (layout.LABEL_OF_KIND[scene.kind] > 0)
    assert np.corrcoef(scene.y[figures], scene.length[figures])[0, 1] > 0.7


def test_lengths_stay_within_the_difficulty() -> None:
    scene = arranged(HARD)
    figures = (scene.kind >= 0) & (layout.LABEL_OF_KIND[scene.kind] > 0)
    assert scene.length[figures].min() >= HARD.smallest
    assert scene.length[figures].max() <= HARD.largest


def test_all_kinds_occur_and_clutter_only_where_asked() -> None:
    kinds = arranged(HARD).kind
    assert set(np.unique(kinds)) == {-1, *range(7)}
    assert not np.isin(arranged(EASY).kind, layout.CLUTTER).any()


def test_boxes_that_nothing_may_hide_do_not_meet() -> None:
    scenes = street(60, seed=4, difficulty=Difficulty(occlusion=0, clutter=0, noise=0))
    for i in range(len(scenes)):
        boxes, _ = scenes.targets(i)
        bottoms = boxes[:, 3]
        assert (bottoms.diff() <= 2).all()  # objects come near to far; shoes differ a little
    assert scenes.counts.float().mean() > 1.5
