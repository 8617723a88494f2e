# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to grid_targets, wrong and right."""

from autograder.checks.region_proposals.grid import grid_targets


@grid_targets.misconception(
    "Rows and columns are exchanged: x says how far right a centre lies, so it finds the column.",
    "The first index of the result goes down, with y.",
)
def columns_first(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        grid[int(x), int(y)] = 0
        numbers = [1, x - int(x), y - int(y), (x2 - x1) / size, (y2 - y1) / size]
        grid[int(x), int(y), :5] = grid.new_tensor(numbers)
        grid[int(x), int(y), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "cx and cy say where the centre is in the image; they are to say where it is in its cell.",
    "Measure from the cell's own left and top edge, in units of the cell.",
)
def place_in_the_image(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size, (y1 + y2) / 2 / size
        row, column = int(y * S), int(x * S)
        grid[row, column] = 0
        grid[row, column, :5] = grid.new_tensor([1, x, y, (x2 - x1) / size, (y2 - y1) / size])
        grid[row, column, 4 + label] = 1
    return grid


@grid_targets.misconception(
    "cx and cy are measured from the cell's edge, but in pixels.",
    "Divide by the side of a cell: the right edge of the cell is 1.",
)
def place_in_pixels(boxes, labels, size, S=3, K=3):
    grid, cell = boxes.new_zeros(S, S, 5 + K), size / S
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        row, column = int(y // cell), int(x // cell)
        numbers = [1, x % cell, y % cell, (x2 - x1) / size, (y2 - y1) / size]
        grid[row, column] = 0
        grid[row, column, :5] = grid.new_tensor(numbers)
        grid[row, column, 4 + label] = 1
    return grid


@grid_targets.misconception(
    "w and h are measured by the cell; they are shares of the image.",
    "An object as wide as the image has w = 1.",
)
def size_in_cells(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip((boxes * S / size).tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor([1, x % 1, y % 1, x2 - x1, y2 - y1])
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "w and h are still in pixels.",
    "Divide by the side of the image.",
)
def size_in_pixels(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor([1, x % 1, y % 1, x2 - x1, y2 - y1])
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "The cell is found by the top left corner of the box; its centre decides.",
    "Take the middle of x1 and x2, and of y1 and y2.",
)
def cell_of_the_corner(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = x1 / size * S, y1 / size * S
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "The class is one place too far right: labels begin at 1, places at 0.",
    "Class 1 stands right behind w and h.",
)
def class_one_too_far(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 5 + label] = 1
    return grid


@grid_targets.misconception(
    "There is a place for the background among the classes; p says already whether there is an "
    "object.",
    "K numbers for K classes: 5 + K in all.",
)
def with_background_class(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 6 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 5 + label] = 1
    return grid


@grid_targets.misconception(
    "The label itself stands in the cell; each class has its own number, 1 or 0.",
    "The sizes of numbers mean nothing for classes: class 3 is not three times class 1.",
)
def label_as_number(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size, label]
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :6] = grid.new_tensor(numbers)
    return grid


@grid_targets.misconception(
    "Of several objects in a cell the first stays in your answer; the last should.",
    "Let a later object overwrite an earlier one.",
)
def first_stays(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        if grid[int(y), int(x), 0] == 1:
            continue
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "A cell keeps the classes of all its objects; nothing of the earlier ones should stay.",
    "Set the whole cell to 0 before you write an object into it.",
)
def classes_pile_up(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "The grid is always 3 x 3 with 3 classes in your answer: use S and K.",
    "Where S is 4, a cell is a quarter of the image wide.",
)
def always_three(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(3, 3, 8)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * 3, (y1 + y2) / 2 / size * 3
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[int(y), int(x)] = 0
        grid[int(y), int(x), :5] = grid.new_tensor(numbers)
        grid[int(y), int(x), 4 + label] = 1
    return grid


@grid_targets.misconception(
    "A centre is rounded to the nearest line; cut the fraction off to find its cell.",
    "A centre at 0.9 cells from the left edge is in the first cell still.",
)
def rounds_to_a_cell(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        x, y = (x1 + x2) / 2 / size * S, (y1 + y2) / 2 / size * S
        row, column = min(round(y), S - 1), min(round(x), S - 1)
        numbers = [1, x % 1, y % 1, (x2 - x1) / size, (y2 - y1) / size]
        grid[row, column] = 0
        grid[row, column, :5] = grid.new_tensor(numbers)
        grid[row, column, 4 + label] = 1
    return grid


@grid_targets.alternative
def whole_rows_of_numbers(boxes, labels, size, S=3, K=3):
    grid = torch.zeros(S, S, 5 + K, dtype=boxes.dtype)
    for box, label in zip(boxes, labels, strict=True):
        centre = (box[:2] + box[2:]) / 2 / size * S
        column, row = int(centre[0]), int(centre[1])
        one_hot = (torch.arange(1, K + 1) == label).to(boxes)
        place = torch.stack([centre[0] - column, centre[1] - row])
        grid[row, column] = torch.cat(
            [boxes.new_ones(1), place, (box[2:] - box[:2]) / size, one_hot]
        )
    return grid


@grid_targets.alternative
def in_plain_numbers(boxes, labels, size, S=3, K=3):
    rows = [[[0.0] * (5 + K) for _ in range(S)] for _ in range(S)]
    cell = size / S
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        column, cx = divmod((x1 + x2) / 2, cell)
        row, cy = divmod((y1 + y2) / 2, cell)
        classes = [float(k == label) for k in range(1, K + 1)]
        numbers = [1.0, cx / cell, cy / cell, (x2 - x1) / size, (y2 - y1) / size]
        rows[int(row)][int(column)] = numbers + classes
    return torch.tensor(rows, dtype=boxes.dtype)


@grid_targets.alternative
def cell_by_cell(boxes, labels, size, S=3, K=3):
    grid = boxes.new_zeros(S, S, 5 + K)
    centres, extents = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / size
    for row in range(S):
        for column in range(S):
            start = boxes.new_tensor([column, row]) * size / S
            inside = ((centres >= start) & (centres < start + size / S)).all(1).nonzero().flatten()
            if len(inside):
                last = inside[-1]
                grid[row, column, 0] = 1
                grid[row, column, 1:3] = (centres[last] - start) * S / size
                grid[row, column, 3:5] = extents[last]
                grid[row, column, 5:] = F.one_hot(labels[last] - 1, K)
    return grid
