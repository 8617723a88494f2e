"""Reads an answer's code for forbidden names, without running it."""

import ast
import re
import symtable
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from weakref import WeakKeyDictionary

from IPython.core.inputtransformer2 import TransformerManager

from visionlab.checking.forbidden import AROUND_THE_GUARD, PARTS_OF_THE_GUARD, Forbidden

_IMPORTERS = ("__import__", "import_module")
_RUNNERS = {"eval", "exec", "compile"}
# Whoever reads has no clock, and IPython needs a pass over the cell for every magic in it.
MAX_CODE = 500_000  # characters of a notebook's code
_MAX_TRANSFORMED = 50_000  # characters of a cell
_MAX_MAGICS = 10  # lines of a cell
_MANY_CELLS = 500  # whose reading is remembered
_MAGIC_LINE = re.compile(r"^[^\S\n]*[%!?,;/].*|^.*(?:=[^\S\n]*[%!]|\?[^\S\n]*$).*", re.MULTILINE)


def forbidden_use(cells: Iterable[str], name: str, forbidden: Forbidden) -> str:
    """Words on the first forbidden name that `name` or one of its helpers uses, or "".

    cells: source of the code cells in the order they ran; later definitions replace earlier
    ones. Only code that `name` reaches is read: comparing one's own result with F.conv2d in
    another cell is good practice and no offence. Raises nothing, whatever the cells hold.
    """
    if not forbidden.names:
        return ""
    try:
        return _first_use(cells, name, forbidden)
    except Exception as error:  # it runs outside the wall, on whatever a student wrote
        return f"its code cannot be read ({type(error).__name__})"


def _first_use(cells: Iterable[str], name: str, forbidden: Forbidden) -> str:
    texts = tuple(cells)
    if sum(map(len, texts)) > MAX_CODE:
        return f"its notebook holds more than {MAX_CODE} characters of code"
    if part := _part_of_the_guard(texts):
        return f"its notebook uses {part}"
    module = _definitions(texts, forbidden.names).copy()
    reached = list(module.reachable(name))
    for statement in reached:
        module.take_local(statement)
    for node in (node for statement in reached for node in ast.walk(statement)):
        used = _offence(node, forbidden.names, module)
        if used:  # names in texts, as of getattr, may hold what moves a terminal's cursor
            used = "".join(filter(str.isprintable, used))
            return f"it uses {used} (line {getattr(node, 'lineno', 0)} of its cell)"
    return ""


@lru_cache(maxsize=8)  # notebooks: all exercises of one are read in a row
def _statements(cells: tuple[str, ...]) -> tuple[ast.stmt, ...]:
    """The statements of all cells; none of those that are not Python."""
    return tuple(statement for source in cells for statement in _statements_of_cell(source))


@lru_cache(maxsize=32)  # the exercises of a notebook share a few sets of names
def _definitions(cells: tuple[str, ...], names: frozenset[str]) -> "_Definitions":
    module = _Definitions(names)
    for statement in _statements(cells):
        module.take(statement)
    return module


def _part_of_the_guard(cells: tuple[str, ...]) -> str:
    """What the code names of the watch over forbidden calls, or ""."""
    return next(filter(None, map(_part_in_cell, cells)), "")


@lru_cache(maxsize=_MANY_CELLS)
def _part_in_cell(source: str) -> str:
    # Python reads a name in this form, whatever letters it is written with.
    text = unicodedata.normalize("NFKC", source)
    if not any(part.rpartition(".")[2] in text for part in PARTS_OF_THE_GUARD):
        return ""  # as in nearly every cell, which need not be walked through
    for node in (n for statement in _statements_of_cell(source) for n in ast.walk(statement)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in PARTS_OF_THE_GUARD:
                return name
            case ast.Import(names=aliases):
                paths = [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(origin), names=aliases):
                paths = [f"{origin}.{alias.name}" for alias in aliases]
            case _:
                continue
        for path in paths:
            if any(f".{part}." in f".{path}." for part in PARTS_OF_THE_GUARD):
                return path
    return ""


@lru_cache(maxsize=_MANY_CELLS)  # most cells of a class are as they were handed out
def _statements_of_cell(source: str) -> list[ast.stmt]:
    if source.lstrip().startswith("%%"):  # %%time and the like: the rest of the cell runs
        source = source.lstrip().partition("\n")[2]
    for python in (lambda: source, lambda: _without_magics(source)):
        try:
            return ast.parse(python()).body
        except Exception:  # a cell that cannot be read here cannot run there
            continue
    return []


def _without_magics(source: str) -> str:
    """The cell as Python; where it holds more magics than anybody writes, without their lines."""
    magics = sum(1 for _ in zip(range(_MAX_MAGICS + 1), _MAGIC_LINE.finditer(source), strict=False))
    if magics > _MAX_MAGICS or len(source) > _MAX_TRANSFORMED:
        return _MAGIC_LINE.sub("", source)
    return str(TransformerManager().transform_cell(source))


class _Definitions:
    """What each global name of a notebook stands for: code, or an imported thing."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._code: dict[str, list[ast.stmt]] = {}
        self._imported: dict[str, str] = {}

    def copy(self) -> "_Definitions":
        """One of its own, to take in what a function does inside itself."""
        own = _Definitions(self._names)
        own._code, own._imported = self._code, dict(self._imported)
        return own

    def take(self, statement: ast.stmt, certain: bool = True) -> None:
        """Take in a statement of a cell. certain: it runs, and replaces what was before."""
        match statement:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                self._define(name, statement, certain)
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                for name in _targets(statement):
                    again = isinstance(statement, ast.AugAssign) or name in _global_names(statement)
                    self._define(name, statement, certain and not again)
                self._alias(statement)
            case _:
                for name in _targets(statement):
                    self._define(name, statement, False)
                for inner in _inner_statements(statement):
                    self.take(inner, certain=False)

    def take_local(self, statement: ast.stmt) -> None:
        """Take in what a reached function imports or gives another name inside itself."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign):
                self._alias(node)

    def reachable(self, name: str) -> Iterator[ast.stmt]:
        """Every statement that `name` may run, each once."""
        waiting, seen = [name], {name}
        while waiting:
            for statement in self._code.get(waiting.pop(), []):
                yield statement
                new = _global_names(statement) - seen
                seen |= new
                waiting += new

    def meaning(self, node: ast.AST) -> str:
        """The full dotted name of the imported thing that an expression stands for, or ""."""
        match node:
            case ast.Name(id=name):
                return self._imported.get(name, "")
            case (
                ast.Attribute(value=base, attr="__dict__")
                | ast.Call(func=ast.Name(id="vars"), args=[base])
            ):
                return self.meaning(base)
            case (
                ast.Attribute(value=base, attr=str(part))
                | ast.Subscript(value=base, slice=ast.Constant(value=str(part)))
                | ast.Call(func=ast.Name(id="getattr"), args=[base, ast.Constant(str(part)), *_])
            ):
                whole = self.meaning(base)
                return f"{whole}.{part}" if whole else ""
            case ast.Call(func=how, args=[ast.Constant(str(text)), *_]) if self._imports_by(how):
                return text
        return ""

    def _imports_by(self, function: ast.expr) -> bool:
        return (self.meaning(function) or _root(function)).endswith(_IMPORTERS)

    def _define(self, name: str, statement: ast.stmt, replacing: bool) -> None:
        if replacing:
            self._code[name] = [statement]
            self._imported.pop(name, None)
        else:
            self._code.setdefault(name, []).append(statement)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for local, full in _imports(statement).items():
            if local != "*":
                self._imported[local] = full
                continue
            for name in self._names - self._code.keys():  # any of them may have come in
                self._imported[name] = full.replace("*", name)

    def _alias(self, statement: ast.stmt) -> None:
        """After `G = torch.nn.functional`, G stands for the same."""
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if full := self.meaning(
                value
            ):
                self._imported[name] = full


def _imports(statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Local name -> full dotted name of what an import statement brings in."""
    if isinstance(statement, ast.Import):
        return {
            a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0]
            for a in statement.names
        }
    return {(a.asname or a.name): f"{statement.module}.{a.name}" for a in statement.names}


def _inner_statements(statement: ast.AST) -> Iterator[ast.stmt]:
    """The statements in the branches of a compound one."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from _inner_statements(child)


def _targets(statement: ast.stmt) -> set[str]:
    """The names a statement binds, or changes an attribute or an entry of."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With):
        return {n.target.id for n in ast.walk(statement) if isinstance(n, ast.NamedExpr)}
    stored = (
        node for node in ast.walk(statement) if isinstance(getattr(node, "ctx", None), ast.Store)
    )
    return {_root(node) for node in stored} - {""}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


_names_read: WeakKeyDictionary[ast.stmt, frozenset[str]] = WeakKeyDictionary()


def _global_names(statement: ast.stmt) -> frozenset[str]:
    """The names of the notebook that a statement reads; a function's own variables are none."""
    if statement not in _names_read:
        _names_read[statement] = _find_global_names(statement)
    return _names_read[statement]


def _find_global_names(statement: ast.stmt) -> frozenset[str]:
    try:
        waiting = [symtable.symtable(ast.unparse(statement), "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # It is unusual code: rather read a name too many than one too few.
        return frozenset(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))
    names: set[str] = set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        outermost = table.get_type() == "module"
        symbols = (s for s in table.get_symbols() if s.is_referenced())
        names |= {s.get_name() for s in symbols if outermost or s.is_global()}
    return frozenset(names)


def _offence(node: ast.AST, names: frozenset[str], module: _Definitions) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            brought = _imports(node).values()
            return next((full for full in brought if _is_offence(full, names)), "")
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            full = module.meaning(node)
            if _is_offence(full, names):
                return full
    match node:
        case ast.Call(func=ast.Name(id=how), args=[ast.Constant(value=str(text)), *_]):
            words = re.findall(r"\w+", text) if how in _RUNNERS else []
            return next((f'{how}("…{w}…")' for w in words if w in names), "")
    return ""


def _is_offence(full: str, names: frozenset[str]) -> bool:
    return _last(full) in names or f"{full}.".startswith(AROUND_THE_GUARD)


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]
