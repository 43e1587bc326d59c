"""Rules of functions that rearrange, select or repeat the elements of one array."""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from .._lens import memory_order
from .._operands import has_names, unwrap
from .._record import record
from .._state import Name
from .._table import composition, linear, normalize, not_holomorphic, pullback, view
from .._value import Spec
from .index import put

__all__ = ["as_array", "axes_of", "place_diagonal", "sum_to"]


def as_array(x: Any) -> Any:
    """An array-like given to a composition; tensors may be nested in it."""
    if isinstance(x, (list, tuple)):
        return np.stack([as_array(part) for part in x]) if has_names(x) else np.asarray(x)
    return x if hasattr(x, "ndim") else np.asarray(x)


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """An ``axis=`` argument as axes that are not negative; the array's dimension is `ndim`."""
    axes = axis if isinstance(axis, Iterable) else (axis,)
    return normalize_axis_tuple([index(i) for i in axes], ndim, allow_duplicate=True)


# ----------------------------------------------------------------------------------------
# Views. NumPy may still copy; the engine looks.
# ----------------------------------------------------------------------------------------


def _reshape(
    g: Any,
    _: Any,
    _a: Any,
    shape: Any = None,
    order: Any = "C",
    *,
    newshape: Any = None,
    copy: Any = None,
) -> Any:
    return _unravel(g, _a, order)


def _ravel(g: Any, _: Any, _a: Any, order: Any = "C") -> Any:
    return _unravel(g, _a, order)


def _unravel(g: Any, a: Spec, order: Any) -> Any:
    # Dask knows no order.
    return np.reshape(g, a.shape, order) if order == "F" else np.reshape(g, a.shape)


def _squeeze(g: Any, _: Any, _a: Any, axis: Any = None) -> Any:
    if g.__class__ is np.ndarray:
        return g.reshape(_a.shape)
    if axis is None:
        return np.expand_dims(g, tuple([i for i, n in enumerate(_a.shape) if n == 1]))
    return np.expand_dims(g, axis)


def _expand_dims(g: Any, _: Any, _a: Any, axis: Any) -> Any:
    if g.__class__ is np.ndarray:
        return g.reshape(_a.shape)
    return np.squeeze(g, tuple(axis) if isinstance(axis, Iterable) else axis)


def _transpose(g: Any, _: Any, _a: Any, axes: Any = None) -> Any:
    if axes is None:
        return np.transpose(g)
    axes = axes_of(axes, _a.ndim)
    return np.transpose(g, sorted(range(len(axes)), key=axes.__getitem__))


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """The transpose of broadcasting: sum what was repeated."""
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    if added:
        g = np.sum(g, tuple(range(added)))
    axes = tuple([i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1])
    return np.sum(g, axes, keepdims=True) if axes else g


view(np.reshape, _reshape)
view(np.ravel, _ravel)


def _explicit_order(args: list[Any], kwargs: dict[str, Any], position: int) -> None:
    """Replace the orders that depend on the array's memory: a cotangent has its own."""
    order = args[position] if len(args) > position else kwargs.get("order", "C")
    if order not in ("A", "K"):
        return
    a = args[0]
    explicit = "C"
    if isinstance(a, np.ndarray) and not a.flags.c_contiguous:
        if a.flags.f_contiguous:
            explicit = "F"
        elif order == "K" and memory_order(a) is not None:
            raise TypeError(
                f"mygrad knows no derivative of ravel with order='K' of an array of shape "
                f"{a.shape} with strides {a.strides}. Use order='C' or order='F'."
            )
    if len(args) > position:
        args[position] = explicit
    else:
        kwargs["order"] = explicit


normalize(np.reshape, lambda args, kwargs: _explicit_order(args, kwargs, 2))
normalize(np.ravel, lambda args, kwargs: _explicit_order(args, kwargs, 1))
view(np.squeeze, _squeeze)
view(np.expand_dims, _expand_dims)
view(np.transpose, _transpose)
view(np.swapaxes, lambda g, _, _a, axis1, axis2: np.swapaxes(g, axis1, axis2))
view(np.moveaxis, lambda g, _, _a, source, destination: np.moveaxis(g, destination, source))
view(np.broadcast_to, lambda g, _, _array, shape, subok=False: sum_to(g, _array.shape))
view(np.real, lambda g, _, _val: g if g.dtype == _val.dtype else g.astype(_val.dtype))
view(
    np.imag,
    lambda g, _, _val: (1j * g).astype(_val.dtype) if _val.dtype.kind == "c" else np.zeros_like(g),
)
not_holomorphic(np.real, np.imag)


@composition(np.real_if_close)
def _(a: Any, tol: Any = 100) -> Any:
    a = as_array(a)
    if a.dtype.kind == "c" and np.isrealobj(np.real_if_close(unwrap(a), tol)):
        return np.real(a)
    return a


@composition(np.angle)
def _(z: Any, deg: Any = False) -> Any:
    z = as_array(z)
    if z.dtype.kind != "c":
        return np.angle(unwrap(z), deg)
    angle: Any = np.arctan2(np.imag(z), np.real(z))
    return angle * (180 / np.pi) if deg else angle


def place_diagonal(g: Any, a: Spec, offset: Any, axis1: Any, axis2: Any) -> Any:
    """Zeros of the shape of `a` with `g` on its diagonal; `g` is broadcast."""
    if isinstance(g, (np.ndarray, np.generic)):
        out = np.zeros(a.shape, g.dtype)
        seen = np.diagonal(out, offset, axis1, axis2)
        seen.setflags(write=True)
        seen[...] = g
        return out
    if isinstance(g, Name):
        return record(place_diagonal, (g, a, offset, axis1, axis2), {})
    axis1, axis2 = axes_of((axis1, axis2), a.ndim)
    n, m = a.shape[axis1], a.shape[axis2]
    rest = tuple([k for i, k in enumerate(a.shape) if i not in (axis1, axis2)])
    before = min(max(0, -offset), n)
    length = max(0, min(n - before, m - max(0, offset)))
    rows = [np.zeros_like(g, shape=(*rest, before)), np.broadcast_to(g, (*rest, length))]
    rows.append(np.zeros_like(g, shape=(*rest, n - before - length)))
    g = np.concatenate([part for part in rows if part.shape[-1]] or rows[:1], -1)
    # Not by a product with an identity matrix: infinities would spoil the zeros.
    g = np.broadcast_to(np.expand_dims(g, -1), (*rest, n, m))
    g = np.triu(np.tril(g, offset), offset)
    return np.moveaxis(g, (-2, -1), (axis1, axis2))


def _placed(g: Any, _: Any, _g: Any, a: Spec, offset: Any, axis1: Any, axis2: Any) -> Any:
    return np.diagonal(g, offset, axis1, axis2)


linear(place_diagonal, _placed)


@composition(np.matrix_transpose, np.linalg.matrix_transpose)
def _(x: Any) -> Any:
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {x.ndim}")
    return np.swapaxes(x, -1, -2)


@composition(np.rollaxis)
def _(a: Any, axis: Any, start: Any = 0) -> Any:
    a = as_array(a)
    # NumPy checks the axes, and says where they go.
    order = np.rollaxis(np.empty(tuple(range(a.ndim))), axis, start).shape
    return np.transpose(a, order)


def _diagonal(g: Any, _: Any, _a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    return place_diagonal(g, _a, offset, axis1, axis2)


view(np.diagonal, _diagonal)


@composition(np.linalg.diagonal)
def _(x: Any, *, offset: Any = 0) -> Any:
    return np.diagonal(as_array(x), offset, -2, -1)


@composition(np.diag)
def _(v: Any, k: Any = 0) -> Any:
    v = as_array(v)
    if v.ndim == 2:
        return np.diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = v.shape[0] + abs(k)
    return place_diagonal(v, Spec((n, n), v.dtype), k, 0, 1)


@composition(np.diagflat)
def _(v: Any, k: Any = 0) -> Any:
    return np.diag(np.ravel(as_array(v)), k)


@composition(np.flip)
def _(m: Any, axis: Any = None) -> Any:
    m = as_array(m)
    if axis is None:
        return m[(slice(None, None, -1),) * m.ndim]
    axes = np.lib.array_utils.normalize_axis_tuple(axis, m.ndim)
    return m[tuple([slice(None, None, -1 if i in axes else None) for i in range(m.ndim)])]


@composition(np.fliplr)
def _(m: Any) -> Any:
    m = as_array(m)
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


@composition(np.flipud)
def _(m: Any) -> Any:
    m = as_array(m)
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return m[::-1]


@composition(np.rot90)
def _(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Any:
    m, axes = as_array(m), tuple(axes)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == m.ndim:
        raise ValueError("Axes must be different.")
    if not all(-m.ndim <= axis < m.ndim for axis in axes):
        raise ValueError(f"Axes={axes} out of range for array of ndim={m.ndim}.")
    first, second = axes_of(axes, m.ndim)
    k %= 4
    if k == 0:
        return m[...]
    if k == 2:
        return np.flip(m, axes)
    if k == 1:
        return np.swapaxes(np.flip(m, second), first, second)
    return np.flip(np.swapaxes(m, first, second), second)


def _at_least(*arys: Any, ndim: int) -> Any:
    results = tuple([_raised(as_array(a), ndim) for a in arys])
    return results[0] if len(results) == 1 else results


def _raised(a: Any, ndim: int) -> Any:
    if a.ndim >= ndim:
        return a
    if a.ndim == 0:
        return np.reshape(a, (1,) * ndim)
    if ndim == 3:
        return np.expand_dims(a, (0, 2) if a.ndim == 1 else 2)
    return np.expand_dims(a, 0)


composition(np.atleast_1d)(lambda *arys: _at_least(*arys, ndim=1))
composition(np.atleast_2d)(lambda *arys: _at_least(*arys, ndim=2))
composition(np.atleast_3d)(lambda *arys: _at_least(*arys, ndim=3))


@composition(np.broadcast_arrays)
def _(*args: Any, subok: Any = False) -> Any:
    arrays = tuple([as_array(x) for x in args])
    shape = np.broadcast_shapes(*[a.shape for a in arrays])
    return tuple([a if a.shape == shape else np.broadcast_to(a, shape) for a in arrays])


# ----------------------------------------------------------------------------------------
# Copies
# ----------------------------------------------------------------------------------------


def _roll(g: Any, _: Any, _a: Any, shift: Any, axis: Any = None) -> Any:
    back = tuple([-s for s in shift]) if np.ndim(shift) else -shift
    return np.roll(g, back, axis)


linear(np.roll, _roll)
linear(np.copy, lambda g, _, _a, order="K", subok=False: g)
linear(np.tril, lambda g, _, _m, k=0: np.tril(g, k))
linear(np.triu, lambda g, _, _m, k=0: np.triu(g, k))


def _trace(
    g: Any,
    _: Any,
    _a: Any,
    offset: Any = 0,
    axis1: Any = 0,
    axis2: Any = 1,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    return place_diagonal(np.expand_dims(g, -1), _a, offset, axis1, axis2)


linear(np.trace, _trace)


@composition(np.linalg.trace)
def _(x: Any, *, offset: Any = 0, dtype: Any = None) -> Any:
    return np.trace(as_array(x), offset, -2, -1, dtype)


def _repeat(g: Any, _: Any, _a: Any, repeats: Any, axis: Any = None) -> Any:
    shape = _a.shape
    if axis is None or not shape:
        axis, inner = 0, (_a.size,)
    else:
        (axis,), inner = axes_of(axis, len(shape)), shape
    n = inner[axis]
    counts = np.asarray(repeats).ravel()
    if counts.size == 1:
        parts = (*inner[:axis], n, int(counts[0]), *inner[axis + 1 :])
        g = np.sum(np.reshape(g, parts), axis + 1)
    else:
        rows = np.repeat(np.arange(n), repeats)
        g = put(g, Spec(inner, _a.dtype), (slice(None),) * axis + (rows,))
    return g if inner is shape else np.reshape(g, shape)


linear(np.repeat, _repeat)


def _tile(g: Any, _: Any, _A: Any, reps: Any) -> Any:
    reps = tuple(reps) if np.ndim(reps) else (int(reps),)
    ndim = max(len(reps), _A.ndim)
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - _A.ndim) + _A.shape
    parts = [n for pair in zip(reps, shape, strict=True) for n in pair]
    return np.reshape(np.sum(np.reshape(g, parts), tuple(range(0, 2 * ndim, 2))), _A.shape)


linear(np.tile, _tile)


def _take(
    g: Any, _: Any, _a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise"
) -> Any:
    if axis is None:
        axis, a = 0, Spec((_a.size,), _a.dtype)
    else:
        (axis,), a = axes_of(axis, _a.ndim), _a
    if mode == "wrap":
        indices = np.remainder(indices, a.shape[axis])
    elif mode == "clip":
        indices = np.clip(indices, 0, a.shape[axis] - 1)
    rows = np.asarray(indices)
    g = put(g, a, (slice(None),) * axis + (rows if rows.ndim else int(rows),))
    return g if a is _a else np.reshape(g, _a.shape)


linear(np.take, _take)


def _take_along_axis(g: Any, _: Any, _arr: Any, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        return np.reshape(put(g, Spec((_arr.size,), _arr.dtype), indices), _arr.shape)
    (axis,) = axes_of(axis, _arr.ndim)
    key: list[Any] = list(np.ix_(*[np.arange(n) for n in _arr.shape]))
    key[axis] = indices
    return put(g, _arr, tuple(key))


linear(np.take_along_axis, _take_along_axis)


@pullback(np.sort)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = -1,
    kind: Any = None,
    order: Any = None,
    *,
    stable: Any = None,
    descending: Any = False,
) -> Any:
    # NumPy has the last from 2.5 on, and does not take it together with `kind`.
    how: Any = {"stable": True, "descending": True} if descending else {"kind": "stable"}
    if axis is None:
        ranks = np.argsort(np.argsort(np.ravel(a), **how))
        return np.reshape(np.take(g, ranks), a.shape)
    places = np.argsort(a, axis, **how)
    if g.__class__ is np.ndarray:
        result = np.empty_like(g)
        np.put_along_axis(result, places, g, axis)
        return result
    return np.take_along_axis(g, np.argsort(places, axis), axis)
