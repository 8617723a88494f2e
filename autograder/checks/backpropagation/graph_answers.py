# mypy: disable-error-code="no-untyped-def,name-defined,operator,attr-defined,arg-type"
"""Right ways to write Node: slopes kept, closures, every path by itself."""

from autograder.checks.backpropagation.graph import Node


@Node.alternative
class SlopesKept:
    """A number in a graph; each operation keeps the slope towards each of its parents."""

    def __init__(self, value, parents=(), op="", local=()):
        self.value, self.grad = float(value), 0.0
        self.parents, self.op, self.local = tuple(parents), op, tuple(local)

    @staticmethod
    def of(other):
        return other if isinstance(other, Node) else Node(other)

    def __add__(self, other):
        other = Node.of(other)
        return Node(self.value + other.value, (self, other), "+", (1.0, 1.0))

    def __mul__(self, other):
        other = Node.of(other)
        return Node(self.value * other.value, (self, other), "*", (other.value, self.value))

    def sigmoid(self):
        y = 1 / (1 + math.exp(-self.value))
        return Node(y, (self,), "sigmoid", (y * (1 - y),))

    def relu(self):
        return Node(max(self.value, 0.0), (self,), "relu", (float(self.value > 0),))

    def maximum(self, other):
        other = Node.of(other)
        larger = self if self.value > other.value else other
        slopes = (float(larger is self), float(larger is other))
        return Node(larger.value, (self, other), "max", slopes)

    def sorted(self):
        """This node and its ancestors, each before its parents."""
        seen, order = set(), []

        def visit(node):
            if node in seen:
                return
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

        visit(self)
        return order[::-1]

    def backward(self):
        nodes = self.sorted()
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in nodes:
            for parent, slope in zip(node.parents, node.local, strict=True):
                parent.grad += slope * node.grad

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Node.of(other)

    def __rsub__(self, other):
        return Node.of(other) + -self


@Node.alternative
class Closures:
    """A number in a graph; each operation keeps a function that passes its gradient on."""

    def __init__(self, value, parents=(), op="", local=()):
        self.value, self.grad = float(value), 0.0
        self.parents, self.op = tuple(parents), op
        self.pass_on = lambda: None

    @staticmethod
    def of(other):
        return other if isinstance(other, Node) else Node(other)

    def __add__(self, other):
        other = Node.of(other)
        y = Node(self.value + other.value, (self, other), "+")

        def pass_on():
            self.grad += y.grad
            other.grad += y.grad

        y.pass_on = pass_on
        return y

    def __mul__(self, other):
        other = Node.of(other)
        y = Node(self.value * other.value, (self, other), "*")

        def pass_on():
            self.grad += other.value * y.grad
            other.grad += self.value * y.grad

        y.pass_on = pass_on
        return y

    def sigmoid(self):
        y = Node(1 / (1 + math.exp(-self.value)), (self,), "sigmoid")

        def pass_on():
            self.grad += y.value * (1 - y.value) * y.grad

        y.pass_on = pass_on
        return y

    def relu(self):
        y = Node(self.value if self.value > 0 else 0, (self,), "relu")

        def pass_on():
            if self.value > 0:
                self.grad += y.grad

        y.pass_on = pass_on
        return y

    def maximum(self, other):
        other = Node.of(other)
        y = Node(max(self.value, other.value), (self, other), "max")

        def pass_on():
            larger = self if self.value > other.value else other
            larger.grad += y.grad

        y.pass_on = pass_on
        return y

    def backward(self):
        order, waiting = [], [(self, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                order.append(node)
            elif all(node is not known for known in order):
                waiting.append((node, True))
                waiting += [(parent, False) for parent in node.parents]
        nodes = list(dict.fromkeys(order))
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(nodes):
            node.pass_on()

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Node.of(other)

    def __rsub__(self, other):
        return Node.of(other) + -self


@Node.alternative
class EveryPath:
    """A number in a graph; the gradient runs down every path by itself."""

    def __init__(self, value, parents=(), op="", local=()):
        self.value, self.grad = float(value), 0.0
        self.parents, self.op = tuple(parents), op

    @staticmethod
    def of(other):
        return other if isinstance(other, Node) else Node(other)

    def __add__(self, other):
        return Node(self.value + Node.of(other).value, [self, Node.of(other)], "+")

    def __mul__(self, other):
        return Node(self.value * Node.of(other).value, [self, Node.of(other)], "*")

    def sigmoid(self):
        return Node(0.5 * (1 + math.tanh(self.value / 2)), [self], "sigmoid")

    def relu(self):
        return Node((self.value + abs(self.value)) / 2, [self], "relu")

    def maximum(self, other):
        other = Node.of(other)
        return Node([self.value, other.value][other.value > self.value], [self, other], "max")

    def slopes(self):
        values = [parent.value for parent in self.parents]
        if self.op == "+":
            return [1, 1]
        if self.op == "*":
            return values[::-1]
        if self.op == "sigmoid":
            return [self.value - self.value**2]
        if self.op == "relu":
            return [math.copysign(1, values[0]) if values[0] > 0 else 0]
        if self.op == "max":
            return [int(values[0] >= values[1]), int(values[0] < values[1])]
        return []

    def clear(self):
        self.grad = 0.0
        for parent in self.parents:
            parent.clear()

    def arrive(self, flow):
        self.grad += flow
        for parent, slope in zip(self.parents, self.slopes(), strict=True):
            parent.arrive(flow * slope)

    def backward(self):
        self.clear()
        self.arrive(1.0)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Node.of(other)

    def __rsub__(self, other):
        return Node.of(other) + -self
