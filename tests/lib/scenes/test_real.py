"""Pascal VOC and COCO out of tiny trees of files in their real formats."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from visionlab.scenes.real import VOC_CLASSES, coco, voc

OBJECT = """<object><name>{name}</name><pose>Left</pose><truncated>0</truncated>
<difficult>{difficult}</difficult><bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin>
<xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox></object>"""


def picture(path: Path, width: int, height: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((height, width, 3), 200, dtype=np.uint8)).save(path)


@pytest.fixture
def voc_folder(tmp_path: Path) -> Path:
    """Three images: a person and a difficult car, nothing, a car."""
    root = tmp_path / "VOCdevkit" / "VOC2007"
    objects = {
        "000005": [("person", 0, (1, 1, 100, 50)), ("car", 1, (11, 21, 60, 40))],
        "000007": [],
        "000009": [("car", 0, (101, 51, 200, 100))],
    }
    for folder in ("Annotations", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for name, items in objects.items():
        picture(root / "JPEGImages" / f"{name}.jpg", 200, 100)
        inside = "".join(OBJECT.format(name=n, difficult=d, box=b) for n, d, b in items)
        page = f"<annotation><filename>{name}.jpg</filename>{inside}</annotation>"
        (root / "Annotations" / f"{name}.xml").write_text(page)
    (root / "ImageSets" / "Main" / "trainval.txt").write_text("\n".join(objects) + "\n")
    return tmp_path


def test_voc_in_the_form_of_scenes(voc_folder: Path) -> None:
    scenes = voc(voc_folder, size=100)
    assert scenes.images.shape == (3, 3, 100, 100) and scenes.boxes.shape == (3, 1, 4)
    assert scenes.class_names == VOC_CLASSES and len(VOC_CLASSES) == 21
    boxes, labels = scenes.targets(0)
    assert boxes.tolist() == [[0, 0, 50, 25]]  # 1..100 counted from 1 is 0 to 100, then halved
    assert scenes.class_names[int(labels[0])] == "person"
    assert scenes.targets(1)[0].shape == (0, 4)
    assert scenes.targets(2)[0].tolist() == [[50, 25, 100, 50]]
    assert abs(scenes.images[0, :, :50].float().mean() - 200) < 2
    assert scenes.images[0, :, 50:].max() == 0  # the rest of the square


def test_voc_difficult_objects_and_first_images(voc_folder: Path) -> None:
    scenes = voc(voc_folder, size=100, count=1, difficult=True)
    assert len(scenes) == 1
    assert [VOC_CLASSES[k] for k in scenes.labels[0]] == ["person", "car"]


def test_voc_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Pascal VOC 2012 .* is not in .*street"):
        voc(tmp_path, year="2012", split="val")


def test_voc_split_that_is_not_there(voc_folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="test"):
        voc(voc_folder, split="test")


@pytest.fixture
def coco_folder(tmp_path: Path) -> Path:
    """One image with a large car, a small person over it and a crowd; one image without objects."""
    picture(tmp_path / "val2017" / "000000000139.jpg", 50, 100)
    picture(tmp_path / "val2017" / "000000000285.jpg", 80, 80)
    crowd = {"counts": [0, 5000], "size": [100, 50]}
    items = [
        (3, [10, 20, 40, 60], [[10, 20, 50, 20, 50, 80, 10, 80]], 0),
        (1, [20, 30, 10, 20], [[20, 30, 30, 30, 30, 50, 20, 50]], 0),
        (1, [0, 0, 50, 100], crowd, 1),
    ]
    annotations = [
        {"id": k, "image_id": 139, "category_id": category, "bbox": box, "segmentation": outline}
        | {"area": box[2] * box[3], "iscrowd": many}
        for k, (category, box, outline, many) in enumerate(items, start=1)
    ]
    images = [
        {"id": i, "file_name": f"{i:012}.jpg", "width": w, "height": h}
        for i, w, h in ((139, 50, 100), (285, 80, 80))
    ]
    categories = [{"id": 3, "name": "car"}, {"id": 1, "name": "person"}]
    page = {"images": images, "annotations": annotations, "categories": categories}
    file = tmp_path / "annotations" / "instances_val2017.json"
    file.parent.mkdir()
    file.write_text(json.dumps(page))
    for annotation in annotations:
        annotation["keypoints"] = [20.0, 40.0, 2] * 2
    page["annotations"] = annotations[1:2]
    page["categories"] = [{"id": 1, "name": "person", "keypoints": ["nose", "left_eye"]}]
    file.with_name("person_keypoints_val2017.json").write_text(json.dumps(page))
    return tmp_path


def test_coco_in_the_form_of_scenes(coco_folder: Path) -> None:
    pytest.importorskip("pycocotools")
    scenes = coco(coco_folder, size=50)
    assert scenes.class_names == ("background", "person", "car")
    boxes, labels = scenes.targets(0)
    assert boxes.tolist() == [[5, 10, 25, 40], [10, 15, 15, 25]] and labels.tolist() == [2, 1]
    assert scenes.targets(1)[0].shape == (0, 4)
    car, person = scenes.masks(0)
    assert person.sum() == 50 and car.sum() == 20 * 30 - 50  # the smaller one lies in front
    assert not (car & person).any() and person[15:25, 10:15].all()
    assert scenes.images[0, :, :, 25:].max() == 0


def test_coco_keypoints(coco_folder: Path) -> None:
    pytest.importorskip("pycocotools")
    scenes = coco(coco_folder, size=50, kind="person_keypoints", count=1)
    assert scenes.keypoint_names == ("nose", "left_eye")
    assert scenes.keypoints is not None
    assert torch.equal(scenes.keypoints[0, 0, 1], torch.tensor([10.0, 20.0, 2.0]))


def test_coco_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="val2017 is missing.*cocodataset.org"):
        coco(tmp_path)


def test_coco_without_its_reader(coco_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools.coco", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pycocotools"):
        coco(coco_folder)
