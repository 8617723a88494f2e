"""How Node goes wrong: a right class with a line or a method replaced, as a student would."""

import textwrap

from autograder.checks.backpropagation.graph import Node
from autograder.checks.backpropagation.graph_answers import SlopesKept
from autograder.exercise import Misconception, answer_source

_RIGHT = answer_source(SlopesKept, Node.name)


def _mistake(name: str, old: str, new: str, hint: str, more: str) -> None:
    """Declare the right class with the text `old` replaced; ValueError where it is not found."""
    if _RIGHT.count(old) != 1:
        raise ValueError(f"{name}: the text to replace occurs {_RIGHT.count(old)} times")
    Node.misconceptions.append(Misconception(name, hint, more, _RIGHT.replace(old, new)))


def _method(name: str, body: str, hint: str, more: str) -> None:
    """Declare the right class with another backward."""
    start, end = _RIGHT.index("    def backward"), _RIGHT.index("    __radd__")
    code = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    _mistake(name, _RIGHT[start:end], f"{code}\n\n", hint, more)


_mistake(
    "overwrites_gradients",
    "parent.grad += slope * node.grad",
    "parent.grad = slope * node.grad",
    "A node that is used several times keeps only what came down the last path.",
    "The paths from a node to L add up: add to grad instead of replacing it.",
)
_mistake(
    "never_resets",
    """\
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
""",
    """\
        self.grad = 1.0
""",
    "A second backward() adds to the gradients of the first one.",
    "Before anything flows, set the grad of all nodes of this graph back to 0.",
)
_mistake(
    "resets_leaves_only",
    """\
        for node in nodes:
            node.grad = 0.0
""",
    """\
        for node in nodes:
            if not node.parents:
                node.grad = 0.0
""",
    "A second backward() starts from old gradients in the middle of the graph: only the leaves "
    "are reset.",
    "Nodes that were computed pass their grad on too: reset all ancestors.",
)
_mistake(
    "own_value_in_product",
    '"*", (other.value, self.value)',
    '"*", (self.value, other.value)',
    "In x * y the slope towards x is your x, and that towards y is y: they are exchanged.",
    "How much does x * y grow when x grows by a little? By that times y.",
)
_mistake(
    "forgets_upstream",
    "parent.grad += slope * node.grad",
    "parent.grad += slope",
    "Each node adds its local slope only: what flowed into the node itself is left out.",
    "Downstream gradient = upstream gradient times local gradient.",
)
_mistake(
    "sigmoid_slope_of_its_input",
    '"sigmoid", (y * (1 - y),)',
    '"sigmoid", (self.value * (1 - self.value),)',
    "The slope of the sigmoid is s(1 - s) with s its output; you took its input.",
    "Keep the value you computed and write the slope with that one.",
)
_mistake(
    "relu_open_at_zero",
    "(float(self.value > 0),)",
    "(float(self.value >= 0),)",
    "At exactly 0 your relu lets the gradient through; the text asks for 0 there.",
    "Is 0 larger than 0?",
)
_mistake(
    "relu_never_closes",
    "(float(self.value > 0),)",
    "(1.0,)",
    "The gradient passes your relu where its input is negative, though its output stays 0 there.",
    "Where the function is flat its slope is 0.",
)
_mistake(
    "maximum_to_both",
    "slopes = (float(larger is self), float(larger is other))",
    "slopes = (1.0, 1.0)",
    "maximum sends its gradient to both arguments; the smaller one does not change the result.",
    "Only the argument that is the maximum gets the gradient; the other gets 0.",
)
_mistake(
    "maximum_to_the_smaller",
    "slopes = (float(larger is self), float(larger is other))",
    "slopes = (float(larger is other), float(larger is self))",
    "maximum sends its gradient to the smaller argument.",
    "Which of the two changes the result when it is moved a little?",
)
_mistake(
    "nodes_only",
    "        return other if isinstance(other, Node) else Node(other)",
    "        return other",
    "A plain number beside a Node is not accepted: `x * 3` should work, and `3 * x` too.",
    "Make a Node of the other side when it is none; `Node.of` does it.",
)
_mistake(
    "result_without_op",
    'return Node(self.value + other.value, (self, other), "+", (1.0, 1.0))',
    "return Node(self.value + other.value, (self, other), local=(1.0, 1.0))",
    "A sum does not say how it was made: its op is missing.",
    'Give the new node the op that the text lists for this operation, here "+".',
)
_method(
    "each_node_at_first_sight",
    """
    def backward(self):
        for node in self.sorted():
            node.grad = 0.0
        self.grad = 1.0
        waiting, seen = [self], {self}
        while waiting:
            node = waiting.pop(0)
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
    """,
    "A node passes its gradient on before all of it has arrived: along a longer path more is "
    "still to come.",
    "Go through the nodes in topological order: each one only after all that were made from it.",
)
_method(
    "depth_first_once",
    """
    def backward(self):
        for node in self.sorted():
            node.grad = 0.0
        self.grad = 1.0
        seen = set()

        def visit(node):
            seen.add(node)
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad
                if parent not in seen:
                    visit(parent)

        visit(self)
    """,
    "Your recursion follows one path to its end before the others have reached the nodes on it.",
    "First put all nodes into topological order, then let the gradients flow in that order.",
)
_method(
    "passes_the_sum_on_again",
    """
    def backward(self):
        for node in self.sorted():
            node.grad = 0.0
        self.grad = 1.0

        def visit(node):
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad
                visit(parent)

        visit(self)
    """,
    "Where paths meet, some of the gradient is passed on twice: at each visit a node sends all "
    "it has so far.",
    "Let every node send its gradient once, when it is complete: that is topological order.",
)
_method(
    "one_step_back",
    """
    def backward(self):
        for node in self.sorted():
            node.grad = 0.0
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.local):
            parent.grad += slope
    """,
    "The gradient stops at the parents of the node; all its ancestors need one.",
    "Let the parents pass on what they got, and so on down to the leaves.",
)
_method(
    "no_seed",
    """
    def backward(self):
        nodes = self.sorted()
        for node in nodes:
            node.grad = 0.0
        for node in nodes:
            for parent, slope in zip(node.parents, node.local):
                parent.grad += slope * node.grad
    """,
    "All gradients are 0: nothing starts to flow.",
    "The gradient of L with respect to L itself is 1: set it before the loop.",
)
