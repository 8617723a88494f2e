"""The long run: python -m tests.fuzz, or make fuzz. FUZZ_INPUTS and FUZZ_SEED change it.

Ends with 1 when anything escaped, and prints the input that did it.
"""

import math
import os
import secrets
import sys

from tests.fuzz.measuring import MEMORY_BOUND, MIB, measure
from tests.fuzz.targets import targets

INPUTS = 100_000


def main() -> int:
    """Feed all targets, say what each took; 1 when one of them failed, else 0."""
    inputs = int(os.environ.get("FUZZ_INPUTS", INPUTS))
    seed = int(os.environ.get("FUZZ_SEED", secrets.randbelow(2**32)))
    print(f"seed {seed}; memory for one input: at most {MEMORY_BOUND // MIB} MiB", flush=True)
    failures, total = [], 0
    for target in targets():
        done = measure(target, math.ceil(inputs * target.share), seed)
        total += done.taken
        print(
            f"{target.name:24} {done.taken:7} inputs, {done.refused:6} refused, "
            f"{done.memory / MIB:6.1f} MiB at most for one, {done.grown / MIB:5.1f} MiB more at "
            f"the end, {done.seconds:.0f} s{'  FAILED' if done.problem else ''}",
            flush=True,
        )
        failures += [f"{target.name}: {done.problem}"] if done.problem else []
    print(f"{total} inputs, {len(failures)} of {len(targets())} functions failed")
    print("\n".join(failures), end="\n" if failures else "")
    return 1 if failures or total < inputs else 0


if __name__ == "__main__":
    sys.exit(main())
