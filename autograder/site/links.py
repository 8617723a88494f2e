"""Checks that every link and picture within a built site leads somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Page(HTMLParser):
    """ids: what a link may point to; links: where this page points to."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for every tag while the page is read."""
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            elif name in {"href", "src"} and value:
                self.links.append(value)


def broken_links(site: Path) -> Iterator[str]:
    """One line for each link within the site, or file of it, that leads nowhere.

    What lies elsewhere in the web is not asked for: a build needs no network.
    """

    @cache
    def page(path: Path) -> Page:
        read = Page()
        read.feed(path.read_text(errors="replace"))
        return read

    for path in sorted(site.rglob("*.html")):
        for link in sorted(set(page(path).links)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = path.parent / unquote(parts.path) if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file():
                yield f"{path.relative_to(site)}: {link} is not there"
            elif anchor and target.suffix == ".html" and anchor not in page(target).ids:
                yield f"{path.relative_to(site)}: {link} has no such place"
