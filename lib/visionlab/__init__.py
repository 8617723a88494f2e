"""What the course notebooks import: one name each for what every notebook uses.

What needs torch is loaded on first use. So `python -m visionlab doctor` can still say what is wrong
where torch is missing or broken, and a program that does not need torch does not wait for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from visionlab.demo import demo

if TYPE_CHECKING:
    from visionlab.checking.check import check, progress
    from visionlab.devices import best_device, describe, exact_arithmetic
    from visionlab.seeding import derive_seed, seed_everything

__all__ = [
    "best_device",
    "check",
    "demo",
    "derive_seed",
    "describe",
    "exact_arithmetic",
    "progress",
    "seed_everything",
]

# A name here must not be the name of a module of this package too (as demo is, which is imported
# above): importing the module anywhere would put it in the name's place.
_MODULE_OF = {
    "best_device": "devices",
    "check": "checking.check",
    "derive_seed": "seeding",
    "describe": "devices",
    "exact_arithmetic": "devices",
    "progress": "checking.check",
    "seed_everything": "seeding",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'visionlab' has no attribute {name!r}")
    value = getattr(import_module(f"visionlab.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
