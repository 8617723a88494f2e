"""A Sphinx extension: formulas as MathML."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from autograder import formulas

_log = logging.getLogger(__name__)


def mathml(latex: str, where: nodes.Node, display: str = "inline") -> str:
    """A formula as MathML; warns of a command that would be shown as it is typed."""
    drawn = formulas.mathml(latex, display)
    for command in sorted(set(formulas.COMMAND.findall(drawn))):
        _log.warning("MathML has no %s in %s", command, latex, location=where)
    return drawn


def inline(self: HTML5Translator, node: nodes.math) -> None:
    """A formula within a line."""
    self.body.append(mathml(node.astext(), node))
    raise nodes.SkipNode


def display(self: HTML5Translator, node: nodes.math_block) -> None:
    """A formula of its own, with a target where it has a label."""
    target = f' id="{node["ids"][0]}"' if node["ids"] else ""
    self.body.append(f'<div class="math"{target}>{mathml(node.astext(), node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
