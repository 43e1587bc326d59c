"""What the random initializers have in common: their arguments, and drawing the numbers."""

from math import prod
from operator import index
from typing import Any

import numpy as np

from ..._creation import tensor
from ..._tensor import Tensor
from .._shared import generator, plain_number

__all__ = ["draw_normal", "draw_uniform", "factor", "fans", "shape_of"]


def shape_of(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape that was given as integers, or as one sequence of them.

    Raises
    ------
    TypeError
        If it is something else.
    """
    try:
        return tuple([index(n) for n in (shape[0] if _is_sequence(shape) else shape)])
    except TypeError:
        raise TypeError(f"a shape is integers, or one tuple of them; got {shape}") from None


def _is_sequence(shape: tuple[Any, ...]) -> bool:
    return len(shape) == 1 and np.ndim(shape[0]) == 1


def factor(gain: Any, name: str) -> float:
    """The factor of random numbers.

    Raises
    ------
    ValueError
        If it is negative.
    """
    number = plain_number(gain, f"{name}: gain")
    if not number >= 0:
        raise ValueError(f"{name}: gain must not be negative; got {number}")
    return number


def fans(shape: tuple[int, ...], name: str) -> tuple[int, int]:
    """How many inputs each output has, and how many outputs each input has.

    Raises
    ------
    ValueError
        If the shape is not that of a weight, or it is empty.
    """
    if len(shape) < 2:
        raise ValueError(
            f"{name} needs the shape of a weight, (outputs, inputs, *kernel), two or more "
            f"dimensions; got {shape}"
        )
    if 0 in shape:
        raise ValueError(f"{name} needs a weight with elements; got the shape {shape}")
    kernel = prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def _source(dtype: Any, rng: Any, name: str) -> Any:
    """What draws the numbers: a generator, or NumPy's global state."""
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"{name} makes floating-point numbers; got dtype={np.dtype(dtype)}")
    return generator(rng, name)


def draw_uniform(
    shape: tuple[int, ...], low: float, high: float, dtype: Any, constant: Any, rng: Any, name: str
) -> Tensor:
    """A tensor of numbers that are uniform between bounds."""
    return tensor(_source(dtype, rng, name).uniform(low, high, shape), dtype, constant=constant)


def draw_normal(
    shape: tuple[int, ...], mean: float, std: float, dtype: Any, constant: Any, rng: Any, name: str
) -> Tensor:
    """A tensor of normal numbers."""
    return tensor(_source(dtype, rng, name).normal(mean, std, shape), dtype, constant=constant)
