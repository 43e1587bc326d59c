"""The table of trainings that agreement.py compares: optimisers, clipping, schedules.

The first word of a training's name is the name of what it is for, as in agreement_functions.py.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

if sys.argv[1] == "torch":
    import torch
    from torch.optim import lr_scheduler as schedulers
else:
    import mygrad as mg
    from mygrad.nnet import optimizers

Array = NDArray[np.floating]

STEPS = 50
INTERRUPTED = 23  # the step before which the optimiser is saved and another one loads it

rng = np.random.default_rng(3)
INPUTS, AIMS = rng.normal(size=(6, 5)), rng.normal(size=(6, 3))
WEIGHTS, BIASES = rng.normal(size=(5, 3)), rng.normal(size=3)


@dataclass(frozen=True)
class Schedule:
    """PyTorch's scheduler of an optimiser, and our schedule that starts from a rate."""

    theirs: Callable[[Any], Any]
    ours: Callable[[float], Any]


@dataclass(frozen=True)
class Training:
    """A network of one layer, fitted by an optimiser, here by its name in mygrad."""

    optimizer: str
    lr: float
    options: dict[str, Any] = field(default_factory=dict)
    clip: tuple[str, float] | None = None  # clip_grad_norm or clip_grad_value, and its limit
    schedule: Schedule | None = None


def warm(optimizer: Any, steps: int) -> Any:
    return schedulers.LinearLR(optimizer, 1 / (steps + 1), total_iters=steps)


SCHEDULES = {
    "step_decay": Schedule(
        lambda o: schedulers.StepLR(o, 7, 0.6),
        lambda lr: optimizers.step_decay(lr, 7, 0.6),
    ),
    "exponential_decay": Schedule(
        lambda o: schedulers.ExponentialLR(o, 0.93),
        lambda lr: optimizers.exponential_decay(lr, 0.93),
    ),
    "cosine_decay": Schedule(
        lambda o: schedulers.CosineAnnealingLR(o, STEPS, 0.01),
        lambda lr: optimizers.cosine_decay(lr, STEPS, 0.01),
    ),
    "linear_warmup": Schedule(
        lambda o: warm(o, 9),
        lambda lr: optimizers.linear_warmup(lr, 9),
    ),
    "linear_warmup then cosine_decay": Schedule(
        lambda o: schedulers.SequentialLR(
            o, [warm(o, 9), schedulers.CosineAnnealingLR(o, STEPS - 9)], milestones=[9]
        ),
        lambda lr: optimizers.linear_warmup(optimizers.cosine_decay(lr, STEPS - 9), 9),
    ),
}


def trainings() -> Iterator[tuple[str, Training]]:
    options: dict[str, Any]
    for decay in (0.0, 0.1):
        for momentum, nesterov in ((0.0, False), (0.9, False), (0.9, True)):
            options = {"momentum": momentum, "nesterov": nesterov, "weight_decay": decay}
            yield f"SGD {options}", Training("SGD", 0.02, options)
        for name, betas in itertools.product(
            ("Adam", "AdamW"), ((0.9, 0.999), (0.5, 0.9), (0.0, 0.99))
        ):
            options = {"betas": betas, "eps": 1e-6, "weight_decay": decay}
            yield f"{name} {options}", Training(name, 0.03, options)
        for centered, momentum in itertools.product((False, True), (0.0, 0.7)):
            options = {"centered": centered, "momentum": momentum, "weight_decay": decay}
            options |= {"decay": 0.95, "eps": 1e-5}
            yield f"RMSProp {options}", Training("RMSProp", 0.01, options)
    for name in ("SGD", "Adam", "AdamW", "RMSProp"):
        yield f"{name} as it comes", Training(name, 0.01)
    yield "clip_grad_norm", Training("SGD", 0.05, clip=("clip_grad_norm", 0.5))
    yield "clip_grad_value", Training("Adam", 0.05, clip=("clip_grad_value", 0.1))
    for name, schedule in SCHEDULES.items():
        for optimizer in ("SGD", "Adam"):
            yield f"{name} {optimizer}", Training(optimizer, 0.1, schedule=schedule)


# Each returns the parameters after each step, of a training at one go and of an interrupted one.


def with_torch(case: Training, dtype: str) -> list[Array]:
    w, b = [torch.tensor(p.astype(dtype), requires_grad=True) for p in (WEIGHTS, BIASES)]
    inputs, aims = [torch.tensor(a.astype(dtype)) for a in (INPUTS, AIMS)]
    options = {{"decay": "alpha"}.get(k, k): value for k, value in case.options.items()}
    kind = getattr(torch.optim, {"RMSProp": "RMSprop"}.get(case.optimizer, case.optimizer))
    optimizer = kind([w, b], lr=case.lr, **options)
    scheduler = case.schedule.theirs(optimizer) if case.schedule else None
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        torch.sum((torch.tanh(inputs @ w + b) - aims) ** 2).backward()
        if case.clip:
            clip, limit = case.clip
            getattr(torch.nn.utils, f"{clip}_")([w, b], limit)
        optimizer.step()
        if scheduler:
            scheduler.step()
        path.append(np.append(w.detach().numpy(), b.detach().numpy()))
    return [np.stack(path)] * 2  # ours has to go on as if nothing had happened


def with_mygrad(case: Training, dtype: str) -> list[Array]:
    return [_with_mygrad(case, dtype, stop) for stop in (None, INTERRUPTED)]


def _with_mygrad(case: Training, dtype: str, stop: int | None) -> Array:
    inputs, aims = INPUTS.astype(dtype), AIMS.astype(dtype)
    rate = case.schedule.ours(case.lr) if case.schedule else case.lr

    def start(*params: Array) -> Any:
        tensors = [mg.tensor(p.astype(dtype)) for p in params]
        return getattr(optimizers, case.optimizer)(tensors, rate, **case.options)

    optimizer = start(WEIGHTS, BIASES)
    path = []
    for step in range(STEPS):
        if step == stop:
            file = io.BytesIO()
            np.savez(file, **optimizer.state_dict())
            file.seek(0)
            optimizer = start(*[p.data for p in optimizer.params])
            optimizer.load_state_dict(np.load(file))
        w, b = optimizer.params
        optimizer.zero_grad()
        np.sum((np.tanh(inputs @ w + b) - aims) ** 2).backward()
        if case.clip:
            clip, limit = case.clip
            getattr(optimizers, clip)([w, b], limit)
        optimizer.step()
        path.append(np.append(w.data, b.data))
    return np.stack(path)
