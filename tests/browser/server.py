"""A JupyterLab of its own for a test: free port, token, settings away from the user's."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.inside.enclosure import die_with_parent

PROGRAMS = Path(sys.executable).parent
READY_SECONDS, END_SECONDS = 90.0, 20.0
# JupyterLab asks at its first start whether to fetch news; nothing here may ask the internet.
_NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}


class LabError(Exception):
    """JupyterLab did not start; the message ends with what it logged last."""


@dataclass(frozen=True)
class Place:
    """The folders of one user: home, settings, data, and what runs."""

    home: Path

    @property
    def config(self) -> Path:
        """Where Jupyter and nbgrader look for this user's own configuration."""
        return self.home / ".jupyter"

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.home / "jupyterlab.log"

    @property
    def runtime(self) -> Path:
        """Where running servers leave their addresses."""
        return self.home / "runtime"

    def make(self, nbgrader_config: str) -> None:
        """Create the folders and the user's own nbgrader_config.py."""
        notification = "lab/user-settings/@jupyterlab/apputils-extension"
        (self.config / notification).mkdir(parents=True, exist_ok=True)
        self.runtime.mkdir(exist_ok=True)
        settings = self.config / notification / "notification.jupyterlab-settings"
        settings.write_text(json.dumps(_NO_NEWS))
        (self.config / "nbgrader_config.py").write_text(nbgrader_config)

    def environment(self) -> dict[str, str]:
        """What programs of this user are started with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
        # Set for the tests themselves; a kernel with it shows no figures.
        kept.pop("MPLBACKEND", None)
        programs = os.pathsep.join([str(PROGRAMS), kept.get("PATH", "")])
        return kept | {
            "HOME": str(self.home),
            "PATH": programs,
            "JUPYTER_CONFIG_DIR": str(self.config),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "IPYTHONDIR": str(self.home / ".ipython"),
        }


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    root: Path
    address: str
    token: str
    place: Place

    def url(self, path: str = "", workspace: str = "default") -> str:
        """The address of JupyterLab, or of a file in it, with the token.

        workspace: keeps its own arrangement of windows.
        """
        place = f"lab/workspaces/{workspace}{f'/tree/{path}' if path else ''}"
        return f"{self.address}{place}?token={self.token}"


@contextmanager
def running_lab(root: Path, home: Path, nbgrader_config: str = "") -> Iterator[Lab]:
    """A JupyterLab on the folder `root`, ended with all its kernels when left.

    home: an empty folder for the user's settings; nbgrader_config: the text of the user's own
    nbgrader_config.py. Raises LabError when it does not answer.
    """
    place, token = Place(home), secrets.token_hex(16)
    place.make(nbgrader_config)
    with place.log.open("wb") as log:
        server = subprocess.Popen(
            _command(root, token),
            cwd=root,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # also where the tests themselves are killed
        )
    try:
        yield Lab(root, _address(server, place), token, place)
    finally:
        _end(server)


def _command(root: Path, token: str) -> list[str]:
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    words += [f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"]
    return words + (["--allow-root"] if os.geteuid() == 0 else [])


def _address(server: subprocess.Popen[bytes], place: Place) -> str:
    """Where the server answers: it writes that down once it listens."""
    end = time.monotonic() + READY_SECONDS
    file = place.runtime / f"jpserver-{server.pid}.json"
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        if file.exists() and file.read_text().rstrip().endswith("}"):
            return str(json.loads(file.read_text())["url"])
        time.sleep(0.1)
    raise LabError(f"JupyterLab did not start; its last words:\n{_last_words(place.log)}")


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop, which ends its kernels; then end what is still there."""
    try:
        family = psutil.Process(server.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    server.terminate()
    try:
        server.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for process in psutil.wait_procs(family, timeout=2)[1]:
        process.kill()


def run_as(place: Place, cwd: Path, program: str, *words: str) -> str:
    """Run a program of the virtual environment as this user; its output, both streams.

    Raises AssertionError with the output when the program fails.
    """
    done = subprocess.run(
        [str(PROGRAMS / program), *words],
        cwd=cwd,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{program} {' '.join(words)} failed:\n{done.stdout}"
    return done.stdout
