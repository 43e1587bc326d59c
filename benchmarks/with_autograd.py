"""The workloads with HIPS autograd; it has no in-place updates, hence fewer of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import inputs
import numpy as np
from autograd import hessian_vector_product, make_vjp
from spec import CALLS, CHAIN, SIZES, Case, Cases, LongChain, Result


def _modes(forward: Callable[..., Any], *leaves: Any) -> Cases:
    def record() -> tuple[Any, Any]:
        return make_vjp(lambda args: forward(*args))(leaves)  # type: ignore[no-any-return]

    def value() -> Result:
        return (record()[1],)

    def both() -> Result:
        vjp, loss = make_vjp(lambda args: anp.sum(forward(*args)))(leaves)
        return (loss, *vjp(1.0))

    return {"forward": Case(value), "both": Case(both)}


def chain() -> Cases:
    def forward(x: Any, a: Any, b: Any) -> Any:
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, *inputs.chain())


def chain_np() -> Cases:
    def forward(x: Any, a: Any, b: Any) -> Any:
        for _ in range(CHAIN // 2):
            x = anp.multiply(x, a)
            x = anp.add(x, b)
        return x

    return _modes(forward, *inputs.chain())


def chain_numbers() -> Cases:
    a, b = inputs.NUMBERS

    def forward(x: Any) -> Any:
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return x

    return _modes(forward, inputs.chain()[0])


def rnn() -> Cases:
    xs, h0, *parameters = inputs.rnn()

    def forward(wx: Any, wh: Any, b: Any) -> Any:
        h: Any = h0
        for x in xs:
            h = anp.tanh(x @ wx + h @ wh + b)
        return anp.sum(h)

    return _modes(forward, *parameters)


def reads() -> Cases:
    def case(n: int) -> Case:
        def forward(x: Any) -> Any:
            s = x[0]
            for i in range(1, n):
                s = s + x[i]
            return s

        return _modes(forward, inputs.reads(n))["both"]

    return {f"n = {n:,}": case(n) for n in SIZES}


def elementwise() -> Cases:
    def forward(x: Any, y: Any) -> Any:
        return anp.sum(anp.sin(x * y) * anp.exp(-x) + anp.tanh(y))

    def case(n: int) -> Case:
        return _modes(forward, *inputs.elementwise(n))["both"]

    return {"n = 30,000": case(30_000), "n = 1,000,000": case(1_000_000)}


def mlp() -> Cases:
    x, y, parameters = inputs.mlp()

    def forward(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h1 = anp.maximum(x @ w1 + b1, 0)
        h2 = anp.maximum(h1 @ w2 + b2, 0)
        z = h2 @ w3 + b3
        return (anp.sum(anp.log(anp.sum(anp.exp(z), axis=1))) - anp.sum(z * y)) / 64

    return {"both": _modes(forward, *parameters)["both"]}


def rosenbrock() -> Cases:
    def forward(x: Any) -> Any:
        h = x[:-1]
        return anp.sum(100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2)

    return {"both": _modes(forward, inputs.rosenbrock())["both"]}


def sine(x: Any, a: Any) -> Any:
    return anp.sum(anp.sin(x) * a)


def rosen(x: Any) -> Any:
    h = x[:-1]
    return anp.sum(100.0 * (x[1:] - h**2) ** 2 + (1 - h) ** 2)


def logistic(w: Any, x: Any, y: Any) -> Any:
    z = anp.dot(x, w)
    return anp.sum(anp.log(1 + anp.exp(z)) - y * z)


def network(p: Any, x: Any, y: Any) -> Any:
    h = anp.tanh(anp.dot(x, p[:77].reshape(7, 11)) + p[77:88])
    return anp.mean((anp.dot(h, p[88:99]) + p[99] - y) ** 2)


SMALL = {"sum(sin(x) * a)": sine, "rosenbrock": rosen, "logistic": logistic}


def _calls(f: Callable[..., Any], *arguments: Any) -> Case:
    def run() -> Result:
        for _ in range(CALLS):
            g = f(*arguments)
        return (g,)

    return Case(run)


def grad() -> Cases:
    given = inputs.small()
    return {name: _calls(autograd.grad(f), *given[name]) for name, f in SMALL.items()}


def hessian() -> Cases:
    p, (x,) = inputs.network(), (inputs.rosenbrock()[::10],)
    f, g = autograd.hessian(network), autograd.hessian(rosen)
    return {"network": Case(lambda: (f(*p),)), "rosenbrock": Case(lambda: (g(x),))}


def hvp() -> Cases:
    x, v = inputs.rosenbrock(), inputs.vector(1_000)
    f = hessian_vector_product(rosen)
    return {"rosenbrock": Case(lambda: (f(x, v),))}


GROUPS = {
    f.__name__: f
    for f in (
        chain, chain_np, chain_numbers, rnn, reads, elementwise, mlp, rosenbrock, grad, hessian,
        hvp,
    )
}  # fmt: skip


# ---- measured in processes of their own (probes.py) ---------------------------------------------


def long_chain() -> LongChain:
    leaves = inputs.long_chain()

    def forward(n: int) -> Any:
        def f(args: Any) -> Any:
            x, a, b = args
            for _ in range(n // 2):
                x = x * a
                x = x + b
            return anp.sum(x)

        return make_vjp(f)(leaves)

    def backward(kept: Any) -> Result:
        return tuple(kept[0](1.0))

    return LongChain(forward, backward)


def additions(n: int) -> Case:
    def forward(x: Any, b: Any) -> Any:
        for _ in range(50):
            x = x + b
        return anp.sum(x)

    return _modes(forward, *inputs.additions(n))["both"]


def loop(n: int, steps: int, segments: int) -> Case:
    x0 = inputs.loop(n)

    def segment(x: Any) -> Any:
        for _ in range(steps // segments):
            x = anp.sin(x)
        return x

    part = autograd.checkpoint(segment) if segments > 1 else segment

    def f(x: Any) -> Any:
        for _ in range(segments):
            x = part(x)
        return anp.sum(x)

    gradient = autograd.grad(f)
    return Case(lambda: (gradient(x0),))


to_numpy = np.asarray
