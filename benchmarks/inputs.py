"""The workloads' inputs, as NumPy arrays: the same numbers for every library."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from spec import CONVOLUTIONS, STEPS

Array = NDArray[np.floating]


def chain(spread: float = 0.02) -> tuple[Array, Array, Array]:
    """x, a and b of `x = x * a; x = x + b`."""
    return np.linspace(-1, 1, 8), np.linspace(1 - spread, 1 + spread, 8), np.full(8, spread)


NUMBERS = (1.01, 0.25)  # a and b as Python numbers


def long_chain() -> tuple[Array, Array, Array]:
    """Factors so near to 1 that a million operations do not overflow."""
    return chain(1e-7)


def rnn() -> tuple[list[Array], Array, Array, Array, Array]:
    """The steps' inputs, the first hidden state, Wx, Wh and b."""
    rng = np.random.default_rng(0)
    xs = list(rng.normal(size=(STEPS, 8, 4)))
    wx, wh, b = rng.normal(size=(4, 16)), rng.normal(size=(16, 16)), rng.normal(size=16)
    return xs, np.zeros((8, 16)), wx, wh / 4, b


def recurrence(n: int) -> tuple[Array, Array]:
    """The vector before it is filled, and the factor."""
    return np.ones(n), np.array(0.9999)


def reads(n: int) -> Array:
    return np.linspace(-1, 2, n)


FACTOR = 1.01  # of each in-place update


def views(count: int) -> tuple[Array, list[slice]]:
    """The base, and the parts of it that are looked at; the first one is updated."""
    return np.linspace(1, 2, 1_000), [slice(j % 996, j % 996 + 4) for j in range(count)]


def elementwise(n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.normal(size=n), rng.normal(size=n)


def mlp() -> tuple[Array, Array, list[Array]]:
    """The batch, its labels (one-hot) and W1, b1, W2, b2, W3, b3."""
    rng = np.random.default_rng(0)
    sizes = (64, 128, 64, 10)
    x = rng.normal(size=(64, sizes[0])).astype(np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=64)]
    parameters: list[Array] = []
    for m, n in pairwise(sizes):
        parameters.append((rng.normal(size=(m, n)) / m**0.5).astype(np.float32))
        parameters.append(np.zeros(n, np.float32))
    return x, y, parameters


def convolution(name: str) -> tuple[Array, Array]:
    """The images and the filters."""
    rng = np.random.default_rng(0)
    x, w, *_ = CONVOLUTIONS[name]
    return tuple([rng.normal(size=shape).astype(np.float32) for shape in (x, w)])


def pool() -> Array:
    return np.random.default_rng(0).normal(size=(16, 64, 28, 28)).astype(np.float32)


def scores() -> tuple[Array, Array]:
    """Scores of 256 examples for 1,000 classes, and their classes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(256, 1000)).astype(np.float32), rng.integers(1000, size=256)


def images() -> tuple[Array, Array, Array, Array]:
    """A batch of images, a scale and a shift for each channel, and weights of the result."""
    rng = np.random.default_rng(0)
    shapes = ((32, 32, 28, 28), (32,), (32,), (32, 32, 28, 28))
    x, gamma, beta, weights = [rng.normal(size=s).astype(np.float32) for s in shapes]
    return x, gamma, beta, weights


def sequences(gates: int, packed: bool, size: tuple[int, ...]) -> tuple[Array, list[Array]]:
    """Inputs, and U, W, b of each gate, or those of all gates side by side.

    The size is the number of steps, sequences, features, and states.
    """
    rng = np.random.default_rng(0)
    *shape, hidden = size
    x = rng.normal(size=shape).astype(np.float32)
    width = hidden * gates if packed else hidden
    shapes = ((shape[2], width), (hidden, width), (width,)) * (1 if packed else gates)
    return x, [(0.1 * rng.normal(size=s)).astype(np.float32) for s in shapes]


def rosenbrock() -> Array:
    return np.linspace(-1.5, 1.5, 1_000)


def small() -> dict[str, tuple[Array, ...]]:
    """For each small function the variables, and what else it takes."""
    x = np.array(
        [[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]]
    )
    return {
        "sum(sin(x) * a)": (np.linspace(-1, 1, 8), np.linspace(0, 1, 8)),
        "rosenbrock": (np.linspace(-1.5, 1.5, 10),),
        "logistic": (np.linspace(-1, 1, 3), x, np.array([1.0, 1.0, 0.0, 1.0])),
    }


def network() -> tuple[Array, Array, Array]:
    """100 parameters of a network 7-11-1, a batch of 20, and what it is to give."""
    rng = np.random.default_rng(0)
    return rng.normal(size=100) / 2, rng.normal(size=(20, 7)), rng.normal(size=20)


def vector(n: int) -> Array:
    return np.cos(np.arange(float(n)))


def loop(n: int) -> Array:
    return np.linspace(0, 1, n)


def additions(n: int) -> tuple[Array, Array]:
    return np.ones(n), np.full(n, 0.5)
