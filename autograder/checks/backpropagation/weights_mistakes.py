# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""How conv2d_backward_w goes wrong: each mistake as a student would write it."""

from autograder.checks.backpropagation.weights import conv2d_backward_w


@conv2d_backward_w.misconception(
    "The result is turned by 180 degrees: nothing is mirrored in the gradient of the weights.",
    "Weight (a, b) met pixel (i + a, j + b) for output (i, j): both indices run the same way.",
)
def turns_the_result(x, g, K, stride=1, pad=0):
    dw = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=pad, dilation=stride)
    return dw[..., :K, :K].transpose(0, 1).flip(2, 3)


@conv2d_backward_w.misconception(
    "The stride is ignored: the entries of g belong to windows that lie `stride` pixels apart.",
    "Spread g out: which argument of conv2d puts gaps between the taps of a kernel?",
)
def ignores_stride(x, g, K, stride=1, pad=0):
    dw = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=pad)
    return dw[..., :K, :K].transpose(0, 1)


@conv2d_backward_w.misconception(
    "The forward stride is used as stride again; here it becomes the distance between the entries "
    "of g.",
    "A weight moves by one pixel when its index does; what lies `stride` apart are the outputs.",
)
def strides_once_more(x, g, K, stride=1, pad=0):
    dw = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=pad, stride=stride)
    return dw[..., :K, :K].transpose(0, 1)


@conv2d_backward_w.misconception(
    "The padding is ignored: the forward pass slid over an image with a border of zeros.",
    "Pad x in the same way before you compare it with g.",
)
def ignores_padding(x, g, K, stride=1, pad=0):
    dw = torch.zeros(g.shape[1], x.shape[1], K, K, dtype=x.dtype)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            window = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
            rows, columns = window.shape[2:]
            dw[:, :, :rows, :columns] += torch.einsum("nf,ncab->fcab", g[:, :, i, j], window)
    return dw


@conv2d_backward_w.misconception(
    "The result is larger than K x K: rows and columns that no window reached got weights too.",
    "With a stride the last pixels may be left over; cut the result to K x K.",
)
def keeps_the_leftover(x, g, K, stride=1, pad=0):
    dw = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=pad, dilation=stride)
    return dw.transpose(0, 1)


@conv2d_backward_w.misconception(
    "The first two axes are exchanged: the result has the shape of w, filters first.",
    "The answer is (F, C, K, K).",
)
def channels_before_filters(x, g, K, stride=1, pad=0):
    dw = F.conv2d(x.transpose(0, 1), g.transpose(0, 1), padding=pad, dilation=stride)
    return dw[..., :K, :K]


@conv2d_backward_w.misconception(
    "That is the mean over the batch; every image adds its share, so it is a sum.",
    "Whether L is a mean is already in g.",
)
def mean_over_the_batch(x, g, K, stride=1, pad=0):
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, K, stride).unfold(3, K, stride)
    return torch.einsum("nfij,ncijab->fcab", g, windows) / len(x)


@conv2d_backward_w.misconception(
    "Only the first image of the batch is used.",
    "The weights were used for all images: sum over the first axis.",
)
def first_image_only(x, g, K, stride=1, pad=0):
    windows = F.pad(x[:1], (pad, pad, pad, pad)).unfold(2, K, stride).unfold(3, K, stride)
    return torch.einsum("nfij,ncijab->fcab", g[:1], windows)


@conv2d_backward_w.misconception(
    "Each weight keeps what the last output sent; all outputs that used it add up.",
    "Add to what is already there instead of replacing it.",
)
def keeps_the_last_output(x, g, K, stride=1, pad=0):
    x = F.pad(x, (pad, pad, pad, pad))
    dw = torch.zeros(g.shape[1], x.shape[1], K, K, dtype=x.dtype)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            window = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
            dw = torch.einsum("nf,ncab->fcab", g[:, :, i, j], window)
    return dw


@conv2d_backward_w.misconception(
    "All filters get the same gradient: g is summed over them.",
    "Filter f is told what to do by map f of g alone.",
)
def sums_over_filters(x, g, K, stride=1, pad=0):
    windows = F.pad(x, (pad, pad, pad, pad)).unfold(2, K, stride).unfold(3, K, stride)
    dw = torch.einsum("nfij,ncijab->cab", g, windows)
    return dw.expand(g.shape[1], *dw.shape)


@conv2d_backward_w.misconception(
    "Only square images come out right: the columns of g are counted by its rows.",
    "Loop over both sizes of g.",
)
def square_outputs_only(x, g, K, stride=1, pad=0):
    x = F.pad(x, (pad, pad, pad, pad))
    dw = torch.zeros(g.shape[1], x.shape[1], K, K, dtype=x.dtype)
    for i in range(g.shape[2]):
        for j in range(g.shape[2]):
            window = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
            dw += torch.einsum("nf,ncab->fcab", g[:, :, i, j], window)
    return dw


@conv2d_backward_w.misconception(
    "float64 images give a float32 gradient: torch.zeros makes float32 unless told otherwise.",
    "Give the tensor you fill the dtype of x.",
)
def weights_in_float32(x, g, K, stride=1, pad=0):
    x = F.pad(x, (pad, pad, pad, pad))
    dw = torch.zeros(g.shape[1], x.shape[1], K, K)
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            window = x[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
            dw += torch.einsum("nf,ncab->fcab", g[:, :, i, j], window)
    return dw


@conv2d_backward_w.misconception(
    "Your view fails on a tensor whose values do not lie side by side in memory.",
    "Where columns lie together, rows and columns cannot become one axis without copying; which "
    "call may copy?",
)
def views_any_memory(x, g, K, stride=1, pad=0):
    columns = F.unfold(x, K, padding=pad, stride=stride)
    dw = torch.einsum("nfp,nqp->fq", g.view(*g.shape[:2], -1), columns)
    return dw.view(g.shape[1], x.shape[1], K, K)
