"""Whether what a page shows can be read: contrast of text, and room for it."""

from dataclasses import dataclass

from playwright.sync_api import Locator

# WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for signs that stand for something.
TEXT_CONTRAST, SIGN_CONTRAST = 4.5, 3.0

# Each text with its colour and all backgrounds below it, the nearest first, as [r, g, b, alpha].
_TEXTS = """root => {
  const numbers = colour => {
    const parts = colour.match(/^rgba?\\((.*)\\)$/)[1].split(",").map(Number);
    return parts.length === 4 ? parts : [...parts, 1];
  };
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const backgrounds = [];
    for (let element = node.parentElement; element; element = element.parentElement)
      backgrounds.push(numbers(getComputedStyle(element).backgroundColor));
    texts.push({
      words: node.data.trim(),
      sign: node.parentElement.getAttribute("role") === "img",
      colour: numbers(getComputedStyle(node.parentElement).color),
      backgrounds,
    });
  }
  return texts;
}"""

# The texts and pictures that stick out to the right of the root, unless they can be scrolled into
# sight. Of a text it is the lines as drawn that count: its element may be narrower.
_OVERHANG = """root => {
  const edge = root.getBoundingClientRect().right + 1;
  const scrolls = element => {
    for (let e = element; e !== root.parentElement; e = e.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const lines = document.createRange();
    lines.selectNode(node);
    const drawn = node.nodeType === Node.TEXT_NODE ? lines : node;
    if (drawn.getBoundingClientRect().right > edge && !scrolls(node.parentElement))
      found.push(`${node.nodeName} ${node.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""


@dataclass(frozen=True)
class Colour:
    """Red, green, blue from 0 to 255, and how opaque it is from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, below: "Colour") -> "Colour":
        """This colour painted over an opaque one."""
        share = 1 - self.alpha
        return Colour(
            self.alpha * self.red + share * below.red,
            self.alpha * self.green + share * below.green,
            self.alpha * self.blue + share * below.blue,
        )

    @property
    def luminance(self) -> float:
        """How bright it is, from 0 to 1, as WCAG defines it."""
        parts = [v / 255 for v in (self.red, self.green, self.blue)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """The ratio of two opaque colours, from 1 (the same) to 21 (black and white)."""
    light, dark = sorted((one.luminance, other.luminance), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def illegible(root: Locator) -> list[str]:
    """The texts inside an element whose contrast is too low, with their contrast."""
    texts = root.evaluate(_TEXTS)
    assert texts, "there is no text to judge"
    found = []
    for text in texts:
        ground = Colour(255, 255, 255)
        for background in reversed(text["backgrounds"]):
            ground = Colour(*background).over(ground)
        ratio = contrast(Colour(*text["colour"]).over(ground), ground)
        if ratio < (SIGN_CONTRAST if text["sign"] else TEXT_CONTRAST):
            found.append(f"{text['words']}: {ratio:.2f}")
    return found


def overhang(root: Locator) -> list[str]:
    """What sticks out of an element to the right and cannot be scrolled into sight."""
    return [str(element) for element in root.evaluate(_OVERHANG)]
