"""The bundle's own files, written from the templates beside this module."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown, TOML and YAML, all made of the course's own words
)
# A JSON string is a TOML string too; what is beyond ASCII may stay as it is.
_TEMPLATES.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)


def fill(template: str, **values: object) -> bytes:
    """A template as bytes. Raises jinja2.UndefinedError for a value that is missing."""
    return _TEMPLATES.get_template(template).render(**values).encode()
