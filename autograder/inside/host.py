"""The warm process of a sandbox: imports everything once, then forks a child per submission.

Orders come over a socket on standard input, each with the descriptors a submission needs: the
channel to the grader and the files of its working folder. Of a submission itself this process
sees nothing; what answers, and all it started, is gone before the next order is read.
"""

import importlib.util
import json
import os
import pkgutil
import random
import socket
import sys
from typing import Any

from autograder.inside.enclosure import (
    EnclosureError,
    Home,
    die_with_parent,
    drop_privileges,
    limit_resources,
    private_folders,
    unshare,
)
from autograder.inside.memory import settle

MAX_ORDER = 2**16
MAX_DESCRIPTORS = 16
_IMPORTED = (
    "numpy",
    "torch",
    "torch.nn.functional",
    "torchvision",
    "torchvision.ops",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "opt_einsum",
    "PIL.Image",
    "autograder.inside.worker",
)


def main() -> None:
    """Warm up, say so, and serve until the other side goes away."""
    orders = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    shell = _warm_up()
    orders.send(b"warm")
    while True:
        text, descriptors, _, _ = socket.recv_fds(orders, MAX_ORDER, MAX_DESCRIPTORS)
        if not text:
            return
        _serve(json.loads(text), descriptors, shell, orders)
        orders.send(b"gone")


def _warm_up() -> Any:
    """Import what notebooks import, and make the shell: every child gets a copy of both."""
    clean = dict(os.environ)
    for name in _IMPORTED:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
    import torch

    import visionlab

    for module in pkgutil.walk_packages(visionlab.__path__, "visionlab."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    torch.set_num_threads(1)  # forked children inherit no thread pool to wait for
    torch.einsum("ij,jk->ik", torch.ones(2, 2), torch.ones(2, 2))
    torch.nn.Conv2d(1, 1, 1, device="meta")(torch.ones(1, 1, 1, 1, device="meta"))  # imports a lot
    from autograder.inside.shell import NotebookShell

    shell = NotebookShell.create()
    shell.enable_matplotlib("inline")
    shell.run_cell("pass", store_history=False, silent=True)
    for added in os.environ.keys() - clean.keys():  # libraries leave marks while they are imported
        del os.environ[added]
    settle()
    return shell


def _serve(order: dict[str, Any], descriptors: list[int], shell: Any, orders: Any) -> None:
    """Fork the keeper of one submission and wait until all of it is gone."""
    keeper = os.fork()
    if keeper == 0:
        status = 1
        try:
            orders.close()
            status = _keep(order, descriptors, shell)
        except EnclosureError as error:
            print(f"submissions cannot be kept apart: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    for descriptor in descriptors:
        os.close(descriptor)
    os.waitpid(keeper, 0)


def _keep(order: dict[str, Any], descriptors: list[int], shell: Any) -> int:
    """In the keeper: make the namespaces, fork the worker into them, wait for its end."""
    walled = bool(order["walled"])
    if walled:
        unshare()
    home = Home(walled)
    worker = os.fork()
    if worker == 0:
        try:
            die_with_parent()
            _work(order, descriptors, shell, home)
        except EnclosureError as error:
            print(f"submissions cannot be kept apart: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    os.waitpid(worker, 0)
    home.remove()
    return 0


def _work(order: dict[str, Any], descriptors: list[int], shell: Any, home: Home) -> None:
    """In the worker: shut the doors, then serve requests until the channel closes."""
    from autograder.inside import worker

    requests, events, *files = descriptors
    limits = order["limits"]
    if order["walled"]:
        private_folders(limits["disk_bytes"], order["kept"])
        drop_privileges()
    home.fill(dict(zip(order["files"], files, strict=True)))
    limit_resources(limits)
    _same_random_numbers()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    shell.outputs.limit = limits["output_bytes"]
    worker.serve(shell, requests, events)


def _same_random_numbers() -> None:
    """Grading twice is to give the same: of the three, Python's changes with every fork."""
    import numpy
    import torch

    random.seed(0)
    numpy.random.seed(0)
    torch.default_generator.manual_seed(0)


if __name__ == "__main__":
    main()
