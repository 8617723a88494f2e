"""Street scenes for detectors: drawn ones with exact annotations, real ones in the same form."""

from visionlab.scenes.data import Scenes
from visionlab.scenes.difficulty import EASY, HARD, NORMAL, Difficulty
from visionlab.scenes.person import KEYPOINTS
from visionlab.scenes.street import CLASS_NAMES, street

__all__ = ["CLASS_NAMES", "EASY", "HARD", "KEYPOINTS", "NORMAL", "Difficulty", "Scenes", "street"]
