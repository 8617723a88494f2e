"""Small mistakes made by rule: every way to change one operator, number, bound or argument."""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_ABSENT = {"lower": ast.Constant(1), "upper": ast.Constant(-1), "step": ast.Constant(2)}
_NAMES = {"min": "max", "max": "min", "amin": "amax", "amax": "amin"}


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
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for code in _variants(tree):
        if code != original and code not in found:
            found[code] = Mutant(*_changed_lines(original, code), code)
    return list(found.values())


def _variants(tree: ast.AST) -> Iterator[str]:
    names = sorted(_own_names(tree))
    for owner, field, index, node in list(_slots(tree)):
        others = [ast.Name(name) for name in names if _is_read(node, names)]
        for new in [*_replacements(node, owner, field), *others]:
            _put(owner, field, index, new)
            yield ast.unparse(ast.fix_missing_locations(tree))
            _put(owner, field, index, node)


def _slots(owner: ast.AST) -> Iterator[tuple[ast.AST, str, int, ast.AST]]:
    """Every place of the tree that holds a node, before the places below it."""
    for field, value in ast.iter_fields(owner):
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST) and not _is_docstring(node):
                yield owner, field, index, node
                yield from _slots(node)


def _own_names(tree: ast.AST) -> set[str]:
    """The parameters and variables of a source."""
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)}
    return stored | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_read(node: ast.AST, names: Sequence[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names and not _is_stored(node)


def _put(owner: ast.AST, field: str, index: int, node: ast.AST) -> None:
    value = getattr(owner, field)
    if isinstance(value, list):
        value[index] = node
    else:
        setattr(owner, field, node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines in which two texts differ, without those they begin and end with."""
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return " ".join(line.strip() for line in old), " ".join(line.strip() for line in new)


def _replacements(node: ast.AST, owner: ast.AST, field: str) -> Iterator[ast.AST]:
    """What may stand in place of a node."""
    for kind in _SWAPS.get(type(node), ()):
        yield kind()
    match node:
        case ast.Constant():
            yield from _constants(node, owner)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, right=right):
            yield from (left, right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Name(_NAMES[name])
        case ast.Attribute(value=value, attr=name):
            yield from [ast.Attribute(value, _NAMES[name])] if name in _NAMES else []
            yield from [value] if name == "T" else []
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


def _constants(node: ast.Constant, owner: ast.AST) -> Iterator[ast.AST]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
        case None:
            yield ast.Constant(0)
        case str() if "->" in node.value:
            yield from map(ast.Constant, _equations(node.value))
        case str() if isinstance(owner, ast.Dict):
            yield ast.Constant(node.value + "_")


def _equations(text: str) -> Iterator[str]:
    """An einsum equation with one letter changed to another of it, or two outputs swapped."""
    head, output = text.split("->")
    letters = sorted({c for c in text if c.isalpha()})
    for place, letter in enumerate(text):
        if letter.isalpha():
            for other in letters:
                yield text[:place] + other + text[place + 1 :]
    for i in range(len(output)):
        for j in range(i + 1, len(output)):
            swapped = list(output)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield f"{head}->{''.join(swapped)}"


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Arguments dropped or swapped, bounds of a range moved, a method left out."""
    yield from _swapped(node, "args")
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
    for i in range(len(node.keywords) - 1):
        first, second = node.keywords[i : i + 2]
        pair = [ast.keyword(first.arg, second.value), ast.keyword(second.arg, first.value)]
        keywords = [*node.keywords[:i], *pair, *node.keywords[i + 2 :]]
        yield ast.Call(node.func, node.args, keywords)
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
        new = copy.copy(node)
        setattr(new, field, [*items[:i], items[i + 1], items[i], *items[i + 2 :]])
        yield new


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    """Bounds and step moved by one, left out, or made up where there are none."""
    for field in ("lower", "upper", "step"):
        bound = getattr(node, field)
        for moved in [_ABSENT[field]] if bound is None else [None, *_moved(bound)]:
            new = copy.copy(node)
            setattr(new, field, moved)
            yield new


def _indices(node: ast.AST) -> Iterator[ast.AST]:
    """A subscript, or one index of several, moved by one."""
    if isinstance(node, ast.Name | ast.BinOp | ast.Call | ast.Attribute):
        yield from _moved(node)
    if isinstance(node, ast.Tuple):
        for i, item in enumerate(node.elts):
            for moved in _indices(item):
                yield ast.Tuple([*node.elts[:i], moved, *node.elts[i + 1 :]])


def _moved(node: ast.expr) -> list[ast.expr]:
    """One more and one less."""
    return [ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub())]
