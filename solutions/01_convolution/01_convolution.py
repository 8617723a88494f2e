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
# # 01 · Convolution
#
# **{{points}} points, and {{written}} for an answer in words · about {{minutes}} minutes**
#
# **What you will be able to do**
# - say why image networks use local, shared weights, and count what that saves;
# - compute the output size, parameters, multiply-adds and receptive field of any layer;
# - write convolution in 1, 2 and 3 dimensions, its matrix, and its transpose;
# - pool, unpool and upsample, and know what each step forgets.
#
# **What you need**: Python, tensor indexing, a little linear algebra. No GPU, no download.
#
# **One convention, kept to the end.** "Convolution" means *cross-correlation*: the kernel is not
# flipped, unless a name says *true*. Tensors are $N, C, H, W$ (batch, channels, rows, columns),
# kernels are square, and `pad` adds that many zeros on all four sides.

# %% [markdown]
# **How a check works.** Write the function, run the `check(...)` line below it. It prints one
# line for each facet (shape, stride, padding, ...): what is right, and for what is wrong, where
# it differs and a hint about the likely mistake.
#
# **True of every exercise**: keep the `dtype` and device of the input, never change an input,
# and expect any batch size and images that are not square.
#
# **Not allowed inside an exercise** (it would be the exercise): torch's convolutions, poolings,
# unpoolings and `interpolate`; `convolve` and `correlate` of numpy and scipy. Slicing, `F.pad`,
# `unfold`, `einsum`, `matmul`, `flip` are all yours.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from visionlab import check, diagrams, images, plots, progress, seed_everything, sweeps, widgets
from visionlab.demo import demo
from visionlab.tables import table

seed_everything(1)

# %% [markdown] rows="A1"
# ## 1 · Why convolution?
#
# In the 1950s and 1960s Hubel and Wiesel put a tungsten electrode, thin enough to hear one
# neuron, into the visual cortex of cats and monkeys (Nobel Prize 1981). Three findings shape
# this course:
#
# 1. **Local**: nearby neurons look at nearby parts of the visual field.
# 2. **Everywhere alike**: the same edge at another place excites another neuron of the same
#    kind.
# 3. **Oriented**: a neuron fires for an edge of *its* orientation, and ever less as the edge
#    turns.
#
# Lecture 003 adds: the cortex is a **hierarchy**, where later neurons combine simpler ones.
#
# A model of one such neuron: multiply the patch it sees by its weights, sum, cut off below zero.


# %%
@demo
def tuning_curve():
    row, column = torch.meshgrid(*[torch.linspace(-1, 1, 21)] * 2, indexing="ij")
    angles = torch.arange(0, 181, 3)
    turns = torch.deg2rad(angles)[:, None, None]
    bars = torch.cos(7 * (column * turns.cos() + row * turns.sin()))  # (61, 21, 21)
    neuron = bars[20] * torch.exp(-3 * (row**2 + column**2))  # its own angle is 60°
    response = torch.relu(torch.einsum("aij,ij->a", bars, neuron))
    figure, axes = plots.canvas(1, 3, (7.5, 2.3))
    plots.image(axes[0], neuron, "its weights")
    plots.image(axes[1], bars[20], "bars at 60°")
    axes[2].plot(angles, response, color=plots.BLUE, lw=2)
    axes[2].set(title="its response", xlabel="angle of the bars in degrees")
    plots.show(figure, "A striped kernel, bars at its angle, its response: a peak at 60°.")


# %% [markdown] rows="A2"
# ### Count the weights
#
# Connect a row of $N$ pixels to $N$ neurons. Fully connected, that is a matrix of $N^2$ weights.
# Let each neuron see only a neighbourhood of $n$ pixels: $N\,n$. Let all neurons share the same
# weights: $n$. Below, each row is a neuron and *one colour is one weight*; the last matrix is a
# convolution.

# %% tags=["demo"]
diagrams.connections(pixels=12, reach=3)

# %% [markdown]
# ### Exercise: param_counts
# `N` input pixels, `N` output neurons, neighbourhoods of `n` pixels; biases are not counted, and
# neurons at the border count like all others.
# Return a dict with the int values `fc` (fully connected), `local` (each neuron its own `n`
# weights) and `conv` (local and shared).


# %%
def param_counts(N, n):
    """Count the weights of three layers from N pixels to N neurons.

    N: int, number of pixels; n: int, pixels in a neighbourhood.
    Returns {"fc": int, "local": int, "conv": int}.
    """
    ### BEGIN SOLUTION
    return {"fc": N * N, "local": N * n, "conv": n}
    ### END SOLUTION


# %%
check(param_counts)

# %% [markdown]
# Lecture 003 asks for an image of 64 × 64 = 4096 pixels: "millions of parameters for just one
# layer". With a 3 × 3 neighbourhood:


# %%
@demo
def weights_for_a_small_image():
    counts = param_counts(64 * 64, 3 * 3)
    table(["layer", "weights"], counts.items())


# %% [markdown] rows="A18"
# ## 2 · Slide a kernel
#
# Lecture 000 writes a 3 × 3 image and a 2 × 2 kernel as four sums, one for each position:
#
# $$y_{11}=w_{11}x_{11}+w_{12}x_{12}+w_{21}x_{21}+w_{22}x_{22}\qquad
# y_{12}=w_{11}x_{12}+w_{12}x_{13}+w_{21}x_{22}+w_{22}x_{23}\quad\ldots$$
#
# In general, with indices from 0, for an $H\times W$ image and a $K\times K$ kernel:
#
# $$y_{ij}=\sum_{m=0}^{K-1}\sum_{n=0}^{K-1} x_{i+m,\,j+n}\;w_{mn}$$
#
# Only positions where the whole kernel is inside count ("valid"), so $H-K+1$ rows remain.

# %% tags=["demo"]
x = torch.arange(1.0, 10).view(3, 3)
w = torch.tensor([[1.0, 2], [3, 4]])
y = torch.tensor([[37.0, 47], [67, 77]])
alt = "x is 1 to 9, w is 1 2 / 3 4, y is 37 47 / 67 77."
plots.grids([x, w, y], ["x", "w", "y"], alt, "∗=")
alt = "The 2 by 2 kernel at its four places; y fills with 37, 47, 67, 77."
sweeps.sweep(x, w, y, alt, columns=4)

# %% [markdown]
# ### Exercise: conv2d_naive
# Cross-correlate one `(H, W)` image with one `(K, K)` kernel, valid positions only: `y[i, j]` is
# the sum of the patch of `x` whose top left is `(i, j)`, times `w`.
# `H` and `W` may differ, `K` may be even, and `K` is never larger than the image.
# Two loops are fine: this one should be easy to read.


# %%
def conv2d_naive(x, w):
    """Cross-correlate one image with one kernel, valid positions only.

    x: (H, W), w: (K, K). Returns (H-K+1, W-K+1).
    """
    ### BEGIN SOLUTION
    (H, W), K = x.shape, len(w)
    y = x.new_zeros(H - K + 1, W - K + 1)
    for i in range(H - K + 1):
        for j in range(W - K + 1):
            y[i, j] = (x[i : i + K, j : j + K] * w).sum()
    return y
    ### END SOLUTION


# %%
check(conv2d_naive)

# %% [markdown] rows="A25"
# Lecture 003 animates a binary 5 × 5 image under an ✕-shaped kernel. Your function, at all nine
# steps. Each output counts the ones under the ✕:


# %%
@demo
def nine_steps():
    rows = ["11100", "01110", "00111", "00110", "01100"]
    x = torch.tensor([[float(c) for c in row] for row in rows])
    w = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])
    y = conv2d_naive(x, w)
    sweeps.sweep(x, w, y, "Nine positions of the kernel; the output is 4 3 4 / 2 4 3 / 2 3 4.")


# %% [markdown] rows="A21 A22 A23"
# ## 3 · Stride, padding, dilation
#
# Three numbers change *where* the kernel is put:
# - **stride** $s$: move $s$ pixels at a time;
# - **padding** $p$: first surround the image with $p$ rows and columns of zeros. "Valid" is
#   $p=0$; "same" keeps the size, $p=(K-1)/2$ for odd $K$ and stride 1;
# - **dilation** $d$ (à trous, "with holes"): take every $d$-th pixel under the kernel, which
#   then spans $d(K-1)+1$ pixels. Dilation 1 is the ordinary kernel.
#
# Move the kernel. The arrow keys work on every slider.

# %% tags=["demo"]
widgets.explore(step=9, K=3, stride=2, pad=1, dilation=1)

# %% [markdown] rows="A20"
# **Output size.** A kernel that spans $d(K-1)+1$ pixels, over a padded row of $N+2p$, can start
# at $0, s, 2s, \ldots$ as long as it fits:
#
# $$\text{size}=\left\lfloor\frac{N+2p-d(K-1)-1}{s}\right\rfloor+1$$

# %% [markdown]
# ### Exercise: conv_out
# The output size along one axis, as an int. When the kernel does not fit even once, the answer
# is 0, never a negative number. All arguments are ints; `N`, `K`, `stride`, `dilation` are at
# least 1.


# %%
def conv_out(N, K, stride=1, pad=0, dilation=1):
    """Count the positions of a kernel along one axis.

    N: input size, K: kernel size. Returns an int, 0 when the kernel does not fit.
    """
    ### BEGIN SOLUTION
    room = N + 2 * pad - dilation * (K - 1) - 1  # how far the kernel can move
    return room // stride + 1 if room >= 0 else 0
    ### END SOLUTION


# %%
check(conv_out)

# %% [markdown]
# The sizes from the slides. The last two rows are the famous first layer of AlexNet, which
# divides evenly for 227 pixels and not for 224.


# %%
@demo
def sizes_on_the_slides():
    settings = [(5, 2, 3, 0, 1), (5, 2, 1, 0, 1), (5, 2, 1, 1, 1), (32, 5, 1, 0, 1)]
    settings += [(7, 3, 1, 0, 2), (227, 11, 4, 0, 1), (224, 11, 4, 0, 1)]
    rows = [(*setting, conv_out(*setting)) for setting in settings]
    table(["N", "K", "stride", "pad", "dilation", "output"], rows)


# %% [markdown] errata="15"
# **Find the slide's mistake.** Lectures 001 and 003 give $W-K+1+2P$ and $(W_1-F+2P)/S+1$;
# lecture 000 gives $\lfloor (N-K)/s+1\rfloor$. What is missing in each? Try $N=224$, $K=11$,
# $s=4$.
#
# <details><summary>Answer</summary>
#
# 001 has no stride. 003 has no floor: it says 54.25 positions. 000 has both (its floor may also
# stand around the fraction alone, as 1 is whole). None has dilation. The general form is the one
# above; the cell below counts positions one by one.
# </details>


# %%
@demo
def count_the_positions():
    rows = []
    for N, K, s, d in [(224, 11, 4, 1), (5, 2, 3, 1), (7, 3, 1, 2)]:
        fits = sum(start + d * (K - 1) < N for start in range(0, N, s))
        slides = [(N - K) / s + 1, math.floor((N - K) / s + 1)]
        rows.append([N, K, s, d, *slides, fits, conv_out(N, K, s, dilation=d)])
    table(["N", "K", "stride", "dilation", "003", "000", "counted", "conv_out"], rows)


# %% [markdown] errata="27"
# **Find the slide's mistake.** The padding slide of lecture 001 draws a 7 × 7 image inside a
# border of zeros (a 9 × 9 grid) and says: "Input 7 × 7, filter 3 × 3, output 5 × 5". Which
# number does not go with the drawing? And for which kernels can its $P=(K-1)/2$ keep the size?
#
# <details><summary>Answer</summary>
#
# 5 × 5 is the size *without* the border. With the border drawn, it is $7-3+1+2=7$. And $(K-1)/2$
# is a whole number only for odd $K$, and keeps the size only for stride 1.
# </details>


# %%
@demo
def same_padding():
    print("7 x 7 with K = 3 gives", conv_out(7, 3), "without the border", end=", ")
    print(conv_out(7, 3, pad=1), "with it")
    rows = [(K, (K - 1) // 2, conv_out(7, K, pad=(K - 1) // 2)) for K in [1, 2, 3, 4, 5]]
    table(["K", "pad = (K-1) // 2", "size from 7"], rows)


# %% [markdown] rows="A19"
# ## 4 · Channels and batches
#
# A colour image has 3 channels, a deeper layer has hundreds. A kernel then has as many slices as
# its input has channels; the products of *all* slices are summed into one number. One kernel
# gives one **feature map**; $F$ kernels give $F$ maps, stacked as the channels of the next
# layer:
#
# $$y_{nf ij}=b_f+\sum_{c}\sum_{u,v} x_{n,\,c,\;i s+u d-p,\;j s+v d-p}\;w_{f c u v}$$
#
# Pixels outside the image are 0. From lecture 001: a 3 × 32 × 32 image and six 3 × 5 × 5
# kernels, with 6 biases, give a 6 × 28 × 28 output.

# %% [markdown] rows="A19 A21 A22 A23"
# ### Exercise: conv2d
# The whole layer: batch, channels, several kernels, optional bias, stride, zero padding,
# dilation. `(N, C, H, W)` with `(F, C, K, K)` gives `(N, F, H', W')`, sizes as in `conv_out`.
# `b` is `(F,)` or `None`. The kernel always fits, `K` may be even, the stride may exceed `K`,
# and inputs may be non-contiguous. Hint: `Tensor.unfold` makes windows without copying,
# `torch.einsum` sums over them.


# %%
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    """Cross-correlate a batch of images with a bank of kernels.

    x: (N, C, H, W) images, w: (F, C, K, K) kernels, b: (F,) biases or None.
    Returns (N, F, H', W') with H' = conv_out(H, K, stride, pad, dilation).
    """
    ### BEGIN SOLUTION
    span = dilation * (w.shape[-1] - 1) + 1
    windows = F.pad(x, (pad,) * 4).unfold(2, span, stride).unfold(3, span, stride)
    taps = windows[..., ::dilation, ::dilation]  # (N, C, H', W', K, K)
    y = torch.einsum("nchwij,fcij->nfhw", taps, w)
    return y if b is None else y + b[:, None, None]
    ### END SOLUTION


# %%
check(conv2d)

# %% [markdown]
# Two channels through the two slices of one kernel, and their sum, which is the feature map:


# %%
@demo
def channels_add_up():
    x = torch.arange(1.0, 10).view(1, 1, 3, 3)
    x = torch.cat([x, 10 - x], dim=1)  # (1, 2, 3, 3)
    w = torch.tensor([[[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]]])  # (1, 2, 2, 2)
    parts = [conv2d(x[:, c : c + 1], w[:, c : c + 1])[0, 0] for c in range(2)]
    values = [x[0, 0], w[0, 0], x[0, 1], w[0, 1], *parts, conv2d(x, w)[0, 0]]
    titles = ["channel 0", "slice 0", "channel 1", "slice 1", "", "", "map"]
    alt = "Channel 0 gives 6 8 / 12 14, channel 1 gives 14 12 / 8 6; together 20 everywhere."
    plots.grids(values, titles, alt, "∗+∗=+=")


# %% [markdown]
# Four kernels give four feature maps. Orange is negative, blue positive: an edge has a sign, it
# goes from dark to bright or back. This is finding 3 again, now for every place at once.


# %%
@demo
def feature_maps():
    x = images.grey("camera", 80)[None, None]
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    diagonal = torch.tensor([[-2.0, -1, 0], [-1, 0, 1], [0, 1, 2]])
    bank = torch.stack([across, diagonal, across.T, diagonal.flip(0)])[:, None]  # (4, 1, 3, 3)
    maps = conv2d(x, bank)[0]
    titles = ["vertical", "diagonal ╱", "horizontal", "diagonal ╲"]
    plots.grids(list(bank[:, 0]), titles, "Four 3 by 3 edge kernels, turned by 45° each.")
    alt = "A photograph, and its edges of each orientation in orange and blue."
    plots.pictures([x[0, 0], *maps], ["photograph", *titles], alt, columns=5, side=1.6)


# %% [markdown]
# Finding 2, *everywhere alike*, is a theorem here. Shift the image and the maps shift with it:
# $\operatorname{conv}(\operatorname{shift}(x))=\operatorname{shift}(\operatorname{conv}(x))$.
# This is **equivariance** (away from the border). Stride and dilation also obey two short laws.


# %%
@demo
def three_laws():
    x, w = torch.randn(1, 2, 12, 12).double(), torch.randn(3, 2, 3, 3).double()
    y = conv2d(x, w)
    shifted = conv2d(x.roll(2, dims=-1), w)[..., 2:] - y[..., :-2]
    strided = conv2d(x, w, stride=3) - y[..., ::3, ::3]
    holes = torch.zeros(3, 2, 5, 5).double()
    holes[..., ::2, ::2] = w
    dilated = conv2d(x, w, dilation=2) - conv2d(x, holes)
    laws = {"a shifted image gives shifted maps": shifted}
    laws["stride 3 keeps every third output"] = strided
    laws["dilation 2 is a kernel with zeros between its taps"] = dilated
    rows = [(law, bool(difference.abs().max() < 1e-12)) for law, difference in laws.items()]
    table(["law", "holds"], rows)


# %% [markdown] rows="A24" errata="14"
# **Find the slide's mistake.** Lecture 000 shows `nn.Conv2d(in_channels=3, out_channels=2,
# kernel_size=2, stride=1, padding=1)` beside a drawing 5 × 5 × 3 → 4 × 4 × 2. Can both be right?
#
# <details><summary>Answer</summary>
#
# No. With `padding=1` the output is 6 × 6 × 2; 4 × 4 × 2 is `padding=0`. Either way the layer
# has $2\cdot(3\cdot2\cdot2)+2=26$ parameters.
# </details>


# %%
@demo
def first_layer():
    x = torch.randn(1, 3, 5, 5)
    for pad in (0, 1):
        layer = torch.nn.Conv2d(3, 2, kernel_size=2, stride=1, padding=pad)
        yours = conv2d(x, layer.weight, layer.bias, pad=pad)
        same = torch.allclose(yours, layer(x), atol=1e-5)
        print(f"padding={pad}: {tuple(yours.shape)}, equal to torch's layer: {same}")
    print(sum(p.numel() for p in layer.parameters()), "parameters")


# %% [markdown] rows="A38"
# ### One matrix product
#
# Lecture 000 sums up: a convolutional network is convolutions, forwards *and* backwards, hence
# fast on a GPU. The trick is **im2col**: copy every window into a column, then multiply *once*
# by the matrix of kernels. Same numbers, and matrix products are what hardware does best.
# (Notebook 02 shows that the backward pass is convolutions too.)


# %% tags=["nbval-ignore-output"]
@demo
def loops_against_one_product():
    from time import perf_counter

    x, w = images.grey("camera", 100), torch.randn(5, 5)
    F.unfold(x[None, None], 5)  # the first call of an operation is slow, so it does not count
    start = perf_counter()
    slow = conv2d_naive(x, w)
    middle = perf_counter()
    columns = F.unfold(x[None, None], 5)[0]  # (25, 96 * 96)
    fast = (w.flatten() @ columns).view(96, 96)
    end = perf_counter()
    print("same result:", torch.allclose(slow, fast, atol=1e-4))
    print(f"loops {middle - start:.3f} s, one product {end - middle:.5f} s:", end=" ")
    print(f"{(middle - start) / (end - middle):.0f} times faster")


# %% [markdown] rows="A26"
# ## 5 · What a layer costs
#
# Lecture 003's contract: $K$ filters of extent $F$ over $D_1$ channels have $F\cdot F\cdot D_1$
# weights each, so $(F\cdot F\cdot D_1)\,K$ weights and $K$ biases, *whatever the size of the
# image*. In our letters: $C_{out}$ kernels of $C_{in}\times K\times K$.
#
# The work does depend on the image: each output number takes $C_{in}K^2$ multiply-adds (MACs).
# Tables in papers often say "FLOPs" and mean these.

# %% [markdown]
# ### Exercise: conv_params
# Number of learned parameters of one layer with square kernels, as an int: all weights, and one
# bias per output channel unless `bias=False`.


# %%
def conv_params(Cin, Cout, K, bias=True):
    """Count the parameters of a layer of Cout kernels (Cin, K, K). Returns an int."""
    ### BEGIN SOLUTION
    return Cout * (Cin * K * K + int(bias))
    ### END SOLUTION


# %%
check(conv_params)

# %% [markdown]
# ### Exercise: conv_macs
# Multiply-adds of one layer on *one* image of `H` × `W` (the input size), as an int. Every
# output number costs `Cin * K * K`, also where the kernel meets padding; biases cost nothing.
# Use `conv_out`; a kernel that does not fit costs 0.


# %%
def conv_macs(Cin, Cout, K, H, W, stride=1, pad=0):
    """Count the multiply-adds of a layer on one (Cin, H, W) image. Returns an int."""
    ### BEGIN SOLUTION
    positions = conv_out(H, K, stride, pad) * conv_out(W, K, stride, pad)
    return positions * Cout * Cin * K * K
    ### END SOLUTION


# %%
check(conv_macs)

# %% [markdown]
# ### Exercise: alexnet_first_macs
# A question: replace the line by `return` and your number; it is judged when the notebook is
# graded. The first layer of AlexNet (lecture 003) slides 96 filters of $11\times 11$ with stride
# 4 and no padding over a colour image of $227\times 227$. How many multiply-adds is that for one
# image?


# %%
def alexnet_first_macs():
    """Return the number of multiply-adds of AlexNet's first layer, an int."""
    ### BEGIN SOLUTION
    return 105_415_200  # 55 * 55 positions, 96 filters, 3 * 11 * 11 products each
    ### END SOLUTION


# %%
check(alexnet_first_macs)

# %% [markdown]
# Layers from the slides. Read the last two rows together: the early layer of VGG has 64 times
# fewer parameters than the late one, but costs four times as much work.


# %%
@demo
def cost_of_layers():
    layers = {"000's first layer": (3, 2, 2, 5, 0), "001's six kernels": (3, 6, 5, 32, 0)}
    layers |= {"VGG, second layer": (64, 64, 3, 224, 1), "VGG, last layer": (512, 512, 3, 14, 1)}
    rows = []
    for name, (Cin, Cout, K, size, pad) in layers.items():
        macs = conv_macs(Cin, Cout, K, size, size, pad=pad)
        rows.append((name, f"{Cin} × {size} × {size}", conv_params(Cin, Cout, K), macs))
    table(["layer", "input", "parameters", "multiply-adds"], rows)


# %% [markdown] rows="A30"
# ## 6 · Receptive field
#
# One output number sees $K\times K$ numbers of the layer below, and through them more of the
# layer below that. How much of the *input*? Each layer adds $K-1$, so $L$ equal layers see
# $1+L(K-1)$ pixels along an axis (lecture 001): two layers of $K=3$ see 5, three see 7.
# "Receptive field" without more words means *in the input*; in the previous layer it is just
# $K$.

# %% tags=["demo"]
alt = "Two layers of K = 3: one output unit sees 3 units of layer 1, and 5 inputs."
diagrams.receptive_field([(3, 1, 1), (3, 1, 1)], alt, "stride 1")
alt = "The same with stride 2 in layer 1: one output unit sees 3 units, and 7 inputs."
diagrams.receptive_field([(3, 2, 1), (3, 1, 1)], alt, "stride 2 in layer 1")

# %% [markdown]
# A stride makes every later step count more *input* pixels. So a layer adds its span, less 1,
# times the strides of all layers before it:
#
# $$r=1+\sum_{l}(K_l-1)\,d_l\prod_{i<l}s_i$$

# %% [markdown]
# ### Exercise: receptive_field
# `layers` is a list of `(K, stride, dilation)`, the layer next to the input first. Return how
# many input pixels, from the first to the last, one output sees along one axis, as an int. An
# empty list gives 1. The last layer's own stride changes nothing.


# %%
def receptive_field(layers):
    """Size of the receptive field in the input, along one axis.

    layers: list of (K, stride, dilation), first layer first. Returns an int.
    """
    ### BEGIN SOLUTION
    size, jump = 1, 1  # jump: input pixels between neighbouring units of this layer
    for K, stride, dilation in layers:
        size += (K - 1) * dilation * jump
        jump *= stride
    return size
    ### END SOLUTION


# %%
check(receptive_field)

# %% [markdown] errata="28"
# **Find the slide's mistake.** "With $L$ layers the receptive field size is $1+L(K-1)$" (lecture
# 001). Is it so for two layers of $K=3$ when the first has stride 2?
#
# <details><summary>Answer</summary>
#
# No: it sees 7, as drawn above. The short formula holds for equal kernels, stride 1, dilation 1.
# The cell asks autograd: which input pixels have a gradient from the middle output?
# </details>


# %%
@demo
def field_by_gradient():
    rows = []
    stacks = [[(3, 1, 1)] * 2, [(3, 1, 1)] * 3, [(3, 2, 1), (3, 1, 1)], [(3, 2, 2), (2, 3, 1)]]
    for layers in stacks:
        x = y = torch.ones(1, 1, 41, 41, requires_grad=True)
        for K, stride, dilation in layers:
            y = conv2d(y, torch.ones(1, 1, K, K), stride=stride, dilation=dilation)
        middle = y.shape[-1] // 2
        y[0, 0, middle, middle].backward()
        seen = x.grad[0, 0].sum(0).nonzero()
        slide = 1 + len(layers) * (layers[0][0] - 1)
        row = [str(layers), slide, int(seen.max() - seen.min()) + 1, receptive_field(layers)]
        rows.append(row)
    table(["layers (K, stride, dilation)", "slide", "by gradient", "yours"], rows)


# %% [markdown] rows="A29"
# ## 7 · Two convolutions are one
#
# Lecture 001 asks what happens if we stack two convolutions. As with $W_2W_1x$, nothing new: we
# get another convolution, of size $K_1+K_2-1$. That is why a nonlinearity stands between layers.
#
# To find its kernel, write the second layer out:
#
# $$z_{i}=\sum_n k_2[n]\;y_{i+n}=\sum_n k_2[n]\sum_m k_1[m]\;x_{i+n+m}$$
#
# so the pixel at offset $n+m$ gets weight $k_2[n]\,k_1[m]$: each entry of $k_2$ puts down a copy
# of $k_1$, moved by $n$, and the copies add.

# %% [markdown]
# ### Exercise: compose_kernels
# Return the one kernel, `(K1+K2-1, K1+K2-1)`, such that cross-correlating with it equals
# cross-correlating with `k1` first and with `k2` after. `K1` and `K2` may differ.


# %%
def compose_kernels(k1, k2):
    """Merge two cross-correlations, k1 first, into one.

    k1: (K1, K1), k2: (K2, K2). Returns (K1+K2-1, K1+K2-1).
    """
    ### BEGIN SOLUTION
    K1, K2 = len(k1), len(k2)
    both = k1.new_zeros(K1 + K2 - 1, K1 + K2 - 1)
    for i in range(K2):
        for j in range(K2):
            both[i : i + K1, j : j + K1] += k2[i, j] * k1
    return both
    ### END SOLUTION


# %%
check(compose_kernels)

# %% [markdown]
# An edge kernel and then a blur are one 5 × 5 kernel: a calmer edge detector. With a ReLU
# between the two, no kernel does the same.


# %%
@demo
def edge_then_blur():
    x = images.grey("camera", 64).double()[None, None]
    edge = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).double()
    blur = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]).double()
    both = compose_kernels(edge, blur)
    alt = "Two 3 by 3 kernels, and the 5 by 5 kernel that does the work of both."
    plots.grids([edge, blur, both], ["first", "then", "both in one"], alt)
    first = conv2d(x, edge[None, None])
    merged = conv2d(x, both[None, None])
    for name, y in {"nothing": first, "a ReLU": first.relu()}.items():
        same = torch.allclose(conv2d(y, blur[None, None]), merged)
        print(f"{name} between, equal to one convolution: {same}")


# %% [markdown] rows="A36"
# ## 8 · True convolution
#
# Mathematics has used the word for something slightly different since long before networks. In
# lecture 002, and in all of signal processing,
#
# $$(p*q)_n=\sum_k p_k\,q_{n-k},\qquad (x*w)_{ij}=\sum_{m,n}x_{i-m,\,j-n}\,w_{mn}$$
#
# The minus signs **flip** the kernel in both directions. Networks learn their kernels, so they
# can learn the flipped ones: they leave the flip out. What is left is cross-correlation.

# %% [markdown]
# ### Exercise: true_conv2d
# True convolution of an `(H, W)` image with a `(K, K)` kernel: the kernel flipped in *both*
# directions (not transposed), valid positions only.


# %%
def true_conv2d(x, w):
    """Convolve, kernel flipped, valid positions only.

    x: (H, W), w: (K, K). Returns (H-K+1, W-K+1).
    """
    ### BEGIN SOLUTION
    return conv2d_naive(x, w.flip(0, 1))
    ### END SOLUTION


# %%
check(true_conv2d)

# %% [markdown]
# ### Exercise: same_either_way
# A question: for which kernels do true convolution and cross-correlation agree on **every**
# image? Return one letter. It is judged when the notebook is graded.
#
# - **A** Those whose weights add up to 1.
# - **B** Those that equal their transpose.
# - **C** Those that a half turn (180°) leaves as they are.
# - **D** Those that mirroring left to right leaves as they are.


# %%
def same_either_way():
    """Return "A", "B", "C" or "D"."""
    ### BEGIN SOLUTION
    return "C"  # flipping both axes is a half turn
    ### END SOLUTION


# %%
check(same_either_way)

# %% [markdown]
# An image with a single 1 shows the difference at a glance: true convolution prints the kernel,
# cross-correlation prints it turned by 180°.


# %%
@demo
def one_bright_pixel():
    dot = torch.zeros(5, 5)
    dot[2, 2] = 1
    w = torch.arange(1.0, 10).view(3, 3)
    answers = [dot, w, true_conv2d(dot, w), conv2d_naive(dot, w)]
    titles = ["x", "w", "true", "cross"]
    alt = "True convolution of a dot gives w itself; cross-correlation gives w turned."
    plots.grids(answers, titles, alt)


# %% [markdown] errata="16"
# **Find the slide's mistake.** Lectures 000, 003 and 004 write "convolution" and $x*w$ over sums
# like that of section 2. Lecture 000 adds that the gradient for the weights is the "convolution
# of the input feature map with the upstream gradient". Which operation is meant each time?
#
# <details><summary>Answer</summary>
#
# Cross-correlation, unflipped, every time; 003's ✕ kernel hides it by being symmetric. Lecture
# 002 means true convolution. The weight gradient is a *valid cross-correlation* of the input
# with the gradient; with stride $s$ the gradient is dilated by $s$, with a batch it is summed
# over $N$. The mirrored weights of 000 appear in the gradient for the *input* (notebook 02).
# </details>


# %%
@demo
def gradient_of_the_weights():
    x = torch.arange(1.0, 10).view(3, 3)
    w = torch.tensor([[1.0, 2], [3, 4]], requires_grad=True)
    g = torch.tensor([[1.0, -1], [2, 0.5]])  # upstream gradient
    conv2d_naive(x, w).backward(g)
    rows = [("autograd", w.grad)]
    rows += [("cross-correlation of x and g", conv2d_naive(x, g))]
    rows += [("true convolution of x and g", true_conv2d(x, g))]
    table(["gradient of w", "numbers"], rows)


# %%
@demo
def gradient_with_stride_and_batch():
    x, w = torch.randn(4, 1, 7, 7), torch.randn(1, 1, 3, 3, requires_grad=True)
    g = torch.randn(4, 1, 3, 3)
    conv2d(x, w, stride=2).backward(g)
    each = [conv2d(x[n : n + 1], g[n : n + 1], dilation=2) for n in range(4)]
    print("dilated and summed over N:", torch.allclose(w.grad, sum(each), atol=1e-4))


# %% [markdown] rows="A27 A28"
# ## 9 · Channels last
#
# Two orders of the axes are common: **NCHW** (channels first; PyTorch, usual on GPUs) and
# **NHWC** (channels last; TensorFlow's first choice, often faster on CPUs). Lecture 004 writes
# the layer with stride $S$ channels last, and for kernels that need not be square:
#
# $$(I*K)_{ijk}=\sum_{m,n,o} I_{iS+m,\;jS+n,\;o}\;K_{m,n,o,k}$$
#
# $i,j$ place the kernel, $m,n$ move inside it, $o$ is the input channel, $k$ the output channel.

# %% [markdown] rows="A27"
# ### Exercise: conv_nhwc
# Lecture 004's formula for a batch: `I` is `(N, H, W, C)`, `K` is `(kh, kw, C, F)`, the result
# `(N, H', W', F)`. Stride `S` in both directions, no padding, no bias; `kh` and `kw` may differ.


# %%
def conv_nhwc(I, K, S=1):
    """Cross-correlate images with channels last.

    I: (N, H, W, C), K: (kh, kw, C, F), S: stride. Returns (N, H', W', F).
    """
    ### BEGIN SOLUTION
    kh, kw = K.shape[:2]
    windows = I.unfold(1, kh, S).unfold(2, kw, S)  # (N, H', W', C, kh, kw)
    return torch.einsum("bijomn,mnok->bijk", windows, K)
    ### END SOLUTION


# %%
check(conv_nhwc)

# %% [markdown]
# Going from one order to the other is a `permute`. PyTorch can also keep the *shape* NCHW and
# only change the order in memory, `channels_last`. The strides tell: how far to the next number
# along each axis.


# %%
@demo
def two_orders():
    x, w = torch.randn(2, 3, 8, 8), torch.randn(5, 3, 3, 3)
    y = conv_nhwc(x.permute(0, 2, 3, 1), w.permute(2, 3, 1, 0), S=2).permute(0, 3, 1, 2)
    print("same numbers as conv2d:", torch.allclose(y, conv2d(x, w, stride=2), atol=1e-4))
    last = x.to(memory_format=torch.channels_last)
    orders = {"first": x, "last": last}.items()
    rows = [(name, str(tuple(t.shape)), str(t.stride())) for name, t in orders]
    table(["channels in memory", "shape N, C, H, W", "strides"], rows)


# %% [markdown] rows="A33"
# ## 10 · A convolution is a matrix
#
# Convolution is linear in the image, so some matrix does it. Lecture 002 takes
# $p=[x,y,z]$ and $q=[a,b,c,d]$; true convolution gives six numbers,
#
# $$p*q=[\,ax,\;\;bx{+}ay,\;\;cx{+}by{+}az,\;\;dx{+}cy{+}bz,\;\;dy{+}cz,\;\;dz\,]$$
#
# Put $L-1=3$ zeros on both sides of $p$ and call it $p_{00}$. Then $p*q=Q\,p_{00}$, where each
# row of $Q$ is $q$ *reversed*, one column further right: a **Toeplitz** matrix, equal along
# diagonals.

# %% [markdown]
# ### Exercise: toeplitz_conv1d
# For `q` of length `L` and signals of length `n`, return $Q$ of shape `(n+L-1, n+2(L-1))`: row
# `i` holds `q` reversed, from column `i` on, zeros elsewhere. Same dtype as `q`. So `Q @ p00` is
# the full true convolution of `p` and `q`.


# %%
def toeplitz_conv1d(q, n):
    """Build the matrix of the full true convolution with q.

    q: (L,), n: length of the signal. Returns Q (n+L-1, n+2(L-1)).
    """
    ### BEGIN SOLUTION
    L = len(q)
    Q = q.new_zeros(n + L - 1, n + 2 * (L - 1))
    for i in range(n + L - 1):
        Q[i, i : i + L] = q.flip(0)
    return Q
    ### END SOLUTION


# %%
check(toeplitz_conv1d)

# %% [markdown]
# With $x,y,z=1,10,100$ and $a,b,c,d=2,3,5,7$ every number of the result shows which products are
# in it: 357 is $7\cdot1+5\cdot10+3\cdot100=dx+cy+bz$.

# %% tags=["demo"]
p = torch.tensor([1.0, 10, 100])
q = torch.tensor([2.0, 3, 5, 7])
p00 = F.pad(p, (3, 3))


@demo
def toeplitz_by_colour():
    Q = toeplitz_conv1d(q, n=3)
    values = [Q, p00[:, None], (Q @ p00)[:, None]]
    alt = "Q has q reversed in each row; Q times p00 is 2 23 235 357 570 700."
    plots.grids(values, ["Q", "p00", "p * q"], alt, "·=")


# %% [markdown] errata="9 10"
# **Find the slide's mistakes.** Lecture 002 lists the result as "$ax$, $bx+ay$, $cx+by+az$,
# $dz$", draws a 6 × 9 matrix $Q$ times a vector of 10 entries, and later a 9 × 6 matrix $Q^\top$
# times a vector of 8. What should it say?
#
# <details><summary>Answer</summary>
#
# The list lacks $dx+cy+bz$ and $dy+cz$. And sizes must agree: $Q$ needs 9 entries,
# $p_{00}=[0,0,0,x,y,z,0,0,0]$, and $Q^\top$ needs 6, $[x,y,z,0,0,0]$.
# </details>


# %%
@demo
def count_the_entries():
    Q = toeplitz_conv1d(q, n=3)
    print("Q", tuple(Q.shape), "and p00", tuple(p00.shape), "give", (Q @ p00).tolist())
    print("np.convolve says          ", np.convolve(p, q).tolist())
    print("Q transposed", tuple(Q.T.shape), "takes a vector of", Q.T.shape[1])


# %% [markdown]
# **In two dimensions** flatten the image row by row into a vector of $HW$ numbers, and the
# output likewise. Every output number is one row of the matrix: the kernel's weights in the
# columns of the pixels it sees. *Think of columns instead and it gets short: column $k$ is the
# answer to an image that is 1 at pixel $k$ and 0 elsewhere.*

# %% [markdown] rows="A33 A34 A35"
# ### Exercise: conv_matrix
# Return the dense matrix $Q$, `(H'·W', H·W)`, with `Q @ x.flatten()` equal to the flattened
# cross-correlation of `x` `(H, W)` with `w` `(K, K)` under this stride and padding. Rows and
# columns count pixels row by row. Same dtype as `w`; the kernel fits at least once.


# %%
def conv_matrix(w, H, W, stride=1, pad=0):
    """Build the matrix of a cross-correlation on flattened images.

    w: (K, K); images are (H, W). Returns Q (H'·W', H·W).
    """
    ### BEGIN SOLUTION
    pixels = torch.eye(H * W, dtype=w.dtype, device=w.device).view(H * W, 1, H, W)
    answers = conv2d(pixels, w[None, None], stride=stride, pad=pad)  # (H·W, 1, H', W')
    return answers.flatten(1).T
    ### END SOLUTION


# %%
check(conv_matrix)

# %% [markdown]
# The matrix of a 2 × 2 kernel on a 4 × 4 image has only four colours: shared weights, as at the
# start. With stride 2, rows are missing; with padding, the weights that met zeros are missing.


# %%
@demo
def matrices_of_a_kernel():
    w = torch.tensor([[1.0, 2], [3, 4]])
    settings = {"stride 1": (1, 0), "stride 2": (2, 0), "stride 2, pad 1": (2, 1)}
    matrices = [conv_matrix(w, 4, 4, *setting) for setting in settings.values()]
    titles = [f"{s}: {m.shape[0]} × 16" for s, m in zip(settings, matrices, strict=True)]
    alt = "Three matrices with 16 columns: four colours in stripes; with stride 2 fewer rows."
    diagrams.matrix(matrices, titles, alt, write=False)


# %% [markdown] rows="A34"
# ### The transpose
#
# $Q$ takes an image to an output; $Q^\top$ goes back to a vector of the image's size. It is
# *not* the inverse: it sends each output number back to the pixels it came from, with the same
# weights. What defines it is the adjoint identity
#
# $$\langle Qx,\,y\rangle=\langle x,\,Q^\top y\rangle\qquad\text{for all } x, y$$
#
# and this is also how gradients flow back through the layer (notebook 02).


# %%
@demo
def adjoint_identity():
    Q = conv_matrix(torch.randn(3, 3).double(), 6, 6, stride=2, pad=1)
    x, y = torch.randn(36).double(), torch.randn(9).double()
    print("Qx·y equals x·Qᵀy:", bool(torch.isclose((Q @ x) @ y, x @ (Q.T @ y))))
    back = Q.T @ (Q @ x)
    print("QᵀQx equals x:    ", bool(torch.allclose(back, x)))


# %% [markdown] errata="11"
# **Find the slide's mistake.** Lecture 002 writes
# $p*^{\top}q=Q^\top p_{00}=p*q$ "for stride 1". When is the last equals sign true?
#
# <details><summary>Answer</summary>
#
# Only for a symmetric $q$. The rows of $Q$ hold $q$ reversed, so its columns, the rows of
# $Q^\top$, hold $q$ forwards: $Q^\top[p;0]=[dx,\,cx{+}dy,\,\ldots]$ is the convolution with the
# *flipped* $q$.
# </details>


# %%
@demo
def transpose_is_not_convolution():
    back = toeplitz_conv1d(q, n=3).T @ F.pad(p, (0, 3))
    flipped = torch.tensor(np.convolve(p, q.flip(0)))
    rows = [("Qᵀ [p; 0]", back), ("p * q", torch.tensor(np.convolve(p, q)))]
    table(["", "numbers"], [*rows, ("p * flipped q", flipped)])


# %% [markdown] rows="A35" errata="12"
# **Stride 2** keeps every second row of $Q$: `Q[::2]`, 3 × 9. Its transpose, 9 × 3, makes a
# signal *longer*. "No convolution anymore!!" says lecture 002: the columns of `Q[::2].T` move by
# two.
#
# **Find the slide's mistakes.** The slide gives for `Q[::2].T` times $[x,y,z]$:
# $[dx,\;cy,\;bx{+}dz,\;ax{+}cz,\;by{+}dz,\;ay{+}cz,\;bz,\;az,\;0]$. Three entries are wrong.
#
# <details><summary>Answer</summary>
#
# Entries 2, 3, 4: it is $[dx,\;cx,\;bx{+}dy,\;ax{+}cy,\;by{+}dz,\;ay{+}cz,\;bz,\;az,\;0]$.
# And the vector is $p$ itself, without the zeros of $p_{00}$.
# </details>


# %%
@demo
def strided_and_back():
    (a, b, c, d), (x, y, z) = q, p
    Q = toeplitz_conv1d(q, n=3)[::2]
    slide = [d * x, c * y, b * x + d * z, a * x + c * z]
    slide += [b * y + d * z, a * y + c * z, b * z, a * z, 0]
    rows = [("strided: Q[::2] p00", Q @ p00), ("and back: Q[::2]ᵀ p", Q.T @ p)]
    table(["", "numbers"], [*rows, ("the slide's entries", torch.tensor(slide))])
    alt = "A 3 by 9 matrix whose rows move by two, and its 9 by 3 transpose."
    diagrams.matrix([Q, Q.T], ["Q[::2]", "its transpose"], alt)


# %% [markdown] rows="A37"
# ## 11 · Transposed convolution
#
# The same without a matrix: **stamp** the kernel once for each input value, times that value,
# with `stride` pixels from stamp to stamp. Where stamps overlap, add. Lecture 002's example is a
# 2 × 2 input, a 3 × 3 kernel of ones, stride 2:

# %% tags=["demo"]
x = torch.tensor([[6.0, 8], [3, 4]])
alt = "Stamps of 6, 8, 3 and 4, two cells apart, add up to the 5 by 5 output."
sweeps.stamps(x, torch.ones(3, 3), alt, stride=2)

# %% [markdown]
# **Size**: $(h-1)s+K$ before cropping. Here `pad` *removes* rows and columns: it undoes the
# padding of the convolution it is the transpose of. `output_padding` then adds rows at the
# bottom and columns at the right:
#
# $$H=(h-1)\,s-2p+K+\text{output\_padding}$$
#
# The added rows are not blank: cropping takes $p$ rows at the bottom, `output_padding` gives
# some of them back, and only what lies beyond the last stamp is zero.

# %% [markdown] rows="A34 A37"
# ### Exercise: conv_transpose2d
# `x` is `(N, C, h, w)` and `w` is `(C, F, K, K)`: note the order, input channels first. Each
# value of each input channel stamps the `F` kernels of its channel; overlaps and channels add.
# Make the whole output with `output_padding` more rows below and columns at the right, then
# remove `pad` from all four sides. `output_padding` is smaller than `stride`; the kernel is not
# flipped.


# %%
def conv_transpose2d(x, w, stride=1, pad=0, output_padding=0):
    """Stamp kernels onto a larger output and add where they overlap.

    x: (N, C, h, w), w: (C, F, K, K).
    Returns (N, F, H, W) with H = (h-1)*stride - 2*pad + K + output_padding, W likewise.
    """
    ### BEGIN SOLUTION
    stamps = torch.einsum("nchw,cfij->hwnfij", x, w)  # (h, w, N, F, K, K)
    K = w.shape[-1]
    H, W = ((size - 1) * stride + K + output_padding for size in x.shape[2:])
    y = stamps.new_zeros(len(x), w.shape[1], H, W)
    for i, row in enumerate(stamps):
        for j, stamp in enumerate(row):
            y[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += stamp
    return y[:, :, pad : H - pad, pad : W - pad]
    ### END SOLUTION


# %%
check(conv_transpose2d)

# %% [markdown] errata="8"
# **Find the slide's mistake.** Lecture 002's stamping slides show the example above with "stride
# 2, pad 1", and the labels "Output: 2 × 2" and "Input: 4 × 4". What are the input and the
# output, and what is the size?
#
# <details><summary>Answer</summary>
#
# The labels belong to the forward convolution. For the transposed one the 2 × 2 is the *input*.
# All stamps give 5 × 5, as the slide draws; pad 1 leaves 3 × 3; 4 × 4 needs `output_padding=1`.
# </details>


# %%
@demo
def three_sizes():
    x, w = torch.tensor([[[[6.0, 8], [3, 4]]]]), torch.ones(1, 1, 3, 3)
    settings = {"all stamps": (0, 0), "pad 1": (1, 0), "pad 1, output_padding 1": (1, 1)}
    sizes = [conv_transpose2d(x, w, 2, *setting)[0, 0] for setting in settings.values()]
    alt = "5 by 5, 3 by 3 with pad 1, 4 by 4 with output padding 1; each is a crop of the first."
    plots.grids(sizes, list(settings), alt)


# %% [markdown] errata="13"
# **Find the slide's mistake.** The same lecture convolves 4 × 4 with a 3 × 3 kernel, "stride 2,
# pad 1", to 2 × 2. Put the numbers into the formula for the size. Which other input gives 2 × 2
# too?
#
# <details><summary>Answer</summary>
#
# $(4+2-3)/2+1=2.5$: the floor makes it 2, and the last padded row and column are never used. A
# 3 × 3 input gives $(3+2-3)/2+1=2$ exactly. Going back, 2 × 2 could have come from either, and
# `output_padding` says which.
# </details>


# %%
@demo
def two_inputs_one_size():
    rows = []
    for N in (3, 4):
        extra = (N + 2 - 3) % 2
        back = conv_transpose2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3), 2, 1, extra)
        rows.append((N, conv_out(N, 3, stride=2, pad=1), extra, back.shape[-1]))
    table(["input", "convolved", "output_padding", "and back"], rows)


# %% [markdown]
# Lecture 002 asks why "deconvolution" is a bad name. Because nothing is undone: convolve, then
# transpose, and the image is *not* back. It is exactly the $Q^\top$ of section 10. The pattern
# of squares comes from stamps that overlap unevenly (kernel 3, stride 2).


# %%
@demo
def not_an_inverse():
    x, w = images.grey("camera", 97)[None, None], torch.full((1, 1, 3, 3), 1 / 9)
    small = conv2d(x, w, stride=2)
    back = conv_transpose2d(small, w, stride=2)
    alt = "The photograph, its smaller convolution, and a dark copy under a grid pattern."
    shown = [v[0, 0] for v in (x, small, back)]
    plots.pictures(shown, ["x", "convolved", "and transposed"], alt)
    Q, y = conv_matrix(w[0, 0], 9, 9, stride=2), torch.randn(1, 1, 4, 4)
    stamped = conv_transpose2d(y, w, stride=2)
    same = torch.allclose(Q.T @ y.flatten(), stamped.flatten(), atol=1e-6)
    print("transposed convolution equals Qᵀ:", same)


# %% [markdown] rows="A39 A40"
# ## 12 · Pooling
#
# Pooling slides a window too, over each channel alone, with a fixed rule and nothing to learn:
# **max** or **average**. Sizes are as before, $\lfloor(W-F)/S\rfloor+1$, and depth is unchanged.
# The usual choice is 2 × 2 with stride 2.
#
# Max pooling says *that* something was there and forgets *where* in the window: it is a little
# **invariant** to small shifts. Hinton calls it a big mistake, and that it works so well "a
# disaster" (quoted in lecture 001).

# %% [markdown] rows="A39"
# ### Exercise: maxpool2d
# Windows of `k` × `k`, stride `s`, no padding; `s` may be smaller or larger than `k`, and a
# window that does not fit is dropped. Return `(y, idx)`, both `(N, C, H', W')`. `idx` is int64:
# where the maximum is in its own `H` × `W` plane, as `row * W + column`. On ties take the first
# in reading order. Values may all be negative.


# %%
def maxpool2d(x, k, s):
    """Max pooling that remembers where each maximum was.

    x: (N, C, H, W). Returns y (N, C, H', W') and idx, int64, flat indices into (H, W).
    """
    ### BEGIN SOLUTION
    windows = x.unfold(2, k, s).unfold(3, k, s).flatten(4)  # (N, C, H', W', k·k)
    y, inside = windows.max(-1)  # max takes the first of equals
    top = s * torch.arange(y.shape[2], device=x.device)[:, None]
    left = s * torch.arange(y.shape[3], device=x.device)
    return y, (top + inside // k) * x.shape[3] + left + inside % k
    ### END SOLUTION


# %%
check(maxpool2d)


# %%
@demo
def pooling_on_the_slides():
    x = torch.tensor([[1.0, 1, 2, 4], [5, 6, 8, 7], [3, 2, 1, 0], [1, 2, 3, 4]])
    y, idx = maxpool2d(x[None, None], 2, 2)
    alt = "Four windows of a 4 by 4 image; their maxima 6 8 / 3 4 are circled."
    diagrams.pooling(x, y[0, 0], 2, alt, stride=2, idx=idx)
    print("flat indices:", idx.flatten().tolist())


# %% [markdown] rows="A40"
# ### Exercise: avgpool
# Average pooling: the mean of every `k` × `k` window, stride `s`, no padding; windows that do
# not fit are dropped. `(N, C, H, W)` gives `(N, C, H', W')`.


# %%
def avgpool(x, k, s):
    """Average pooling. x: (N, C, H, W). Returns (N, C, H', W')."""
    ### BEGIN SOLUTION
    return x.unfold(2, k, s).unfold(3, k, s).mean((-2, -1))
    ### END SOLUTION


# %%
check(avgpool)

# %% [markdown]
# How invariant? Move a map of edges one pixel to the side. The map changes almost completely.
# The larger the window, the less its maxima notice, yet never nothing: *a little* invariant.


# %%
@demo
def small_shifts():
    edge = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    x = conv2d(images.grey("camera", 128)[None, None], edge).relu()
    rows = []
    for k in (1, 2, 4, 8):
        before, after = (maxpool2d(v, k, k)[0] for v in (x, x.roll(1, dims=-1)))
        change = (before - after).abs().sum() / before.sum()
        rows.append((k, f"{change:.0%}"))
    table(["window and stride", "change of the pooled map"], rows)


# %% [markdown] rows="A41"
# **Global average pooling** takes the whole map as one window: $(N,C,H,W)\to(N,C)$. GoogLeNet
# and ResNet end with it (7 × 7) in place of a large fully connected layer. The result does not
# change when pixels trade places: it forgets *where* altogether. What it would save VGG's first
# fully connected layer:


# %%
@demo
def global_average():
    x = torch.randn(1, 512, 7, 7)
    pooled = avgpool(x, 7, 7)
    shuffled = avgpool(x.flatten(2)[..., torch.randperm(49)].view_as(x), 7, 7)
    print(tuple(x.shape), "to", tuple(pooled.shape), end="; ")
    print("blind to order:", torch.allclose(pooled, shuffled, atol=1e-6))
    rows = [("512 maps of 7 × 7", 512 * 49 * 4096), ("512 means", 512 * 4096)]
    table(["a layer of 4096 neurons on", "weights"], rows)


# %% [markdown] rows="A42"
# **A convolution with stride 2 instead.** ResNet's authors mostly drop pooling for it (lecture
# 004, notes): same size, and the network may learn what to keep. Average pooling is one such
# convolution; max pooling is not linear, so no kernel equals it, though it may come close.


# %%
@demo
def pooling_by_convolution():
    x = images.grey("coffee", 64)[None, None]
    strided = conv2d(x, torch.full((1, 1, 2, 2), 0.25), stride=2)
    print("average pooling:", torch.allclose(strided, avgpool(x, 2, 2), atol=1e-6))
    print("max pooling:    ", torch.allclose(strided, maxpool2d(x, 2, 2)[0], atol=1e-6))


# %% [markdown]
# ### In your own words
# **{{written}} point, graded by hand.** A layer of max pooling and a strided convolution both halve
# a map. In three to five sentences: what can the strided convolution do that max pooling cannot,
# what does it cost, and what does max pooling give for free?

# %% [markdown] written="stride_or_pool"
# ### BEGIN SOLUTION
# The strided convolution learns what to keep: its weights may average, take one corner, or look
# for a pattern, and it mixes channels. It costs $C_{out}C_{in}K^2$ parameters and as many
# multiply-adds for each output. Max pooling has nothing to learn, works on each channel alone, and
# gives some invariance to small shifts; but it is fixed, forgets where in the window the maximum
# was, and sends its gradient to one pixel only.
# ### END SOLUTION

# %% [markdown] rows="A43 A44 A45"
# ## 13 · Unpooling
#
# To label every pixel, a network must grow its maps again. Lecture 002 shows three ways that
# learn nothing: repeat each value (**nearest neighbour**), put it at the top left of a block of
# zeros (**bed of nails**), or put it back where its maximum was found (**max unpooling**).

# %% [markdown] rows="A43"
# ### Exercise: unpool_nearest
# Every value becomes a `k` × `k` block: `(N, C, H, W)` gives `(N, C, k·H, k·W)`.


# %%
def unpool_nearest(x, k):
    """Repeat every value into a k × k block. x: (N, C, H, W). Returns (N, C, k·H, k·W)."""
    ### BEGIN SOLUTION
    return x.repeat_interleave(k, dim=2).repeat_interleave(k, dim=3)
    ### END SOLUTION


# %%
check(unpool_nearest)

# %% [markdown] rows="A44"
# ### Exercise: bed_of_nails
# Every value goes to the top left of a `k` × `k` block of zeros: `(N, C, H, W)` gives
# `(N, C, k·H, k·W)`.


# %%
def bed_of_nails(x, k):
    """Put every value at the top left of a k × k block of zeros.

    x: (N, C, H, W). Returns (N, C, k·H, k·W).
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    y = x.new_zeros(N, C, k * H, k * W)
    y[..., ::k, ::k] = x
    return y
    ### END SOLUTION


# %%
check(bed_of_nails)

# %% [markdown] rows="A45"
# ### Exercise: max_unpool
# `x` and `idx` are `(N, C, h, w)`, as `maxpool2d` returns them; `out_size` is `(H, W)`. Put each
# value at its flat index in its own `H` × `W` plane, zeros elsewhere. Values that share an index
# are equal, and count once: do not add them.


# %%
def max_unpool(x, idx, out_size):
    """Put values back where they were found.

    x, idx: (N, C, h, w), idx flat indices into (H, W) = out_size. Returns (N, C, H, W).
    """
    ### BEGIN SOLUTION
    N, C, (H, W) = *x.shape[:2], out_size
    y = x.new_zeros(N, C, H * W)
    y.scatter_(2, idx.flatten(2), x.flatten(2))
    return y.view(N, C, H, W)
    ### END SOLUTION


# %%
check(max_unpool)

# %% [markdown]
# The example of lecture 002. Max unpooling remembers the positions, so pooling its result again
# gives the same numbers (as long as they are positive).


# %%
@demo
def three_ways_back():
    x = torch.tensor([[1.0, 1, 2, 4], [5, 6, 8, 7], [3, 2, 1, 0], [1, 2, 3, 4]])[None, None]
    y, idx = maxpool2d(x, 2, 2)
    back = max_unpool(y, idx, (4, 4))
    pictures = [y, unpool_nearest(y, 2), bed_of_nails(y, 2), back]
    titles = ["pooled", "nearest", "bed of nails", "max unpooling"]
    alt = "6 8 / 3 4 as blocks, as nails at the top left of blocks, and at the old places."
    plots.grids([p[0, 0] for p in pictures], titles, alt)
    print("pooled again, the same:", torch.equal(maxpool2d(back, 2, 2)[0], y))


# %% [markdown]
# On a photograph pooled by 4. *Unpooling or transposed convolution, what is the difference?*
# asks lecture 002: unpooling has fixed rules, a transposed convolution learns its kernel. And
# with the right kernel it *is* unpooling: ones, with stride $k$, is nearest neighbour.


# %%
@demo
def ways_back_on_a_photograph():
    x = images.grey("coffee", 112)[None, None]
    y, idx = maxpool2d(x, 4, 4)
    ways = [x, unpool_nearest(y, 4), bed_of_nails(y, 4), max_unpool(y, idx, (112, 112))]
    titles = ["photograph", "nearest", "bed of nails", "max unpooling"]
    alt = "A cup, pooled by 4 and grown again: blocks, a grid of dots, dots at the maxima."
    plots.pictures([w[0, 0] for w in ways], titles, alt)
    stamped = conv_transpose2d(y, torch.ones(1, 1, 4, 4), stride=4)
    print("nearest is a transposed convolution:", torch.equal(stamped, unpool_nearest(y, 4)))


# %% [markdown] rows="A31"
# ## 14 · One and three dimensions
#
# A kernel can slide along any number of axes. Along **one**: speech, sensors, text (one channel
# for each dimension of a word's vector). Nothing else changes:
#
# $$y_{nfi}=\sum_{c}\sum_{m}x_{n,c,\,i+m}\;w_{fcm}$$

# %% [markdown] rows="A31"
# ### Exercise: conv1d
# `(N, C, L)` with `(F, C, K)` gives `(N, F, L-K+1)`: cross-correlation, valid positions, stride
# 1, no bias. `K` may be even, and is at most `L`.


# %%
def conv1d(x, w):
    """Cross-correlate signals. x: (N, C, L), w: (F, C, K). Returns (N, F, L-K+1)."""
    ### BEGIN SOLUTION
    windows = x.unfold(2, w.shape[-1], 1)  # (N, C, L-K+1, K)
    return torch.einsum("nclk,fck->nfl", windows, w)
    ### END SOLUTION


# %%
check(conv1d)

# %% [markdown]
# Two kernels on one noisy signal, two channels out: a mean that smooths, and a difference of two
# means that answers to steps.


# %%
@demo
def smooth_and_find_steps():
    time = torch.arange(160)
    x = (time > 50).float() - (time > 110).float() + 0.2 * torch.randn(160)
    half = torch.full((9,), 1 / 9)
    w = torch.stack([torch.cat([half, half]) / 2, torch.cat([-half, half])])[:, None]
    y = conv1d(x.view(1, 1, 160), w)[0]
    figure, ax = plt.subplots(figsize=(7, 2.4), layout="constrained")
    ax.plot(time, x, color=plots.GREY, lw=0.8, label="signal")
    ax.plot(time[9:-8], y[0], color=plots.BLUE, lw=2, label="mean of 18")
    ax.plot(time[9:-8], y[1], color=plots.VERMILION, lw=2, ls="--", label="step")
    ax.set_xlabel("time")
    ax.legend(ncols=3, loc="lower left")
    plots.show(figure, "A noisy box, its mean, a peak up at its start and down at its end.")


# %% [markdown] rows="A32"
# Along **three**: volumes from a scanner, or video, where depth is time. Lecture 001: input
# $C_{in}\times H\times W\times D$, weights $C_{out}\times C_{in}\times K\times K\times K$. Mind
# the cost: a layer of $K=3$ has 27 weights where a flat one has 9.

# %% [markdown] rows="A32"
# ### Exercise: conv3d
# `(N, C, D, H, W)` with `(F, C, K, K, K)` gives `(N, F, D-K+1, H-K+1, W-K+1)`:
# cross-correlation, valid positions, stride 1, no bias. `D`, `H`, `W` may differ. Depth comes
# before rows and columns.


# %%
def conv3d(x, w):
    """Cross-correlate volumes.

    x: (N, C, D, H, W), w: (F, C, K, K, K). Returns (N, F, D-K+1, H-K+1, W-K+1).
    """
    ### BEGIN SOLUTION
    K = w.shape[-1]
    windows = x.unfold(2, K, 1).unfold(3, K, 1).unfold(4, K, 1)  # (N, C, D', H', W', K, ...)
    return torch.einsum("ncdhwijk,fcijk->nfdhw", windows, w)
    ### END SOLUTION


# %%
check(conv3d)

# %% [markdown]
# A film of eight frames: a square walks to the right over a still photograph. A kernel that
# subtracts one frame from the next sees only what moves.


# %%
@demo
def see_what_moves():
    film = images.grey("brick", 48).repeat(8, 1, 1)
    for t in range(8):
        film[t, 18:30, 4 + 4 * t : 16 + 4 * t] = 0.9
    w = torch.zeros(1, 1, 2, 2, 2)
    w[0, 0, 0], w[0, 0, 1] = -0.25, 0.25
    moving = conv3d(film[None, None], w)[0, 0]
    frames = [film[0], film[5], moving[0], moving[5]]
    titles = ["frame 0", "frame 5", "motion at 0", "motion at 5"]
    alt = "Two frames with a square; of the motion only its leading and trailing side remain."
    plots.pictures(frames, titles, alt)


# %% [markdown]
# The photographs of this course, with thanks to those who gave them:

# %% tags=["demo"]
images.credits()

# %% [markdown]
# ## Points so far
#
# What the public cases of your last checks add up to. Grading adds hidden cases of the same kinds
# and tells whether the two questions are right.

# %% tags=["demo"]
progress()

# %% [markdown]
# ## What to take away
#
# - **Local and shared**: $N^2\to Nn\to n$ weights, and shifting the image shifts the maps.
# - **Size**: $\lfloor(N+2p-d(K-1)-1)/s\rfloor+1$. **Parameters**: $C_{out}(C_{in}K^2+1)$, for
#   any image. **Work**: output pixels times $C_{out}C_{in}K^2$.
# - **Receptive field**: $1+\sum(K_l-1)\,d_l\prod_{i<l}s_i$. Strides grow it fastest.
# - **Linear**: two convolutions in a row are one, and each is a matrix $Q$ with few different
#   entries. $Q^\top$ is the transposed convolution: it stamps, and it does not invert.
# - **Flip or no flip**: networks cross-correlate, mathematics convolves.
# - **Pooling** forgets where; max unpooling remembers.

# %% [markdown]
# ## Where the slides were wrong
#
# | lecture | the slide | rather |
# |---|---|---|
# | 000, 003, 004 | "convolution" | cross-correlation; 002 does flip |
# | 000 | `padding=1`, 5 × 5 × 3 → 4 × 4 × 2 | 6 × 6 × 2; the drawing has no padding |
# | 001, 003 | size without stride or floor | $\lfloor(N+2p-d(K-1)-1)/s\rfloor+1$ |
# | 001 | zero border drawn, output 5 × 5 | 7 × 7; same padding is for odd $K$, stride 1 |
# | 001 | receptive field $1+L(K-1)$ | only for equal kernels, stride 1, dilation 1 |
# | 002 | four terms of $p*q$ | six: also $dx+cy+bz$ and $dy+cz$ |
# | 002 | 10 entries for 6 × 9, 8 for 9 × 6 | 9 and 6 |
# | 002 | $Q^\top p_{00}=p*q$ | convolution with the flipped $q$ |
# | 002 | strided transpose $dx, cy, bx{+}dz, ax{+}cz$ … | $dx, cx, bx{+}dy, ax{+}cy$ … |
# | 002 | output 2 × 2, input 4 × 4 | the other way round; 5 × 5, cropped |
# | 002 | 4 × 4, K 3, stride 2, pad 1 → 2 × 2 | 2.5 rounded down; hence `output_padding` |
