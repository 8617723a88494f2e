"""Cleans the HTML of pages that show students' cells to other people."""

import re
from html import escape

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.formulas import mathml
from autograder.outputs import is_quick_to_clean

# What highlighted code, Markdown, tables, our own reports and inline pictures are made of.
_HTML_TAGS = {"div", "span", "pre", "code", "figure", "figcaption", "section", "mark"}
# What formulas become. Not mpadded, which could lift text over other text.
_LETTER_TAGS = {"math", "mi", "mn", "mo", "mtext", "mspace", "mrow", "mstyle"}
_SCRIPT_TAGS = {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"}
_SHAPE_TAGS = {"mfrac", "msqrt", "mroot", "menclose", "mtable", "mtr", "mtd"}
_MATH_TAGS = _LETTER_TAGS | _SCRIPT_TAGS | _SHAPE_TAGS
_TAGS = nh3.ALLOWED_TAGS | _HTML_TAGS | _MATH_TAGS
_ATTRIBUTES = {
    # No id: nbgrader's page to grade finds the fields for points by theirs, the first one counts.
    "*": {"class", "title", "role", "aria-label", "style"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"fence", "form", "maxsize", "minsize", "stretchy"},
    "mover": {"accent"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtd": {"columnalign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "details": {"open"},
}
# Colours and spacing only: nothing that could cover the page or load a picture.
_STYLES = {
    "border",
    "border-left",
    "border-radius",
    "color",
    "display",
    "flex",
    "flex-wrap",
    "font-size",
    "font-weight",
    "gap",
    "image-rendering",
    "list-style",
    "margin",
    "max-width",
    "min-width",
    "padding",
    "padding-left",
    "text-align",
    "white-space",
    "width",
}
_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,")
# The letters of highlighted code, and what else brings a look with it. Others are buttons of the
# page to grade, or cover it.
_CLASS = re.compile(r"[a-z][a-z0-9]{0,2}|highlight|dataframe|visionlab-[a-z-]+")
_SPACE = re.compile(r"\d?(\.\d+)?em")  # none that is negative, or wider than a few letters
_MOST_LETTERS = 5000  # of a formula


def clean_html(element: str | bytes) -> str:
    """HTML that runs nothing and loads nothing, in place of nbconvert's filter of this name.

    SVG, which comes as bytes, is dropped: it may hold scripts.
    """
    if isinstance(element, bytes):
        return ""
    return nh3.clean(
        element,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_harmless,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
    )


def clean_markdown(source: str) -> str:
    """Markdown as clean HTML with formulas as MathML, in place of nbconvert's markdown2html.

    nbgrader's feedback and grading pages show Markdown without cleaning what comes of it, and
    formulas only where MathJax can be loaded from elsewhere. What would take long to clean stays as
    it was typed.
    """
    renderer = _Renderer(escape=False, exclude_anchor_links=True)  # they would be ids
    rendered = MarkdownWithMath(renderer=renderer).render(source)
    if not is_quick_to_clean(rendered):
        return f"<pre>{escape(source)}</pre>"
    return clean_html(rendered)


class _Renderer(IPythonRenderer):
    """Draws formulas; what it returns is not clean yet."""

    def block_math(self, body: str) -> str:
        return _formula(body, "block")

    def inline_math(self, body: str) -> str:
        return _formula(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        return _formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def _formula(latex: str, display: str) -> str:
    """MathML, or the formula as it was typed where that is not to be had."""
    try:
        if len(latex) <= _MOST_LETTERS:
            return mathml(latex, display)
    except Exception:  # students type anything, and the parser has many ways to fail
        pass
    return f"<code>{escape(latex)}</code>"


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    """Pictures only inline, links only to pages, classes only for looks, spaces only small ones."""
    if attribute == "class":
        return " ".join(word for word in value.split() if _CLASS.fullmatch(word)) or None
    if tag == "mspace" and attribute == "width":
        return value if _SPACE.fullmatch(value) else None
    if attribute == "src":
        return value if value.startswith(_PICTURES) else None
    if attribute == "href":
        return None if value.lower().startswith("data:") else value
    if attribute == "style" and "url(" in value.lower():
        return None
    return value
