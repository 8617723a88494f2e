# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How conv2d_backward_x goes wrong: each mistake as a student would write it."""

from autograder.checks.backpropagation.pixels import conv2d_backward_x


@conv2d_backward_x.misconception(
    "The weights are not mirrored: seen from a pixel they come in reverse order.",
    "Pixel j was read by output i through weight j - i: as i grows the weight's index falls.",
)
def weights_not_mirrored(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart, w.transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "The weights are mirrored along one axis only; rows and columns both run backwards.",
    "Turn each kernel by 180 degrees.",
)
def mirrored_once(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart, w.flip(3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "The weights are transposed, which is not the same as mirrored.",
    "The first weight of a kernel becomes its last: turn it by 180 degrees.",
)
def transposed_instead(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart, w.transpose(2, 3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "The stride is ignored: the entries of g belong to windows that lie `stride` pixels apart.",
    "Put stride - 1 zeros between the entries of g first.",
)
def ignores_stride(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    dx = g.new_zeros(x_shape[0], x_shape[1], H + 2 * pad, W + 2 * pad)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            dx[:, :, i : i + K, j : j + K] += torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "With a stride the result is too small: g is used as it is, without gaps between its entries.",
    "Put stride - 1 zeros between the entries of g first.",
)
def gradient_not_spread(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    dx = F.conv2d(g, w.flip(2, 3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "A padding of K - 1 - pad is negative where pad is K or more: the border may be that wide.",
    "Find the gradient of the padded image with a padding of K - 1, then cut the border off.",
)
def narrow_padding_only(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    return F.conv2d(apart, w.flip(2, 3).transpose(0, 1), padding=K - 1 - pad)


@conv2d_backward_x.misconception(
    "One zero too many lies between the entries of g: with stride s there are s - 1.",
    "With stride 1 nothing is put between them.",
)
def too_many_zeros(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    step = stride + 1 if stride > 1 else 1
    dx = g.new_zeros(*x_shape[:2], H + 2 * pad + step * H, W + 2 * pad + step * W)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            stamp = torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
            dx[:, :, i * step : i * step + K, j * step : j * step + K] += stamp
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "The padding is ignored: output 0 saw the border of zeros first, not the first pixel.",
    "Find the gradient of the padded image, then cut off `pad` rows and columns on all sides.",
)
def ignores_padding(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    dx = g.new_zeros(*x_shape[:2], H + 2 * pad, W + 2 * pad)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            stamp = torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
            dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += stamp
    return dx[..., :H, :W]


@conv2d_backward_x.misconception(
    "The result is that of the padded image: the zeros of the border are no pixels of x.",
    "Cut `pad` rows and columns off on all four sides.",
)
def keeps_the_border(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    return F.conv2d(apart, w.flip(2, 3).transpose(0, 1), padding=K - 1)


@conv2d_backward_x.misconception(
    "The result is smaller than x where the stride leaves the last rows and columns out.",
    "Pixels that no window reached have gradient 0, but they are there: see x_shape.",
)
def forgets_unreached_pixels(g, w, x_shape, stride=1, pad=0):
    K = w.shape[-1]
    rows, columns = ((size - 1) * stride + 1 for size in g.shape[2:])
    spread = g.new_zeros(*g.shape[:2], rows, columns)
    spread[..., ::stride, ::stride] = g
    dx = F.conv2d(spread, w.flip(2, 3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : dx.shape[2] - pad, pad : dx.shape[3] - pad]


@conv2d_backward_x.misconception(
    "Where windows overlap only the last one is left; a pixel gets the sum of all.",
    "Add to what is already there instead of replacing it.",
)
def overwrites_overlaps(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    dx = g.new_zeros(*x_shape[:2], H + 2 * pad, W + 2 * pad)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            stamp = torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
            dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] = stamp
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "Only the first filter's gradient comes back; a pixel was read by all filters.",
    "Sum over the maps of g: each through its own kernel.",
)
def first_filter_only(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart[:, :1], w[:1].flip(2, 3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "Filters and channels are not exchanged: on the way back the maps of g are the inputs.",
    "A kernel bank for conv2d is (outputs, inputs, K, K); here outputs are the channels of x.",
)
def filters_stay_first(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, W + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart, w.flip(2, 3), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "Only square images come out right: the width is taken from the height.",
    "Take both sizes from x_shape.",
)
def square_images_only(g, w, x_shape, stride=1, pad=0):
    H, K = x_shape[2], w.shape[-1]
    apart = g.new_zeros(*g.shape[:2], H + 2 * pad - K + 1, H + 2 * pad - K + 1)
    apart[..., ::stride, ::stride] = g
    dx = F.conv2d(apart, w.flip(2, 3).transpose(0, 1), padding=K - 1)
    return dx[..., pad : pad + H, pad : pad + H]


@conv2d_backward_x.misconception(
    "float64 gradients come out as float32: torch.zeros makes float32 unless told otherwise.",
    "Give the tensor you fill the dtype of g.",
)
def pixels_in_float32(g, w, x_shape, stride=1, pad=0):
    (H, W), K = x_shape[2:], w.shape[-1]
    dx = torch.zeros(*x_shape[:2], H + 2 * pad, W + 2 * pad)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            stamp = torch.einsum("nf,fcab->ncab", g[:, :, i, j], w)
            dx[:, :, i * stride : i * stride + K, j * stride : j * stride + K] += stamp
    return dx[..., pad : pad + H, pad : pad + W]


@conv2d_backward_x.misconception(
    "Your view fails on a tensor whose values do not lie side by side in memory.",
    "channels_last weights cannot be seen with other axes without copying; which call may copy?",
)
def views_any_memory(g, w, x_shape, stride=1, pad=0):
    columns = w.view(w.shape[0], -1).T @ g.view(*g.shape[:2], -1)
    return F.fold(columns, tuple(x_shape[2:]), w.shape[-1], padding=pad, stride=stride)
