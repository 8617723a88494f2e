"""What a page complains about while a test uses it: console errors and failed requests."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

# Each with its reason; an entry that no longer occurs should go.
IGNORED: dict[str, str] = {}


@dataclass
class Watch:
    """Collects the troubles of pages; `ignored` adds patterns to those ignored everywhere."""

    ignored: tuple[str, ...] = ()
    troubles: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def take(self) -> list[str]:
        """The troubles since the last call."""
        taken, self.troubles = self.troubles, []
        return taken

    def _note(self, text: str) -> None:
        patterns = (*IGNORED, *self.ignored)
        if not any(re.search(pattern, text) for pattern in patterns):
            self.troubles.append(text)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: Error) -> None:
        self._note(f"page: {error.stack or error.message}")

    def _failed(self, request: Request) -> None:
        # A page that is left or reloaded ends its own requests; nothing failed.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"response: {response.status} {response.request.method} {response.url}")
