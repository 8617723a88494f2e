"""Cleans the HTML of pages that show students' cells to other people."""

import nh3
from nbconvert.filters import markdown2html

# What highlighted code, Markdown, tables, our own reports and inline pictures are made of.
_TAGS = nh3.ALLOWED_TAGS | {"div", "span", "pre", "code", "figure", "figcaption", "section", "mark"}
_ATTRIBUTES = {
    "*": {"class", "id", "title", "role", "aria-label", "style"},
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
    """Markdown as clean HTML, in place of nbconvert's markdown2html.

    nbgrader's feedback and grading pages show Markdown without cleaning what comes of it.
    """
    return clean_html(markdown2html(source))


def _harmless(tag: str, attribute: str, value: str) -> str | None:
    """Pictures only inline, links only to pages."""
    if attribute == "src":
        return value if value.startswith(_PICTURES) else None
    if attribute == "href":
        return None if value.lower().startswith("data:") else value
    if attribute == "style" and "url(" in value.lower():
        return None
    return value
