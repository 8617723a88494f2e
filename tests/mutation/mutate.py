"""Small mistakes made by rule: every way to change one operator, number, name or argument."""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

_SWAPS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div, ast.Mod),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Mod: (ast.FloorDiv,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_OPPOSITES = {"min": "max", "max": "min", "amin": "amax", "amax": "amin"}
_ABSENT = {"lower": ast.Constant(1), "upper": ast.Constant(-1), "step": ast.Constant(2)}


@dataclass(frozen=True)
class Mutant:
    """A source with one small change. before, after: the lines in which it shows."""

    before: str
    after: str
    code: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a source, each text once, in the order of the source.

    Comments and layout are those of `ast.unparse`; docstrings are left alone.
    """
    tree = ast.parse(source)
    original, *codes = dict.fromkeys([ast.unparse(tree), *_variants(tree)])
    return [Mutant(*_changed_lines(original, code), code) for code in codes]


def _variants(tree: ast.AST) -> Iterator[str]:
    names = sorted(_own_names(tree))
    for owner, field, index, node in list(_places(tree)):
        for new in _replacements(node, owner, field, names):
            _put(owner, field, index, new)
            yield ast.unparse(ast.fix_missing_locations(tree))
            _put(owner, field, index, node)


def _own_names(tree: ast.AST) -> set[str]:
    """The parameters and variables of a source."""
    nodes = list(ast.walk(tree))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in nodes if isinstance(n, ast.arg)}


def _places(owner: ast.AST) -> Iterator[tuple[ast.AST, str, int, ast.AST]]:
    """Every place of the tree that holds a node, before the places below it."""
    for field, value in ast.iter_fields(owner):
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if isinstance(node, ast.AST) and not docstring:
                yield owner, field, index, node
                yield from _places(node)


def _put(owner: ast.AST, field: str, index: int, node: ast.AST) -> None:
    if isinstance(value := getattr(owner, field), list):
        value[index] = node
    else:
        setattr(owner, field, node)


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines in which two texts differ, without those they begin and end with."""
    old, new = before.splitlines(), after.splitlines()
    for end in (0, -1):
        while old and new and old[end] == new[end]:
            del old[end], new[end]
    return " ".join(line.strip() for line in old), " ".join(line.strip() for line in new)


def _replacements(
    node: ast.AST, owner: ast.AST, field: str, names: Sequence[str]
) -> Iterator[ast.AST]:
    """What may stand in place of a node; names: the variables that may stand for each other."""
    yield from (kind() for kind in _SWAPS.get(type(node), ()))
    match node:
        case ast.Constant():
            yield from map(ast.Constant, _constants(node.value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            yield from (one, other)
        case ast.Name(id=name, ctx=ast.Load()):
            yield from map(ast.Name, names if name in names else [_OPPOSITES.get(name, name)])
        case ast.Attribute(value=value, attr=name):
            yield value if name == "T" else ast.Attribute(value, _OPPOSITES.get(name, name))
        case ast.Call():
            yield from _calls(node)
        case ast.Slice():
            yield from _slices(node)
        case ast.Tuple():
            yield from _swapped(node, "elts")
        case ast.AugAssign(target=target, value=value):
            yield ast.Assign([target], value)
    if isinstance(node, ast.stmt) and field == "body" and not isinstance(owner, ast.Module):
        yield ast.Pass()
    if isinstance(owner, ast.Subscript) and field == "slice":
        yield from _indices(node)


def _constants(value: object) -> Iterator[bool | int | str]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1)
        case None:
            yield 0
        case str() if "->" in value:
            yield from _equations(value)
        case str():
            yield f"{value}_"


def _equations(text: str) -> Iterator[str]:
    """An einsum equation with one letter changed to another of it, or two outputs swapped."""
    places = [i for i, c in enumerate(text) if c.isalpha()]
    for i, other in product(places, sorted({text[i] for i in places})):
        yield text[:i] + other + text[i + 1 :]
    head, output = text.split("->")
    for one, other in combinations(output, 2):
        yield f"{head}->{output.translate(str.maketrans(one + other, other + one))}"


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Arguments dropped or swapped, bounds of a range moved, a method left out."""
    yield from _swapped(node, "args")
    words = node.keywords
    for i in range(len(words)):
        yield ast.Call(node.func, node.args, words[:i] + words[i + 1 :])
    for i, (one, other) in enumerate(pairwise(words)):
        pair = [ast.keyword(one.arg, other.value), ast.keyword(other.arg, one.value)]
        yield ast.Call(node.func, node.args, [*words[:i], *pair, *words[i + 2 :]])
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        *start, stop = node.args
        for moved in _moved(stop):
            yield ast.Call(node.func, [*start, moved], [])
        yield ast.Call(node.func, [*(start or [ast.Constant(1)]), stop], [])
    if isinstance(node.func, ast.Attribute):
        yield node.func.value


def _swapped(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """The node with each pair of neighbours in a list of it swapped."""
    items = getattr(node, field)
    for i in range(len(items) - 1):
        yield _with(node, field, [*items[:i], items[i + 1], items[i], *items[i + 2 :]])


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    """Bounds and step moved by one, left out, or made up where there are none."""
    for field, made_up in _ABSENT.items():
        bound = getattr(node, field)
        for new in [made_up] if bound is None else [None, *_moved(bound)]:
            yield _with(node, field, new)


def _indices(node: ast.AST) -> Iterator[ast.expr]:
    """A subscript, or one index of several, moved by one."""
    if isinstance(node, ast.Name | ast.BinOp | ast.Call | ast.Attribute):
        yield from _moved(node)
    if isinstance(node, ast.Tuple):
        for i, item in enumerate(node.elts):
            for moved in _indices(item):
                yield ast.Tuple([*node.elts[:i], moved, *node.elts[i + 1 :]])


def _moved(node: ast.expr) -> list[ast.expr]:
    """One more and one less."""
    one = ast.Constant(1)
    return [ast.BinOp(node, ast.Add(), one), ast.BinOp(node, ast.Sub(), one)]


def _with(node: ast.AST, field: str, value: object) -> ast.AST:
    """A copy of a node with one field of its own changed."""
    changed = copy.copy(node)
    setattr(changed, field, value)
    return changed
