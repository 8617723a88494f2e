"""Links to run the published bundle without installing anything: Binder and Colab."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from autograder.course import CourseError

_BINDER = "https://mybinder.org"
_BINDER_NAMES = {"github.com": "gh", "gitlab.com": "gl"}
_COLAB = "https://colab.research.google.com"
_COLAB_CELL = """\
# For Google Colab only: the course's library, and the check data of this notebook.
if "google.colab" in str(get_ipython()):
    %pip install --quiet "git+{clone}"
    !wget --quiet --no-clobber {raw}"""


@dataclass(frozen=True)
class Hosting:
    """A published repository: the host, such as github.com, and the path to the repository."""

    host: str
    path: str

    @classmethod
    def parse(cls, url: str) -> "Hosting":
        """From a URL such as https://github.com/owner/name. Raises CourseError for another."""
        parts = urlsplit(url)
        path = parts.path.strip("/").removesuffix(".git")
        plain = quote(path, safe="/-_.~") == path and not parts.query and not parts.fragment
        good = parts.scheme == "https" and parts.hostname and path.count("/") >= 1 and plain
        if not good or parts.username or parts.password:
            raise CourseError(
                f"--repository-url {url} is no address such as https://github.com/owner/name"
            )
        return cls(parts.netloc, path)

    @property
    def url(self) -> str:
        """The repository's page."""
        return f"https://{self.host}/{self.path}"

    @property
    def on_github(self) -> bool:
        """Whether Colab can open its notebooks."""
        return self.host == "github.com" and self.path.count("/") == 1

    def links(self, notebook: str) -> str:
        """The badges for a notebook of the repository, in Markdown; Colab's for GitHub only."""
        badges = [f"[![Open in Binder]({_BINDER}/badge_logo.svg)]({self._binder(notebook)})"]
        if self.on_github:
            there = f"{_COLAB}/github/{self.path}/blob/HEAD/{notebook}"
            badges.append(f"[![Open in Colab]({_COLAB}/assets/colab-badge.svg)]({there})")
        return " ".join(badges)

    def _binder(self, notebook: str) -> str:
        name = _BINDER_NAMES.get(self.host, "git")
        path = {
            "gh": self.path,
            "gl": quote(self.path, safe=""),
            "git": quote(self.url, safe=""),
        }[name]
        return f"{_BINDER}/v2/{name}/{path}/HEAD?urlpath={quote(f'lab/tree/{notebook}', safe='')}"

    def colab_cell(self, notebook: str) -> str:
        """The code that prepares Colab for a notebook, elsewhere without effect; "" where Colab
        cannot open it anyway."""
        if not self.on_github:
            return ""
        checks = PurePosixPath(notebook).with_suffix(".checks")
        return _COLAB_CELL.format(clone=f"{self.url}.git", raw=f"{self.url}/raw/HEAD/{checks}")
