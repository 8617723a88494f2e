# mypy: ignore-errors
"""trace_network: what goes wrong."""

from autograder.checks.architectures.trace import trace_network


@trace_network.misconception(
    "A number of positions is rounded down; yours comes out larger, or not whole.",
    "Use // for the division by the stride: a window that sticks out is dropped.",
)
def rounds_up(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            K, stride, pad = layer["K"], layer["stride"], layer["pad"]
            H = -(-(H + 2 * pad - K) // stride) + 1
            W = -(-(W + 2 * pad - K) // stride) + 1
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * K * K, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "The padding of your layers reaches one side of the image only.",
    "`pad` zeros are added at both ends of an axis, so a size grows by twice as many.",
)
def pads_one_side(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            K, stride, pad = layer["K"], layer["stride"], layer["pad"]
            H = (H + pad - K) // stride + 1
            W = (W + pad - K) // stride + 1
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * K * K, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "A fully connected layer reads every number of its input, not one for each channel.",
    "Flattened, an input of C maps of H x W has C * H * W numbers; AlexNet's FC6 reads 9216.",
)
def connects_channels_only(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "Behind a fully connected layer the map still has its old height and width in your trace.",
    "Its output is a list of numbers: as many channels as outputs, one row, one column.",
)
def keeps_the_map(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = macs = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
            macs = params * H * W
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            macs = params = C * H * W * biases
            C = biases
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": macs})
    return rows


@trace_network.misconception(
    "Your multiply-adds are the weights: a convolution uses each of them at every position.",
    "Multiply the weights by the number of positions of the output, H times W.",
)
def works_once(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params})
    return rows


@trace_network.misconception(
    "The work is counted at every position of the layer's input; its output may be smaller.",
    "Compute the new height and width before you multiply by them.",
)
def works_on_the_input(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = macs = 0
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
            macs = params * H * W
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            macs = params = C * H * W * biases
            C, H, W = biases, 1, 1
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": macs})
    return rows


@trace_network.misconception(
    "With `bias=True` your multiply-adds grow: adding a bias is no multiply-add.",
    "Count the work from the weights alone, before the biases are added to the parameters.",
)
def biases_work_too(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            weights = (C // layer["groups"]) * layer["K"] ** 2
            C = layer["filters"]
            params = C * (weights + bias)
        elif layer["kind"] == "fc":
            params = (C * H * W + bias) * layer["outputs"]
            C, H, W = layer["outputs"], 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "The groups are missing: a grouped filter reads only its own share of the channels.",
    "Divide the input channels by `groups` in the count of the weights.",
)
def ignores_groups(layers, shape, bias=False):
    C, H, W = shape
    rows = [dict(name="INPUT", C=C, H=H, W=W, activations=C * H * W, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * C * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows


@trace_network.misconception(
    "The image is taken for a square: its height and width differ.",
    "Compute the new height from H and the new width from W.",
)
def takes_images_for_squares(layers, shape, bias=False):
    C, H, _ = shape
    rows = [dict(name="INPUT", C=C, H=H, W=H, activations=C * H * H, params=0, macs=0)]
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H = (H + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H = C * H * H * biases, biases, 1
        row = dict(name=layer["name"], C=C, H=H, W=H, activations=C * H * H)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * H})
    return rows


@trace_network.misconception(
    "The first line of the trace is missing: the input has one of its own, called INPUT.",
    "Start the list with the image itself: it is held in memory too, and it has no weights.",
)
def leaves_out_the_input(layers, shape, bias=False):
    C, H, W = shape
    rows = []
    for layer in layers:
        params = biases = 0
        if layer["kind"] in ("conv", "pool"):
            H, W = [(n + 2 * layer["pad"] - layer["K"]) // layer["stride"] + 1 for n in (H, W)]
        if layer["kind"] == "conv":
            biases = layer["filters"]
            params, C = biases * (C // layer["groups"]) * layer["K"] ** 2, biases
        elif layer["kind"] == "fc":
            biases = layer["outputs"]
            params, C, H, W = C * H * W * biases, biases, 1, 1
        row = dict(name=layer["name"], C=C, H=H, W=W, activations=C * H * W)
        rows.append({**row, "params": params + bias * biases, "macs": params * H * W})
    return rows
