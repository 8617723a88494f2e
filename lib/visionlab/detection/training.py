"""Trains the reference detector: python -m visionlab.detection.training, or make lab-weights."""

import argparse
import time
from functools import cache
from pathlib import Path
from statistics import fmean

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.rpn import RegionProposalNetwork

from visionlab.detection.data import Batch, batches
from visionlab.detection.detections import average_precision
from visionlab.detection.reference import WEIGHTS, Predictions, ReferenceDetector, detect
from visionlab.devices import best_device, describe
from visionlab.precision import autocast, channels_last
from visionlab.runs import Run, Stateful
from visionlab.scenes import Scenes, street
from visionlab.seeding import seed_everything

STEPS, SCENES, RATE = 3000, 4000, 0.1
BOX_WEIGHT, CLASS_WEIGHT = 4.0, 0.5
TRAINING_SEED, HELD_OUT_SEED = 100, 7  # of the scenes


def loss_of(said: Predictions, batch: Batch) -> Tensor:
    """The loss of the reference detector, a tensor without dimensions.

    torchvision's losses of a region proposal network (256 sampled anchors of each image, at most
    half of them objects; cross-entropy and smooth L1), the second times 4, plus half the mean
    cross-entropy of the classes at the anchors that are objects.
    """
    objectness, deltas, class_scores = said
    labels, targets = list(batch.labels.float()), list(batch.targets)
    is_object, box = _torchvision_rpn().compute_loss(
        objectness, deltas.flatten(0, 1), labels, targets
    )
    objects = batch.classes > 0
    total: Tensor = is_object + BOX_WEIGHT * box
    if objects.any():
        of_class = F.cross_entropy(class_scores[objects], batch.classes[objects] - 1)
        total = total + CLASS_WEIGHT * of_class
    return total


@cache
def _torchvision_rpn() -> RegionProposalNetwork:
    """Only its sampler and losses are used: no head, and no proposals."""
    none = {"training": 0, "testing": 0}
    return RegionProposalNetwork(
        AnchorGenerator(), torch.nn.Identity(), 0.5, 0.3, 256, 0.5, none, none, 0.7
    )


def train_reference(
    scenes: Scenes,
    steps: int = STEPS,
    *,
    seed: int = 0,
    device: torch.device | str = "cpu",
    path: str | Path | None = None,
    title: str = "training the detector",
) -> ReferenceDetector:
    """A ReferenceDetector trained for so many steps of 16 scenes each, in evaluation mode.

    SGD with Nesterov momentum under a one-cycle learning rate up to 0.1. seed: of weights, order
    and sampling. path: a file to save the run in and to take it up from (see visionlab.runs.Run).
    Ctrl-C is a KeyboardInterrupt to the caller, after the run has said where it stopped.
    """
    seed_everything(seed)
    net = ReferenceDetector()
    channels_last(net, device)
    optimizer = torch.optim.SGD(
        net.parameters(), lr=RATE, momentum=0.9, nesterov=True, weight_decay=1e-4
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    keep: dict[str, Stateful] = {"net": net, "optimizer": optimizer, "schedule": schedule}
    with Run(path, steps, keep, title=title, show=False) as run:
        net.train()
        for batch in batches(scenes, run.left, seed=seed, device=device, first=run.done):
            with autocast(device):
                answers = net(batch.images)
            loss = loss_of(answers, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            run.note(loss.item())
    if run.left:
        raise KeyboardInterrupt  # a detector that is half trained is no reference
    return net.eval()


def save_weights(net: ReferenceDetector, path: Path) -> None:
    """Write the weights in half precision, which costs no accuracy and half the size."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    state = net.state_dict().items()
    halves = {n: v.cpu().half() if v.is_floating_point() else v.cpu() for n, v in state}
    save_file({n: v.contiguous() for n, v in halves.items()}, path)
    path.chmod(0o644)  # safetensors lets only its owner read the file


def main() -> None:
    """Train, say how well it went on scenes never seen, and write the weights."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--scenes", type=int, default=SCENES, help="to train with")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="file to write")
    parser.add_argument("--run", type=Path, help="file to save the run in, and to resume from")
    options = parser.parse_args()
    device = best_device()
    print(describe(device))
    scenes = street(options.scenes, seed=TRAINING_SEED)
    wall, own = time.perf_counter(), time.process_time()
    try:
        net = train_reference(scenes, options.steps, device=device, path=options.run)
    except ValueError as error:  # the file of another run
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130, "No weights were written. With --run, the same command goes on.\n")
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{options.steps} steps in {wall:.0f} s ({own:.0f} CPU seconds)")
    held_out = street(500, seed=HELD_OUT_SEED)
    found = detect(net, held_out.pixels().to(device))
    for threshold in (0.5, 0.75):
        values = average_precision(found, held_out, threshold)
        words = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
        print(f"AP at IoU {threshold}: {fmean(values.values()):.3f} ({words})")
    save_weights(net, options.weights)
    if options.run is not None:
        options.run.unlink(missing_ok=True)
    print(f"{options.weights.name}: {options.weights.stat().st_size / 2**10:.0f} KiB")


if __name__ == "__main__":
    main()
