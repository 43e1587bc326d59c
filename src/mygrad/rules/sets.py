"""Rules of set operations: NumPy says which values are in the result, and they are picked."""

from typing import Any

import numpy as np

from .._operands import has_names, unwrap
from .._table import composition
from .shape import as_array

__all__: list[str] = []


def _picked(elements: Any, values: np.ndarray) -> Any:
    """The elements of a flat array that have these values, the first of equal ones."""
    plain = unwrap(elements)
    order = np.argsort(plain, kind="stable")
    places = order[np.searchsorted(plain[order], values)]
    return np.take(elements, places)


def _flat(x: Any) -> Any:
    return np.ravel(as_array(x))


@composition(np.union1d)
def _(ar1: Any, ar2: Any) -> Any:
    return np.unique(np.concatenate((_flat(ar1), _flat(ar2))))


@composition(np.setdiff1d)
def _(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    values = np.setdiff1d(unwrap(ar1), unwrap(ar2), assume_unique)
    return _picked(_flat(ar1), values) if has_names(ar1) else values


@composition(np.setxor1d)
def _(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    ar1, ar2 = _flat(ar1), _flat(ar2)
    values = np.setxor1d(unwrap(ar1), unwrap(ar2), assume_unique)
    return _picked(np.concatenate((ar1, ar2)), values)
