# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How conv_transpose2d goes wrong: each mistake as a student would write it."""

from autograder.checks.convolution.transpose import conv_transpose2d


@conv_transpose2d.misconception(
    "Where stamps overlap only the last one is left; overlaps have to add up.",
    "In lecture 002 the middle column is 6 + 8 = 14: add to the canvas instead of replacing.",
)
def overwrites_overlaps(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = x.new_zeros(N, filters, rows + output_padding, columns + output_padding)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] = stamp
    return y[:, :, pad : rows - pad + output_padding, pad : columns - pad + output_padding]


@conv_transpose2d.misconception(
    "The stride is ignored: stamps of neighbouring values lie `stride` pixels apart.",
    "The stride belongs to the output here: value i stamps from row i * stride on.",
)
def stamps_side_by_side(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = h - 1 + K + output_padding, v - 1 + K + output_padding
    y = x.new_zeros(N, filters, rows, columns)
    for i in range(h):
        for j in range(v):
            y[:, :, i : i + K, j : j + K] += torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
    return y[:, :, pad : rows - pad, pad : columns - pad]


@conv_transpose2d.misconception(
    "There is one zero too many between the values of x: stride 2 means one zero in between.",
    "Neighbours should lie `stride` apart, so stride - 1 zeros fit between them.",
)
def one_zero_too_many(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    step = stride + 1 if stride > 1 else 1
    spread = x.new_zeros(N, C, (h - 1) * step + 1, (v - 1) * step + 1)
    spread[:, :, ::step, ::step] = x
    p = w.shape[-1] - 1
    spread = F.pad(spread, (p, p + output_padding, p, p + output_padding))
    y = conv2d(spread, w.transpose(0, 1).flip((2, 3)))
    return y[:, :, pad : y.shape[2] - pad, pad : y.shape[3] - pad]


@conv_transpose2d.misconception(
    "The padding is ignored: here it makes the output smaller.",
    "It undoes the padding of a convolution, so `pad` rows and columns fall off on every side.",
)
def keeps_the_border(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows = (h - 1) * stride + K + output_padding
    columns = (v - 1) * stride + K + output_padding
    y = x.new_zeros(N, filters, rows, columns)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y


@conv_transpose2d.misconception(
    "The padding makes your output larger; for a transposed convolution it cuts the border off.",
    "The size formula has -2p: compare it with your output's shape.",
)
def adds_a_border(x, w, stride=1, pad=0, output_padding=0):
    x = F.pad(x, (pad, pad, pad, pad))
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows = (h - 1) * stride + K + output_padding
    columns = (v - 1) * stride + K + output_padding
    y = x.new_zeros(N, filters, rows, columns)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y


@conv_transpose2d.misconception(
    "The output padding is ignored: it makes the output that much taller and wider.",
    "Several input sizes of a convolution lead to one output size; output_padding says which of "
    "them to come back to.",
)
def no_output_padding(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = x.new_zeros(N, filters, rows, columns)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y[:, :, pad : rows - pad, pad : columns - pad]


@conv_transpose2d.misconception(
    "The output padding fills in zeros where stamps had left values before the border was cut.",
    "Lecture 002's 4 x 4 result is a piece of the full 5 x 5 one: cut less on the far sides.",
)
def fills_zeros_after_cutting(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = x.new_zeros(N, filters, rows, columns)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    y = y[:, :, pad : rows - pad, pad : columns - pad]
    return F.pad(y, (0, output_padding, 0, output_padding))


@conv_transpose2d.misconception(
    "The kernel is flipped: each value stamps the kernel as it is.",
    "Sliding over spread out values needs a turned kernel, for it to leave unturned stamps.",
)
def stamps_flipped(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    spread = x.new_zeros(N, C, (h - 1) * stride + 1, (v - 1) * stride + 1)
    spread[:, :, ::stride, ::stride] = x
    p = w.shape[-1] - 1
    spread = F.pad(spread, (p, p + output_padding, p, p + output_padding))
    y = conv2d(spread, w.transpose(0, 1))
    return y[:, :, pad : y.shape[2] - pad, pad : y.shape[3] - pad]


@conv_transpose2d.misconception(
    "w's first two axes are read the wrong way round: here the input channels come first.",
    "The transposed layer takes conv2d's own w (F, C, K, K), and conv2d's outputs are its inputs.",
)
def reads_w_as_conv2d_does(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    filters, _, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = x.new_zeros(N, filters, rows + output_padding, columns + output_padding)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,fcab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y[:, :, pad : rows - pad + output_padding, pad : columns - pad + output_padding]


@conv_transpose2d.misconception(
    "Only square inputs come out right: the width is taken from the height.",
    "Compute the canvas's rows from h and its columns from w.",
)
def square_inputs_only(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, _ = x.shape
    _, filters, K, _ = w.shape
    size = (h - 1) * stride + K
    y = x.new_zeros(N, filters, size + output_padding, size + output_padding)
    for i in range(h):
        for j in range(h):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y[:, :, pad : size - pad + output_padding, pad : size - pad + output_padding]


@conv_transpose2d.misconception(
    "float64 inputs come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the canvas the dtype of x.",
)
def float32_canvas(x, w, stride=1, pad=0, output_padding=0):
    N, _, h, v = x.shape
    _, filters, K, _ = w.shape
    rows, columns = (h - 1) * stride + K, (v - 1) * stride + K
    y = torch.zeros(N, filters, rows + output_padding, columns + output_padding)
    for i in range(h):
        for j in range(v):
            top, left = i * stride, j * stride
            stamp = torch.einsum("nc,cfab->nfab", x[:, :, i, j], w)
            y[:, :, top : top + K, left : left + K] += stamp
    return y[:, :, pad : rows - pad + output_padding, pad : columns - pad + output_padding]


@conv_transpose2d.misconception(
    "Your view fails on a tensor whose values do not lie side by side in memory.",
    "A channels_last image cannot be seen with other axes without copying; which call may copy?",
)
def views_any_memory(x, w, stride=1, pad=0, output_padding=0):
    N, C, h, v = x.shape
    K = w.shape[-1]
    size = ((h - 1) * stride + K, (v - 1) * stride + K)
    stamps = w.view(C, -1).T @ x.view(N, C, -1)
    y = F.fold(stamps, size, K, stride=stride)
    y = F.pad(y, (0, output_padding, 0, output_padding))
    return y[:, :, pad : y.shape[2] - pad, pad : y.shape[3] - pad]
