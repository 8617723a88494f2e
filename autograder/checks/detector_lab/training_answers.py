# mypy: disable-error-code="no-untyped-def,name-defined,no-any-return"
"""Answers to train_rpn, wrong and right."""

from autograder.checks.detector_lab.training import train_rpn


@train_rpn.misconception(
    "Gradients of earlier batches are never cleared: each step repeats all steps before.",
    "Call optimizer.zero_grad() before every backward.",
)
def gradients_pile_up(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "Gradients are cleared between backward and step: the optimizer finds none.",
    "zero_grad, backward, step, in this order.",
)
def cleared_too_late(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "All labelled anchors enter your loss: thousands of background drown the few objects.",
    "Sample the labels of every image with sample_anchors.",
)
def without_sampling(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        loss = detector_loss(*said, batch.labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "You draw one sample from all images of the batch together; each image has its own.",
    "Call sample_anchors once for every row of the labels.",
)
def one_sample_for_all(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = sample_anchors(batch.labels.flatten()).view(batch.labels.shape)
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "The learning rate never changes: nobody calls the schedule.",
    "schedule.step() after every optimizer.step(), if there is a schedule.",
)
def schedule_forgotten(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "The schedule takes one step at the end; it counts batches.",
    "Its step belongs into the loop.",
)
def schedule_once(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    if schedule is not None:
        schedule.step()
    return losses


@train_rpn.misconception(
    "The network is not put into training mode: batch normalisation would use what it kept.",
    "Call net.train() before the first batch.",
)
def mode_forgotten(net, batches, optimizer, schedule=None, seen=None):
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.misconception(
    "`seen` counts from 0 in your answer; the first step is 1.",
    "Its number is how many losses there are so far.",
)
def counted_from_zero(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for step, batch in enumerate(batches):
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(step, losses[-1])
    return losses


@train_rpn.misconception(
    "The loop returns inside its first turn: all other batches are never seen.",
    "The return belongs behind the loop, not into it.",
)
def returns_in_the_loop(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
        if seen is not None:
            seen(len(losses), losses[-1])
        return losses
    return losses


@train_rpn.misconception(
    "The losses are tensors: each keeps all that led to it in memory, batch after batch.",
    "loss.item() is the number alone.",
)
def losses_as_tensors(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(one) for one in batch.labels])
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss)
        if seen is not None:
            seen(len(losses), loss)
    return losses


@train_rpn.alternative
def by_a_step_function(net, batches, optimizer, schedule=None, seen=None):
    def step(batch):
        net.train()
        net.zero_grad()
        with autocast(batch.images.device):
            objectness, deltas, class_scores = net(batch.images)
        labels = torch.empty_like(batch.labels)
        for i in range(len(labels)):
            labels[i] = sample_anchors(batch.labels[i])
        loss = detector_loss(objectness, deltas, class_scores, labels, batch.targets, batch.classes)
        loss.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        return float(loss.detach())

    losses = []
    for number, batch in enumerate(batches, start=1):
        losses.append(step(batch))
        if seen:
            seen(number, losses[-1])
    return losses


@train_rpn.alternative
def by_torch_grad(net, batches, optimizer, schedule=None, seen=None):
    net.train()
    losses = []
    parameters = list(net.parameters())
    for batch in batches:
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack([sample_anchors(row) for row in batch.labels.unbind(0)])
        loss = detector_loss(*said, labels, batch.targets, batch.classes, lam=4)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.tolist())
        if seen is not None:
            seen(len(losses), losses[-1])
    return losses


@train_rpn.alternative
def cleared_after_the_step(net, batches, optimizer, schedule=None, seen=None):
    net.train(True)
    optimizer.zero_grad(set_to_none=False)
    losses = []
    for step, batch in enumerate(batches):
        with autocast(batch.images.device):
            said = net(batch.images)
        labels = torch.stack(list(map(sample_anchors, batch.labels)))
        loss = detector_loss(*said, labels, batch.targets, batch.classes)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if schedule is not None:
            schedule.step()
        losses += [loss.item()]
        if seen is not None:
            seen(step + 1, loss.item())
    return losses
