# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 04 · Architectures
#
# **{{points}} points, and {{written}} for an answer in words · about {{minutes}} minutes**
#
# **What you will be able to do**
# - follow an image through any network: shapes, parameters, work, memory;
# - build AlexNet, VGG, Inception, ResNet and ResNeXt, and say what each added;
# - tell where a network spends its parameters and where its time, and make it cheaper;
# - reuse a trained network, and read a table of published ones critically.
#
# **What you need**: notebook 01, and `nn.Module`: a class with `__init__` for the layers and
# `forward` for what they compute. No GPU, no download.
#
# **One convention.** Tensors are $N, C, H, W$. A MAC is one multiply-add; tables in papers often
# say "FLOPs" and mean MACs. A number of weights is without biases, a number of parameters is with
# everything that is learned.

# %% [markdown]
# **In the exercises** use any layer of `torch.nn`. Not allowed: `torchvision.models` (it would be
# the exercise). The names of your layers and attributes are yours.
#
# **Most of this notebook computes nothing.** On torch's *meta* device a tensor has a shape and no
# numbers, so even a network with 152 layers is built and measured at once.

# %%
from copy import deepcopy
from dataclasses import replace

import torch
import torch.nn.functional as F
from sklearn.svm import SVC
from torch import nn

from visionlab import blocks, check, costs, curves, datasets, plots, progress, seed_everything
from visionlab.demo import demo
from visionlab.graphs import draw as draw_graph
from visionlab.layers import conv, fc, norm, pool
from visionlab.tables import table
from visionlab.training import accuracy, fit, torch_step, track

seed_everything(4)

# %% [markdown] rows="A86"
# ## 1 · Anatomy of a network
#
# Lectures 001 and 003 build every network of four parts. **INPUT** holds the pixels. **CONV**
# answers to local patterns (with a ReLU after it). **POOL** shrinks rows and columns. **FC**,
# fully connected, looks at everything at once and gives the scores. On the way the maps get
# smaller and more numerous: fewer places, richer descriptions.
#
# A table in a lecture is a list of rows. Here a row is a small dict, made by one of four helpers:

# %% tags=["demo"]
small = [conv("CONV1", 6, 5), pool("POOL1", 2, stride=2), conv("CONV2", 16, 5)]
small += [pool("POOL2", 2, stride=2), fc("FC3", 120), fc("FC4", 84), fc("FC5", 10)]
print(small[0], norm("NORM1"), small[-1], sep="\n")

# %% [markdown]
# To fill in the columns of such a table you need three formulas from notebook 01, for filters
# $K\times K$ with stride $s$, padding $p$ and $g$ groups:
#
# $$H'=\Big\lfloor\frac{H+2p-K}{s}\Big\rfloor+1,\qquad
# \text{weights}=C_{out}\,\frac{C_{in}}{g}\,K^2,\qquad
# \text{MACs}=\text{weights}\cdot H'W'$$
#
# **Groups** are new: the channels are cut into $g$ equal parts and every filter reads only one
# part. An FC layer is a filter as large as its whole input.

# %% [markdown]
# ### Exercise: trace_network
# Follow an image of `shape` `(C, H, W)` through a list of rows. Return a list of dicts, one for
# the input and one for each row, with keys `"name"`, `"C"`, `"H"`, `"W"`, `"activations"`,
# `"params"`, `"macs"`; all but the name are ints.
#
# - The input is called `"INPUT"`, with 0 params and 0 macs. No rows: only the input.
# - Sizes are rounded down. `activations` is $C\cdot H\cdot W$ of that row's output.
# - `conv`: `filters` kernels of $C/\text{groups}\times K\times K$. `bias=True` adds one number
#   for each filter (and for each output of an `fc`) to `params`; `macs` never counts biases.
# - `pool` and `norm` have 0 params and 0 macs; a norm keeps the shape.
# - `fc` takes all numbers of its input and gives $C=$ `outputs`, $H=W=1$.


# %%
def trace_network(layers, shape, bias=False):
    """Shapes, activations, parameters and multiply-adds of a network, row by row.

    layers: list of rows from conv, pool, norm and fc; shape: (C, H, W) of the input image.
    Returns a list of dicts with keys name, C, H, W, activations, params, macs.
    """
    ### BEGIN SOLUTION
    C, H, W = shape
    trace = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for row in layers:
        weights = biases = 0
        if row["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * row["pad"] - row["K"]) // row["stride"] + 1 for n in (H, W)]
        if row["kind"] == "conv":
            weights = row["filters"] * (C // row["groups"]) * row["K"] ** 2
            C = biases = row["filters"]
        if row["kind"] == "fc":
            weights = C * H * W * row["outputs"]
            C, H, W, biases = row["outputs"], 1, 1, row["outputs"]
        line = dict(name=row["name"], C=C, H=H, W=W, activations=C * H * W)
        trace.append(line | {"params": weights + bias * biases, "macs": weights * H * W})
    return trace
    ### END SOLUTION


# %%
check(trace_network)

# %% [markdown]
# A network of this kind on a grey 32 × 32 image. Almost four fifths of its weights are those of
# the first FC layer, almost all its work is done in the second convolution and the first.


# %%
def show_trace(trace):
    """Show the result of trace_network as a table."""
    columns = ["name", "C", "H", "W", "activations", "params", "macs"]
    table(columns, [[row[column] for column in columns] for row in trace])


# %%
@demo
def small_network():
    show_trace(trace_network(small, (1, 32, 32)))


# %% [markdown] errata="5"
# **Find the slide's mistakes.** Lecture 003: a pooling layer "requires three hyperparameters:
# their spatial extent $F$, the stride $S$". And its convolution, which has padding $P$, produces
# $(W_1-F+2P)/S+1$ by "a valid convolution". Three things to find.
#
# <details><summary>Answer</summary>
#
# It lists two hyperparameters, and two is right for pooling without padding. With padding there
# are three: the cell shows that GoogLeNet's pooling (section 4) needs it. "Valid" means without
# padding, so that word contradicts $P$. And the division must be rounded down.
# </details>


# %%
@demo
def pooling_with_padding():
    for pad in (0, 1):
        size = trace_network([pool("POOL", 3, stride=1, pad=pad)], (192, 28, 28))[-1]["H"]
        print(f"3 × 3 pooling with stride 1 and padding {pad}: 28 → {size}")
    size = trace_network([conv("CONV", 1, 3, stride=2)], (1, 6, 6))[-1]["H"]
    print(f"the slide's formula for 6, F = 3, S = 2, P = 0: {(6 - 3) / 2 + 1}; really {size}")


# %% [markdown] errata="30"
# **Find the slide's mistake.** Lecture 004: "The convolution layer with $F$ filters of width $W$,
# height $H$ and stride $S$ produces an output with $F$ channels kernels of total size
# $W\times H\times C\times F$". Something is missing in the middle. And the formula below it,
# $\sum I_{iS+m,\,jS+n,\,o}K_{m,n,o,k}$, moves $m$ along the rows: is $W$ its first size?
#
# <details><summary>Answer</summary>
#
# "... an output with $F$ channels; *the kernels have* total size ...". As $m$ runs over rows, the
# sizes of $K_{m,n,o,k}$ are $H\times W\times C\times F$. It is a cross-correlation without bias.
# </details>


# %%
@demo
def size_of_the_kernels():
    F_, C, H, W = 8, 3, 5, 1  # eight filters, five rows high and one column wide
    layer = nn.Conv2d(C, F_, (H, W), bias=False)
    out = tuple(layer(torch.zeros(1, C, 9, 9)).shape)
    print("weights (F, C, H, W):", tuple(layer.weight.shape), "of", H * W * C * F_, "numbers")
    print("output on a 9 × 9 image:", out, "so H belongs to the rows")


# %% [markdown] rows="A87"
# ## 2 · AlexNet, 2012
#
# The network that won the ImageNet challenge and changed the field: eight layers with weights,
# ReLU, a normalisation across neighbouring maps (soon dropped), dropout 0.5 in the FC layers.
#
# Lecture 003's recipe: heavy data augmentation, batches of 128, momentum 0.9, learning rate
# $10^{-2}$ divided by 10 by hand whenever the validation accuracy stalls, weight decay
# $5\cdot10^{-4}$. Seven such networks together: from 18.2 % errors to 15.4 %.

# %% [markdown]
# ### Exercise: alexnet_layers
# Lecture 003's AlexNet as a list of rows, without the input. The image is 3 × 227 × 227.
#
# | row | |
# |---|---|
# | CONV1 | 96 filters 11 × 11, stride 4, pad 0 |
# | MAX POOL1 | 3 × 3, stride 2 |
# | NORM1 | normalisation |
# | CONV2 | 256 filters 5 × 5, stride 1, pad 2 |
# | MAX POOL2 | 3 × 3, stride 2 |
# | NORM2 | normalisation |
# | CONV3, CONV4 | 384 filters 3 × 3 each, stride 1, pad 1 |
# | CONV5 | 256 filters 3 × 3, stride 1, pad 1 |
# | MAX POOL3 | 3 × 3, stride 2 |
# | FC6, FC7, FC8 | 4096, 4096, 1000 neurons |
#
# No groups. The names are yours; they are not graded.


# %%
def alexnet_layers():
    """Lecture 003's AlexNet. Returns a list of rows from conv, pool, norm and fc."""
    ### BEGIN SOLUTION
    return [
        conv("CONV1", 96, 11, stride=4),
        pool("MAX POOL1", 3, stride=2),
        norm("NORM1"),
        conv("CONV2", 256, 5, pad=2),
        pool("MAX POOL2", 3, stride=2),
        norm("NORM2"),
        conv("CONV3", 384, 3, pad=1),
        conv("CONV4", 384, 3, pad=1),
        conv("CONV5", 256, 3, pad=1),
        pool("MAX POOL3", 3, stride=2),
        *[fc(f"FC{n}", outputs) for n, outputs in [(6, 4096), (7, 4096), (8, 1000)]],
    ]
    ### END SOLUTION


# %%
check(alexnet_layers)

# %%
@demo
def alexnet():
    trace = trace_network(alexnet_layers(), (3, 227, 227))
    show_trace(trace)
    weights, macs = (sum(row[key] for row in trace) for key in ("params", "macs"))
    print(f"{weights:,} weights, {macs:,} multiply-adds")


# %% [markdown]
# Where are the weights, and where is the work? Almost all weights sit in three FC layers, almost
# all work is done in five convolutions. Remember it: saving memory and saving time are different
# jobs.


# %%
@demo
def weights_and_work():
    trace = trace_network(alexnet_layers(), (3, 227, 227))
    layers = [row for row in trace if row["params"]]
    rows = []
    for key, what in (("params", "weights"), ("macs", "multiply-adds")):
        late = sum(row[key] for row in layers if row["H"] == 1)
        total = sum(row[key] for row in layers)
        rows.append((what, f"{1 - late / total:.1%}", f"{late / total:.1%}"))
    table(["share of all", "convolutions", "fully connected"], rows)


# %% [markdown] errata="29"
# **Find the slide's mistake.** Lecture 003 gives AlexNet 96 filters and an image of 227 × 227.
# Lecture 001 shows "AlexNet: 64 filters, each 3 × 11 × 11". And most papers say 224 × 224. Who is
# right?
#
# <details><summary>Answer</summary>
#
# Each about another network. The first AlexNet ran on two GPUs with 48 + 48 filters, some layers
# in two *groups*; lecture 003 simplifies it to one piece. The later one-GPU variant, which
# torchvision ships, has 64 filters. And with stride 4 and no padding 224 gives 54 positions, not
# 55: 227 fits, or 224 with padding 2, as torchvision has it.
# </details>


# %%
@demo
def three_alexnets():
    one = {0: {"filters": 64, "pad": 2}, 3: {"filters": 192}, 7: {"filters": 256}}
    variants = {"lecture 003": (227, {}), "64 filters": (224, one)}
    variants["two GPUs"] = (227, {n: {"groups": 2} for n in (3, 7, 8)})
    rows = []
    for name, (side, changes) in variants.items():
        layers = [row | changes.get(n, {}) for n, row in enumerate(alexnet_layers())]
        trace = trace_network(layers, (3, side, side), bias=True)
        totals = [sum(row[key] for row in trace) for key in ("params", "macs")]
        rows.append((name, side, trace[1]["H"], *totals))
    table(["variant", "image", "CONV1 gives", "parameters", "multiply-adds"], rows)


# %% [markdown] errata="44"
# **Find the slide's mistake.** Between the convolutions stands ReLU. Lecture 001 also shows leaky
# ReLU as $\max(0.1x,\,x)$. Train the same network with torch's `F.leaky_relu`: is it the same?
#
# <details><summary>Answer</summary>
#
# No: torch's slope below zero is 0.01 unless you say otherwise. Neither is wrong; only "leaky
# ReLU" without a slope says too little.
# </details>


# %%
@demo
def two_leaks():
    x = torch.tensor(-2.0)
    print(f"lecture 001: {torch.maximum(0.1 * x, x):.2f}, torch: {F.leaky_relu(x):.2f}", end=", ")
    print(f"with the lecture's slope: {F.leaky_relu(x, 0.1):.2f}")


# %% [markdown] rows="A88"
# ## 3 · VGG, 2014
#
# Two ideas: only 3 × 3 filters, and much deeper. Two 3 × 3 layers see 5 × 5 pixels, three see
# 7 × 7 (notebook 01), with fewer weights and a ReLU in between. From $C$ to $C$ channels:


# %%
@demo
def small_filters():
    rows = []
    for large, count in ((5, 2), (7, 3)):
        rows.append((f"{large} × {large}", f"{count} times 3 × 3", 9 * count / large**2))
    table(["one layer", "instead", "share of the weights"], rows)


# %% [markdown]
# Lecture 003's table of VGG-16, row by row, from your tracer. The slide's rounded memory column
# (150K, 3.2M, 800K, ...) is right in every row.


# %%
def vgg16_layers():
    """VGG-16 as a list of rows."""
    rows = []
    for filters, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        rows += [conv(f"CONV3-{filters}", filters, 3, pad=1)] * depth
        rows.append(pool("POOL2", 2, stride=2))
    return [*rows, fc("FC", 4096), fc("FC", 4096), fc("FC", 1000)]


# %%
@demo
def vgg16_table():
    show_trace(trace_network(vgg16_layers(), (3, 224, 224)))


# %% [markdown]
# ### Exercise: vgg16_numbers
# A question: replace the line by `return` and your number; it is judged when the notebook is
# graded. Sum the slide's own rows, from the image to the class scores, without rounding them:
# how many numbers does VGG-16 hold for one image of 3 × 224 × 224?


# %%
def vgg16_numbers():
    """Return the sum of all activations of VGG-16, the input included, an int."""
    ### BEGIN SOLUTION
    return 15_237_608
    ### END SOLUTION


# %%
check(vgg16_numbers)

# %% [markdown] errata="1"
# **Find the slide's mistake.** Below the table stands "TOTAL memory: 24M ∗ 4 bytes ≈ 96 MB /
# image (only forward! ~2 for bwd)". You have the sum of its rows: does it agree?
#
# <details><summary>Answer</summary>
#
# No: the rows add up to about 15 million numbers, so 61 MB (58 MiB). "~2 for bwd" means *times*
# two: going backwards, each number also gets a gradient. The totals of the other column, 138
# million parameters, are right.
# </details>


# %%
@demo
def sum_of_the_rows():
    trace = trace_network(vgg16_layers(), (3, 224, 224))
    numbers = sum(row["activations"] for row in trace)
    print(f"{numbers / 1e6:.1f} million numbers, {4 * numbers / 1e6:.0f} MB,", end=" ")
    print(f"{4 * numbers / 2**20:.0f} MiB; {sum(r['params'] for r in trace):,} weights")


# %% [markdown] rows="A89"
# Lecture 004 has the whole family. Every configuration has five stages, each followed by
# pooling, and three FC layers. What stands in a stage:
#
# | stage | channels | A | A-LRN | B | C | D | E |
# |---|---|---|---|---|---|---|---|
# | 1 | 64 | conv3 | conv3, LRN | conv3 × 2 | conv3 × 2 | conv3 × 2 | conv3 × 2 |
# | 2 | 128 | conv3 | conv3 | conv3 × 2 | conv3 × 2 | conv3 × 2 | conv3 × 2 |
# | 3 | 256 | conv3 × 2 | conv3 × 2 | conv3 × 2 | conv3 × 2, conv1 | conv3 × 3 | conv3 × 4 |
# | 4 | 512 | conv3 × 2 | conv3 × 2 | conv3 × 2 | conv3 × 2, conv1 | conv3 × 3 | conv3 × 4 |
# | 5 | 512 | conv3 × 2 | conv3 × 2 | conv3 × 2 | conv3 × 2, conv1 | conv3 × 3 | conv3 × 4 |
#
# The FC layers have 4096, 4096 and 1000 neurons.

# %% [markdown]
# ### Exercise: make_vgg
# Build one column of the table as a `nn.Module` for images `(N, 3, 224, 224)`; it returns scores
# `(N, classes)`, without softmax.
#
# - `conv3` is a 3 × 3 convolution with padding 1, `conv1` a 1 × 1 without padding. Stride 1,
#   with biases, a ReLU after each.
# - LRN, in `"A-LRN"` only, is `nn.LocalResponseNorm(5)` after the ReLU of the first layer.
# - Every `maxpool` is 2 × 2 with stride 2; there are five. Then flatten, and three fully connected
#   layers with biases and a ReLU between them.
# - Batch normalisation came later: there is none. Dropout between the fully connected layers is
#   welcome, and not asked for.
# - Name no device: the checks build the network on the *meta* device, without any numbers.


# %%
def make_vgg(config, classes=1000):
    """Build a VGG network.

    config: "A", "A-LRN", "B", "C", "D" or "E". Returns a nn.Module from images
    (N, 3, 224, 224) to scores (N, classes).
    """
    ### BEGIN SOLUTION
    depths = {"A": (1, 1, 2, 2, 2), "B": (2, 2, 2, 2, 2), "C": (2, 2, 3, 3, 3)}
    depths |= {"A-LRN": depths["A"], "D": depths["C"], "E": (2, 2, 4, 4, 4)}
    layers, cin = [], 3
    for width, depth in zip((64, 128, 256, 512, 512), depths[config], strict=True):
        for n in range(depth):
            K = 1 if config == "C" and n == 2 else 3
            layers += [nn.Conv2d(cin, width, K, padding=K // 2), nn.ReLU()]
            cin = width
        layers.append(nn.MaxPool2d(2))
    if config == "A-LRN":
        layers.insert(2, nn.LocalResponseNorm(5))
    for inputs, outputs in [(512 * 7 * 7, 4096), (4096, 4096)]:
        layers += [nn.Flatten(), nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(4096, classes))
    ### END SOLUTION


# %%
check(make_vgg)

# %% [markdown]
# Your networks on the meta device, against the slide's millions. LRN learns nothing, so
# A-LRN has A's parameters.


# %%
@demo
def vgg_family():
    rows = []
    slide = {"A": 133, "A-LRN": 133, "B": 133, "C": 134, "D": 138, "E": 144}
    for config, millions in slide.items():
        with torch.device("meta"):
            model = make_vgg(config)
        cost = costs.costs(model, (1, 3, 224, 224))
        rows.append((config, cost.parameters, millions, cost.macs / 1e9))
    table(["config", "parameters", "slide, millions", "10⁹ MACs"], rows)


# %% [markdown]
# And memory as torch really uses it: what the forward pass of D keeps until the backward pass.
# That is your rows but the scores, four bytes a number, and from each pooling where the maxima
# were, eight bytes a position.


# %%
@demo
def memory_for_the_backward_pass():
    with torch.device("meta"):
        kept = costs.costs(make_vgg("D"), (1, 3, 224, 224)).memory
    trace = trace_network(vgg16_layers(), (3, 224, 224))
    rows = 4 * sum(row["activations"] for row in trace[:-1])
    maxima = 8 * sum(row["activations"] for row in trace if row["name"] == "POOL2")
    print(f"measured {kept / 1e6:.1f} MB = {rows / 1e6:.1f} MB + {maxima / 1e6:.1f} MB:", end=" ")
    print(kept == rows + maxima)


# %% [markdown] rows="A90"
# ## 4 · GoogLeNet, 2014
#
# Which size of filter is best? GoogLeNet does not choose. An **Inception** block runs 1 × 1,
# 3 × 3 and 5 × 5 convolutions and a pooling side by side and stacks what comes out.
#
# Large filters on all channels are expensive, says the note in lecture 004, so **reduce the
# channels first**, with 1 × 1 convolutions: one weighted sum of channels at each pixel. Block
# 3a: the 5 × 5 filters read 16 channels, not 192.

# %% [markdown]
# ### Exercise: inception_cost
# Weights and multiply-adds of one Inception block on a map of `cin` × `H` × `W`, as a pair of
# ints. The block has six convolutions: `c1` kernels 1 × 1; `r3` kernels 1 × 1, then `c3` kernels
# 3 × 3; `r5` kernels 1 × 1, then `c5` kernels 5 × 5; after the pooling `pp` kernels 1 × 1. All
# keep `H` × `W`. Leave biases out of both counts.


# %%
def inception_cost(cin, c1, r3, c3, r5, c5, pp, H, W):
    """Cost of an Inception block on an image (cin, H, W). Returns (weights, macs), ints."""
    ### BEGIN SOLUTION
    weights = cin * (c1 + r3 + r5 + pp) + 9 * r3 * c3 + 25 * r5 * c5
    return weights, weights * H * W
    ### END SOLUTION


# %%
check(inception_cost)

# %%
@demo
def what_reduction_saves():
    reduced = inception_cost(192, 64, 96, 128, 16, 32, 32, 28, 28)
    direct = 192 * (64 + 9 * 128 + 25 * 32)
    table(
        ["block 3a", "weights", "MACs", "channels out"],
        [
            ("with 1 × 1 reductions", *reduced, 64 + 128 + 32 + 32),
            ("without, pooling as it is", direct, direct * 28 * 28, 64 + 128 + 32 + 192),
        ],
    )


# %% [markdown]
# ### Exercise: Inception
# The block as a module: four paths on the same input `(N, cin, H, W)`, their outputs
# concatenated along the channels **in this order**: `(N, c1 + c3 + c5 + pp, H, W)`.
#
# 1. 1 × 1 to `c1`
# 2. 1 × 1 to `r3`, then 3 × 3 to `c3`
# 3. 1 × 1 to `r5`, then 5 × 5 to `c5`
# 4. max pooling 3 × 3, stride 1, padding 1, then 1 × 1 to `pp`
#
# ReLU after *every* convolution; convolutions with biases and the padding that keeps the size;
# no batch normalisation.


# %%
class Inception(nn.Module):
    """GoogLeNet's block: four paths side by side, concatenated.

    (N, cin, H, W) gives (N, c1 + c3 + c5 + pp, H, W).
    """

    def __init__(self, cin, c1, r3, c3, r5, c5, pp):
        """r3, r5: channels of the 1x1 reductions before the 3x3 and the 5x5 convolutions."""
        super().__init__()
        ### BEGIN SOLUTION
        self.p1 = nn.Sequential(nn.Conv2d(cin, c1, 1), nn.ReLU())
        reduce3, reduce5 = nn.Conv2d(cin, r3, 1), nn.Conv2d(cin, r5, 1)
        conv3, conv5 = nn.Conv2d(r3, c3, 3, padding=1), nn.Conv2d(r5, c5, 5, padding=2)
        self.p3 = nn.Sequential(reduce3, nn.ReLU(), conv3, nn.ReLU())
        self.p5 = nn.Sequential(reduce5, nn.ReLU(), conv5, nn.ReLU())
        self.pp = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(cin, pp, 1), nn.ReLU())
        ### END SOLUTION

    def forward(self, x):
        """x: (N, cin, H, W). Returns (N, c1 + c3 + c5 + pp, H, W)."""
        ### BEGIN SOLUTION
        return torch.cat([self.p1(x), self.p3(x), self.p5(x), self.pp(x)], dim=1)
        ### END SOLUTION


# %%
check(Inception)

# %% [markdown]
# A drawing of *your* block 3a, made by following an input through its `forward`. Each box tells
# what it computes and the shape that leaves it.


# %%
@demo
def inception_drawn():
    block = Inception(192, 64, 96, 128, 16, 32, 32)
    alt = "An input goes into four paths: 1×1; 1×1, 3×3; 1×1, 5×5; pooling, 1×1. They meet again."
    blocks.draw(block, (1, 192, 28, 28), alt)


# %% [markdown]
# The whole network: a stem that shrinks the image fast, nine blocks with poolings between, and at
# the end **no large FC layer**. Every map is averaged, $1024\times7\times7\to1024$, then one FC
# layer. The note in lecture 004: to recognise a thing it is mostly enough which parts are there,
# not where.

# %%
BLOCKS = {  # name: cin, c1, r3, c3, r5, c5, pp
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}
SIDE = {"3": 28, "4": 14, "5": 7}  # rows and columns of the maps in each stage


# %%
def make_googlenet(classes=1000):
    """GoogLeNet from Inception blocks, without auxiliary heads."""
    shrink = [nn.MaxPool2d(3, 2, padding=1)]
    stem = [nn.Conv2d(3, 64, 7, 2, padding=3), nn.ReLU(), *shrink]
    stem += [nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 192, 3, padding=1), nn.ReLU()]
    stages = [[Inception(*BLOCKS[n]) for n in BLOCKS if n[0] == stage] for stage in "345"]
    body = [block for stage in stages for block in (*shrink, *stage)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, classes)]
    return nn.Sequential(*stem, *body, *head)


# %% [markdown] errata="31"
# **Find the slide's mistakes.** The slide gives params and ops for each block; below they stand
# beside what the slide's own channels give. Row 3a says "159" where all others have a K. What is
# K, 1000 or 1024? Which rows do not go with their channels?
#
# <details><summary>Answer</summary>
#
# K is 1024 (3a: 163 328 = 159.5 · 1024, and the linear row: 1000K = 1 024 000). Params of 4a, 4c,
# 4d, 4e, 5a and 5b are off, ops of 5a too. The slide's 5a is what $r_3=192$ and $r_5=16$ would
# give, not the listed 160 and 32. Trust the channels, not the sums.
# </details>


# %%
@demo
def googlenet_against_the_slide():
    slide = {"3a": (159, 128), "3b": (380, 304), "4a": (364, 73), "4b": (437, 88)}
    slide |= {"4c": (463, 100), "4d": (580, 119), "4e": (840, 170), "5a": (1072, 54)}
    rows = []
    for name, (K, M) in {**slide, "5b": (1388, 71)}.items():
        weights, macs = inception_cost(*BLOCKS[name], SIDE[name[0]], SIDE[name[0]])
        ours, work = weights / 1024, macs / 1e6
        marks = ["" if abs(ours / K - 1) < 0.005 else "✗", "" if abs(work / M - 1) < 0.01 else "✗"]
        rows.append((name, ours, K, marks[0], work, M, marks[1]))
    table(["block", "weights / 1024", "slide, K", "", "MACs / 10⁶", "slide, M", " "], rows)
    other = inception_cost(832, 256, 192, 320, 16, 128, 128, 7, 7)
    print(f"5a with 192 and 16: {other[0] / 1024:.0f}K, {other[1] / 1e6:.1f}M")


# %% [markdown]
# The slide's first row is off as well: 7 × 7 filters from 3 to 64 channels have 9408 weights, not
# 2.7K. It would fit a 7 × 1 and a 1 × 7 filter, 14 · 3 · 64 = 2688.

# %% [markdown] errata="32"
# **Find the slide's mistake.** The handwritten note: GoogLeNet has "a tenth of VGG's parameters".
#
# <details><summary>Answer</summary>
#
# A twentieth: 7.0 against 138.4 million.
# </details>


# %%
@demo
def googlenet_and_vgg():
    with torch.device("meta"):
        pair = {"GoogLeNet": make_googlenet(), "VGG-16": make_vgg("D")}
    measured = {name: costs.costs(model, (1, 3, 224, 224)) for name, model in pair.items()}
    rows = [(n, c.parameters, c.macs / 1e9) for n, c in measured.items()]
    table(["network", "parameters", "10⁹ MACs"], rows)
    ratio = measured["VGG-16"].parameters / measured["GoogLeNet"].parameters
    print(f"VGG-16 has {ratio:.1f} times the parameters")


# %% [markdown] rows="A73"
# **Auxiliary heads.** Twenty-two layers were hard to train. So GoogLeNet has two more classifiers
# half-way, trained on the same classes with weight 0.3:
#
# $$L=L_{main}+0.3\,(L_1+L_2)$$
#
# They bring gradient to the early layers, and are cut off after training. The note in lecture 004
# adds: what they say is not important, and at the end of training they are not either. It is the
# same trick as *multi-task learning*, where two tasks share the first part of a network.

# %% [markdown]
# ### Exercise: googlenet_loss
# The cross-entropy of the main head, plus 0.3 times the sum of the cross-entropies of the two
# auxiliary heads. `F.cross_entropy` is allowed. All scores are `(N, K)`, `t` is int64 `(N,)`;
# the result is a 0-d tensor that gradients can flow through.


# %%
def googlenet_loss(main, aux1, aux2, t):
    """Loss of a network with two auxiliary heads.

    main, aux1, aux2: (N, K) scores, t: (N,) classes, int64. Returns a 0-d tensor.
    """
    ### BEGIN SOLUTION
    aux = F.cross_entropy(aux1, t) + F.cross_entropy(aux2, t)
    return F.cross_entropy(main, t) + 0.3 * aux
    ### END SOLUTION


# %%
check(googlenet_loss)

# %% [markdown]
# How much gradient arrives at the first layer? Twelve plain layers at the start of training, with a
# head after the 4th, the 8th and the last one. The nearer the head, the stronger its gradient.


# %%
@demo
def gradient_from_each_head():
    seed_everything(4)
    layers = [nn.Conv2d(1 if n == 0 else 16, 16, 3, padding=1) for n in range(12)]
    heads = {n: nn.Linear(16, 10) for n in (4, 8, 12)}
    data, h, rows = datasets.digits(), None, []
    for n, layer in enumerate(layers, 1):
        h = layer(data.x_train[:64] if h is None else h).relu()
        if n in heads:
            loss = F.cross_entropy(heads[n](h.mean((2, 3))), data.t_train[:64])
            (g,) = torch.autograd.grad(loss, layers[0].weight, retain_graph=True)
            rows.append((n, f"{g.norm():.0e}"))
    table(["head after layer", "gradient's length at layer 1"], rows)


# %% [markdown] rows="A91"
# ## 5 · Inception v2 and v3, 2015
#
# Batch normalisation (notebook 03), a better optimiser, label smoothing, factorised filters: one
# improvement after another. Lecture 004's table, errors for the top guess of *one* network:


# %%
@demo
def inception_errors():
    names = ["GoogLeNet", "+ BN", "BN-Inception", "Inception-v2", "+ RMSProp"]
    names += ["+ label smoothing", "+ factorised 7×7", "+ BN in the auxiliary head"]
    top1 = [29.0, 26.8, 25.2, 23.4, 23.1, 22.8, 21.6, 21.2]
    alt = "Bars that fall from 29 percent for GoogLeNet to 21.2 percent for the last variant."
    curves.bars(names, top1, alt, xlabel="top-1 error, %", text="{:.1f}")


# %% [markdown] errata="35"
# **Find the slide's mistake.** Version 3 takes 299 × 299 images and shrinks them to 35 × 35 before
# the first Inception block. The slide's rows: 3 × 3 convolutions everywhere, only the third one
# "padded", and 35 × 35 × 288 goes into the blocks. Can it, after a 3 × 3 layer on 35 × 35 × 192?
#
# <details><summary>Answer</summary>
#
# Only if the last convolution is padded too. Without padding 33 × 33 comes out.
# </details>


# %%
@demo
def stem_of_inception_v3():
    stem = [conv("conv / 2", 32, 3, stride=2), conv("conv", 32, 3), conv("padded", 64, 3, pad=1)]
    stem += [pool("pool / 2", 3, stride=2), conv("conv", 80, 3), conv("conv / 2", 192, 3, stride=2)]
    rows = []
    for pad in (0, 1):
        trace = trace_network([*stem, conv("last", 288, 3, pad=pad)], (3, 299, 299))
        rows.append((f"padding {pad}", " → ".join(str(row["H"]) for row in trace)))
    table(["last layer", "rows of the maps"], rows)


# %% [markdown] rows="A72"
# **Label smoothing.** Cross-entropy with a target of 1 is never content: a probability of 0.99
# still pushes the scores apart. So ask for less than 1: the note in lecture 004 says "satisfied
# from 0.9, say". Share $\varepsilon$ out among all $K$ classes:
#
# $$t_k=(1-\varepsilon)\,[k=\text{true}]+\frac{\varepsilon}{K}$$
#
# Now the loss has a minimum. The best lead of the true score over the others is
# $\ln\frac{1-\varepsilon+\varepsilon/K}{\varepsilon/K}$.

# %% [markdown]
# ### Exercise: smooth_labels
# From classes to smoothed targets: $(1-\varepsilon)$ times the one-hot row, plus
# $\varepsilon/K$ everywhere. `t` is int64 `(N,)`; the result is float32 `(N, K)`.


# %%
def smooth_labels(t, K, eps):
    """Soft targets. t: (N,) classes, int64. Returns (N, K), float32; rows sum to 1."""
    ### BEGIN SOLUTION
    return (1 - eps) * F.one_hot(t, K).float() + eps / K
    ### END SOLUTION


# %%
check(smooth_labels)

# %% [markdown]
# A thousand classes, $\varepsilon=0.1$: the best lead is $\ln 9001=9.105$. Without smoothing the
# loss falls for ever.


# %%
@demo
def best_lead():
    K, t = 1000, torch.tensor([0])
    leads = torch.linspace(0, 20, 401)
    scores = torch.zeros(401, K)
    scores[:, 0] = leads
    losses = {}
    for eps in (0.0, 0.1):
        values = -(smooth_labels(t, K, eps) * scores.log_softmax(1)).sum(1)
        losses[f"ε = {eps:g}"] = (leads.tolist(), values.tolist())
    alt = "Without smoothing the loss falls on and on; with it, it is lowest near 9.1, then rises."
    curves.curves(losses, alt, xlabel="lead of the true class", ylabel="loss", logy=True)
    print(f"with ε = 0.1 lowest at a lead of {leads[values.argmin()]:.1f}")


# %% [markdown] rows="A71"
# **Ensembles.** Train several networks that differ only in their random start, and average their
# probabilities. Mistakes that only one of them makes are outvoted.

# %% [markdown]
# ### Exercise: ensemble_predict
# `M` networks give probabilities for `N` images: `(M, N, K)`. Average over the networks, then
# take the most probable class (the first, on ties): int64 `(N,)`.


# %%
def ensemble_predict(probs):
    """Classes of the mean probabilities. probs: (M, N, K). Returns (N,), int64."""
    ### BEGIN SOLUTION
    return probs.mean(0).argmax(1)
    ### END SOLUTION


# %%
check(ensemble_predict)

# %% tags=["nbval-ignore-output"]
@demo
def seven_small_networks():
    data = datasets.digits()
    few, probs = replace(data, x_train=data.x_train[:300], t_train=data.t_train[:300]), []
    for seed in range(7):
        seed_everything(seed)
        model = nn.Sequential(nn.Conv2d(1, 4, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(36, 10))
        step = torch_step(model, torch.optim.Adam(model.parameters(), 1e-2))
        fit(step, few, epochs=6, batch_size=20, seed=seed, show=False)
        probs.append(model(data.x_test).detach().softmax(1))
    wrong = [(p.argmax(1) != data.t_test).double().mean().item() for p in probs]
    together = (ensemble_predict(torch.stack(probs)) != data.t_test).double().mean().item()
    print(f"one network errs on {sum(wrong) / 7:.1%} on average, seven together on {together:.1%}")


# %% [markdown] errata="42"
# **Find the slide's mistake.** The titles say "GoogLeNet (6.7 % error)" and "VGG (6.8 % error)";
# four slides on, the table gives GoogLeNet 9.2 % (top-5). Both figures are about ImageNet. How?
#
# <details><summary>Answer</summary>
#
# The titles quote the competition: *ensembles*, with many crops of each image. The table has one
# network. So has BN-Inception's 4.8 % an ensemble behind it, and so have the 3.6 % of v3 and
# ResNet. Compare only what was measured alike, as the cell above warns you.
# </details>


# %%
@demo
def one_or_many():
    lecture = [("AlexNet", 18.2, 15.4), ("GoogLeNet", 9.2, 6.7)]
    rows = [(n, one, many, f"{1 - many / one:.0%}") for n, one, many in lecture]
    table(["network", "one, %", "title or ensemble, %", "fewer errors"], rows)


# %% [markdown] rows="A94"
# ## 6 · ResNet, 2015
#
# If 20 layers are good, 56 should be better: the extra ones could just copy. Lecture 004 shows that
# plain networks, even with batch normalisation, do the opposite. The deeper one has the higher
# *training* error, so it is not overfitting; it cannot be trained. Copying is hard to learn.

# %% [markdown] rows="A93"
# **The way out: copy for free.** Let a block compute a *difference* $\mathcal F(x)$ and add the
# input:
#
# $$y=\text{ReLU}(\mathcal F(x)+x)$$
#
# With $\mathcal F=0$ the block copies. And through the $+$ the gradient reaches $x$ unchanged,
# whatever $\mathcal F$ does.

# %% [markdown]
# ### Exercise: BasicBlock
# conv 3 × 3 (with the `stride`) – BN – ReLU – conv 3 × 3 – BN, plus the shortcut, and a last ReLU
# *after* the sum. BN is `nn.BatchNorm2d`, which adds its own biases: the convolutions, with
# padding 1, have none.
#
# The shortcut is the identity. Only where the shape changes (`stride` is not 1, or `cout`
# differs from `cin`) is it a 1 × 1 convolution with that stride, no bias, and BN.


# %%
class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, as in ResNet-18 and 34.

    (N, cin, H, W) gives (N, cout, H', W'), H' = H for stride 1.
    """

    def __init__(self, cin, cout, stride=1):
        """stride: of the first convolution, and of the shortcut."""
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)
        self.shortcut = nn.Sequential()  # nothing in it: the identity
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.shortcut = nn.Sequential(project, nn.BatchNorm2d(cout))
        ### END SOLUTION

    def forward(self, x):
        """x: (N, cin, H, W). Returns (N, cout, H', W')."""
        ### BEGIN SOLUTION
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y))
        return (y + self.shortcut(x)).relu()
        ### END SOLUTION


# %%
check(BasicBlock)

# %% [markdown]
# Your block twice: where the shape stays the shortcut is just an arrow; where it changes, a 1 × 1
# convolution has to help.


# %%
@demo
def two_shortcuts():
    alt = "Two convolutions from x to a sum, and an arrow from x straight to the sum."
    blocks.draw(BasicBlock(64, 64), (1, 64, 56, 56), alt)
    alt = "The same with stride 2: a 1×1 convolution stands on the way from x to the sum."
    blocks.draw(BasicBlock(64, 128, stride=2), (1, 64, 56, 56), alt)


# %% [markdown]
# Both claims tested: all weights zero, then the block is the identity (for positive input), and
# the gradient at its input is exactly the gradient at its output.


# %%
@demo
def copies_for_free():
    block = BasicBlock(4, 4)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    x = torch.rand(2, 4, 5, 5, requires_grad=True)
    y = block(x)
    g = torch.randn_like(y)
    (back,) = torch.autograd.grad(y, x, g)
    print("output equals input:", torch.equal(y, x), "· gradient arrives:", torch.equal(back, g))


# %% [markdown]
# **The lecture's experiment in small**: 20 and 56 layers, plain and residual, on the digits, four
# times through the data. The two plain networks have exactly the layers of the residual ones. What
# held for all of five random starts: the deep plain network hardly learns at all, and the deep
# residual one learns better than even the shallow plain one.


# %%
class PlainBlock(nn.Module):
    """A BasicBlock without its shortcut."""

    def __init__(self, c):
        super().__init__()
        first, second = [nn.Conv2d(c, c, 3, padding=1, bias=False) for _ in range(2)]
        rest = [nn.ReLU(), second, nn.BatchNorm2d(c), nn.ReLU()]
        self.layers = nn.Sequential(first, nn.BatchNorm2d(c), *rest)

    def forward(self, x):
        return self.layers(x)


# %%
def deep_network(block, depth, c=12):
    """A stem, (depth - 2) / 2 blocks of two convolutions with c channels, and a head."""
    layers = [nn.Conv2d(1, c, 3, 2, padding=1), nn.BatchNorm2d(c), nn.ReLU()]
    layers += [block() for _ in range((depth - 2) // 2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10))


# %% tags=["nbval-ignore-output"]
@demo
def plain_against_residual():
    data, losses = datasets.digits(), {}
    blocks_of = {"residual": lambda: BasicBlock(12, 12), "plain": lambda: PlainBlock(12)}
    runs = [(kind, depth) for kind in blocks_of for depth in (20, 56)]
    for kind, depth in track(runs, "four networks"):
        seed_everything(0)
        model = deep_network(blocks_of[kind], depth)
        step = torch_step(model, torch.optim.SGD(model.parameters(), 0.05, momentum=0.9))
        values = torch.tensor(fit(step, data, epochs=4, show=False).losses)  # (92,)
        smooth = values.unfold(0, 8, 4).mean(1)  # (22,), means of eight steps
        losses[f"{kind} {depth}"] = (range(8, 93, 4), smooth.tolist())
    alt = "Training loss: plain 56 stays near 2.2; plain 20 falls; both residual ones fall fastest."
    curves.curves(losses, alt, xlabel="step", ylabel="training loss", logy=True)


# %% [markdown] rows="A95"
# **The bottleneck.** For more than 34 layers, Inception's trick again: 1 × 1 down to few channels,
# 3 × 3 there, 1 × 1 back up to four times as many.

# %% [markdown]
# ### Exercise: Bottleneck
# conv 1 × 1 to `mid` – BN – ReLU – conv 3 × 3 (padding 1) – BN – ReLU – conv 1 × 1 to `4 * mid`
# – BN, plus the shortcut, and a last ReLU. No biases in the convolutions; the shortcut as in
# `BasicBlock`, with `4 * mid` output channels.
#
# `stride_in` says which convolution has the stride: the first (`"1x1"`) or the second (`"3x3"`).


# %%
class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions and a shortcut, as in ResNet-50, 101 and 152.

    (N, cin, H, W) gives (N, 4·mid, H', W').
    """

    def __init__(self, cin, mid, stride=1, stride_in="1x1"):
        """mid: channels of the 3x3 convolution; stride_in: "1x1" or "3x3"."""
        super().__init__()
        ### BEGIN SOLUTION
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.conv1 = nn.Conv2d(cin, mid, 1, first, bias=False)
        self.conv2 = nn.Conv2d(mid, mid, 3, second, padding=1, bias=False)
        self.conv3 = nn.Conv2d(mid, 4 * mid, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(mid), nn.BatchNorm2d(mid)
        self.bn3 = nn.BatchNorm2d(4 * mid)
        self.shortcut = nn.Sequential()
        if stride != 1 or cin != 4 * mid:
            project = nn.Conv2d(cin, 4 * mid, 1, stride, bias=False)
            self.shortcut = nn.Sequential(project, nn.BatchNorm2d(4 * mid))
        ### END SOLUTION

    def forward(self, x):
        """x: (N, cin, H, W). Returns (N, 4·mid, H', W')."""
        ### BEGIN SOLUTION
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        y = self.bn3(self.conv3(y))
        return (y + self.shortcut(x)).relu()
        ### END SOLUTION


# %%
check(Bottleneck)

# %%
@demo
def bottleneck_drawn():
    alt = "1×1 to 64 channels, 3×3, 1×1 back to 256, and an arrow from x to the sum."
    blocks.draw(Bottleneck(256, 64), (1, 256, 56, 56), alt)
    rows = [("two 3 × 3 on 64 channels", 2 * 9 * 64 * 64)]
    rows += [("1 × 1, 3 × 3, 1 × 1 on 256 channels", 2 * 256 * 64 + 9 * 64 * 64)]
    rows += [("two 3 × 3 on 256 channels", 2 * 9 * 256 * 256)]
    table(["block", "weights"], rows)


# %% [markdown] rows="A96"
# **Whole networks.** Lecture 004's table. In brackets the channels, then how many blocks; the
# layers with weights are counted without those on shortcuts, $50=1+3\cdot16+1$.
#
# | | maps | 18 | 34 | 50 | 101 | 152 |
# |---|---|---|---|---|---|---|
# | conv1 | 112 | 7 × 7, 64, /2 | same | same | same | same |
# | conv2_x | 56 | [64] × 2 | [64] × 3 | [64, 256] × 3 | × 3 | × 3 |
# | conv3_x | 28 | [128] × 2 | [128] × 4 | [128, 512] × 4 | × 4 | × 8 |
# | conv4_x | 14 | [256] × 2 | [256] × 6 | [256, 1024] × 6 | × 23 | × 36 |
# | conv5_x | 7 | [512] × 2 | [512] × 3 | [512, 2048] × 3 | × 3 | × 3 |
# | end | 1 | average, FC | same | same | same | same |
#
# One number: a basic block. Two: a bottleneck, `mid` and `4 * mid`.

# %% [markdown]
# ### Exercise: make_resnet
# Build a whole ResNet of `depth` 18, 34, 50, 101 or 152 from your two blocks, for images
# `(N, 3, H, W)` of any size from 32 on; it returns scores `(N, classes)`.
#
# - **conv1**: 7 × 7, 64, stride 2, padding 3, no bias – BN – ReLU.
# - **conv2_x**: max pooling 3 × 3, stride 2, padding 1, then the first stage of blocks.
# - **conv3_x** to **conv5_x**: the first block of each has stride 2.
# - Global average pooling, flatten, one fully connected layer with bias.
#
# `stride_in` goes to every `Bottleneck`; 18 and 34 ignore it. Name no device.


# %%
def make_resnet(depth, stride_in="1x1", classes=1000):
    """Build a ResNet.

    depth: 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks); stride_in: "1x1" or "3x3".
    Returns a nn.Module from images (N, 3, H, W) to scores (N, classes).
    """
    ### BEGIN SOLUTION
    counts = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
    counts |= {101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
    stem = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers, cin = [*stem, nn.MaxPool2d(3, 2, padding=1)], 64
    for stage, count in enumerate(counts[depth]):
        width = 64 * 2**stage
        for n in range(count):
            stride = 2 if stage > 0 and n == 0 else 1
            if depth < 50:
                layers.append(BasicBlock(cin, width, stride))
                cin = width
            else:
                layers.append(Bottleneck(cin, width, stride, stride_in))
                cin = 4 * width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)
    ### END SOLUTION


# %%
check(make_resnet)

# %% [markdown] errata="33"
# **Find the slide's mistake.** The ResNet table says that ResNet-50 takes $3.8\cdot10^9$ FLOPs, the
# ResNeXt table says $4.1\cdot10^9$ for the same network. Who miscounted?
#
# <details><summary>Answer</summary>
#
# Nobody. In the first version the stride is in the 1 × 1 convolution, which then skips three
# quarters of the pixels; later it moved to the 3 × 3. The number of parameters is the same. And
# both tables say FLOPs and mean multiply-adds.
# </details>


# %%
@demo
def resnet_family():
    rows, slide = [], {18: 1.8, 34: 3.6, 50: 3.8, 101: 7.6, 152: 11.3}
    for depth, told in slide.items():
        measured = []
        for stride_in in ("1x1", "3x3"):
            with torch.device("meta"):
                model = make_resnet(depth, stride_in)
            measured.append(costs.costs(model, (1, 3, 224, 224)))
        macs = [cost.macs / 1e9 for cost in measured]
        rows.append((f"ResNet-{depth}", measured[0].parameters, *macs, told))
    columns = ["network", "parameters", "stride in 1 × 1, 10⁹ MACs", "in 3 × 3", "slide"]
    table(columns, rows)


# %% [markdown]
# ### In your own words
# **{{written}} point, graded by hand.** The slide says that residual networks have "no extra
# parameter" compared to plain ones. In three to five sentences: when does a shortcut cost
# parameters after all, and what does a network gain from a shortcut that is the identity?

# %% [markdown] written="shortcuts"
# ### BEGIN SOLUTION
# A shortcut costs parameters where the shape changes: a 1 × 1 convolution (and its batch
# normalisation) must bring the input to the new channels and size. Where the shape stays, adding
# the input costs nothing. The block then only has to learn the difference from a copy: with
# weights near zero it copies, so more layers cannot easily hurt. And the gradient reaches every
# early layer undiminished along the sum, whatever the weights inside the blocks are.
# ### END SOLUTION

# %% [markdown] rows="A97"
# ## 7 · Wider, or more paths
#
# **Wide ResNet** (2016) goes the other way: fewer blocks, no bottleneck, $k$ times as many
# channels. BN and ReLU come *before* each convolution, so nothing stands on the shortcut's way,
# not even a ReLU. Between the two convolutions dropout: with so many weights it helps again.


# %%
class WideBasic(nn.Module):
    """BN, ReLU, 3x3, dropout, BN, ReLU, 3x3, and a shortcut; k times as wide as 16 channels."""

    def __init__(self, k, p=0.3):
        super().__init__()
        c = 16 * k
        self.before = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU())
        self.conv1, self.drop = nn.Conv2d(c, c, 3, padding=1, bias=False), nn.Dropout(p)
        self.between = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU())
        self.conv2 = nn.Conv2d(c, c, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.drop(self.conv1(self.before(x)))
        return x + self.conv2(self.between(y))


# %%
@demo
def wide_block():
    alt = "BN and ReLU, a convolution with dropout, BN and ReLU, a convolution, and a shortcut."
    blocks.draw(WideBasic(2), (1, 32, 32, 32), alt)
    rows = []
    for k in (1, 2, 4, 10):
        weights = sum(p.numel() for p in WideBasic(k).parameters() if p.dim() == 4)
        rows.append((k, weights, weights // (2 * 9 * 16 * 16)))
    table(["k", "weights of the convolutions", "times those of k = 1"], rows)


# %% [markdown] rows="A98"
# **ResNeXt** (2016) multiplies *paths*. In a usual convolution every output channel talks to every
# input channel. Cut the channels into $G$ groups (**cardinality**), and let each group talk only
# within itself: $G$ times cheaper, so there can be more channels. "32 × 4d" means 32 groups of 4
# channels.

# %% [markdown]
# ### Exercise: ResNeXtBlock
# conv 1 × 1 to `D` – BN – ReLU – *grouped* conv 3 × 3 (padding 1, the `stride`, `cardinality`
# groups) – BN – ReLU – conv 1 × 1 to `cout` – BN, plus the shortcut of `BasicBlock`, and a last
# ReLU. `D = cardinality * width`; no biases in the convolutions.


# %%
class ResNeXtBlock(nn.Module):
    """A bottleneck whose 3x3 convolution works in `cardinality` groups of `width` channels.

    (N, cin, H, W) gives (N, cout, H', W').
    """

    def __init__(self, cin, cout, stride=1, cardinality=32, width=4):
        """stride: of the grouped convolution, and of the shortcut."""
        super().__init__()
        ### BEGIN SOLUTION
        D = cardinality * width
        self.conv1 = nn.Conv2d(cin, D, 1, bias=False)
        self.conv2 = nn.Conv2d(D, D, 3, stride, padding=1, groups=cardinality, bias=False)
        self.conv3 = nn.Conv2d(D, cout, 1, bias=False)
        self.bn1, self.bn2, self.bn3 = nn.BatchNorm2d(D), nn.BatchNorm2d(D), nn.BatchNorm2d(cout)
        self.shortcut = nn.Sequential()
        if stride != 1 or cin != cout:
            project = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.shortcut = nn.Sequential(project, nn.BatchNorm2d(cout))
        ### END SOLUTION

    def forward(self, x):
        """x: (N, cin, H, W). Returns (N, cout, H', W')."""
        ### BEGIN SOLUTION
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        y = self.bn3(self.conv3(y))
        return (y + self.shortcut(x)).relu()
        ### END SOLUTION


# %%
check(ResNeXtBlock)

# %% [markdown]
# How many groups of which width does the budget of a bottleneck allow? Move the two sliders.
# 1 × 64d *is* the bottleneck; 32 × 4d has twice its channels for almost the same weights.

# %% tags=["demo"]
costs.explore_block()

# %% [markdown]
# The slide draws the block as 32 separate little paths whose results are summed:
# split – transform – merge.

# %% [markdown]
# ### Exercise: split_transform_merge
# The left drawing, in functions: `cardinality` $=G$ paths, each a 1 × 1, a 3 × 3 (padding 1) and
# a 1 × 1 convolution, and the *sum* of the paths. No BN, ReLU or bias. Write the paths one by
# one, without `groups=`; the next cell shows that one grouped convolution does the same.
#
# With $d$ channels in each path, path $g$ takes channels $gd$ to $gd+d-1$: those rows of `w1`
# `(G·d, C, 1, 1)`, those rows of `w2` `(G·d, d, 3, 3)`, and those *input channels* of `w3`
# `(F, G·d, 1, 1)`. `x` is `(N, C, H, W)`, the result `(N, F, H, W)`.


# %%
def split_transform_merge(x, w1, w2, w3, cardinality):
    """Sum of `cardinality` = G paths of 1x1, 3x3, 1x1 convolutions.

    x: (N, C, H, W), w1: (G·d, C, 1, 1), w2: (G·d, d, 3, 3), w3: (F, G·d, 1, 1).
    Returns (N, F, H, W).
    """
    ### BEGIN SOLUTION
    d, y = w2.shape[1], 0
    for g in range(cardinality):
        own = slice(g * d, (g + 1) * d)
        h = F.conv2d(F.conv2d(x, w1[own]), w2[own], padding=1)  # (N, d, H, W)
        y = y + F.conv2d(h, w3[:, own])
    return y
    ### END SOLUTION


# %%
check(split_transform_merge)

# %% [markdown]
# The proof that both are the same, to the last digit: a 1 × 1 convolution on all paths at once, a
# grouped 3 × 3, and a 1 × 1 that adds the paths up, for it sums over all its input channels.


# %%
@demo
def paths_are_groups():
    seed_everything(4)
    x = torch.randint(-3, 4, (2, 256, 14, 14)).double()
    shapes = (128, 256, 1, 1), (128, 4, 3, 3), (256, 128, 1, 1)
    w1, w2, w3 = [torch.randint(-3, 4, shape).double() for shape in shapes]
    paths = split_transform_merge(x, w1, w2, w3, 32)
    groups = F.conv2d(F.conv2d(F.conv2d(x, w1), w2, padding=1, groups=32), w3)
    print("32 paths equal one grouped convolution:", torch.equal(paths, groups))


# %%
def make_resnext50(classes=1000):
    """ResNeXt-50 (32 × 4d) from ResNeXtBlocks; the width doubles from stage to stage."""
    layers = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    layers, cin = [*layers, nn.MaxPool2d(3, 2, padding=1)], 64
    for stage, count in enumerate((3, 4, 6, 3)):
        for n in range(count):
            stride = 2 if stage > 0 and n == 0 else 1
            layers.append(ResNeXtBlock(cin, 256 * 2**stage, stride, 32, 4 * 2**stage))
            cin = 256 * 2**stage
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, classes)]
    return nn.Sequential(*layers, *head)


# %% [markdown] errata="34"
# **Find the slide's mistake.** In the text of the ResNeXt slide the last stage of ResNet-50 reads
# "1 × 1, 512; 3 × 3, 5 2; 1 × 1, 2048". Which number belongs in the middle, and can the rest of the
# table prove it?
#
# <details><summary>Answer</summary>
#
# 512: a bottleneck's 3 × 3 keeps the channels of the 1 × 1 before it. Only then do the parameters
# add up to the slide's 25.5 million.
# </details>


# %%
@demo
def resnext_table():
    with torch.device("meta"):
        pair = {"ResNet-50": make_resnet(50, "3x3"), "ResNeXt-50 (32 × 4d)": make_resnext50()}
    rows = []
    for (name, model), slide in zip(pair.items(), ("25.5, 4.1", "25.0, 4.2"), strict=True):
        cost = costs.costs(model, (1, 3, 224, 224))
        rows.append((name, cost.parameters, cost.macs / 1e9, slide))
    table(["network", "parameters", "10⁹ MACs", "slide"], rows)
    with_52 = rows[0][1] - 3 * 9 * (512**2 - 52**2)
    print(f"ResNet-50 with 52 channels in those three layers: {with_52 / 1e6:.1f} million")


# %% [markdown] rows="A92"
# ## 8 · Cheaper parts
#
# **Factorise the filter.** Inception-v3 writes 7 × 7 as 1 × 7 and then 7 × 1. From $C$ to $C$
# channels that is $2k$ in place of $k^2$ weights for each pair of channels: $2/k$.

# %% [markdown]
# ### Exercise: factorised_conv
# Return a `nn.Sequential` of a $1\times k$ convolution from `cin` to `cout` channels and then a
# $k\times1$ from `cout` to `cout`: one row high first, one column wide second. Odd `k`; zero
# padding that keeps $H\times W$; stride 1; no biases; nothing between the two.


# %%
def factorised_conv(cin, cout, k):
    """A 1xk and then a kx1 convolution, as a nn.Sequential.

    (N, cin, H, W) gives (N, cout, H, W).
    """
    ### BEGIN SOLUTION
    row = nn.Conv2d(cin, cout, (1, k), padding=(0, k // 2), bias=False)
    column = nn.Conv2d(cout, cout, (k, 1), padding=(k // 2, 0), bias=False)
    return nn.Sequential(row, column)
    ### END SOLUTION


# %%
check(factorised_conv)

# %% [markdown]
# Two in a row have the receptive field of the one, but not its freedom: for one channel in and out
# they make exactly the filters of **rank 1**, a column times a row. A cross is not of rank 1.


# %%
@demo
def rank_one_filters():
    seed_everything(4)
    pair = factorised_conv(1, 1, 7).double()
    row, column = [p.detach()[0, 0] for p in pair.parameters()]  # (1, 7), (7, 1)
    x = torch.randn(1, 1, 16, 16).double()
    one = F.conv2d(x, (column @ row)[None, None], padding=3)
    print("one 7 × 7 filter does the same:", torch.allclose(pair(x), one))
    cross = torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
    print("rank of a cross:", int(torch.linalg.matrix_rank(cross)))
    shares = {7: ("1 × 7, 7 × 1", 14 / 49), 5: ("3 × 3 twice", 18 / 25)}
    table(["filter", "instead", "weights left"], [(f"{k} × {k}", *s) for k, s in shares.items()])


# %% [markdown] rows="A101"
# **Separate space and channels.** *Xception* (in lecture 004's table, as are Inception-ResNet-v2,
# PolyNet, DPN-131 and SENet) takes groups to the end: one filter for each channel (*depthwise*),
# then a 1 × 1 to mix channels (*pointwise*). *SENet* adds what no convolution has: a look at the
# **whole image**, to turn each channel up or down.


# %%
@demo
def depthwise_separable():
    full = nn.Conv2d(256, 256, 3, padding=1, bias=False)
    depthwise = nn.Conv2d(256, 256, 3, padding=1, groups=256, bias=False)
    apart = nn.Sequential(depthwise, nn.Conv2d(256, 256, 1, bias=False))
    pairs = {"3 × 3": full, "depthwise 3 × 3, then 1 × 1": apart}
    rows = [(n, costs.parameters(m), costs.macs(m, (1, 256, 14, 14))) for n, m in pairs.items()]
    table(["256 channels on 14 × 14", "weights", "MACs"], rows)


# %% [markdown]
# ### Exercise: SEBlock
# Squeeze and excitation. Average every channel over the whole map, `(N, c)`; a fully connected
# layer to `c // r`, ReLU, a fully connected layer back to `c`, sigmoid: one number between 0 and
# 1 for each channel. Multiply every channel of the input by its number. Both layers have biases.


# %%
class SEBlock(nn.Module):
    """Squeeze and excitation: weighs the channels by what is in the whole image.

    (N, c, H, W) gives (N, c, H, W).
    """

    def __init__(self, c, r):
        """c: channels; r: the hidden layer has c // r neurons."""
        super().__init__()
        ### BEGIN SOLUTION
        self.squeeze = nn.Linear(c, c // r)
        self.excite = nn.Linear(c // r, c)
        ### END SOLUTION

    def forward(self, x):
        """x: (N, c, H, W). Returns (N, c, H, W)."""
        ### BEGIN SOLUTION
        gate = self.excite(self.squeeze(x.mean((2, 3))).relu()).sigmoid()  # (N, c)
        return x * gate[:, :, None, None]
        ### END SOLUTION


# %%
check(SEBlock)

# %% [markdown]
# It costs next to nothing: $2c^2/r$ weights and no work to speak of. With all weights zero every
# gate is $\sigma(0)=0.5$.


# %%
@demo
def squeeze_and_excitation():
    alt = "From x an average, two small layers and a sigmoid; then x times the result."
    blocks.draw(SEBlock(64, 16), (1, 64, 56, 56), alt)
    block, x = SEBlock(64, 16), torch.rand(1, 64, 4, 4)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    print("all weights zero halve the input:", torch.equal(block(x), x / 2))


# %% [markdown] rows="A103"
# **Shortcuts without convolutions.** Shortcuts help fully connected networks too, as a note in
# lecture 004 says of *highway networks*. There a gate $g$ decides, number by number, between
# something new and a copy: $y=g\cdot H(x)+(1-g)\cdot x$. Start with a very negative bias and
# every layer copies.


# %%
class HighwayLayer(nn.Module):
    """Mix a new value and a copy. (N, D) gives (N, D)."""

    def __init__(self, D, bias):
        super().__init__()
        self.new, self.gate = nn.Linear(D, D), nn.Linear(D, D)
        nn.init.constant_(self.gate.bias, bias)

    def forward(self, x):
        g = self.gate(x).sigmoid()
        return g * self.new(x).relu() + (1 - g) * x


# %%
@demo
def thirty_highway_layers():
    seed_everything(4)
    x, rows = torch.randn(64, 32), []
    for bias in (0.0, -3.0, -20.0):
        y = nn.Sequential(*[HighwayLayer(32, bias) for _ in range(30)])(x)
        rows.append((bias, f"{torch.corrcoef(torch.stack([x.flatten(), y.flatten()]))[0, 1]:.2f}"))
    table(["bias of the gates", "correlation of input and output after 30 layers"], rows)


# %% [markdown] rows="A70"
# ## 9 · Transfer learning
#
# Few images, a new task: take a network that was trained on another. Lecture 002: cut off the last
# layer; what comes out before it describes any image (**CNN codes**). Feed that to a conventional
# classifier such as a support vector machine. Lecture 004: keep the convolutions, train a new
# FC layer; *if that fails, train the whole network*.

# %% [markdown]
# ### Exercise: freeze
# `trainable` is a submodule of `model`. Set `requires_grad` to `True` for every parameter of
# `trainable` and to `False` for every other parameter of `model`, whatever they were before. Change
# the model in place and return nothing.


# %%
def freeze(model, trainable):
    """Let only the parameters of the submodule `trainable` of `model` learn. Returns None."""
    ### BEGIN SOLUTION
    model.requires_grad_(False)
    trainable.requires_grad_(True)
    ### END SOLUTION


# %%
check(freeze)

# %% [markdown]
# Digits at random places in a 16 × 16 image. A network learns 0 to 4 from 714 images. Now it shall
# tell 5 to 9 apart, from 5, 10 or 20 examples each.


# %%
def wandering_digits():
    """The 8 × 8 digits at random places of a 16 × 16 image."""
    data, generator = datasets.digits(), torch.Generator().manual_seed(0)

    def place(x):
        large = torch.zeros(len(x), 1, 16, 16)
        corners = torch.randint(0, 9, (len(x), 2), generator=generator).tolist()
        for n, (i, j) in enumerate(corners):
            large[n, :, i : i + 8, j : j + 8] = x[n]
        return large

    return replace(data, x_train=place(data.x_train), x_test=place(data.x_test))


# %%
def make_learner():
    """Four convolutions with BN, a maximum over the map, and a head for five classes."""
    layers = []
    for cin, cout, stride in [(1, 16, 1), (16, 32, 2), (32, 64, 1), (64, 64, 2)]:
        layers += [nn.Conv2d(cin, cout, 3, stride, padding=1, bias=False)]
        layers += [nn.BatchNorm2d(cout), nn.ReLU()]
    body = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())
    return nn.Sequential(body, nn.Linear(64, 5))


def learn(model, data, epochs, rate=3e-3):
    """Train what is trainable; return the accuracy on the test images."""
    adam = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], rate)
    fit(torch_step(model, adam), data, epochs=epochs, batch_size=32, show=False)
    return accuracy(model, data.x_test, data.t_test)


# %%
@demo
def pieces_to_train():
    model = make_learner()
    everything = costs.parameters(model)
    freeze(model, model[1])
    print(f"{costs.parameters(model, trainable=True)} of {everything} parameters learn")


# %%
def few_of(data, each):
    """The first `each` training images of every class."""
    chosen = torch.cat([(data.t_train == c).nonzero()[:each, 0] for c in range(5)])
    return replace(data, x_train=data.x_train[chosen], t_train=data.t_train[chosen])


def with_new_head(model):
    """A copy of a learner whose head starts again."""
    return nn.Sequential(deepcopy(model[0]), nn.Linear(64, 5))


def svm(codes, data):
    """Test accuracy of a support vector machine on what `codes` makes of an image."""
    x_train, x_test = [codes(x).detach().numpy() for x in (data.x_train, data.x_test)]
    return SVC(kernel="linear").fit(x_train, data.t_train).score(x_test, data.t_test)


# %% tags=["nbval-ignore-output"]
@demo
def reuse_or_start_again():
    seed_everything(0)
    data, trained, rows = wandering_digits(), make_learner(), []
    new = data.of_classes([5, 6, 7, 8, 9])
    print(f"the old task, 0 to 4: {learn(trained, data.of_classes([0, 1, 2, 3, 4]), 12):.0%}")
    for each in track((5, 10, 20), "few images"):
        few, frozen = few_of(new, each), with_new_head(trained)
        freeze(frozen, frozen[1])
        results = [learn(frozen, few, 40, rate=1e-2), learn(with_new_head(trained), few, 40)]
        results += [learn(make_learner(), few, 40)]
        results += [svm(trained[0].eval(), few), svm(nn.Flatten(), few)]
        rows.append((each, *[f"{value:.0%}" for value in results]))
    ways = ["new head", "whole network", "from scratch", "SVM on codes", "SVM on pixels"]
    table(["images of each", *ways], rows)


# %% [markdown]
# What held for all of ten random starts: with 5 or 10 images of each digit the frozen network with
# a new head beats training from scratch; with 20, training the *whole* reused network beats both,
# as the lecture advises; and an SVM is far better on codes than on pixels, which move with the
# digit.
#
# One trap: `freeze` stops the parameters. The running means of batch normalisation are not
# parameters, and move on in training mode.

# %% [markdown] rows="A99"
# ## 10 · Architectures found by search
#
# *NASNet* (2017): let a network design the network. To keep the search small it designs only a
# **cell**, on CIFAR-10, and the cell is stacked by hand: a normal cell, repeated, and a reduction
# cell that halves the maps. For ImageNet the same cells are stacked higher and made wider.
#
# The lecture plots accuracy against cost. Interesting are the networks on the **Pareto
# front**: those that no other network beats in both.

# %% [markdown]
# ### Exercise: pareto_front
# `rows` is a list of `(name, cost, accuracy)`. One row *beats* another if it costs no more and is
# no less accurate, and is strictly better in at least one of the two. Return the list of the names
# of the rows that no row beats, in order of rising cost; rows of equal cost in the order given.
# Two rows with the same cost and the same accuracy do not beat each other. No rows: `[]`.


# %%
def pareto_front(rows):
    """Names of the rows that no other row beats.

    rows: list of (name, cost, accuracy). Returns a list of names, cheapest first.
    """
    ### BEGIN SOLUTION
    def beaten(cost, accuracy):
        better = [(c, a) for _, c, a in rows if c <= cost and a >= accuracy]
        return any(row != (cost, accuracy) for row in better)

    front = [row for row in rows if not beaten(row[1], row[2])]
    return [name for name, _, _ in sorted(front, key=lambda row: row[1])]
    ### END SOLUTION


# %%
check(pareto_front)

# %%
NASNET_TABLE = [  # name, million parameters, 10⁹ MACs, top-1 accuracy in %
    ("Inception V2", 11.2, 1.94, 74.8),
    ("NASNet-A (5 @ 1538)", 10.9, 2.35, 78.6),
    ("Inception V3", 23.8, 5.72, 78.0),
    ("Xception", 22.8, 8.38, 79.0),
    ("Inception ResNet V2", 55.8, 13.2, 80.4),
    ("NASNet-A (7 @ 1920)", 22.6, 4.93, 80.8),
    ("ResNeXt-101 (64 × 4d)", 83.6, 31.5, 80.9),
    ("PolyNet", 92.0, 34.7, 81.3),
    ("DPN-131", 79.5, 32.0, 81.5),
    ("SENet", 145.8, 42.3, 82.7),
    ("NASNet-A (6 @ 4032)", 88.9, 23.8, 82.7),
]


# %%
@demo
def accuracy_against_work():
    front = pareto_front([(name, macs, top1) for name, _, macs, top1 in NASNET_TABLE])
    figure, (ax,) = plots.canvas(1, 1, (7, 5.4))
    for name, _, macs, top1 in NASNET_TABLE:
        on = name in front
        ax.plot(macs, top1, "o" if on else "s", color=plots.BLUE if on else plots.GREY)
        style = {"xytext": (-6, 2), "ha": "right"} if on else {"xytext": (6, -4), "ha": "left"}
        ax.annotate(name, (macs, top1), textcoords="offset points", size=8, **style)
    line = [(macs, top1) for name, _, macs, top1 in NASNET_TABLE if name in front]
    ax.plot(*zip(*sorted(line), strict=True), color=plots.BLUE, zorder=0)
    ax.set(xscale="log", xlim=(0.6, 120), xlabel="10⁹ MACs", ylabel="top-1, %")
    ax.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"], minor=False)
    ax.minorticks_off()
    plots.show(figure, f"Accuracy against work; the front runs through {', '.join(front)}.")


# %%
@demo
def another_cost():
    small = pareto_front([(name, size, top1) for name, size, _, top1 in NASNET_TABLE])
    print("the front with parameters as the cost:", ", ".join(small))
    (senet, p1, m1, _), (nasnet, p2, m2, _) = NASNET_TABLE[-2:]
    print(f"{nasnet} against {senet}, equally accurate:", end=" ")
    print(f"{p2 / p1:.0%} of the parameters, {m1 / m2:.2f} times fewer MACs")


# %% [markdown]
# Who is on the front depends on what you call cost: Inception V2 takes little work, DPN-131 is
# small for its accuracy. The note beside the table says "same results, 2/3 of the parameters and
# twice as fast". That is rounded, as the printed line shows; and MACs are not seconds.

# %% [markdown] rows="A100"
# **The search.** A recurrent network, the *controller*, writes a cell block by block. Each block is
# five decisions, each a softmax of its own: two inputs, an operation for each, and how to join the
# two results. With $B=5$ blocks that is $5B=25$ softmaxes for a cell. Its reward is the accuracy of
# the network built from it. How large is the space it searches?

# %% [markdown]
# ### Exercise: search_space_size
# How many different sequences of decisions describe a cell of `B` blocks? Block $b$
# ($0\le b<B$) chooses two inputs among the cell's `inputs` and the outputs of the $b$ blocks
# before it, then one of `ops` operations for each of the two, then one of `merges` ways to join
# them. Order counts, and both inputs may be the same. Return an exact int; `B = 0` gives 1.


# %%
def search_space_size(B, ops, inputs=2, merges=2):
    """Number of decision sequences of a cell of B blocks, an int."""
    ### BEGIN SOLUTION
    size = 1
    for b in range(B):
        size *= (inputs + b) ** 2 * ops**2 * merges
    return size
    ### END SOLUTION


# %%
check(search_space_size)

# %%
@demo
def space_of_cells():
    rows = [(B, 5 * B, search_space_size(B, ops=8)) for B in (1, 2, 3, 5)]
    table(["blocks", "decisions", "cells with 8 operations"], rows)


# %% [markdown]
# One cell drawn at random: 25 decisions. `h0` and `h1` are the results of the two cells before;
# blocks whose result nobody reads are joined at the end.


# %%
@demo
def a_random_cell():
    generator = torch.Generator().manual_seed(7)

    def choose(options):
        return options[int(torch.randint(len(options), (1,), generator=generator))]

    operations = ["identity", "sep 3×3", "sep 5×5", "max 3×3", "avg 3×3"]
    nodes, edges, ready = {h: (h, "") for h in ("h0", "h1")}, [], ["h0", "h1"]
    for b in range(5):
        left, right, join = choose(ready), choose(ready), choose(["+", "concat"])
        nodes[f"b{b}"] = (join, f"{choose(operations)}, {choose(operations)}")
        edges += [(left, f"b{b}"), (right, f"b{b}")]
        ready.append(f"b{b}")
    loose = [name for name in nodes if name[0] == "b" and name not in {a for a, _ in edges}]
    nodes["out"] = ("concat", "")
    edges += [(name, "out") for name in loose]
    draw_graph(nodes, edges, "A random cell: h0 and h1, five blocks, a concatenation at the end.")


# %% [markdown] rows="A102"
# ## 11 · Side by side
#
# "Revolution of depth", says lecture 003: 8 layers in 2012, 19 in 2014, 152 in 2015. The table puts
# your networks on one scale; memory is what one image leaves behind for the backward pass. Depth
# did not come with more parameters: ResNet-152 has fewer than half of VGG-19's.


# %%
@demo
def revolution_of_depth():
    names = ["AlexNet, 2012", "VGG-19, 2014", "GoogLeNet, 2014", "ResNet-152, 2015"]
    alt = "Bars: AlexNet 8 layers, VGG 19, GoogLeNet 22, ResNet 152."
    curves.bars(names, [8, 19, 22, 152], alt, xlabel="layers with weights")


# %%
@demo
def side_by_side():
    makers = {"VGG-16": lambda: make_vgg("D"), "VGG-19": lambda: make_vgg("E")}
    makers |= {"GoogLeNet": make_googlenet, "ResNeXt-50": make_resnext50}
    makers |= {f"ResNet-{n}": lambda n=n: make_resnet(n) for n in (18, 50, 152)}
    rows = []
    for name, maker in makers.items():
        with torch.device("meta"):
            cost = costs.costs(maker(), (1, 3, 224, 224))
        rows.append((name, cost.parameters / 1e6, cost.macs / 1e9, cost.memory / 1e6))
    table(["network", "10⁶ parameters", "10⁹ MACs", "memory, MB"], rows)


# %% [markdown]
# ## Points so far
#
# What the public cases of your last checks add up to. Grading adds hidden cases of the same kinds
# and tells whether the question is right.

# %% tags=["demo"]
progress()

# %% [markdown]
# ## What to take away
#
# - **Trace first.** Shapes, weights, MACs and memory follow from the table; check every slide.
# - **Weights sit in FC layers, work in convolutions.** Global averaging removes the first.
# - **1 × 1 convolutions** make channels few before something expensive: Inception, bottleneck.
# - **Small filters, more layers** (VGG), **parallel filters** (Inception), **shortcuts** (ResNet),
#   **groups** (ResNeXt), **gates** (SE, highway).
# - **A shortcut makes copying free**, so depth can be trained. Plain depth cannot.
# - **Reuse** a trained network when images are few: new head first, then everything.
# - **Compare like with like**: one network or many, MACs or seconds, which stride, K or 1024.

# %% [markdown]
# ## Where the slides were wrong
#
# | lecture | the slide | rather |
# |---|---|---|
# | 003 | VGG-16: 24M numbers, 96 MB | 15.2M, 61 MB |
# | 003 | pooling has three hyperparameters | two; three with padding |
# | 003 | sizes without floor, "valid" with padding | round down |
# | 001, 003 | AlexNet with 64 or 96 filters | two variants |
# | 001 | leaky ReLU, slope 0.1 | torch's default is 0.01 |
# | 004 | "channels kernels of total size" $WHCF$ | kernels $H\times W\times C\times F$ |
# | 004 | 3a "159"; 4a, 4c–5b params, 5a ops | 159K with K = 1024; see section 4 |
# | 004 | GoogLeNet a tenth of VGG | a twentieth |
# | 004 | titles 6.7 %, 6.8 %, 4.8 %, 3.6 % | ensembles, not single networks |
# | 004 | v3: last stem layer not padded | padded, or 33 × 33 |
# | 004 | ResNet-50: 3.8 or 4.1 GFLOPs | MACs; stride in 1 × 1 or in 3 × 3 |
# | 004 | "3 × 3, 5 2" | 3 × 3, 512 |
