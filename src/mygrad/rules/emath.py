"""`numpy.emath`: functions that give complex results where the real ones give nan.

The result's dtype depends on the values: one operand out of the real domain makes all of it
complex.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._operands import unwrap
from .._table import composition
from .shape import as_array

__all__: list[str] = []


def _widened(x: Any, outside: Callable[[Any], Any]) -> Any:
    """An operand, complex if it is real and partly `outside` of the domain."""
    x = as_array(x)
    if x.dtype.kind == "c" or not np.any(outside(unwrap(x))):
        return x
    # NumPy's dtypes: complex64 for those whose numbers it can hold.
    single = x.dtype.char in "fbhBH"
    return x.astype(np.complex64 if single else np.complex128)


def _negative(x: Any) -> Any:
    return x < 0


def _beyond_1(x: Any) -> Any:
    return np.abs(x) > 1


composition(np.emath.sqrt)(lambda x: np.sqrt(_widened(x, _negative)))
composition(np.emath.log)(lambda x: np.log(_widened(x, _negative)))
composition(np.emath.log2)(lambda x: np.log2(_widened(x, _negative)))
composition(np.emath.log10)(lambda x: np.log10(_widened(x, _negative)))
composition(np.emath.arccos)(lambda x: np.arccos(_widened(x, _beyond_1)))
composition(np.emath.arcsin)(lambda x: np.arcsin(_widened(x, _beyond_1)))
composition(np.emath.arctanh)(lambda x: np.arctanh(_widened(x, _beyond_1)))


@composition(np.emath.logn)
def _(n: Any, x: Any) -> Any:
    return np.log(_widened(x, _negative)) / np.log(_widened(n, _negative))


@composition(np.emath.power)
def _(x: Any, p: Any) -> Any:
    x, p = _widened(x, _negative), as_array(p)
    if p.dtype.kind in "biu" and np.any(unwrap(p) < 0):
        p = p * 1.0
    return np.power(x, p)
