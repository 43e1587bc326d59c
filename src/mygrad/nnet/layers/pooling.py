"""Pooling: what is largest, or the mean, in each window over the last axes.

A window is a box, so it is reduced along one axis after the other. The elements at one place in all
windows are a slice of the array: there are as many steps as elements along one side of a window.
"""

from math import prod
from typing import Any

import numpy as np

from ..._modes import tracking
from ..._operands import carries, prepare
from ..._record import check_constant, record, wrap
from ..._table import known_as, linear
from ..._tensor import Tensor
from ..._value import Spec
from ..._windows import Ints, per_axis, windows
from ...rules.index import put
from ._shared import array_like, of_last_axes

__all__ = ["avg_pool", "max_pool"]

#: Windows with more elements than this are searched one by one, those with less all at once.
MANY = 64

# ----------------------------------------------------------------------------------------
# Boxes
# ----------------------------------------------------------------------------------------


def _steps(ndim: int, pool: Ints, stride: Ints) -> list[tuple[int, int, int]]:
    """Axis, length of the window, and stride, for each axis that is pooled."""
    return list(zip(range(ndim - len(pool), ndim), pool, stride, strict=True))


def _along(axis: int, part: slice) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, part)


def _reduced(x: Any, pool: Ints, stride: Ints, ufunc: Any) -> Any:
    """All windows, reduced by `maximum` or `add`."""
    for axis, k, s in _steps(x.ndim, pool, stride):
        places = (x.shape[axis] - k) // s + 1
        if k <= places:
            ends = [slice(j, j + (places - 1) * s + 1, s) for j in range(k)]
            y = x[_along(axis, ends[0])].copy()
            for end in ends[1:]:
                ufunc(y, x[_along(axis, end)], out=y)
        else:
            # Few large windows: one step for each of these.
            y = np.empty((*x.shape[:axis], places, *x.shape[axis + 1 :]), x.dtype)
            for i in range(places):
                window = x[_along(axis, slice(i * s, i * s + k))]
                # With out=, NumPy 2.1 finds a wrong maximum if strides are negative.
                y[_along(axis, slice(i, i + 1))] = ufunc.reduce(window, axis, keepdims=True)
        x = y
    return x


def _spread(g: Any, size: Ints, pool: Ints, stride: Ints) -> Any:
    """Put each number into all elements of its window, and add where these overlap."""
    steps = _steps(g.ndim, pool, stride)
    for (axis, k, s), n in zip(reversed(steps), reversed(size), strict=True):
        places = g.shape[axis]
        if k == s and places * k == n:
            g = np.repeat(g, k, axis)
            continue
        out = np.zeros((*g.shape[:axis], n, *g.shape[axis + 1 :]), g.dtype)
        if k <= places:
            for j in range(k):
                out[_along(axis, slice(j, j + (places - 1) * s + 1, s))] += g
        else:
            for i in range(places):
                out[_along(axis, slice(i * s, i * s + k))] += g[_along(axis, slice(i, i + 1))]
        g = out
    return g


# ----------------------------------------------------------------------------------------
# Means
# ----------------------------------------------------------------------------------------


@known_as("mygrad.nnet.avg_pool")
@of_last_axes
def _avg_pool(x: Any, pool: Ints, stride: Ints) -> Any:
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    wide = x.astype(np.float32) if x.dtype == np.float16 else x
    total = _reduced(wide, pool, stride, np.add)
    total /= prod(pool)
    return total.astype(x.dtype, copy=False)


@known_as("mygrad.nnet.avg_pool")
@of_last_axes
def _avg_unpool(g: Any, size: Ints, pool: Ints, stride: Ints) -> Any:
    return _spread(g / prod(pool), size, pool, stride)


linear(
    _avg_pool,
    lambda g, _, _x, pool, stride: _avg_unpool(g, _x.shape[-len(pool) :], pool, stride),
)
linear(_avg_unpool, lambda g, _, _x, size, pool, stride: _avg_pool(g, pool, stride))

# ----------------------------------------------------------------------------------------
# Maxima
# ----------------------------------------------------------------------------------------


def _first(x: Any, largest: Any, pool: Ints, stride: Ints) -> Any:
    """Which element of each window is the first that is its largest (or nan)."""
    count = prod(pool)
    seen = windows(x, pool, stride, (1,) * len(pool))
    if count > MANY:
        return seen.reshape(*largest.shape, count).argmax(-1)
    nan = x.dtype.kind == "f" and bool(np.isnan(largest).any())
    found = np.zeros(largest.shape, bool)
    before = np.zeros(largest.shape, np.uint8)
    for offset in np.ndindex(*pool):
        part = seen[(..., *offset)]
        found |= part == largest
        if nan:
            found |= np.isnan(part)
        # Those where nothing was found yet have one more element before.
        before += ~found
    return before


def _positions(x: Any, largest: Any, pool: Ints, stride: Ints) -> Any:
    """Where the maxima are in the flattened array."""
    leading = x.shape[: x.ndim - len(pool)]
    size = x.shape[x.ndim - len(pool) :]
    apart = [prod(size[i + 1 :]) for i in range(len(size))]
    offsets: Any = sum(np.ix_(*[np.arange(k) * n for k, n in zip(pool, apart, strict=True)]))
    starts = [np.arange(prod(leading)) * prod(size)]
    for places, s, n in zip(largest.shape[len(leading) :], stride, apart, strict=True):
        starts.append(np.arange(places) * (s * n))
    corners: Any = sum(np.ix_(*starts))
    return corners.reshape(largest.shape) + np.ravel(offsets)[_first(x, largest, pool, stride)]


@known_as("mygrad.nnet.max_pool")
def _picked(x: Any, positions: Any) -> Any:
    return np.take(x, positions)


linear(
    _picked,
    lambda g, _, _x, positions: np.reshape(put(g, Spec((_x.size,), _x.dtype), positions), _x.shape),
)


# ----------------------------------------------------------------------------------------
# The public functions
# ----------------------------------------------------------------------------------------


def _arguments(name: str, x: Any, pool: Any, stride: Any) -> tuple[Any, Ints, Ints]:
    """The operand, and window and stride for each axis that is pooled, which must fit."""
    x = array_like(x, "x")
    n = 1 if np.ndim(pool) == 0 else len(pool)
    pools = per_axis(pool, n, "pool", 1)
    strides = per_axis(stride, n, "stride", 1)
    if not 1 <= n <= x.ndim:
        raise ValueError(
            f"{name}: pool must have a length for one or more of the last axes of x; got "
            f"{pool!r} for the shape {x.shape}"
        )
    for size, k, s in zip(x.shape[-n:], pools, strides, strict=True):
        if size < k or (size - k) % s:
            raise ValueError(
                f"{name}: windows of shape {pools} with stride {strides} do not tile the last "
                f"axes of x, whose shape is {x.shape}: (size - pool) / stride must be an integer "
                "of at least 0"
            )
    return x, pools, strides


def max_pool(x: Any, pool: Any, stride: Any, *, constant: bool | None = None) -> Tensor:
    """Return the largest element of each window over the last axes.

    Parameters
    ----------
    x
        A tensor or an array of real numbers.
    pool
        The shape of the window: an integer for the last axis, or one for each of the last axes.
    stride
        By how much the window moves: an integer, or one for each of those axes.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Each of those axes has length ``(size - pool) / stride + 1``; the others are as in `x`.

    Raises
    ------
    ValueError
        If the windows do not tile the axes exactly, or `pool` and `stride` do not fit each other.
    TypeError
        If they are no integers, or `x` is complex.

    See Also
    --------
    avg_pool, conv_nd

    Notes
    -----
    If several elements of a window are the largest, the first of them gets the gradient. Where
    there is a nan, the result is nan, and the first nan gets the gradient.

    Examples
    --------
    >>> x = mg.tensor([[1.0, 4.0, 2.0, 2.0], [3.0, 0.0, 2.0, 1.0]])
    >>> y = mg.nnet.max_pool(x, (2, 2), 2)
    >>> y
    Tensor([[4., 2.]])
    >>> y.sum().backward()
    >>> x.grad
    array([[0., 1., 1., 0.],
           [0., 0., 0., 0.]])
    """
    x, pools, strides = _arguments("max_pool", x, pool, stride)
    check_constant(constant)
    data = prepare(x)[0]
    if data.dtype.kind == "c":
        raise TypeError(f"max_pool: complex numbers have no order; x has the dtype {data.dtype}")
    largest = _reduced(data, pools, strides, np.maximum)
    if constant or not tracking() or not carries(x):
        result: Tensor = wrap(largest, None, constant)
    else:
        result = record(_picked, (x, _positions(data, largest, pools, strides)), {}, constant)
    return result


def avg_pool(x: Any, pool: Any, stride: Any, *, constant: bool | None = None) -> Tensor:
    """Return the mean of each window over the last axes.

    Parameters
    ----------
    x
        A tensor or an array.
    pool
        The shape of the window: an integer for the last axis, or one for each of the last axes.
    stride
        By how much the window moves: an integer, or one for each of those axes.
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        Each of those axes has length ``(size - pool) / stride + 1``; the others are as in `x`.

    Raises
    ------
    ValueError
        If the windows do not tile the axes exactly, or `pool` and `stride` do not fit each other.
    TypeError
        If they are no integers.

    See Also
    --------
    max_pool, conv_nd

    Examples
    --------
    >>> x = mg.tensor([1.0, 2.0, 6.0, 4.0, 5.0])
    >>> y = mg.nnet.avg_pool(x, 3, 2)
    >>> y
    Tensor([3., 5.])
    >>> y.sum().backward()
    >>> x.grad
    array([0.33333333, 0.33333333, 0.66666667, 0.33333333, 0.33333333])
    """
    x, pools, strides = _arguments("avg_pool", x, pool, stride)
    check_constant(constant)
    result: Tensor = record(_avg_pool, (x, pools, strides), {}, constant)
    return result
