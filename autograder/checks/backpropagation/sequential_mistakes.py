"""How Sequential goes wrong: a right class with a few lines replaced, as a student would."""

from autograder.checks.backpropagation.sequential import PlainLoops, Sequential
from autograder.exercise import Misconception, answer_source

_RIGHT = answer_source(PlainLoops, Sequential.name)
_BACKWARD = """\
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g
"""
_STEP = """\
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - lr * layer.grads[name]
"""


def _mistake(name: str, old: str, new: str, hint: str, more: str) -> None:
    """Declare the right class with the text `old` replaced; ValueError where it is not found."""
    if _RIGHT.count(old) != 1:
        raise ValueError(f"{name}: the text to replace occurs {_RIGHT.count(old)} times")
    Sequential.misconceptions.append(Misconception(name, hint, more, _RIGHT.replace(old, new)))


_mistake(
    "backward_from_the_front",
    "reversed(self.layers)",
    "self.layers",
    "backward goes from the first layer to the last, but the gradient arrives at the last.",
    "What went in last comes out first: go through the list in reverse.",
)
_mistake(
    "same_gradient_for_all",
    _BACKWARD,
    """\
        for layer in reversed(self.layers):
            dx = layer.backward(g)
        return dx
""",
    "Every layer is given the gradient of the network's output; each needs that of its own output.",
    "What a layer's backward returns is the upstream gradient of the layer before it.",
)
_mistake(
    "same_input_for_all",
    """\
        for layer in self.layers:
            x = layer.forward(x)
        return x
""",
    """\
        y = x
        for layer in self.layers:
            y = layer.forward(x)
        return y
""",
    "Every layer is given the input of the network; each should take what the last one gave.",
    "Hand the result of one layer to the next.",
)
_mistake(
    "backward_returns_nothing",
    _BACKWARD,
    """\
        for layer in reversed(self.layers):
            g = layer.backward(g)
""",
    "backward works but returns None: the gradient of the input is asked for.",
    "Return what the first layer's backward gave.",
)
_mistake(
    "climbs_uphill",
    "layer.params[name] - lr",
    "layer.params[name] + lr",
    "The parameters move up the slope: the loss would grow.",
    "Gradient descent subtracts.",
)
_mistake(
    "without_learning_rate",
    "lr * layer.grads[name]",
    "layer.grads[name]",
    "The learning rate is left out: the step is the whole gradient.",
    "Multiply the gradient by lr.",
)
_mistake(
    "new_value_thrown_away",
    _STEP,
    """\
        for layer in self.layers:
            for name, p in layer.params.items():
                p = p - lr * layer.grads[name]
""",
    "The parameters never change: you compute the new value and give it to a local name.",
    "Put the new tensor into layer.params, or change the old one in place.",
)
_mistake(
    "last_layer_only",
    _STEP,
    """\
        layer = self.layers[-1]
        for name in layer.params:
            layer.params[name] = layer.params[name] - lr * layer.grads[name]
""",
    "Only the last layer learns; step is for the parameters of all layers.",
    "Loop over the layers, and inside over the names of their parameters.",
)
_mistake(
    "parameters_by_fixed_names",
    "            for name in layer.params:\n",
    '            for name in layer.params.keys() & {"W", "w", "b"}:\n',
    "Only parameters of certain names learn; a layer may call its own as it likes.",
    "Go through whatever names layer.params holds.",
)
_mistake(
    "one_parameter_of_each",
    "            for name in layer.params:\n",
    "            for name in list(layer.params)[:1]:\n",
    "Only the first parameter of each layer learns.",
    "Loop over all names in layer.params.",
)
_mistake(
    "needs_parameters",
    _STEP,
    """\
        for layer in self.layers:
            first, *others = layer.params
            for name in [first, *others]:
                layer.params[name] = layer.params[name] - lr * layer.grads[name]
""",
    "step stops at a layer without parameters: its params are an empty dict.",
    "A loop over an empty dict does nothing, which is what is wanted.",
)
_mistake(
    "step_instead_of_parameter",
    "layer.params[name] - lr * layer.grads[name]",
    "lr * layer.grads[name]",
    "The new parameter is the step alone; it should be the old value minus the step.",
    "Start from what the parameter was.",
)
