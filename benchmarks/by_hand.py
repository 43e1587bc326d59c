"""The workloads in NumPy, with backward passes written by hand: the limit for the libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import inputs
import numpy as np
from inputs import Array
from spec import CALLS, CHAIN, SIZES, UPDATES, VIEWS, Case, Cases, LongChain, Result


def chain() -> Cases:
    x0, a, b = inputs.chain()

    def forward() -> Result:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return (x,)

    def both() -> Result:
        x, saved = x0, []
        for _ in range(CHAIN // 2):
            saved.append(x)
            x = x * a
            x = x + b
        value = x.sum()
        g, ga, gb = np.ones(8), np.zeros(8), np.zeros(8)
        for x in reversed(saved):
            gb += g
            ga += g * x
            g = g * a
        return value, g, ga, gb

    return {"forward": Case(forward), "both": Case(both), "no_autodiff": Case(forward)}


def chain_np() -> Cases:
    x0, a, b = inputs.chain()

    def forward() -> Result:
        x = x0
        for _ in range(CHAIN // 2):
            x = np.multiply(x, a)
            x = np.add(x, b)
        return (x,)

    def both() -> Result:
        x, saved = x0, []
        for _ in range(CHAIN // 2):
            saved.append(x)
            x = np.multiply(x, a)
            x = np.add(x, b)
        value = x.sum()
        g, ga, gb = np.ones(8), np.zeros(8), np.zeros(8)
        for x in reversed(saved):
            gb += g
            ga += np.multiply(g, x)
            g = np.multiply(g, a)
        return value, g, ga, gb

    return {"forward": Case(forward), "both": Case(both), "no_autodiff": Case(forward)}


def chain_numbers() -> Cases:
    (x0, _, _), (a, b) = inputs.chain(), inputs.NUMBERS

    def forward() -> Result:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        return (x,)

    def both() -> Result:
        x = x0
        for _ in range(CHAIN // 2):
            x = x * a
            x = x + b
        value = x.sum()
        g = np.ones(8)
        for _ in range(CHAIN // 2):
            g = g * a
        return value, g

    return {"forward": Case(forward), "both": Case(both), "no_autodiff": Case(forward)}


def rnn() -> Cases:
    xs, h0, wx, wh, b = inputs.rnn()

    def forward() -> Result:
        h = h0
        for x in xs:
            h = np.tanh(x @ wx + h @ wh + b)
        return (h.sum(),)

    def both() -> Result:
        hs = [h0]
        for x in xs:
            hs.append(np.tanh(x @ wx + hs[-1] @ wh + b))
        value = hs[-1].sum()
        g = np.ones_like(h0)
        gx, gh, gb = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
        h = hs.pop()
        while hs:
            d = g * (1 - h * h)
            h = hs.pop()
            gx += xs[len(hs)].T @ d
            gh += h.T @ d
            gb += d.sum(0)
            g = d @ wh.T
        return value, gx, gh, gb

    return {"forward": Case(forward), "both": Case(both), "no_autodiff": Case(forward)}


def recurrence() -> Cases:
    def case(n: int) -> Case:
        x0, w = inputs.recurrence(n)

        def both() -> Result:
            x = x0 * 1.0
            for i in range(1, n):
                x[i] = x[i - 1] * w
            value = x.sum()
            g, gw = np.ones(n), 0.0
            for i in range(n - 1, 0, -1):
                gw += g[i] * x[i - 1]
                g[i - 1] += g[i] * w
                g[i] = 0
            return value, g, gw

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def reads() -> Cases:
    def case(n: int) -> Case:
        x = inputs.reads(n)

        def both() -> Result:
            s = x[0]
            for i in range(1, n):
                s = s + x[i]
            g = np.zeros(n)
            for i in range(n):
                g[i] += 1.0
            return s, g

        return Case(both)

    return {f"n = {n:,}": case(n) for n in SIZES}


def views() -> Cases:
    def case(count: int) -> Case:
        x, parts = inputs.views(count)

        def before() -> tuple[Any, ...]:
            base = x * 1.0
            return base, [base[part] for part in parts]

        def run(base: Array, views: list[Array]) -> Result:
            v = views[0]
            for _ in range(UPDATES):
                v *= inputs.FACTOR
            value = base.sum()
            g = np.ones_like(base)
            gv = g[parts[0]]
            for _ in range(UPDATES):
                gv *= inputs.FACTOR
            return value, g

        return Case(run, before)

    return {f"{n:,} live views": case(n) for n in VIEWS}


def elementwise() -> Cases:
    def case(n: int) -> Case:
        x, y = inputs.elementwise(n)

        def both() -> Result:
            p = x * y
            s, e, t = np.sin(p), np.exp(-x), np.tanh(y)
            se = s * e
            value = (se + t).sum()
            g = e * np.cos(p)
            return value, g * y - se, g * x + (1 - t * t)

        return Case(both)

    return {"n = 30,000": case(30_000), "n = 1,000,000": case(1_000_000)}


def mlp() -> Cases:
    x, y, (w1, b1, w2, b2, w3, b3) = inputs.mlp()

    def both() -> Result:
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        z = h2 @ w3 + b3
        e = np.exp(z)
        s = e.sum(axis=1, keepdims=True)
        value = (np.log(s).sum() - (z * y).sum()) / 64
        d3 = (e / s - y) / 64
        d2 = (d3 @ w3.T) * (h2 > 0)
        d1 = (d2 @ w2.T) * (h1 > 0)
        return value, x.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0)

    return {"both": Case(both)}


def rosenbrock() -> Cases:
    x = inputs.rosenbrock()

    def both() -> Result:
        h = x[:-1]
        d = x[1:] - h**2
        value = (100.0 * d**2 + (1 - h) ** 2).sum()
        g = np.zeros_like(x)
        g[1:] = 200.0 * d
        g[:-1] -= 400.0 * h * d + 2 * (1 - h)
        return value, g

    return {"both": Case(both)}


def grad() -> Cases:
    given = inputs.small()

    def sine(x: Array, a: Array) -> Array:
        np.sum(np.sin(x) * a)
        return np.cos(x) * a

    def rosen(x: Array) -> Array:
        h = x[:-1]
        d = x[1:] - h**2
        np.sum(100.0 * d**2 + (1 - h) ** 2)
        g = np.zeros_like(x)
        g[1:] = 200.0 * d
        g[:-1] -= 400.0 * h * d + 2 * (1 - h)
        return g

    def logistic(w: Array, x: Array, y: Array) -> Array:
        z = x @ w
        e = np.exp(z)
        np.sum(np.log(1 + e) - y * z)
        return x.T @ (e / (1 + e) - y)

    def calls(f: Callable[..., Array], *arguments: Array) -> Case:
        def run() -> Result:
            for _ in range(CALLS):
                g = f(*arguments)
            return (g,)

        return Case(run)

    functions = {"sum(sin(x) * a)": sine, "rosenbrock": rosen, "logistic": logistic}
    return {name: calls(f, *given[name]) for name, f in functions.items()}


def hessian() -> Cases:
    x = inputs.rosenbrock()[::10]

    def rosen() -> Result:
        h = np.diag(-400 * x[:-1], 1) + np.diag(-400 * x[:-1], -1)
        d = np.full(x.size, 200.0)
        d[:-1] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
        d[1:-1] += 200
        d[-1] = 200
        return (h + np.diag(d),)

    return {"rosenbrock": Case(rosen)}


def hvp() -> Cases:
    x, v = inputs.rosenbrock(), inputs.vector(1_000)

    def rosen() -> Result:
        p = np.zeros_like(x)
        p[:-1] = (1200 * x[:-1] ** 2 - 400 * x[1:] + 2) * v[:-1] - 400 * x[:-1] * v[1:]
        p[1:] += 200 * v[1:] - 400 * x[:-1] * v[:-1]
        return (p,)

    return {"rosenbrock": Case(rosen)}


GROUPS = {
    f.__name__: f
    for f in (
        chain, chain_np, chain_numbers, rnn, recurrence, reads, views, elementwise, mlp, rosenbrock,
        grad, hessian, hvp,
    )
}  # fmt: skip
GROUPS |= dict.fromkeys(("chain_mg", "chain_operation"), chain)


# ---- measured in processes of their own (probes.py) ---------------------------------------------


def long_chain() -> LongChain:
    x0, a, b = inputs.long_chain()

    def forward(n: int) -> Any:
        x, saved = x0, []
        for _ in range(n // 2):
            saved.append(x)
            x = x * a
            x = x + b
        return x, saved

    def backward(kept: Any) -> Result:
        g, ga, gb = np.ones(8), np.zeros(8), np.zeros(8)
        for x in reversed(kept[1]):
            gb += g
            ga += g * x
            g = g * a
        return g, ga, gb

    return LongChain(forward, backward)


def additions(n: int) -> Case:
    x0, b = inputs.additions(n)

    def both() -> Result:
        x = x0
        for _ in range(50):
            x = x + b
        value = x.sum()
        g = np.ones_like(x)
        gb = np.zeros_like(b)
        for _ in range(50):
            gb += g
        return value, g, gb

    return Case(both)


to_numpy = np.asarray
