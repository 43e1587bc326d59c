"""Rules of Fourier transforms.

The four transforms along one axis have rules, all others are compositions of them, as in
NumPy. The gradient is the adjoint, which is the inverse transform but for the normalisation:
what a transform leaves to its inverse, the adjoint leaves to the transform. So the
names of the two conventions change places.
"""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np

from .._operands import unwrap
from .._record import record
from .._state import Name
from .._table import composition, linear, not_holomorphic
from .._warn import warn_user
from .shape import as_array

__all__: list[str] = []

#: norm= of the adjoint. What is no norm is left to NumPy to refuse.
_OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _opposite(norm: Any) -> Any:
    return _OPPOSITE.get(norm, norm)


# ----------------------------------------------------------------------------------------
# Along one axis
# ----------------------------------------------------------------------------------------


def _whole(g: Any, axis: int) -> Any:
    """Dask transforms an axis in one chunk only; cotangents come in any."""
    if not hasattr(unwrap(g), "rechunk"):
        return g
    if isinstance(g, Name):
        return record(_whole, (g, axis), {})
    return g.rechunk({axis % g.ndim: -1})


linear(_whole, lambda g, _, _g, axis: g)
not_holomorphic(_whole)


def _resized(c: Any, n: int, axis: int) -> Any:
    """The adjoint of cropping an axis or padding it with zeros: it gets its length `n` back."""
    axis %= c.ndim
    more = n - c.shape[axis]
    if more > 0:
        widths = [(0, 0)] * c.ndim
        widths[axis] = (0, more)
        return np.pad(c, widths)
    return c[(slice(None),) * axis + (slice(n),)] if more else c


def _inner(c: Any, by: float, n: int, axis: int) -> Any:
    """Multiply all frequencies but the first (and, for even `n`, the last) by a number.

    The spectrum of `n` real numbers has the others twice, of which one half is left out.
    """
    axis %= c.ndim
    shape = [1] * c.ndim
    shape[axis] = c.shape[axis]
    weights: Any = np.full_like(unwrap(c), by, shape=shape)
    before = (slice(None),) * axis
    weights[(*before, slice(1))] = 1
    if n % 2 == 0:
        weights[(*before, slice(-1, None))] = 1
    return c * weights


def _fft(
    g: Any, _: Any, _a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None
) -> Any:
    return _resized(np.fft.ifft(_whole(g, axis), None, axis, _opposite(norm)), _a.shape[axis], axis)


def _ifft(
    g: Any, _: Any, _a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None
) -> Any:
    return _resized(np.fft.fft(_whole(g, axis), None, axis, _opposite(norm)), _a.shape[axis], axis)


def _rfft(
    g: Any, _: Any, _a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None
) -> Any:
    n = _a.shape[axis] if n is None else index(n)
    c = np.fft.irfft(_inner(_whole(g, axis), 0.5, n, axis), n, axis, _opposite(norm))
    return _resized(c, _a.shape[axis], axis)


def _irfft(
    g: Any, _: Any, _a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None
) -> Any:
    c = np.fft.rfft(_whole(g, axis), None, axis, _opposite(norm))
    return _resized(_inner(c, 2, g.shape[axis], axis), _a.shape[axis], axis)


linear(np.fft.fft, _fft)
linear(np.fft.ifft, _ifft)
linear(np.fft.rfft, _rfft)
linear(np.fft.irfft, _irfft)
# Being adjoints, they are conjugated already.
not_holomorphic(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft)


@composition(np.fft.hfft)
def _(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    return np.fft.irfft(np.conjugate(as_array(a)), n, axis, _opposite(norm))


@composition(np.fft.ihfft)
def _(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    return np.conjugate(np.fft.rfft(as_array(a), n, axis, _opposite(norm)))


# ----------------------------------------------------------------------------------------
# Along several axes
# ----------------------------------------------------------------------------------------


def _steps(a: Any, s: Any, axes: Any, half: bool = False) -> list[tuple[int, int]]:
    """Length and axis of each transform; `half`: `a` is the spectrum of real numbers."""
    if s is None:
        axes = range(-a.ndim, 0) if axes is None else axes
        lengths = [a.shape[axis] for axis in axes]
        if half:
            lengths[-1] = 2 * (lengths[-1] - 1)
        return list(zip(lengths, axes, strict=True))
    s = list(s)
    if axes is None:
        _deprecated("`axes` should not be `None` if `s` is not `None`")
        axes = range(-len(s), 0)
    if len(s) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    if None in s:
        _deprecated("Passing an array containing `None` values to `s` is deprecated")
    return [(a.shape[axis] if n == -1 else n, axis) for n, axis in zip(s, axes, strict=True)]


def _deprecated(what: str) -> None:
    warn_user(f"{what} (deprecated in NumPy 2.0)", DeprecationWarning)


def _each(transform: Any, a: Any, steps: list[tuple[int, int]], norm: Any) -> Any:
    for n, axis in steps:
        a = transform(a, n, axis, norm)
    return a


def _fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    a = as_array(a)
    return _each(np.fft.fft, a, _steps(a, s, axes)[::-1], norm)


def _ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    a = as_array(a)
    return _each(np.fft.ifft, a, _steps(a, s, axes)[::-1], norm)


def _rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    a = as_array(a)
    steps = _steps(a, s, axes)
    n, axis = steps[-1]
    return _each(np.fft.fft, np.fft.rfft(a, n, axis, norm), steps[-2::-1], norm)


def _irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    a = as_array(a)
    steps = _steps(a, s, axes, half=True)
    n, axis = steps[-1]
    return np.fft.irfft(_each(np.fft.ifft, a, steps[:-1], norm), n, axis, norm)


composition(np.fft.fftn)(_fftn)
composition(np.fft.ifftn)(_ifftn)
composition(np.fft.rfftn)(_rfftn)
composition(np.fft.irfftn)(_irfftn)


@composition(np.fft.fft2)
def _(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return _fftn(a, s, axes, norm)


@composition(np.fft.ifft2)
def _(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return _ifftn(a, s, axes, norm)


@composition(np.fft.rfft2)
def _(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return _rfftn(a, s, axes, norm)


@composition(np.fft.irfft2)
def _(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    return _irfftn(a, s, axes, norm)


# ----------------------------------------------------------------------------------------
# The order of frequencies
# ----------------------------------------------------------------------------------------


def _halves(x: Any, axes: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Half the length of each axis, and the axes."""
    if axes is None:
        axes = tuple(range(x.ndim))
    axes = tuple(axes) if isinstance(axes, Iterable) else (axes,)
    return tuple([x.shape[axis] // 2 for axis in axes]), axes


@composition(np.fft.fftshift)
def _(x: Any, axes: Any = None) -> Any:
    x = as_array(x)
    shift, axes = _halves(x, axes)
    return np.roll(x, shift, axes)


@composition(np.fft.ifftshift)
def _(x: Any, axes: Any = None) -> Any:
    x = as_array(x)
    shift, axes = _halves(x, axes)
    return np.roll(x, tuple([-n for n in shift]), axes)
