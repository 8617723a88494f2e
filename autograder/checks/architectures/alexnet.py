# mypy: disable-error-code="no-untyped-def,name-defined"
"""alexnet_layers: the slide's network as rows; vgg16_numbers: the sum the slide got wrong."""

from collections.abc import Iterator

from autograder.draw import Draw
from autograder.exercise import Exercise, Inputs
from autograder.questions import number_question

alexnet_layers = Exercise("alexnet_layers", points=1.5, stars=1, minutes=10)
vgg16_numbers = number_question("vgg16_numbers", points=0.5, minutes=5)


def kinds(student):
    return [row["kind"] for row in student.alexnet_layers()]


def convolutions(student):
    rows = [row for row in student.alexnet_layers() if row["kind"] == "conv"]
    return [[row["filters"], row["K"], row["groups"]] for row in rows]


def strides_and_padding(student):
    rows = [row for row in student.alexnet_layers() if row["kind"] == "conv"]
    return [[row["stride"], row["pad"]] for row in rows]


def poolings(student):
    rows = [row for row in student.alexnet_layers() if row["kind"] == "pool"]
    return [[row["K"], row["stride"], row["pad"]] for row in rows]


def fully_connected(student):
    return [row["outputs"] for row in student.alexnet_layers() if row["kind"] == "fc"]


def nothing_to_choose(_draw: Draw) -> Iterator[Inputs]:
    yield {}


for aspect, probe in (
    ("order of the layers", kinds),
    ("filters of the convolutions", convolutions),
    ("strides and padding", strides_and_padding),
    ("pooling", poolings),
    ("fully connected layers", fully_connected),
):
    alexnet_layers.cases(aspect, probe=probe)(nothing_to_choose)


@alexnet_layers.misconception(
    "64 filters belong to another AlexNet, with one tower; this slide's first layer has 96.",
    "Lecture 001 shows 64 filters, lecture 003 has 55 x 55 x 96 behind CONV1.",
)
def sixty_four_filters():
    convolutions = [conv("CONV1", 64, 11, 4), conv("CONV2", 192, 5, pad=2)]
    later = [conv("3", 384, 3, pad=1), conv("4", 256, 3, pad=1), conv("5", 256, 3, pad=1)]
    between = [pool("p", 3, 2), norm("n")]
    start = [convolutions[0], *between, convolutions[1], *between]
    return [*start, *later, pool("p", 3, 2), fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "Your pooling windows do not overlap; AlexNet's do.",
    "3 x 3 windows two pixels apart: 55 becomes 27, and each window shares a row with the next.",
)
def pools_two_by_two():
    start = [conv("CONV1", 96, 11, 4), pool("p", 2, 2), norm("n")]
    start += [conv("CONV2", 256, 5, pad=2), pool("p", 2, 2), norm("n")]
    later = [conv("3", 384, 3, pad=1), conv("4", 384, 3, pad=1), conv("5", 256, 3, pad=1)]
    return [*start, *later, pool("p", 2, 2), fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "Without padding the maps shrink at every convolution; the slide's CONV2 to CONV5 keep 27, 13.",
    "A 5 x 5 kernel keeps the size with pad 2, a 3 x 3 kernel with pad 1.",
)
def pads_nothing():
    start = [conv("CONV1", 96, 11, 4), pool("p", 3, 2), norm("n")]
    start += [conv("CONV2", 256, 5), pool("p", 3, 2), norm("n")]
    later = [conv("3", 384, 3), conv("4", 384, 3), conv("5", 256, 3)]
    return [*start, *later, pool("p", 3, 2), fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "The normalisation layers are missing. They are not common anymore, but the slide has them.",
    "NORM1 and NORM2 each follow a pooling.",
)
def without_norms():
    start = [conv("CONV1", 96, 11, 4), pool("p", 3, 2), conv("CONV2", 256, 5, pad=2)]
    start += [pool("p", 3, 2), conv("3", 384, 3, pad=1), conv("4", 384, 3, pad=1)]
    start += [conv("5", 256, 3, pad=1), pool("p", 3, 2)]
    return [*start, fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "Normalisation stands before pooling in your list; on the slide it is the other way round.",
    "Read the slide's rows from top to bottom: CONV1, MAX POOL1, NORM1.",
)
def norms_before_pooling():
    start = [conv("CONV1", 96, 11, 4), norm("n"), pool("p", 3, 2)]
    start += [conv("CONV2", 256, 5, pad=2), norm("n"), pool("p", 3, 2)]
    later = [conv("3", 384, 3, pad=1), conv("4", 384, 3, pad=1), conv("5", 256, 3, pad=1)]
    return [*start, *later, pool("p", 3, 2), fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "Two groups are the split over two GPUs of 2012; the lecture's simplified network has none.",
    "Leave `groups` at 1 in every convolution.",
)
def on_two_gpus():
    start = [conv("CONV1", 96, 11, 4), pool("p", 3, 2), norm("n")]
    start += [conv("CONV2", 256, 5, pad=2, groups=2), pool("p", 3, 2), norm("n")]
    later = [conv("3", 384, 3, pad=1), conv("4", 384, 3, pad=1, groups=2)]
    later += [conv("5", 256, 3, pad=1, groups=2), pool("p", 3, 2)]
    return [*start, *later, fc("6", 4096), fc("7", 4096), fc("8", 1000)]


@alexnet_layers.misconception(
    "6 * 6 * 256 = 9216 numbers go into FC6; how many neurons does it have?",
    "A fully connected row tells its outputs; the inputs come from the row before.",
)
def tells_the_inputs():
    start = [conv("CONV1", 96, 11, 4), pool("p", 3, 2), norm("n")]
    start += [conv("CONV2", 256, 5, pad=2), pool("p", 3, 2), norm("n")]
    later = [conv("3", 384, 3, pad=1), conv("4", 384, 3, pad=1), conv("5", 256, 3, pad=1)]
    return [*start, *later, pool("p", 3, 2), fc("6", 9216), fc("7", 4096), fc("8", 4096)]


@alexnet_layers.alternative
def in_two_parts():
    features = []
    for number, filters, K, stride, pad in ((1, 96, 11, 4, 0), (2, 256, 5, 1, 2)):
        features.append(conv(f"C{number}", filters, K, stride, pad))
        features += [pool(f"P{number}", 3, 2), norm(f"N{number}")]
    features += [conv(f"C{n}", f, 3, 1, 1) for n, f in ((3, 384), (4, 384), (5, 256))]
    return features + [pool("P3", 3, 2)] + [fc(f"F{n}", n) for n in (4096, 4096, 1000)]


@alexnet_layers.alternative
def from_text():
    layers = []
    for word in [
        "c96,11,4,0",
        "p",
        "n",
        "c256,5,1,2",
        "p",
        "n",
        "c384,3,1,1",
        "c384,3,1,1",
        "c256,3,1,1",
        "p",
    ]:
        if word[0] == "c":
            layers.append(conv(word, *[int(part) for part in word[1:].split(",")]))
        else:
            layers.append(pool(word, 3, stride=2) if word == "p" else norm(word))
    return layers + [fc("6", 2**12), fc("7", 2**12), fc("8", 10**3)]


@alexnet_layers.alternative
def plain_dicts():
    layers = []
    sizes = [(96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1)]
    for n, (filters, K, stride, pad) in enumerate(sizes, start=1):
        row = {"kind": "conv", "name": str(n), "filters": filters, "K": K}
        layers.append({**row, "stride": stride, "pad": pad, "groups": 1})
        if n in (1, 2, 5):
            layers.append({"kind": "pool", "name": "", "K": 3, "stride": 2, "pad": 0})
        if n in (1, 2):
            layers.append({"kind": "norm", "name": ""})
    return layers + [{"kind": "fc", "name": "", "outputs": n} for n in (4096, 4096, 1000)]


@vgg16_numbers.misconception(
    "That is the slide's total, rounded: add its own rows and you get less than two thirds of it."
)
def believes_the_slide():
    return 24_000_000


@vgg16_numbers.misconception(
    "That counts bytes; the question asks for numbers, of four bytes each."
)
def counts_bytes():
    return 60_950_432


@vgg16_numbers.misconception("The image itself is held in memory too: it is the slide's first row.")
def without_the_image():
    return 15_087_080


@vgg16_numbers.misconception("The outputs of the pooling layers are missing from your sum.")
def without_the_pooling():
    return 13_707_240


@vgg16_numbers.misconception(
    "Those are the weights, the other column; a number for each activation is asked for."
)
def counts_the_weights():
    return 138_344_128


@vgg16_numbers.misconception(
    "That holds the gradients too: the question is about the forward pass."
)
def there_and_back():
    return 30_475_216


@vgg16_numbers.alternative
def adds_the_rows():
    first = 224 * 224 * (3 + 64 + 64) + 112 * 112 * (64 + 128 + 128)
    second = 56 * 56 * (128 + 3 * 256) + 28 * 28 * (256 + 3 * 512) + 14 * 14 * (512 + 3 * 512)
    return first + second + 7 * 7 * 512 + 4096 + 4096 + 1000


@vgg16_numbers.alternative
def adds_level_by_level():
    total, size = 224 * 224 * 3 + 2 * 4096 + 1000, 224
    for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        total += depth * width * size**2 + width * (size // 2) ** 2
        size //= 2
    return total


@vgg16_numbers.alternative
def by_the_tracer():
    layers = []
    for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [conv("c", width, 3, pad=1)] * depth + [pool("p", 2, 2)]
    layers += [fc("f", 4096), fc("f", 4096), fc("f", 1000)]
    return sum(row["activations"] for row in trace_network(layers, (3, 224, 224)))
