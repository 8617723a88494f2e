"""A small network from images to features at a quarter of their size."""

import torch.nn.functional as F
from torch import Tensor, nn

FINEST = 16  # sides must be multiples of the coarsest stride
_WIDTHS = (16, 32, 64, 96)
_GREY = 0.45  # about the mean of the scenes


class Backbone(nn.Module):
    """Convolutions down to an eighth and a sixteenth of the image, added up at a quarter.

    Images (N, 3, H, W) of floats in 0..1, H and W multiples of 16, give features
    (N, channels, H/4, W/4): three stages of 3 x 3 convolutions with batch normalisation and ReLU,
    each brought to `channels` by a 1 x 1 convolution, enlarged to the next finer one and added to
    it (feature pyramid, Lin et al. 2017, of which only the finest level is used).
    width: factor for the channels of the stages. Raises ValueError for sides that do not fit.
    """

    def __init__(self, width: float = 1.0, channels: int = 64) -> None:
        super().__init__()
        first, *stages = [round(width * c) for c in _WIDTHS]
        self.channels = channels
        self.stem = _convolution(3, first, stride=2)
        inputs = [first, *stages[:-1]]
        self.stages = nn.ModuleList(
            nn.Sequential(_convolution(before, after, stride=2), _convolution(after, after))
            for before, after in zip(inputs, stages, strict=True)
        )
        self.laterals = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in stages)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, 3, H, W) to features (N, channels, H/4, W/4)."""
        if images.shape[2] % FINEST or images.shape[3] % FINEST:
            size = " x ".join(str(side) for side in images.shape[2:])
            raise ValueError(f"Backbone: an image of {size}; sides are multiples of {FINEST}.")
        features, x = [], self.stem(images - _GREY)
        for stage, lateral in zip(self.stages, self.laterals, strict=True):
            x = stage(x)
            features.append(lateral(x))
        total = features.pop()
        for finer in reversed(features):
            total = finer + F.interpolate(total, scale_factor=2.0)
        return total


def _convolution(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
