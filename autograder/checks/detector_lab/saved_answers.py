# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to load_detector, wrong and right."""

from autograder.checks.detector_lab.saved import load_detector


@load_detector.misconception(
    "A new Detector knows nothing: the weights of the file never reach it.",
    "load_file gives a state dict; the network takes it with load_state_dict.",
)
def fresh(path="detector.safetensors"):
    load_file(path)
    return Detector().eval()


@load_detector.misconception(
    "The network is left in training mode: batch normalisation then depends on the other images.",
    "A new module is in training mode; .eval() ends it.",
)
def left_in_training(path="detector.safetensors"):
    net = Detector()
    net.load_state_dict(load_file(path))
    return net


@load_detector.misconception(
    "You always read detector.safetensors: use `path`.",
    "The name in the first line of the function is only what `path` is when nothing is said.",
)
def always_the_same_file(path="detector.safetensors"):
    net = Detector()
    net.load_state_dict(load_file("detector.safetensors"))
    return net.eval()


@load_detector.misconception(
    "Without a file you return a network that was never trained, and nobody is told.",
    "Raise FileNotFoundError, or let load_file do it.",
)
def untrained_without_a_file(path="detector.safetensors"):
    net = Detector()
    try:
        net.load_state_dict(load_file(path))
    except FileNotFoundError:
        print("no weights found")
    return net.eval()


@load_detector.misconception(
    "What comes back is the state dict, not a network.",
    "Make a Detector, give it the weights, return it.",
)
def only_the_weights(path="detector.safetensors"):
    return load_file(path)


@load_detector.alternative
def by_eval_first(path="detector.safetensors"):
    net = Detector().eval()
    net.load_state_dict(load_file(str(path), device="cpu"), strict=True)
    return net


@load_detector.alternative
def parameter_by_parameter(path="detector.safetensors"):
    net, weights = Detector(), load_file(path)
    with torch.no_grad():
        for name, value in net.state_dict().items():
            value.copy_(weights[name])
    return net.train(False)


@load_detector.alternative
def by_safe_open(path="detector.safetensors"):
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    net = Detector()
    net.load_state_dict(weights)
    net.eval()
    return net
