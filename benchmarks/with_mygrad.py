"""The workloads with mygrad: ours and the existing MyGrad have the same API."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import inputs
import numpy as np
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

import mygrad as mg
from mygrad.operation_base import Operation


def _modes(forward: Callable[[], Any], *leaves: Any) -> Cases:
    """The cases that only differ in what is done with the result of `forward`."""

    def within(mode: AbstractContextManager[Any], f: Callable[[], Result]) -> Callable[[], Result]:
        def run() -> Result:
            with mode:
                return f()

        return run

    def value() -> Result:
        return (forward().data,)

    def both() -> Result:
        loss = forward().sum()
        loss.backward()
        return (loss.data, *[leaf.grad for leaf in leaves])

    return {
        "forward": Case(value),
        "both": Case(both),
        "both, guard off": Case(within(mg.mem_guard_off, both)),
        "no_autodiff": Case(within(mg.no_autodiff, value)),
    }


def chain() -> Cases:
    x0, a, b = map(mg.tensor, inputs.chain())

    def forward() -> Any:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, x0, a, b)


def chain_np() -> Cases:
    x0, a, b = map(mg.tensor, inputs.chain())

    def forward() -> Any:
        x = x0
        for _ in range(CHAIN // 2):
            x = np.multiply(x, a)
            x = np.add(x, b)
        return x

    return _modes(forward, x0, a, b)


def chain_numbers() -> Cases:
    x0, (a, b) = mg.tensor(inputs.chain()[0]), inputs.NUMBERS

    def forward() -> Any:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, x0)


def chain_mg() -> Cases:
    x0, a, b = map(mg.tensor, inputs.chain())

    def forward() -> Any:
        x = x0
        for _ in range(CHAIN // 2):
            x = mg.multiply(x, a)
            x = mg.add(x, b)
        return x

    return _modes(forward, x0, a, b)


class Multiply(Operation):
    def __call__(self, x: Any, y: Any) -> Any:
        self.variables = (x, y)
        return x.data * y.data

    def backward_var(self, grad: Any, index: int) -> Any:
        return grad * self.variables[1 - index].data


def chain_operation() -> Cases:
    x0, a, b = map(mg.tensor, inputs.chain())

    def forward() -> Any:
        x = x0
        for _ in range(CHAIN // 2):
            x = mg.execute_op(Multiply, x, a)
            x = x + b
        return x

    return _modes(forward, x0, a, b)


def rnn() -> Cases:
    xs, h0, *parameters = inputs.rnn()
    wx, wh, b = map(mg.tensor, parameters)

    def forward() -> Any:
        h: Any = h0
        for x in xs:
            h = np.tanh(x @ wx + h @ wh + b)
        return h.sum()

    return _modes(forward, wx, wh, b)


def recurrence() -> Cases:
    def case(n: int) -> Case:
        x0, w = map(mg.tensor, inputs.recurrence(n))

        def both() -> Result:
            x = x0 * 1.0
            for i in range(1, n):
                x[i] = x[i - 1] * w
            loss = x.sum()
            loss.backward()
            return loss.data, x0.grad, w.grad

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def reads() -> Cases:
    def case(n: int) -> Case:
        x = mg.tensor(inputs.reads(n))

        def both() -> Result:
            s = x[0]
            for i in range(1, n):
                s = s + x[i]
            s.backward()
            return s.data, x.grad

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def views() -> Cases:
    def case(count: int) -> Case:
        array, parts = inputs.views(count)
        x = mg.tensor(array)

        def before() -> tuple[Any, ...]:
            base = x * 1.0
            return base, [base[part] for part in parts]

        def run(base: Any, views: list[Any]) -> Result:
            v = views[0]
            for _ in range(UPDATES):
                v *= inputs.FACTOR
            loss = base.sum()
            loss.backward()
            return loss.data, x.grad

        return Case(run, before)

    return {f"{n:,} live views": case(n) for n in VIEWS}


def elementwise() -> Cases:
    def case(n: int) -> Case:
        x, y = map(mg.tensor, inputs.elementwise(n))

        def both() -> Result:
            loss = (np.sin(x * y) * np.exp(-x) + np.tanh(y)).sum()
            loss.backward()
            return loss.data, x.grad, y.grad

        return Case(both)

    return {"n = 30,000": case(30_000), "n = 1,000,000": case(1_000_000)}


def mlp() -> Cases:
    x, y, arrays = inputs.mlp()
    parameters = [mg.tensor(p) for p in arrays]
    w1, b1, w2, b2, w3, b3 = parameters

    def both() -> Result:
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        z = h2 @ w3 + b3
        loss = (np.log(np.exp(z).sum(axis=1)).sum() - (z * y).sum()) / 64
        loss.backward()
        return (loss.data, *[p.grad for p in parameters])

    return {"both": Case(both)}


def layers() -> Cases:
    nnet = importlib.import_module("mygrad.nnet")
    scores, labels = inputs.scores()
    s = mg.tensor(scores)
    *batch, weights = inputs.images()
    x, gamma, beta = map(mg.tensor, batch)

    def crossentropy() -> Result:
        loss = nnet.softmax_crossentropy(s, labels)
        loss.backward()
        return loss.data, s.grad

    def batchnorm() -> Result:
        loss = (nnet.batchnorm(x, gamma=gamma, beta=beta, eps=1e-5) * weights).sum()
        loss.backward()
        return loss.data, x.grad, gamma.grad, beta.grad

    cases = {"softmax cross-entropy": Case(crossentropy), "batchnorm": Case(batchnorm)}
    for name, size in SEQUENCES.items():
        kind = name.partition(",")[0]
        if hasattr(nnet, kind):  # the existing MyGrad has gru if it finds numba
            layer = getattr(nnet, kind)
            gates, packed = (3, False) if kind == "gru" else (4, True)
            steps, arrays = inputs.sequences(gates, packed, size)
            parameters = [mg.tensor(p) for p in arrays]
            cases[name] = Case(partial(_states, layer, steps, parameters))
    return cases


def _states(layer: Any, steps: Any, parameters: Any) -> Result:
    states = layer(steps, *parameters)
    loss = (states[0] if isinstance(states, tuple) else states).sum()
    loss.backward()
    return (loss.data, *[p.grad for p in parameters])


def rosenbrock() -> Cases:
    x = mg.tensor(inputs.rosenbrock())

    def both() -> Result:
        h = x[:-1]
        loss = (100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2).sum()
        loss.backward()
        return loss.data, x.grad

    return {"both": Case(both)}


def sine(x: Any, a: Any) -> Any:
    return np.sum(np.sin(x) * a)


def rosen(x: Any) -> Any:
    h = x[:-1]
    return np.sum(100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2)


def logistic(w: Any, x: Any, y: Any) -> Any:
    z = np.dot(x, w)
    return np.sum(np.log(1 + np.exp(z)) - y * z)


def network(p: Any, x: Any, y: Any) -> Any:
    h = np.tanh(np.dot(x, p[:77].reshape(7, 11)) + p[77:88])
    return np.mean((np.dot(h, p[88:99]) + p[99] - y) ** 2)


SMALL = {"sum(sin(x) * a)": sine, "rosenbrock": rosen, "logistic": logistic}


def _calls(f: Callable[..., Any], *arguments: Any) -> Case:
    def run() -> Result:
        for _ in range(CALLS):
            g = f(*arguments)
        return (g,)

    return Case(run)


def grad() -> Cases:
    given = inputs.small()
    cases = {name: _calls(mg.grad(f), *given[name]) for name, f in SMALL.items()}

    def by_tensors(x: Any, a: Any) -> Any:
        t = mg.tensor(x)
        sine(t, a).backward()
        return t.grad

    cases["the same, tensors"] = _calls(by_tensors, *given["sum(sin(x) * a)"])
    return cases


def hessian() -> Cases:
    p, (x,) = inputs.network(), (inputs.rosenbrock()[::10],)
    f, g = mg.hessian(network), mg.hessian(rosen)
    return {"network": Case(lambda: (f(*p),)), "rosenbrock": Case(lambda: (g(x),))}


def hvp() -> Cases:
    x, v = inputs.rosenbrock(), inputs.vector(1_000)
    f = mg.hvp(rosen)
    return {"rosenbrock": Case(lambda: (f(x, v),))}


def conv() -> Cases:
    cases = {}
    for name, (*_, stride, padding) in CONVOLUTIONS.items():
        x, w = map(mg.tensor, inputs.convolution(name))

        def forward(x: Any = x, w: Any = w, stride: int = stride, padding: int = padding) -> Any:
            return mg.nnet.conv_nd(x, w, stride=stride, padding=padding)

        modes = _modes(forward, x, w)
        cases |= {f"{name}, forward": modes["no_autodiff"], f"{name}, both": modes["both"]}
    return cases


def pool() -> Cases:
    x = mg.tensor(inputs.pool())
    cases = {}
    for name, function in (("max", "max_pool"), ("mean", "avg_pool")):
        if hasattr(mg.nnet, function):  # the existing MyGrad has no means
            f = getattr(mg.nnet, function)
            modes = _modes(lambda f=f: f(x, (2, 2), 2), x)
            cases |= {f"{name}, forward": modes["no_autodiff"], f"{name}, both": modes["both"]}
    return cases


GROUPS = {
    f.__name__: f
    for f in (
        chain, chain_np, chain_numbers, chain_mg, chain_operation, rnn, recurrence, reads, views,
        elementwise, mlp, rosenbrock, layers, conv, pool,
    )
}  # fmt: skip
if hasattr(mg, "grad"):  # the existing MyGrad has no transforms
    GROUPS |= {"grad": grad, "hessian": hessian, "hvp": hvp}


# ---- measured in processes of their own (probes.py) ---------------------------------------------


def long_chain() -> LongChain:
    x0, a, b = map(mg.tensor, inputs.long_chain())

    def forward(n: int) -> Any:
        x = x0
        for _ in range(n // 2):
            x = x * a
            x = x + b
        return x

    def backward(x: Any) -> Result:
        x.sum().backward()
        return x0.grad, a.grad, b.grad

    return LongChain(forward, backward)


def additions(n: int) -> Case:
    x0, b = map(mg.tensor, inputs.additions(n))

    def both() -> Result:
        x = x0
        for _ in range(50):
            x = x + b
        loss = x.sum()
        loss.backward()
        return loss.data, x0.grad, b.grad

    return Case(both)


def loop(n: int, steps: int, segments: int) -> Case:
    """The gradient of a loop; its segments are computed again if there are several."""
    x0 = inputs.loop(n)

    def segment(x: Any) -> Any:
        for _ in range(steps // segments):
            x = np.sin(x)
        return x

    part = mg.checkpoint(segment) if segments > 1 else segment

    def f(x: Any) -> Any:
        for _ in range(segments):
            x = part(x)
        return np.sum(x)

    gradient = mg.grad(f)
    return Case(lambda: (gradient(x0),))


to_numpy = np.asarray
