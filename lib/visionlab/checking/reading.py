"""Reads an answer's code for forbidden names, without running it."""

import ast
from collections.abc import Iterable, Iterator

from IPython.core.inputtransformer2 import TransformerManager

from visionlab.checking.forbidden import Forbidden


def forbidden_use(cells: Iterable[str], name: str, forbidden: Forbidden) -> str:
    """Words on the first forbidden name that `name` or one of its helpers uses, or "".

    cells: source of the code cells in the order they ran; later definitions replace earlier
    ones. Only code that `name` reaches is read: comparing one's own result with F.conv2d in
    another cell is good practice and no offence.
    """
    if not forbidden.names:
        return ""
    module = _Definitions()
    for source in cells:
        module.read(source)
    for node in module.reachable(name):
        used = _offence(node, forbidden.names, module)
        if used:
            return f"it uses {used} (line {getattr(node, 'lineno', 0)} of its cell)"
    return ""


class _Definitions:
    """What each global name of a notebook stands for: code, or an imported thing."""

    def __init__(self) -> None:
        self._code: dict[str, list[ast.AST]] = {}
        self.imported: dict[str, str] = {}
        self._transform = TransformerManager().transform_cell

    def read(self, source: str) -> None:
        """Take in one cell; a cell that is not Python defines nothing."""
        try:
            tree = ast.parse(self._transform(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for statement in tree.body:
            self._take(statement)

    def _take(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self._code[name] = [statement]
            case ast.Import() | ast.ImportFrom():
                self.imported.update(_imports(statement))
            case _:
                for target in ast.walk(statement):
                    if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                        self._code.setdefault(target.id, []).append(statement)

    def reachable(self, name: str) -> Iterator[ast.AST]:
        """Every node of the code that `name` may run, each once."""
        waiting, seen = [name], {name}
        while waiting:
            for root in self._code.get(waiting.pop(), []):
                for node in ast.walk(root):
                    yield node
                    if isinstance(node, ast.Name) and node.id not in seen:
                        seen.add(node.id)
                        waiting.append(node.id)


def _imports(statement: ast.stmt) -> dict[str, str]:
    """Local name -> full dotted name of what an import statement brings in."""
    if isinstance(statement, ast.Import):
        return {(a.asname or a.name.split(".")[0]): a.name for a in statement.names}
    if isinstance(statement, ast.ImportFrom):
        return {(a.asname or a.name): f"{statement.module}.{a.name}" for a in statement.names}
    return {}


def _offence(node: ast.AST, names: frozenset[str], module: _Definitions) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            brought = _imports(node)
            module.imported.update(brought)
            return next((full for full in brought.values() if _last(full) in names), "")
        case ast.Attribute(attr=attr) if attr in names and _root(node) in module.imported:
            return ast.unparse(node)
        case ast.Name(id=used) if _last(module.imported.get(used, "")) in names:
            return module.imported[used]
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(text)), *_]):
            return f'getattr(..., "{text}")' if text in names else ""
    return ""


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
