"""Linear algebra on tensors: `mygrad.linalg.norm` is `numpy.linalg.norm`, and so on."""

from typing import Any

import numpy as np

from ._api import mirrors
from ._functions import apply

__all__ = ["norm"]

globals().update(mirrors(np.linalg))


def norm(
    x: Any,
    ord: Any = None,
    axis: Any = None,
    keepdims: bool = False,
    *,
    nan_to_num: bool = True,
    constant: bool | None = None,
) -> Any:
    """Return the norm of a vector or matrix; see `numpy.linalg.norm`.

    Parameters
    ----------
    x, ord, axis, keepdims
        As in `numpy.linalg.norm`.
    nan_to_num
        Accepted for compatibility: where the norm has no derivative, its gradient is finite
        (zero at the zero vector).
    constant
        True makes the result a constant; None makes it one if `x` is.

    Examples
    --------
    >>> x = mg.tensor([3.0, 4.0])
    >>> mg.linalg.norm(x).backward()
    >>> x.grad
    array([0.6, 0.8])
    """
    return apply(np.linalg.norm, (x, ord, axis, keepdims), {}, constant)
