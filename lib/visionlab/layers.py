"""A network as a list of rows, one plain dict per layer, as the lectures' tables write it.

A row has a `kind` ("conv", "pool", "norm" or "fc"), a `name`, and the numbers of its layer.
"""

Row = dict[str, str | int]


def conv(name: str, filters: int, K: int, stride: int = 1, pad: int = 0, groups: int = 1) -> Row:
    """A convolution of `filters` kernels (C / groups, K, K); pad zeros on all four sides.

    Raises ValueError when the filters cannot be split evenly into groups.
    """
    if filters % groups:
        raise ValueError(
            f"{filters} filters cannot be split into {groups} equal groups: "
            "take a multiple of the number of groups."
        )
    geometry: Row = {"K": K, "stride": stride, "pad": pad}
    return {"kind": "conv", "name": name, "filters": filters, **geometry, "groups": groups}


def pool(name: str, K: int, stride: int, pad: int = 0) -> Row:
    """A pooling with windows of K x K; windows that do not fit are dropped."""
    return {"kind": "pool", "name": name, "K": K, "stride": stride, "pad": pad}


def norm(name: str) -> Row:
    """A normalisation, which keeps the shape; counted without parameters."""
    return {"kind": "norm", "name": name}


def fc(name: str, outputs: int) -> Row:
    """A fully connected layer on all numbers of its input, flattened."""
    return {"kind": "fc", "name": name, "outputs": outputs}
