"""How hard a scene is: how many figures, how small, how hidden, among how much else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difficulty:
    """What makes street scenes easier or harder to read.

    objects: fewest and most figures that are placed in a scene, all counts equally likely. One
        that would end up hidden more than `occlusion` is left out, so a scene may hold fewer.
    smallest, largest: the height of persons and trees and the length of cars, in pixels of a
        scene of 96; in a scene of another size they grow with it. Near figures are the larger.
    occlusion: the largest share of a figure, 0 to 1, that other things or the border may hide.
    clutter: the most things that belong to no class: posts, crates and bushes.
    noise: standard deviation of the noise in every pixel and channel, in grey levels of 0..255.
    Raises ValueError when a value is out of its range.
    """

    objects: tuple[int, int] = (1, 5)
    smallest: float = 16.0
    largest: float = 48.0
    occlusion: float = 0.5
    clutter: int = 3
    noise: float = 4.0

    def __post_init__(self) -> None:
        fewest, most = self.objects
        limits = [
            (0 <= fewest <= most <= 100, "objects=(fewest, most) needs 0 <= fewest <= most <= 100"),
            (
                8 <= self.smallest <= self.largest <= 96,
                "8 <= smallest <= largest <= 96 must hold, in pixels of a scene of 96",
            ),
            (0 <= self.occlusion < 1, "occlusion is a share, 0 <= occlusion < 1"),
            (0 <= self.clutter <= 100, "clutter is a count, 0 <= clutter <= 100"),
            (0 <= self.noise <= 64, "noise is in grey levels, 0 <= noise <= 64"),
        ]
        for holds, message in limits:
            if not holds:
                raise ValueError(f"{self}: {message}.")


# Lengths follow from what anchors can reach: figures are at most about half as wide as long. With
# a stride of 8 pixels, anchors of 12, 18, 27 and 36 in ratios 1/2, 1 and 2 come to an IoU of 0.5
# with about 97 % of the objects of EASY and 87 % of NORMAL; with a stride of 4, with nearly all.
EASY = Difficulty(objects=(1, 3), smallest=24, largest=56, occlusion=0.1, clutter=0, noise=0)
NORMAL = Difficulty()
HARD = Difficulty(objects=(3, 9), smallest=10, largest=48, occlusion=0.7, clutter=6, noise=10)
