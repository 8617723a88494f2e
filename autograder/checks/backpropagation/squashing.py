# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return,operator"
"""sigmoid_fb and tanh_fb: the smooth activations that end in two plateaus."""

from autograder.checks.backpropagation.activations import activation_exercise

sigmoid_fb = activation_exercise(
    "sigmoid_fb",
    stars=1,
    minutes=6,
    lecture=[0.119203, 0.268941, 0.5, 0.731059, 0.880797],
)
tanh_fb = activation_exercise(
    "tanh_fb",
    stars=1,
    minutes=5,
    lecture=[-0.964028, -0.761594, 0.0, 0.761594, 0.964028],
)


@sigmoid_fb.misconception(
    "For large x your formula divides infinity by infinity, which is nan.",
    "Which of e^x and e^-x stays small when x is large? Write the sigmoid with that one only.",
)
def sigmoid_overflows(x, g):
    e = torch.exp(x)
    return e / (1 + e), g * e / (1 + e) ** 2


@sigmoid_fb.misconception(
    "y is right, but your slope divides infinity by infinity where x is far below 0.",
    "Write the slope with y, which is never larger than 1.",
)
def sigmoid_slope_overflows(x, g):
    e = torch.exp(-x)
    return 1 / (1 + e), g * e / (1 + e) ** 2


@sigmoid_fb.misconception(
    "dx is the slope of the sigmoid alone: the upstream gradient g is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def sigmoid_without_upstream(x, g):
    y = 1 / (1 + torch.exp(-x))
    return y, y * (1 - y)


@sigmoid_fb.misconception(
    "The slope is written with x; s(1 - s) needs the output s of the sigmoid.",
    "You have computed y already: use that one.",
)
def sigmoid_slope_of_x(x, g):
    return 1 / (1 + torch.exp(-x)), g * x * (1 - x)


@sigmoid_fb.misconception(
    "Your curve falls: for large x the sigmoid is 1, not 0.",
    "Look at the sign in the exponent: e^-x vanishes for large x.",
)
def sigmoid_mirrored(x, g):
    y = 1 / (1 + torch.exp(x))
    return y, g * y * (1 - y)


@sigmoid_fb.misconception(
    "The slope is taken at y instead of x: the sigmoid is applied twice.",
    "y is the sigmoid already; y(1 - y) needs no second one.",
)
def sigmoid_twice(x, g):
    y = 1 / (1 + torch.exp(-x))
    s = 1 / (1 + torch.exp(-y))
    return y, g * s * (1 - s)


@sigmoid_fb.misconception(
    "The values are right, but x is overwritten on the way.",
    "In torch a method that ends in an underscore changes the tensor itself.",
)
def sigmoid_in_place(x, g):
    y = x.neg_().exp_().add_(1).reciprocal_()
    return y, g * y * (1 - y)


@sigmoid_fb.misconception(
    "The slope of another function is used: 1 - y^2 belongs to tanh.",
    "Differentiate 1 / (1 + e^-x) and write the result with y.",
)
def sigmoid_with_the_slope_of_tanh(x, g):
    y = 1 / (1 + torch.exp(-x))
    return y, g * (1 - y**2)


@sigmoid_fb.alternative
def sigmoid_from_two_sides(x, g):
    e = torch.exp(-x.abs())  # never above 1
    y = torch.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return y, g * e / (1 + e) ** 2


@sigmoid_fb.alternative
def sigmoid_by_clamping(x, g):
    y = 1 / (1 + (-x.clamp(-80, 80)).exp())
    return y, (y - y * y) * g


@sigmoid_fb.alternative
def sigmoid_by_powers(x, g):
    y = (1 + math.e ** (-x)) ** -1
    return y, g * y * (1 - y)


@tanh_fb.misconception(
    "For large |x| your formula divides infinity by infinity, which is nan.",
    "Divide above and below by the larger power, or use the sigmoid as in the text.",
)
def tanh_overflows(x, g):
    up, down = torch.exp(x), torch.exp(-x)
    y = (up - down) / (up + down)
    return y, g * (1 - y**2)


@tanh_fb.misconception(
    "dx is the slope of tanh alone: the upstream gradient g is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
def tanh_without_upstream(x, g):
    y = 2 / (1 + torch.exp(-2 * x)) - 1
    return y, 1 - y**2


@tanh_fb.misconception(
    "The slope y(1 - y) belongs to the sigmoid; that of tanh is another one.",
    "Differentiate tanh and write the result with y: it is 1 where y is 0.",
)
def tanh_with_the_slope_of_sigmoid(x, g):
    y = 2 / (1 + torch.exp(-2 * x)) - 1
    return y, g * y * (1 - y)


@tanh_fb.misconception(
    "The slope is written with x; 1 - y^2 needs the output of tanh.",
    "Use what you have computed: y, not x.",
)
def tanh_slope_of_x(x, g):
    return 2 / (1 + torch.exp(-2 * x)) - 1, g * (1 - x**2)


@tanh_fb.misconception(
    "Your curve is too flat: tanh x is 2s(2x) - 1, with the sigmoid s taken at 2x.",
    "There are two 2s in that formula; one of them is missing.",
)
def tanh_at_half_speed(x, g):
    y = 2 / (1 + torch.exp(-x)) - 1
    return y, g * (1 - y**2)


@tanh_fb.misconception(
    "The slope lacks its square: 1 - y would be 2 far to the left, where tanh is flat.",
    "The slope is the same at x and at -x.",
)
def tanh_slope_without_square(x, g):
    y = 2 / (1 + torch.exp(-2 * x)) - 1
    return y, g * (1 - y)


@tanh_fb.alternative
def tanh_from_two_sides(x, g):
    e = torch.exp(-2 * x.abs())  # never above 1
    return x.sign() * (1 - e) / (1 + e), 4 * g * e / (1 + e) ** 2


@tanh_fb.alternative
def tanh_by_own_sigmoid(x, g):
    s, ds = sigmoid_fb(2 * x, torch.ones_like(g))
    return 2 * s - 1, 4 * ds * g


@tanh_fb.alternative
def tanh_by_clamping(x, g):
    x = x.clamp(-40, 40)
    y = (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())
    return y, g * (1 - y) * (1 + y)
