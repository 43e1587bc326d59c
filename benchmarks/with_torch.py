"""The workloads with PyTorch, on the CPU."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import inputs
import numpy as np
import torch
from spec import (
    CALLS,
    CHAIN,
    CONVOLUTIONS,
    SEQUENCES,
    SIZES,
    UPDATES,
    VIEWS,
    Case,
    Cases,
    LongChain,
    Result,
)
from torch import func
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def _leaf(array: Any) -> torch.Tensor:
    return torch.tensor(array).requires_grad_()


def _backward(loss: torch.Tensor, *leaves: torch.Tensor) -> Result:
    for leaf in leaves:
        leaf.grad = None
    loss.backward()
    return (loss, *[leaf.grad for leaf in leaves])


def _modes(forward: Callable[[], torch.Tensor], *leaves: torch.Tensor) -> Cases:
    def value() -> Result:
        return (forward().detach(),)

    def both() -> Result:
        return _backward(forward().sum(), *leaves)

    def no_autodiff() -> Result:
        with torch.no_grad():
            return (forward(),)

    return {"forward": Case(value), "both": Case(both), "no_autodiff": Case(no_autodiff)}


def chain() -> Cases:
    x0, a, b = map(_leaf, inputs.chain())

    def forward() -> torch.Tensor:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, x0, a, b)


def chain_numbers() -> Cases:
    x0, (a, b) = _leaf(inputs.chain()[0]), inputs.NUMBERS

    def forward() -> torch.Tensor:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, x0)


def rnn() -> Cases:
    arrays, start, *parameters = inputs.rnn()
    xs, h0 = [torch.tensor(x) for x in arrays], torch.tensor(start)
    wx, wh, b = map(_leaf, parameters)

    def forward() -> torch.Tensor:
        h = h0
        for x in xs:
            h = torch.tanh(x @ wx + h @ wh + b)
        return h.sum()

    return _modes(forward, wx, wh, b)


def recurrence() -> Cases:
    def case(n: int) -> Case:
        x0, w = map(_leaf, inputs.recurrence(n))

        def both() -> Result:
            x = x0 * 1.0
            for i in range(1, n):
                x[i] = x[i - 1].clone() * w  # without clone: "modified by an inplace operation"
            return _backward(x.sum(), x0, w)

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def reads() -> Cases:
    def case(n: int) -> Case:
        x = _leaf(inputs.reads(n))

        def both() -> Result:
            s = x[0]
            for i in range(1, n):
                s = s + x[i]
            return _backward(s, x)

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def views() -> Cases:
    def case(count: int) -> Case:
        array, parts = inputs.views(count)
        x = _leaf(array)

        def before() -> tuple[Any, ...]:
            base = x * 1.0
            return base, [base[part] for part in parts]

        def run(base: torch.Tensor, views: list[torch.Tensor]) -> Result:
            v = views[0]
            for _ in range(UPDATES):
                v *= inputs.FACTOR
            return _backward(base.sum(), x)

        return Case(run, before)

    return {f"{n:,} live views": case(n) for n in VIEWS}


def elementwise() -> Cases:
    def case(n: int) -> Case:
        x, y = map(_leaf, inputs.elementwise(n))

        def both() -> Result:
            return _backward((torch.sin(x * y) * torch.exp(-x) + torch.tanh(y)).sum(), x, y)

        return Case(both)

    return {"n = 30,000": case(30_000), "n = 1,000,000": case(1_000_000)}


def mlp() -> Cases:
    batch, labels, arrays = inputs.mlp()
    x, y = torch.tensor(batch), torch.tensor(labels)
    parameters = [_leaf(p) for p in arrays]
    w1, b1, w2, b2, w3, b3 = parameters

    def both() -> Result:
        h1 = torch.relu(x @ w1 + b1)
        h2 = torch.relu(h1 @ w2 + b2)
        z = h2 @ w3 + b3
        loss = (torch.log(torch.exp(z).sum(dim=1)).sum() - (z * y).sum()) / 64
        return _backward(loss, *parameters)

    return {"both": Case(both)}


def layers() -> Cases:
    functional = torch.nn.functional
    scores, classes = inputs.scores()
    s, labels = _leaf(scores), torch.tensor(classes)
    *batch, weights = inputs.images()
    x, gamma, beta = map(_leaf, batch)
    w = torch.tensor(weights)

    def crossentropy() -> Result:
        return _backward(functional.cross_entropy(s, labels), s)

    def batchnorm() -> Result:
        y = functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)
        return _backward((y * w).sum(), x, gamma, beta)

    # Its gru is another one: there r comes behind the product with the weights.
    recurrent = {name: _lstm(size) for name, size in SEQUENCES.items() if name.startswith("lstm")}
    return {
        "softmax cross-entropy": Case(crossentropy),
        "batchnorm": Case(batchnorm),
        **recurrent,
    }


def _lstm(size: tuple[int, ...]) -> Case:
    sequences, arrays = inputs.sequences(4, True, size)
    steps, u, v, b = torch.tensor(sequences), *map(_leaf, arrays)
    none, start = torch.zeros(len(b)), torch.zeros(1, size[1], size[3])

    def both() -> Result:
        cell = [u.T, v.T, b, none], True, 1, 0.0, False, False, False
        return _backward(torch.lstm(steps, (start, start), *cell)[0].sum(), u, v, b)

    return Case(both)


def rosenbrock() -> Cases:
    x = _leaf(inputs.rosenbrock())

    def both() -> Result:
        h = x[:-1]
        return _backward((100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2).sum(), x)

    return {"both": Case(both)}


def sine(x: Any, a: Any) -> Any:
    return torch.sum(torch.sin(x) * a)


def rosen(x: Any) -> Any:
    h = x[:-1]
    return torch.sum(100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2)


def logistic(w: Any, x: Any, y: Any) -> Any:
    z = x @ w
    return torch.sum(torch.log(1 + torch.exp(z)) - y * z)


def network(p: Any, x: Any, y: Any) -> Any:
    h = torch.tanh(x @ p[:77].reshape(7, 11) + p[77:88])
    return torch.mean((h @ p[88:99] + p[99] - y) ** 2)


SMALL = {"sum(sin(x) * a)": sine, "rosenbrock": rosen, "logistic": logistic}


def _calls(f: Callable[..., Any], *arguments: Any) -> Case:
    def run() -> Result:
        for _ in range(CALLS):
            g = f(*arguments)
        return (g,)

    return Case(run)


def grad() -> Cases:
    given = {name: list(map(torch.tensor, arrays)) for name, arrays in inputs.small().items()}
    return {name: _calls(func.grad(f), *given[name]) for name, f in SMALL.items()}


def hessian() -> Cases:
    p = list(map(torch.tensor, inputs.network()))
    x = torch.tensor(inputs.rosenbrock()[::10].copy())
    f, g = func.hessian(network), func.hessian(rosen)
    return {"network": Case(lambda: (f(*p),)), "rosenbrock": Case(lambda: (g(x),))}


def hvp() -> Cases:
    x, v = torch.tensor(inputs.rosenbrock()), torch.tensor(inputs.vector(1_000))
    f = func.grad(rosen)
    return {"rosenbrock": Case(lambda: (func.jvp(f, (x,), (v,))[1],))}


def conv() -> Cases:
    cases = {}
    for name, (*_, stride, padding) in CONVOLUTIONS.items():
        x, w = map(_leaf, inputs.convolution(name))

        def forward(
            x: Any = x, w: Any = w, stride: int = stride, padding: int = padding
        ) -> torch.Tensor:
            return functional.conv2d(x, w, stride=stride, padding=padding)

        modes = _modes(forward, x, w)
        cases |= {f"{name}, forward": modes["no_autodiff"], f"{name}, both": modes["both"]}
    return cases


def pool() -> Cases:
    x = _leaf(inputs.pool())
    cases = {}
    for name, f in (("max", functional.max_pool2d), ("mean", functional.avg_pool2d)):
        modes = _modes(lambda f=f: f(x, 2), x)
        cases |= {f"{name}, forward": modes["no_autodiff"], f"{name}, both": modes["both"]}
    return cases


GROUPS = {
    f.__name__: f
    for f in (
        chain, chain_numbers, rnn, recurrence, reads, views, elementwise, mlp, rosenbrock, grad,
        hessian, hvp, layers, conv, pool,
    )
}  # fmt: skip


# ---- measured in processes of their own (probes.py) ---------------------------------------------


def long_chain() -> LongChain:
    x0, a, b = map(_leaf, inputs.long_chain())

    def forward(n: int) -> Any:
        x = x0
        for _ in range(n // 2):
            x = x * a
            x = x + b
        return x

    def backward(x: Any) -> Result:
        return _backward(x.sum(), x0, a, b)[1:]

    return LongChain(forward, backward)


def additions(n: int) -> Case:
    x0, b = map(_leaf, inputs.additions(n))

    def both() -> Result:
        x = x0
        for _ in range(50):
            x = x + b
        return _backward(x.sum(), x0, b)

    return Case(both)


def loop(n: int, steps: int, segments: int) -> Case:
    x0 = _leaf(inputs.loop(n))

    def segment(x: Any) -> Any:
        for _ in range(steps // segments):
            x = torch.sin(x)
        return x

    def run() -> Result:
        x = x0
        for _ in range(segments):
            x = checkpoint(segment, x, use_reentrant=False) if segments > 1 else segment(x)
        return _backward(x.sum(), x0)[1:]

    return Case(run)


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    return np.asarray(tensor.detach())
