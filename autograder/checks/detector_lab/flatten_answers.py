# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to flatten_predictions, wrong and right."""

from autograder.checks.detector_lab.flatten import flatten_predictions


@flatten_predictions.misconception(
    "A plain reshape keeps the order in memory: it puts all positions of a channel in a row.",
    "Bring the channels to the end first; then the anchors of a position follow each other.",
)
def only_reshaped(maps, values):
    return maps.reshape(len(maps), -1, values)


@flatten_predictions.misconception(
    "You go down the columns first; the anchors come row by row.",
    "The axes in the order N, H, W, A, values.",
)
def columns_first(maps, values):
    return maps.permute(0, 3, 2, 1).reshape(len(maps), -1, values)


@flatten_predictions.misconception(
    "You take the channels as one group for each value; they are one group for each anchor.",
    "Split the channels into (A, values), in this order.",
)
def grouped_by_value(maps, values):
    grouped = maps.unflatten(1, (values, -1))  # (N, values, A, H, W)
    return grouped.permute(0, 3, 4, 2, 1).reshape(len(maps), -1, values)


@flatten_predictions.misconception(
    "All positions of one anchor come before the next anchor; the anchors of a position belong "
    "together.",
    "The axes in the order N, H, W, A, values.",
)
def anchors_outside(maps, values):
    grouped = maps.unflatten(1, (-1, values))  # (N, A, values, H, W)
    return grouped.permute(0, 1, 3, 4, 2).reshape(len(maps), -1, values)


@flatten_predictions.misconception(
    "The images of the batch become one long list; each keeps its own.",
    "The answer has three dimensions, the first of length N.",
)
def batch_lost(maps, values):
    return maps.permute(0, 2, 3, 1).reshape(-1, values)


@flatten_predictions.misconception(
    "Where there is one value for each anchor, you leave its axis out.",
    "The shape is (N, H * W * A, values), also when values is 1.",
)
def last_axis_lost(maps, values):
    return maps.permute(0, 2, 3, 1).reshape(len(maps), -1, values).squeeze(-1)


@flatten_predictions.alternative
def by_axes_at_the_end(maps, values):
    N, channels, H, W = maps.shape
    moved = torch.movedim(maps, 1, 3)  # (N, H, W, A * values)
    return moved.reshape(N, H * W * (channels // values), values)


@flatten_predictions.alternative
def position_by_position(maps, values):
    N, _, H, W = maps.shape
    rows = [
        maps[:, :, i, j].reshape(N, -1, values) for i in range(H) for j in range(W)
    ]  # (N, A, values) each
    return torch.cat(rows, dim=1)


@flatten_predictions.alternative
def by_strides(maps, values):
    lists = [torch.stack(maps[:, k::values].unbind(1), dim=-1).flatten(1) for k in range(values)]
    return torch.stack(lists, dim=2)


@flatten_predictions.alternative
def by_einsum(maps, values):
    N, channels, H, W = maps.shape
    grouped = maps.reshape(N, channels // values, values, H, W)
    return torch.einsum("navhw->nhwav", grouped).reshape(N, -1, values)
