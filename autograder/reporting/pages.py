"""The report as one HTML page that needs nothing but itself."""

import base64
import hashlib
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.reporting.section import Section

# What students and their code wrote may be as long as they like; CSV and JSON have all of it.
_LONGEST_REMARK = 300
_MOST_REMARKS = 8


def report_page(sections: Sequence[Section], title: str, *, anonymous: bool) -> str:
    """The page. title: what a browser calls it.

    Everything in it is escaped, and a browser is told to run no script but the page's own.
    """
    pages = Environment(
        loader=PackageLoader("autograder.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "percent": _percent,
        "plain": _plain_number,
        "shade": _shade,
        "shortened": _shortened,
        "signed": _signed,
        "duration": _duration,
        "anchor": _anchor,
    }
    pages.globals["most_remarks"] = _MOST_REMARKS
    style, script = (pages.get_template(name).render() for name in ("style.css", "sort.js"))
    return pages.get_template("report.html").render(
        sections=sections,
        title=title,
        anonymous=anonymous,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _hash(text: str) -> str:
    """By which a page's policy lets this one text run (Content Security Policy, level 2)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _percent(share: float | None) -> str:
    # Rounding must not make all of nearly all, nor none of a few.
    if share is None:
        return "n/a"
    rounded = round(100 * share)
    if (rounded == 100 and share < 1) or (rounded == 0 and share > 0):
        return f"{100 * share:.1f} %"
    return f"{rounded} %"


def _plain_number(number: float) -> str:
    """At most two places behind the point, but for eighths."""
    places = 3 if (8.0 * number).is_integer() else 2
    return f"{number:.{places}f}".rstrip("0").rstrip(".")


def _signed(number: float | None) -> str:
    return "n/a" if number is None else f"{number:.2f}".replace("-", "\N{MINUS SIGN}")


def _shade(share: float) -> int:
    """One of five shades: 0 for nothing, 4 for all."""
    return 4 if share >= 1 else 0 if share <= 0 else 1 + int(min(share, 0.999) * 3)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_REMARK else f"{text[:_LONGEST_REMARK]} …"


def _duration(seconds: float) -> str:
    """In the largest unit that fits."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size, 1)
            return f"{number:g} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:.1f} s"


def _anchor(name: str) -> str:
    """A name as the id of a section."""
    return "".join(c if c.isalnum() else "-" for c in name)
