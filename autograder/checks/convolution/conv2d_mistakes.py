# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How conv2d goes wrong: each mistake as a student would write it."""

from autograder.checks.convolution.conv2d import conv2d


@conv2d.misconception(
    "The border is missing: did you add the padding before sliding the kernel?",
    "Put `pad` rows and columns of zeros on all four sides of each image first.",
)
def ignores_padding(x, w, b=None, stride=1, pad=0, dilation=1):
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The padding lies on the right and at the bottom only; it belongs on all four sides.",
    "Your output's top left corner should have seen zeros too: look at the order F.pad reads.",
)
def pads_two_sides(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (0, 2 * pad, 0, 2 * pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The padding is added to one axis only: the other one keeps its size.",
    "F.pad reads pairs from the last axis on: the first pair is for columns, the next for rows.",
)
def pads_columns_only(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The stride is ignored: the kernel moves by one pixel whatever is asked.",
    "Both the number of positions and the place where each window starts depend on the stride.",
)
def ignores_stride(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, 1).unfold(3, span, 1)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The output has the size a stride asks for, but the windows still lie one pixel apart.",
    "Window number i does not start at row i when the stride is 2.",
)
def stride_in_size_only(x, w, b=None, stride=1, pad=0, dilation=1):
    K = w.shape[-1]
    rows, columns = (conv_out(size, K, stride, pad, dilation) for size in x.shape[2:])
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (K - 1) + 1
    windows = x.unfold(2, span, 1).unfold(3, span, 1)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)[:, :, :rows, :columns]
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The dilation is ignored: the taps of the kernel should lie `dilation` pixels apart.",
    "Take a larger window, and of it only every `dilation`-th row and column.",
)
def ignores_dilation(x, w, b=None, stride=1, pad=0, dilation=1):
    K = w.shape[-1]
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, K, stride).unfold(3, K, stride)
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "With dilation the last positions are missing: your dilated kernel is counted too long.",
    "K taps have K - 1 gaps; with K = 3 and dilation 2 the kernel is 5 long, not 6.",
)
def dilated_kernel_too_long(x, w, b=None, stride=1, pad=0, dilation=1):
    span = dilation * w.shape[-1]
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, span, stride).unfold(3, span, stride)
    windows = windows[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The kernel is flipped: this course's conv2d is cross-correlation.",
    "The kernel's top left weight meets the top left pixel of the window.",
)
def flips_the_kernel(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, torch.flip(w, (2, 3)))
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "The bias is forgotten: each output map gets its own number added.",
    "Add b at the end, where it is given: entry f to every pixel of map f.",
)
def forgets_bias(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    return torch.einsum("nchwij,fcij->nfhw", windows, w)


@conv2d.misconception(
    "The bias is added once for every input channel; each output value gets it once.",
    "Move the bias out of the sum over channels.",
)
def bias_for_each_channel(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = 0
    for c in range(x.shape[1]):
        y = y + torch.einsum("nhwij,fij->nfhw", windows[:, c], w[:, c])
        if b is not None:
            y = y + b[:, None, None]
    return y


@conv2d.misconception(
    "The bias is added along the columns; it belongs to the output channels.",
    "Broadcasting lines b up with the last axis: give it two axes of length 1 behind its own.",
)
def bias_along_columns(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b


@conv2d.misconception(
    "Only the first image of the batch is computed.",
    "The first axis of x counts images: keep it in the result.",
)
def first_image_only(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x[0].unfold(1, span, stride).unfold(2, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("chwij,fcij->fhw", windows, w)
    return (y if b is None else y + b[:, None, None])[None]


@conv2d.misconception(
    "Only the first input channel is used; each filter reaches through all of them.",
    "Sum over the channels as well as over the kernel's rows and columns.",
)
def first_channel_only(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nhwij,fij->nfhw", windows[:, 0], w[:, 0])
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "Only square images come out right: the output's width is computed from the height.",
    "Compute one output size from H and another one from W.",
)
def square_images_only(x, w, b=None, stride=1, pad=0, dilation=1):
    K = w.shape[-1]
    size = conv_out(x.shape[2], K, stride, pad, dilation)
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (K - 1) + 1
    y = torch.zeros(x.shape[0], w.shape[0], size, size, dtype=x.dtype)
    for i in range(size):
        for j in range(size):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + span : dilation, left : left + span : dilation]
            y[:, :, i, j] = torch.einsum("ncij,fcij->nf", window, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "With a kernel of even size the last row and column are lost: such a kernel has no middle.",
    "Let windows start at their top left corner instead of measuring half a kernel both ways.",
)
def odd_kernels_only(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    K = w.shape[-1]
    half = dilation * (K // 2)
    rows = range(half, x.shape[2] - half, stride)
    columns = range(half, x.shape[3] - half, stride)
    y = torch.zeros(x.shape[0], w.shape[0], len(rows), len(columns), dtype=x.dtype)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            for a in range(K):
                for c in range(K):
                    pixel = x[:, :, top - half + a * dilation, left - half + c * dilation]
                    y[:, :, i, j] += pixel @ w[:, :, a, c].T
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "float64 images come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the tensor you fill the dtype of x.",
)
def always_float32(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    K = w.shape[-1]
    span = dilation * (K - 1) + 1
    rows, columns = ((size - span) // stride + 1 for size in x.shape[2:])
    y = torch.zeros(x.shape[0], w.shape[0], rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + span : dilation, left : left + span : dilation]
            y[:, :, i, j] = torch.einsum("ncij,fcij->nf", window, w)
    return y if b is None else y + b[:, None, None]


@conv2d.misconception(
    "Your view fails on a tensor whose values do not lie side by side in memory.",
    "A channels_last image cannot be seen with other axes without copying; which call may copy?",
)
def views_any_memory(x, w, b=None, stride=1, pad=0, dilation=1):
    columns = F.unfold(x, w.shape[-1], dilation=dilation, padding=pad, stride=stride)
    y = w.view(w.shape[0], -1) @ columns
    y = y.view(x.shape[0], w.shape[0], conv_out(x.shape[2], w.shape[-1], stride, pad, dilation), -1)
    return y if b is None else y + b.view(-1, 1, 1)


@conv2d.misconception(
    "The values are right, but after the call the bias has another shape: it was changed in place.",
    "In torch a method that ends in an underscore changes the tensor itself.",
)
def reshapes_bias_in_place(x, w, b=None, stride=1, pad=0, dilation=1):
    x = F.pad(x, (pad, pad, pad, pad))
    span = dilation * (w.shape[-1] - 1) + 1
    windows = x.unfold(2, span, stride).unfold(3, span, stride)[..., ::dilation, ::dilation]
    y = torch.einsum("nchwij,fcij->nfhw", windows, w)
    return y if b is None else y + b.unsqueeze_(1).unsqueeze_(2)
