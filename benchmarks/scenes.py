"""How many street scenes are drawn in a second: python benchmarks/scenes.py [--device cuda]."""

import argparse
import os
import time

import torch

from visionlab.devices import describe
from visionlab.scenes import EASY, HARD, NORMAL, street


def main() -> None:
    """Print scenes a second for each difficulty, the best and the middle of five runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="scenes in a run")
    parser.add_argument("--size", type=int, default=96, help="height and width in pixels")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps")
    options = parser.parse_args()
    device = torch.device(options.device)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{describe(device)}{load}: {options.count} scenes of {options.size} x {options.size}")
    for name, difficulty in (("easy", EASY), ("normal", NORMAL), ("hard", HARD)):
        speeds = []
        for _ in range(5):
            wall, own = time.perf_counter(), time.process_time()
            scenes = street(options.count, size=options.size, difficulty=difficulty, device=device)
            scenes.labels.sum().item()  # waits for a GPU
            wall, own = time.perf_counter() - wall, time.process_time() - own
            speeds.append((options.count / wall, options.count / own))
        best, middle = max(speeds)[0], sorted(speeds)[2][0]
        busy = max(own for _, own in speeds)
        print(f"{name:7} best {best:5.0f}, middle {middle:5.0f} scenes/s; {busy:5.0f} a CPU second")


if __name__ == "__main__":
    main()
