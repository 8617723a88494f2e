# mypy: ignore-errors
"""trace_network: right answers unlike the reference, and mistakes in what is counted."""

from autograder.checks.architectures.trace import trace_network


@trace_network.misconception(
    "The biases are missing, or are there when `bias` is False: look at that argument.",
    "With `bias=True` a convolution has one more number for each filter, an fc for each output.",
)
def never_has_biases(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            params = layer["filters"] * (C // layer["groups"]) * layer["K"] ** 2
            C = layer["filters"]
        elif layer["kind"] == "fc":
            params = C * H * W * layer["outputs"]
            C, H, W = layer["outputs"], 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "The weights see new channels where old ones belong: C is replaced before it is used.",
    "A layer's weights reach through the channels of its input; update C after counting them.",
)
def replaces_channels_too_soon(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            C = biases = layer["filters"]
            params = C * (C // layer["groups"]) * layer["K"] ** 2
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "The activations are those of a layer's input; a row tells what its output holds.",
    "Multiply C, H and W after all three are updated.",
)
def activations_of_the_input(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        held = C * H * W
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=held)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.alternative
def by_real_layers(layers, shape, bias=False):
    from torch import nn

    x = torch.empty(1, *shape, device="meta")
    rows = [("INPUT", x, 0, 0)]
    for layer in layers:
        kind = layer["kind"]
        size = [layer[key] for key in ("K", "stride", "pad") if key in layer]
        if kind == "conv":
            made = nn.Conv2d(
                x.shape[1],
                layer["filters"],
                *size,
                groups=layer["groups"],
                bias=bias,
                device="meta",
            )
            x = made(x)
            work = x.numel() * made.weight[0].numel()
        elif kind == "pool":  # padded here: torch's layer takes no padding over K / 2
            x, work = F.max_pool2d(F.pad(x, [size[2]] * 4), size[0], size[1]), 0
        elif kind == "fc":
            x = x.reshape(1, -1)
            made = nn.Linear(x.shape[1], layer["outputs"], bias=bias, device="meta")
            x, work = made(x)[:, :, None, None], made.weight.numel()
        else:
            work = 0
        learned = sum(p.numel() for p in made.parameters()) if kind in ("conv", "fc") else 0
        rows.append((layer["name"], x, learned, work))
    keys = ("name", "C", "H", "W", "activations", "params", "macs")
    return [dict(zip(keys, (n, *x.shape[1:], x.numel(), p, m), strict=True)) for n, x, p, m in rows]


@trace_network.alternative
def row_after_row(layers, shape, bias=False):
    def line(name, C, H, W, weights=0, biases=0):
        params = weights + biases if bias else weights
        counts = {"activations": C * H * W, "params": params, "macs": weights * H * W}
        return {"name": name, "C": C, "H": H, "W": W, **counts}

    def after(previous, layer):
        C, H, W = previous["C"], previous["H"], previous["W"]
        if layer["kind"] == "norm":
            return line(layer["name"], C, H, W)
        if layer["kind"] == "fc":
            outputs = layer["outputs"]
            return line(layer["name"], outputs, 1, 1, C * H * W * outputs, outputs)
        K, s, p = layer["K"], layer["stride"], layer["pad"]
        H, W = len(range(0, H + 2 * p - K + 1, s)), len(range(0, W + 2 * p - K + 1, s))
        if layer["kind"] == "pool":
            return line(layer["name"], C, H, W)
        F = layer["filters"]
        return line(layer["name"], F, H, W, F * C * K * K // layer["groups"], F)

    rows = [line("INPUT", *shape)]
    for layer in layers:
        rows.append(after(rows[-1], layer))
    return rows


@trace_network.alternative
def by_recursion(layers, shape, bias=False):
    if not layers:
        C, H, W = shape
        sizes = {"C": C, "H": H, "W": W, "activations": C * H * W}
        return [{"name": "INPUT", **sizes, "params": 0, "macs": 0}]
    rows = trace_network(layers[:-1], shape, bias)
    layer, (C, H, W) = layers[-1], (rows[-1][key] for key in "CHW")
    params = macs = 0
    match layer["kind"]:
        case "conv" | "pool" as kind:
            rest = [n + 2 * layer["pad"] - layer["K"] for n in (H, W)]
            H, W = (1 + (n - n % layer["stride"]) // layer["stride"] for n in rest)
            if kind == "conv":
                each = C // layer["groups"] * layer["K"] * layer["K"]
                C = layer["filters"]
                params, macs = C * (each + int(bias)), C * each * H * W
        case "fc":
            each = C * H * W
            C, H, W = layer["outputs"], 1, 1
            params, macs = C * (each + int(bias)), C * each
    sizes = {"C": C, "H": H, "W": W, "activations": C * H * W}
    return rows + [{"name": layer["name"], **sizes, "params": params, "macs": macs}]
