"""Rules of norms.

Where a norm has no derivative, a finite subgradient is taken: zero at zero (of the vector,
of an entry, of a singular value), and the first one of several equal extrema.

Of complex arrays: the gradient of |x| is x / |x|, which is what `_sign` gives.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from .._table import composition, not_holomorphic, pullback
from .shape import as_array, axes_of

__all__ = ["norm_cotangent"]


@pullback(np.linalg.norm)
def norm_cotangent(
    g: Any, ans: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False
) -> Any:
    """The rule of ``numpy.linalg.norm``."""
    if x.size == 0:
        return x
    if axis is None:
        axes = tuple(range(x.ndim))
    else:
        axes = axes_of(axis, x.ndim)
        if not keepdims:
            g, ans = np.expand_dims(g, axes), np.expand_dims(ans, axes)
    if ord is None or ord in ("fro", "f") or (axis is None and x.ndim == 0):
        return _euclidean(g, ans, x, axes)
    if len(axes) == 1:
        return _vector(g, ans, x, ord, axes[0])
    return _matrix(g, x, ord, axes)


not_holomorphic(np.linalg.norm)


def _sign(x: Any) -> Any:
    """x / |x|, and 0 for 0."""
    if x.dtype.kind != "c":
        return np.sign(x)
    # Not numpy.sign, whose derivative would be taken for zero.
    zero = x == 0
    return np.where(zero, 0, x / np.abs(np.where(zero, 1, x)))


#: From this size on a second pass over the array costs more than the last digit is worth.
_LARGE = 4096


def _euclidean(g: Any, ans: Any, x: Any, axes: Any) -> Any:
    low, high = _limits(ans.dtype, 2)
    if ans.__class__ is not np.ndarray or ans.ndim or not low < ans < high:
        x, ans = _scaled(x, ans, 2, axes)
        zero = ans == 0
        g, ans = np.where(zero, 0, g), np.where(zero, 1, ans)
    return g * (x / ans) if x.size < _LARGE else g / ans * x


def _scaled(x: Any, ans: Any, ord: Any, axes: Any) -> tuple[Any, Any]:
    """`x` by a factor for which NumPy's norm neither overflows nor underflows, and that norm.

    The gradient of a norm does not depend on the factor.
    """
    if ans.__class__ is not np.ndarray:
        return x, ans
    low, high = _limits(ans.dtype, max(2, abs(ord)))
    if np.all((ans > low) & (ans < high)):
        return x, ans
    largest = np.max(np.abs(x), axes, keepdims=True)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    x = x / scale
    with np.errstate(all="ignore"):
        powers = np.abs(x) ** ord
        return x, np.sum(powers, axes, keepdims=True) ** (1 / ord)


@lru_cache(64)
def _limits(dtype: np.dtype[Any], ord: float) -> tuple[float, float]:
    """Between which norms can powers of the elements be trusted?"""
    numbers = np.finfo(dtype)
    # Half of the range of exponents, to leave room for the sum.
    return float(numbers.tiny) ** (0.5 / ord), float(numbers.max) ** (0.5 / ord)


def _vector(g: Any, ans: Any, x: Any, ord: Any, axis: int) -> Any:
    if ord == 2:
        return _euclidean(g, ans, x, axis)
    if ord == 1:
        return g * _sign(x)
    if ord == 0:
        return np.zeros_like(x)
    if abs(ord) == np.inf:
        return np.where(_first(np.abs(x), ord > 0, axis), g * _sign(x), 0)
    # sign(x) (|x| / ans) ** (ord - 1)
    x, ans = _scaled(x, ans, ord, axis)
    zero = x == 0
    ratio = np.abs(np.where(zero, 1, x)) / np.where(ans == 0, 1, ans)
    return g * np.where(zero | (ans == 0), 0, _sign(x) * ratio ** (ord - 1))


def _first(a: Any, largest: bool, axis: int) -> Any:
    """A mask of the first extremum along an axis."""
    found = a == (np.max if largest else np.min)(a, axis, keepdims=True)
    return found & (np.cumsum(found, axis) == 1)


def _matrix(g: Any, x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    if ord in ("nuc", 2, -2):
        return _spectral(g, x, ord, axes)
    rows, columns = axes
    along, across = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = np.sum(np.abs(x), along, keepdims=True)
    return np.where(_first(sums, ord > 0, across), g * _sign(x), 0)


def _spectral(g: Any, x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """Of singular values: d s = u^T dx v  [Giles 2008, "Singular value decomposition"]."""
    last = (-2, -1)
    g = np.moveaxis(g, axes, last) if g.ndim else g
    u, s, vt = np.linalg.svd(np.moveaxis(x, axes, last), full_matrices=False)
    if ord == "nuc":
        wanted: Any = slice(None)
    else:
        wanted = slice(0, 1) if ord == 2 else slice(s.shape[-1] - 1, s.shape[-1])
    # What is zero but for rounding has no direction.
    rounding = max(u.shape[-2], vt.shape[-1]) * np.finfo(s.dtype).eps
    some = (s > rounding * s[..., :1])[..., wanted]
    u = u[..., wanted] * np.expand_dims(some, -2)
    return np.moveaxis(g * (u @ vt[..., wanted, :]), last, axes)


@composition(np.linalg.vector_norm)
def _(x: Any, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    x = as_array(x)
    if axis is None:
        axes = tuple(range(x.ndim))
    else:
        axes = np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    if len(axes) == 1:
        return np.linalg.norm(x, ord, axes[0], keepdims)
    rest = [i for i in range(x.ndim) if i not in axes]
    flat = np.transpose(x, (*axes, *rest))
    size = 1
    for i in axes:
        size *= x.shape[i]
    flat = np.reshape(flat, (size, *[x.shape[i] for i in rest]))
    ans = np.linalg.norm(flat, ord, 0)
    return np.expand_dims(ans, axes) if keepdims else ans


@composition(np.linalg.matrix_norm)
def _(x: Any, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(as_array(x), ord, (-2, -1), keepdims)
