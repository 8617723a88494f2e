# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How num_grad goes wrong: each mistake as a student would write it."""

from autograder.checks.backpropagation.numeric import num_grad


@num_grad.misconception(
    "That is a one-sided difference: where f is curved it is off by about eps. Take the step in "
    "both directions.",
    "Compare the values at x + eps and at x - eps, which lie 2 eps apart.",
)
def one_sided(f, x, eps=1e-5):
    slopes = x.new_zeros(x.numel())
    for i in range(x.numel()):
        step = x.new_zeros(x.numel())
        step[i] = eps
        slopes[i] = (f(x + step.view(x.shape)) - f(x)) / eps
    return slopes.view(x.shape)


@num_grad.misconception(
    "Every slope is twice what it should be: how far apart are x + eps and x - eps?",
    "A slope is a rise divided by the whole distance between the two points.",
)
def divides_by_eps(f, x, eps=1e-5):
    slopes = x.new_zeros(x.numel())
    for i in range(x.numel()):
        step = x.new_zeros(x.numel())
        step[i] = eps
        slopes[i] = (f(x + step.view(x.shape)) - f(x - step.view(x.shape))) / eps
    return slopes.view(x.shape)


@num_grad.misconception(
    "All entries are moved at once, so you get the sum of all slopes; each entry needs its own.",
    "Loop over the entries and leave all the others where they are.",
)
def moves_all_at_once(f, x, eps=1e-5):
    return torch.zeros_like(x) + (f(x + eps) - f(x - eps)) / (2 * eps)


@num_grad.misconception(
    "An entry stays moved while the next one is tried; only one may be away from its place.",
    "Start each entry from a fresh copy of x, or put the last one back first.",
)
def leaves_entries_moved(f, x, eps=1e-5):
    moved, slopes = x.reshape(-1).clone(), x.new_zeros(x.numel())
    for i in range(x.numel()):
        moved[i] += eps
        above = f(moved.view(x.shape))
        moved[i] -= 2 * eps
        slopes[i] = (above - f(moved.view(x.shape))) / (2 * eps)
    return slopes.view(x.shape)


@num_grad.misconception(
    "You step on x itself: it is not what it was while f runs, and rounding may leave a trace.",
    "Move a copy; `x.clone()` makes one.",
)
def steps_on_x(f, x, eps=1e-5):
    slopes = torch.zeros_like(x)
    for index in torch.ones_like(x).nonzero().tolist():
        place = tuple(index)
        x[place] += eps
        above = f(x)
        x[place] -= 2 * eps
        slopes[place] = (above - f(x)) / (2 * eps)
        x[place] += eps
    return slopes


@num_grad.misconception(
    "Only vectors come out right: in a matrix x[i] is a whole row, and a 0-d tensor has no x[0].",
    "Go through all entries: lay x out flat, and give the result the shape of x at the end.",
)
def vectors_only(f, x, eps=1e-5):
    slopes = torch.zeros_like(x)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


@num_grad.misconception(
    "The step is always 1e-5 in your code; eps says how large it is.",
    "Use eps for both points and for the distance between them.",
)
def takes_its_own_eps(f, x, eps=1e-5):
    slopes = x.new_zeros(x.numel())
    for i in range(x.numel()):
        step = x.new_zeros(x.numel())
        step[i] = 1e-5
        slopes[i] = (f(x + step.view(x.shape)) - f(x - step.view(x.shape))) / 2e-5
    return slopes.view(x.shape)


@num_grad.misconception(
    "The gradient is laid out flat: it should have the shape of x.",
    "Give the result the shape of x at the end.",
)
def flat_gradient(f, x, eps=1e-5):
    slopes = x.new_zeros(x.numel())
    for i in range(x.numel()):
        step = x.new_zeros(x.numel())
        step[i] = eps
        step = step.view(x.shape)
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


@num_grad.misconception(
    "Where x is transposed or has gaps in memory your steps go into a copy, and the slope is 0.",
    "`reshape` copies where it must: write the step so that it does not matter which it does.",
)
def steps_on_a_copy(f, x, eps=1e-5):
    moved, slopes = x.detach().clone(memory_format=torch.preserve_format), x.new_zeros(x.numel())
    flat = moved.reshape(-1)
    for i in range(x.numel()):
        value = flat[i].item()
        flat[i] = value + eps
        above = f(moved)
        flat[i] = value - eps
        slopes[i] = (above - f(moved)) / (2 * eps)
        flat[i] = value
    return slopes.view(x.shape)


@num_grad.misconception(
    "You take .item() of what f returns, but f may return a plain float, which has none.",
    "Subtracting and dividing works for floats and for 0-d tensors alike.",
)
def asks_for_items(f, x, eps=1e-5):
    slopes = x.new_zeros(x.numel())
    for i in range(x.numel()):
        step = x.new_zeros(x.numel())
        step[i] = eps
        step = step.view(x.shape)
        slopes[i] = (f(x + step).item() - f(x - step).item()) / (2 * eps)
    return slopes.view(x.shape)


@num_grad.misconception(
    "A float64 x gets a float32 gradient: torch.zeros makes float32 unless told otherwise.",
    "The result should be like x: same shape, same dtype.",
)
def slopes_in_float32(f, x, eps=1e-5):
    slopes = torch.zeros(x.numel())
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = eps
        slopes[i] = (f(x + step.view(x.shape)) - f(x - step.view(x.shape))) / (2 * eps)
    return slopes.view(x.shape)
