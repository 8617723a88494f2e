# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""load_detector: the student's own trained network, judged by what it finds."""

from collections.abc import Iterator

from autograder.checks.detector_lab.forbidden import REFERENCE_WEIGHTS
from autograder.checks.detector_lab.inputs import street_scenes
from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs, Scored

load_detector = Exercise(
    "load_detector", points=0.5, stars=1, minutes=8, forbidden=REFERENCE_WEIGHTS
)


def loaded(student, asked, path, weights):
    """Load a small network, which takes the name of Detector for the time of the call."""
    import os
    import tempfile

    from safetensors.torch import save_file

    class Small(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Conv2d(2, 3, 1)
            self.norm = torch.nn.BatchNorm2d(3)

    names, here = student.load_detector.__globals__, os.getcwd()
    before = {"Detector": names["Detector"]} if "Detector" in names else {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            names["Detector"] = Small
            os.chdir(folder)
            os.mkdir("weights")
            for file, shift in (("detector.safetensors", 0), (path, weights)):
                state = Small().state_dict()
                state["layer.weight"] = torch.arange(6.0).view(3, 2, 1, 1) - shift
                state["norm.running_var"] = state["norm.running_var"] + shift
                save_file(state, file)
            net = student.load_detector(*([] if path == "detector.safetensors" else [path]))
        finally:
            os.chdir(here)
            del names["Detector"]
            names.update(before)
    found = {
        "kind": isinstance(net, Small),
        "weights": [net.layer.weight.detach(), net.norm.running_var],
        "training": [module.training for module in net.modules()],
    }
    return found[asked]


def without_file(student, path):
    """The kind of error that a missing file leads to."""
    names = student.load_detector.__globals__
    before = {"Detector": names["Detector"]} if "Detector" in names else {}
    try:
        names["Detector"] = torch.nn.Identity
        student.load_detector(path)
    except FileNotFoundError:
        return "FileNotFoundError"
    finally:
        del names["Detector"]
        names.update(before)
    return "no error"


def detected(student, images):
    """What the saved detector finds in images (N, 3, H, W) uint8."""
    from visionlab.detection import postprocess, street_anchors

    net = student.load_detector()
    size = images.shape[2]
    anchors = street_anchors(size, images.shape[3])
    with torch.no_grad():
        said = net.eval()(images.float() / 255)
    return [list(postprocess(z, t, s, anchors, size)) for z, t, s in zip(*said, strict=True)]


@load_detector.cases("weights", probe=loaded)
def weights(draw: Draw) -> Iterator[Inputs]:
    shift = draw.integer(1, 9)
    yield {"asked": "weights", "path": "detector.safetensors", "weights": shift}
    yield {"asked": "kind", "path": "detector.safetensors", "weights": shift}


@load_detector.cases("another path", weight=0.5, probe=loaded)
def paths(draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "weights", "path": "weights/best.safetensors", "weights": draw.integer(1, 9)}


@load_detector.cases("evaluation mode", weight=0.5, probe=loaded)
def modes(_draw: Draw) -> Iterator[Inputs]:
    yield {"asked": "training", "path": "detector.safetensors", "weights": 1}


@load_detector.cases("no file", weight=0.5, probe=without_file)
def absent(_draw: Draw) -> Iterator[Inputs]:
    yield {"path": "not_there/detector.safetensors"}


# The notebook promises a third of the points from a mean AP of 0.5, and another from 0.8.
@load_detector.cases("mean AP of 0.5", weight=2.5, probe=detected)
def finds_half(draw: Draw) -> Iterator[Scored]:
    scenes = street_scenes(draw, 8)
    yield Scored({"images": scenes.images}, scenes.boxes, scenes.labels, at_least=0.5)


@load_detector.cases("mean AP of 0.8", weight=2.5, probe=detected, hidden_only=True)
def finds_most(draw: Draw) -> Iterator[Scored]:
    scenes = street_scenes(draw, 40)
    yield Scored({"images": scenes.images}, scenes.boxes, scenes.labels, at_least=0.8)
