"""Derivatives of quantiles, covariances and histograms, of differences, integrals and
interpolation, of filters and polynomials, and of grids of numbers.

What is linear or piecewise smooth is mostly written in other functions. Where an operand
decides which elements are taken (quantiles, histograms, `unique`), it does so as an array: the
choice has derivative zero.
"""

import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib import NumpyVersion
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple
from numpy.polynomial import polynomial

from .._operands import carries, has_names, unwrap
from .._record import record, wrap
from .._state import Name
from .._table import composition, known_as, linear, name_of, not_holomorphic, pullback
from .._value import Spec
from .index import put
from .product import conjugate
from .reduce import weights_like
from .shape import as_array, axes_of

__all__: list[str] = []

_NUMPY = NumpyVersion(np.__version__)

# ----------------------------------------------------------------------------------------
# Order statistics
# ----------------------------------------------------------------------------------------


@pullback(np.partition)
def _(
    g: Any, ans: Any, a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    shape = a.shape
    if axis is None:
        a, axis = np.ravel(a), 0
    # The k-th smallest of the result is the k-th smallest of the array.
    ranks = np.argsort(np.argsort(a, axis, kind="stable"), axis)
    places = np.take_along_axis(np.argsort(unwrap(ans), axis, kind="stable"), ranks, axis)
    return np.reshape(np.take_along_axis(g, places, axis), shape)


@composition(np.sort_complex)
def _(a: Any) -> Any:
    a = np.sort(as_array(a))
    if a.dtype.kind == "c":
        return a
    return a.astype("F" if a.dtype.char in "bhBH" else "G" if a.dtype.char == "g" else "D")


def _order(axis: Any, ndim: int) -> tuple[list[int], list[int]]:
    """The axes that a reduction leaves, and those that it reduces."""
    axes = sorted(range(ndim) if axis is None else axes_of(axis, ndim))
    return [i for i in range(ndim) if i not in axes], axes


def _rows(a: Any, axis: Any) -> Any:
    """The array as a matrix, one row for each result of a reduction."""
    rest, axes = _order(axis, a.ndim)
    shape = [math.prod(a.shape[i] for i in part) for part in (rest, axes)]
    return np.reshape(np.transpose(a, rest + axes), shape)


def _from_rows(c: Any, shape: tuple[int, ...], axis: Any) -> Any:
    rest, axes = _order(axis, len(shape))
    order = rest + axes
    c = np.reshape(c, tuple([shape[i] for i in order]))
    return np.transpose(c, tuple([order.index(i) for i in range(len(shape))]))


#: Methods of quantiles that are continuous: alpha and beta of Hyndman and Fan (1996).
_CONTINUOUS = {
    "linear": (1.0, 1.0),
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


def _above(h: Any, stays: Any) -> Any:
    low = np.floor(h)
    return np.where(stays & (low == h), low, low + 1)


#: The others, of `n` elements: below which one the quantile is, above which, and how far between.
_DISCRETE: dict[str, Callable[[Any, Any], tuple[Any, Any, Any]]] = {
    "lower": lambda n, q: (np.floor((n - 1) * q), 0, 0.0),
    "higher": lambda n, q: (np.ceil((n - 1) * q), 0, 0.0),
    "nearest": lambda n, q: (np.around((n - 1) * q), 0, 0.0),
    "midpoint": lambda n, q: (np.floor((n - 1) * q), 1, 0.5 * ((n - 1) * q % 1 != 0)),
    "inverted_cdf": lambda n, q: (_above(n * q - 1, True), 0, 0.0),
    "closest_observation": lambda n, q: (
        _above(n * q - 1.5, np.floor(n * q - 1.5) % 2 == 1),
        0,
        0.0,
    ),
    "averaged_inverted_cdf": lambda n, q: (
        np.floor(n * q - 1),
        1,
        np.where((n * q - 1) % 1 == 0, 0.5, 1.0),
    ),
}


class _Quantile:
    """Which elements a quantile is made of: in row i of the array, for the j-th quantile,
    ``(1 - share) * row[low[i, j]] + share * row[high[i, j]]``.
    """

    def __init__(
        self, ans: Any, a: Any, q: Any, axis: Any, method: str, weights: Any, skip: bool
    ) -> None:
        rows = _rows(unwrap(a), axis)
        q = np.reshape(q, (q.size,))
        self.shape = rows.shape
        nan = np.isnan(rows) if rows.dtype.kind == "f" else np.zeros(rows.shape, bool)
        count = np.count_nonzero(nan, 1)[:, None]
        #: By how many places the quantile moves as `q` does.
        self.speed: Any = 0
        if weights is not None:
            # Only elements that weigh something are ever chosen.
            w = _rows(np.broadcast_to(weights_like(weights, a.shape, axis), a.shape), axis)
            found = np.reshape(unwrap(ans), (q.size, len(rows))).T[..., None]
            hits = (rows[:, None] == found) & (w[:, None] > 0)
            hits |= np.isnan(found) & nan[:, None]
            self.low = self.high = np.argmax(hits, -1)
            self.share: Any = 0.0
        else:
            order = np.argsort(rows, 1, kind="stable")
            # NumPy rounds to the precision of `q`.
            n = (rows.shape[1] - count if skip else np.full_like(count, rows.shape[1])).astype(
                q.dtype
            )
            if method in _CONTINUOUS:
                alpha, beta = _CONTINUOUS[method]
                self.speed = n + (1 - alpha - beta)
                h = (
                    (n - 1) * q
                    if method == "linear"
                    else n * q + (alpha + q * (1 - alpha - beta)) - 1
                )
                low = np.floor(unwrap(h))
                self.share, step = h - low, 1
            else:
                low, step, self.share = _DISCRETE[method](n, unwrap(q))
            last = np.maximum(n - 1, 0)
            # A row with nan has nan for a quantile: the first one.
            spoilt = False if skip else count > 0
            self.low, self.high = [
                np.take_along_axis(
                    order,
                    np.where(spoilt, self.shape[1] - count, np.clip(k, 0, last)).astype(np.intp),
                    1,
                )
                for k in (low, low + step)
            ]
        self.empty = skip & (count == rows.shape[1])

    def columns(self, g: Any) -> Any:
        """A cotangent, one row for each of the array's."""
        g = np.transpose(np.reshape(g, (self.low.shape[1], self.shape[0])))
        return np.where(self.empty, 0, g) if np.any(self.empty) else g

    def by_a(self, g: Any, a: Spec, axis: Any) -> Any:
        g = self.columns(g)
        rows = np.arange(self.shape[0])[:, None]
        if np.all(self.low == self.high):
            c = put(g, Spec(self.shape, a.dtype), (rows, self.low))
        else:
            parts = np.concatenate([g * (1 - self.share), g * self.share], 1)
            places = np.concatenate([self.low, self.high], 1)
            c = put(parts, Spec(self.shape, a.dtype), (rows, places))
        return _from_rows(c, a.shape, axis)

    def by_q(self, g: Any, a: Any, q: Any, axis: Any) -> Any:
        rows = _rows(a, axis)
        rise = np.take_along_axis(rows, self.high, 1) - np.take_along_axis(rows, self.low, 1)
        return np.reshape(np.sum(self.columns(g) * rise * self.speed, 0), q.shape)


def _fraction(a: Any, q: Any, per: int) -> Any:
    """The quantiles asked for, between 0 and 1, in NumPy's precision."""
    floats = a.dtype.kind == "f"
    if isinstance(q, (int, float)):
        q = np.asarray(q, a.dtype if floats else None)
    elif not hasattr(q, "ndim"):
        q = np.asarray(q)
    if per == 1:
        return q
    return np.true_divide(q, a.dtype.type(per) if floats else per)


def _quantile_of(func: Callable[..., Any], per: int, skip: bool) -> Callable[..., Any]:
    """The composition of a function of NumPy's, which gives q-th parts of `per`."""

    def run(a: Any, q: Any, weights: Any, axis: Any, method: Any, keepdims: Any) -> Any:
        return func(a, q, axis, method=method, keepdims=keepdims, weights=weights)

    known_as(name_of(func))(run)
    run.__name__ = f"_{func.__name__}"

    @pullback(run)
    def _(
        g: Any, ans: Any, a: Any, q: Any, weights: Any, axis: Any, method: Any, keepdims: Any
    ) -> Any:
        if not a.size:
            return np.zeros_like(a)
        q = _fraction(a, q, per)
        return _Quantile(ans, a, q, axis, method, weights, skip).by_a(g, a, axis)

    @pullback(run, "q")
    def _(
        g: Any, ans: Any, a: Any, q: Any, weights: Any, axis: Any, method: Any, keepdims: Any
    ) -> Any:
        if weights is not None or method not in _CONTINUOUS or not a.size:
            return np.zeros_like(q)
        q = _fraction(a, q, per)
        return _Quantile(ans, a, q, axis, method, None, skip).by_q(g, a, q, axis) / per

    @pullback(run, "weights")
    def _(
        g: Any, _: Any, _a: Any, _q: Any, weights: Any, axis: Any, method: Any, keepdims: Any
    ) -> Any:
        # They choose an element, and the choice is constant but for jumps.
        return np.zeros_like(weights)

    def body(
        a: Any,
        q: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: Any = False,
        method: Any = "linear",
        keepdims: Any = False,
        *,
        weights: Any = None,
    ) -> Any:
        # The operand is not overwritten, though it may be: the graph needs it.
        result = record(run, (a, q, weights, axis, method, keepdims), {})
        return result if out is None else np.positive(result, out=out)

    return body


composition(np.quantile)(_quantile_of(np.quantile, 1, False))
composition(np.percentile)(_quantile_of(np.percentile, 100, False))
composition(np.nanquantile)(_quantile_of(np.nanquantile, 1, True))
composition(np.nanpercentile)(_quantile_of(np.nanpercentile, 100, True))


def _median_shares(rows: Any, skip: bool) -> Any:
    """How much of each row's median each of its elements is."""
    ranks = np.argsort(np.argsort(rows, 1, kind="stable"), 1)
    nan = np.isnan(rows)
    n = rows.shape[1] - np.sum(nan, 1, keepdims=True)
    low, high = (n - 1) // 2, n // 2
    if not skip:
        # The median of what has nan is the first of them.
        spoilt = n < rows.shape[1]
        low, high = np.where(spoilt, n, low), np.where(spoilt, n, high)
    share = 0.5 * (ranks == low) + 0.5 * (ranks == high)
    return np.where(nan, 0, share) if skip else share


def _median_of(func: Callable[..., Any], skip: bool) -> Callable[..., Any]:
    def run(a: Any, axis: Any, keepdims: Any) -> Any:
        return func(a, axis, keepdims=keepdims)

    known_as(name_of(func))(run)
    run.__name__ = f"_{func.__name__}"

    @pullback(run)
    def _(g: Any, _: Any, a: Any, axis: Any, keepdims: Any) -> Any:
        if not a.size:
            return np.zeros_like(a)
        share = _median_shares(_rows(unwrap(a), axis), skip)
        c = np.where(share != 0, np.reshape(g, (share.shape[0], 1)) * share, 0)
        return _from_rows(c, a.shape, axis)

    def body(
        a: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: Any = False,
        keepdims: Any = False,
    ) -> Any:
        result = record(run, (a, axis, keepdims), {})
        return result if out is None else np.positive(result, out=out)

    return body


composition(np.median)(_median_of(np.median, False))
composition(np.nanmedian)(_median_of(np.nanmedian, True))


# ----------------------------------------------------------------------------------------
# Covariances
# ----------------------------------------------------------------------------------------


def _variables(m: Any, rowvar: Any, dtype: Any, single: bool) -> Any:
    """A matrix with a row for each variable."""
    x = m.astype(dtype)
    x = np.reshape(x, (1,) * (2 - x.ndim) + x.shape) if x.ndim < 2 else x
    return x if rowvar or single else x.T


def _sample_weights(w: Any, name: str, n: int) -> Any:
    w = as_array(w).astype(float)
    if w.ndim > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if w.shape[0] != n:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if np.any(w < 0):
        raise ValueError(f"{name} cannot be negative")
    return w


@composition(np.cov)
def _(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    m = as_array(m)
    others = [] if y is None else [as_array(y)]
    for name, x in zip("my", [m, *others], strict=False):
        if x.ndim > 2:
            raise ValueError(f"{name} has more than 2 dimensions")
    if dtype is None:
        dtype = np.result_type(*[x.dtype for x in (m, *others)], np.float64)
    # Before NumPy 2.2 a matrix with a single row was taken for one variable in any case.
    single = m.ndim != 2 if _NUMPY >= "2.2.0" else m.ndim != 2 or m.shape[0] == 1
    x = _variables(m, rowvar, dtype, single)
    if x.shape[0] == 0:
        return np.array([]).reshape(0, 0)
    for other in others:
        other = _variables(other, rowvar, dtype, other.ndim != 2 or other.shape[0] == 1)
        x = np.concatenate((x, other), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    n = x.shape[1]
    w = None
    if fweights is not None:
        if carries(fweights):
            raise TypeError(
                "numpy.cov has no derivative by fweights, which are integers, but they are a "
                "tensor that carries a gradient. Pass t.detach() if the gradient is to stop here."
            )
        w = _sample_weights(unwrap(fweights), "fweights", n)
        if not np.all(w == np.around(w)):
            raise TypeError("fweights must be integer")
    if aweights is not None:
        aweights = _sample_weights(aweights, "aweights", n)
        w = aweights if w is None else w * aweights
    mean = np.average(x, 1, w)
    if w is None:
        degrees: Any = n - ddof
    else:
        degrees = np.sum(w, dtype=np.result_type(x.dtype, w.dtype))
        if ddof:
            degrees -= ddof if aweights is None else ddof * np.sum(w * aweights) / degrees
    if unwrap(degrees) <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        degrees = 0.0
    # NumPy subtracts and divides in place.
    x = _like(x - mean[:, None], x.dtype)
    weighted = x if w is None else x * w
    c = np.dot(x, conjugate(weighted.T))
    return np.squeeze(_like(c * np.true_divide(1, degrees), c.dtype))


def _like(a: Any, dtype: Any) -> Any:
    return a if a.dtype == dtype else a.astype(dtype)


@composition(np.corrcoef)
def _(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Any:
    c = np.cov(as_array(x), y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviations = np.sqrt(np.real(np.diagonal(c)))
    c = c / deviations[:, None] / deviations[None, :]
    if c.dtype.kind == "c":
        return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)
    return np.clip(c, -1, 1)


# ----------------------------------------------------------------------------------------
# Counts and histograms: linear in the weights
# ----------------------------------------------------------------------------------------


@known_as("numpy.bincount")
def _bincount(weights: Any, x: Any, minlength: Any) -> Any:
    return np.bincount(x, weights, minlength)


linear(_bincount, lambda g, _, _weights, x, minlength: g[x])


@composition(np.bincount)
def _(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    if isinstance(weights, (list, tuple)):
        weights = as_array(weights)
    if isinstance(weights, Name):
        return record(_bincount, (weights, np.asarray(unwrap(x)), minlength), {})
    return np.bincount(unwrap(x), unwrap(weights), minlength)


@known_as("numpy.histogramdd")
def _histogramdd(weights: Any, sample: Any, edges: Any) -> Any:
    """Sums of weights in each bin, by NumPy's histogramdd."""
    return np.histogramdd(sample, edges, weights=weights)[0]


def _binned(g: Any, sample: Any, edges: Any) -> Any:
    """What `g` is in the bin of each sample, or 0 outside of all."""
    places, inside = [], np.ones(len(sample), bool)
    for x, edge in zip(sample.T, edges, strict=True):
        place = np.searchsorted(edge, x, "right") - 1 - (x == edge[-1])
        inside &= (place >= 0) & (place < len(edge) - 1)
        places.append(np.where(inside, place, 0))
    return np.where(inside, g[tuple(places)], 0)


linear(_histogramdd, lambda g, _, _weights, sample, edges: _binned(g, sample, edges))


@known_as("numpy.histogram")
def _histogram(weights: Any, a: Any, bins: Any, range: Any, edges: Any) -> Any:
    # Its own way of adding up.
    return np.histogram(a, bins, range, weights=weights)[0]


linear(
    _histogram,
    lambda g, _, _weights, a, bins, range, edges: np.reshape(
        _binned(g, np.reshape(a, (-1, 1)), (edges,)), _weights.shape
    ),
)


def _edges(a: Any, bins: Any, range: Any, edges: np.ndarray) -> Any:
    """The `edges` of bins, which NumPy knows, as a function of what they are made of."""
    if np.ndim(unwrap(bins)):
        if has_names(bins):
            return as_array(bins)
    elif has_names(range) or (range is None and isinstance(a, Name) and np.size(unwrap(a))):
        first, last = (np.min(a), np.max(a)) if range is None else range
        if unwrap(first) == unwrap(last):
            first, last = first - 0.5, last + 0.5
        return np.linspace(first, last, len(edges), dtype=edges.dtype)
    return wrap(edges.copy(), None, True)


def _density(counts: Any, *edges: Any) -> Any:
    """Counts in bins as a probability density."""
    total = np.sum(counts)
    ndim = len(edges)
    for i, edge in enumerate(edges):
        counts = counts / np.reshape(np.diff(edge), (1,) * i + (-1,) + (1,) * (ndim - 1 - i))
    return counts / total


@composition(np.histogram)
def _(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    a = as_array(a)
    plain = unwrap(a), unwrap(bins), unwrap(range)
    counts, edges = np.histogram(*plain, weights=unwrap(weights))
    if isinstance(weights, (list, tuple)):
        weights = as_array(weights)
    if isinstance(weights, Name):
        counts = record(_histogram, (weights, *plain, edges), {})
    edges = _edges(a, bins, range, edges)
    if not density:
        return counts, edges
    return counts / np.diff(edges).astype(float) / np.sum(counts), edges


@composition(np.histogram_bin_edges)
def _(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    a = as_array(a)
    edges = np.histogram_bin_edges(unwrap(a), unwrap(bins), unwrap(range), unwrap(weights))
    return _edges(a, bins, range, edges)


@composition(np.histogram2d)
def _(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
) -> Any:
    x, y = as_array(x), as_array(y)
    plain = unwrap(x), unwrap(y), unwrap(bins), unwrap(range)
    counts, *edges = np.histogram2d(*plain, weights=unwrap(weights))
    if isinstance(weights, (list, tuple)):
        weights = as_array(weights)
    if isinstance(weights, Name):
        counts = record(_histogramdd, (weights, np.stack(plain[:2], 1), tuple(edges)), {})
    else:
        counts = wrap(counts, None, True)
    if not hasattr(bins, "__len__") or len(bins) != 2:
        bins = (bins, bins)
    ranges = (None, None) if range is None else range
    known = zip((x, y), bins, ranges, edges, strict=True)
    edges = [_edges(*each) for each in known]
    return (_density(counts, *edges) if density else counts), *edges


@composition(np.histogramdd, several=True)
def _(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    if not (hasattr(sample, "ndim") and sample.ndim == 2):
        # One-dimensional arrays, one for each dimension.
        sample = np.atleast_2d(as_array(sample)).T
    plain = unwrap(sample)
    counts, edges = np.histogramdd(plain, unwrap(bins), unwrap(range), weights=unwrap(weights))
    if isinstance(weights, (list, tuple)):
        weights = as_array(weights)
    if isinstance(weights, Name):
        counts = record(_histogramdd, (weights, plain, tuple(edges)), {})
    else:
        counts = wrap(counts, None, True)
    n = sample.shape[1]
    all_bins = bins if hasattr(bins, "__len__") else [bins] * n
    ranges = [None] * n if range is None else range
    known = zip(sample.T, all_bins, ranges, edges, strict=True)
    made = [_edges(*each) for each in known]
    return (_density(counts, *made) if density else counts), made


# ----------------------------------------------------------------------------------------
# Differences and integrals
# ----------------------------------------------------------------------------------------


def _part(axis: int, start: int | None, stop: int | None) -> tuple[slice, ...]:
    """The index of ``start:stop`` along an axis."""
    return (slice(None),) * axis + (slice(start, stop),)


def _beside(numbers: Any, a: Any) -> Any:
    """Numbers as an array of the kind of `a`, which may be on a device."""
    return np.asarray(numbers, like=unwrap(a))


def _border(x: Any, a: Any, axis: int) -> Any:
    """What is put before or after an array: if it has no axes, in a slice of length 1."""
    x = _beside(x, a) if isinstance(x, (int, float, complex)) else as_array(x)
    return x if x.ndim else np.broadcast_to(x, (*a.shape[:axis], 1, *a.shape[axis + 1 :]))


@composition(np.diff)
def _(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    a = as_array(a)
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis_index(axis, a.ndim)
    before = [] if prepend is None else [_border(prepend, a, axis)]
    after = [] if append is None else [_border(append, a, axis)]
    if before or after:
        a = np.concatenate([*before, a, *after], axis)
    later, earlier = _part(axis, 1, None), _part(axis, None, -1)
    op = np.not_equal if a.dtype == bool else np.subtract
    for _ in range(n):
        a = op(a[later], a[earlier])
    return a


@composition(np.ediff1d)
def _(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    ary = np.ravel(as_array(ary))
    if ary.dtype.kind == "O":
        raise TypeError("numpy.ediff1d of objects carries no gradient")
    parts = [ary[1:] - ary[:-1]]
    for name, x in (("to_begin", to_begin), ("to_end", to_end)):
        if x is None:
            continue
        x = as_array(x)
        if not np.can_cast(x.dtype, ary.dtype, "same_kind"):
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
        x = np.ravel(x).astype(ary.dtype)
        parts = [x, *parts] if name == "to_begin" else [*parts, x]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


@composition(np.trapezoid)
def _(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    y = as_array(y)
    place = normalize_axis_index(axis, y.ndim)
    steps = dx
    if x is not None:
        x = as_array(x)
        if x.ndim == 1:
            steps = np.diff(x)
            steps = np.reshape(steps, (-1, *(1,) * (y.ndim - 1 - place)))
        else:
            steps = np.diff(x, axis=axis)
    pairs = y[_part(place, 1, None)] + y[_part(place, None, -1)]
    return np.sum(steps * pairs / 2.0, axis)


def _spacing(given: Any, n: int) -> Any:
    """The argument of np.gradient for an axis of length `n`: one step, or one for each pair."""
    given = as_array(given)
    if given.ndim == 0:
        return given if isinstance(given, Name) else given[()]
    if given.ndim != 1:
        raise ValueError("distances must be either scalars or 1d")
    if len(given) != n:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    steps = np.diff(given.astype(float) if given.dtype.kind in "iu" else given)
    first = unwrap(steps)[0]
    # Equal steps of coordinates that carry gradients may change on their own.
    return first if not carries(steps) and (unwrap(steps) == first).all() else steps


def _slope(f: Any, axis: int, h: Any, edge_order: int) -> Any:
    """The derivative of `f` along an axis, in steps of `h`; the formulas are NumPy's."""
    row = (slice(None),) * axis
    uniform = np.ndim(h) == 0

    def at(*places: int) -> list[Any]:
        return [f[(*row, slice(i, i + 1 or None))] for i in places]

    before, here, after = [f[_part(axis, *ends)] for ends in ((None, -2), (1, -1), (2, None))]
    if uniform:
        inner = (after - before) / (2.0 * h)
    else:
        h1, h2 = h[:-1], h[1:]
        shape = (-1, *(1,) * (f.ndim - 1 - axis))
        a, b, c = [
            np.reshape(k, shape)
            for k in (
                -h2 / (h1 * (h1 + h2)),
                (h2 - h1) / (h1 * h2),
                h1 / (h2 * (h1 + h2)),
            )
        ]
        inner = a * before + b * here + c * after
    if edge_order == 1:
        (p, q), (r, s) = at(0, 1), at(-1, -2)
        first = (q - p) / (h if uniform else h[0])
        last = (r - s) / (h if uniform else h[-1])
    else:
        if uniform:
            starts = -1.5 / h, 2.0 / h, -0.5 / h
            stops = 0.5 / h, -2.0 / h, 1.5 / h
        else:
            h1, h2 = h[0], h[1]
            starts = (
                -(2.0 * h1 + h2) / (h1 * (h1 + h2)),
                (h1 + h2) / (h1 * h2),
                -h1 / (h2 * (h1 + h2)),
            )
            h1, h2 = h[-2], h[-1]
            stops = (
                h2 / (h1 * (h1 + h2)),
                -(h2 + h1) / (h1 * h2),
                (2.0 * h2 + h1) / (h2 * (h1 + h2)),
            )
        (p, q, r), (a, b, c) = at(0, 1, 2), starts
        first = a * p + b * q + c * r
        (p, q, r), (a, b, c) = at(-3, -2, -1), stops
        last = a * p + b * q + c * r
    parts = [part.astype(f.dtype) for part in (first, inner, last)]
    return np.concatenate(parts, axis)


@composition(np.gradient)
def _(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    f = as_array(f)
    axes = tuple(range(f.ndim)) if axis is None else normalize_axis_tuple(axis, f.ndim)
    if not varargs:
        steps: list[Any] = [1.0] * len(axes)
    elif len(varargs) == 1 and np.ndim(unwrap(varargs[0])) == 0:
        steps = [_spacing(varargs[0], 0)] * len(axes)
    elif len(varargs) == len(axes):
        steps = [_spacing(x, f.shape[i]) for x, i in zip(varargs, axes, strict=True)]
    else:
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if f.dtype.kind in "iu":
        f = f.astype(float)
    for i in axes:
        if f.shape[i] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least "
                "(edge_order + 1) elements are required."
            )
    found = tuple([_slope(f, i, h, edge_order) for i, h in zip(axes, steps, strict=True)])
    return found[0] if len(axes) == 1 else found


@known_as("numpy.unwrap")
def _unwrap(p: Any, period: Any, discont: Any, axis: Any) -> Any:
    return np.unwrap(p, discont, axis, period=period)


# What is added is whole periods, so it is not linear.
pullback(_unwrap)(lambda g, _, _p, period, discont, axis: g)


@pullback(_unwrap, "period")
def _(g: Any, ans: Any, p: Any, period: Any, discont: Any, axis: Any) -> Any:
    return np.sum(g * np.rint((ans - p) / period))


@composition(np.unwrap)
def _(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * math.pi) -> Any:
    return record(_unwrap, (as_array(p), period, discont, axis), {})


# ----------------------------------------------------------------------------------------
# Interpolation
# ----------------------------------------------------------------------------------------


@known_as("numpy.interp")
def _interp(x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    # NumPy takes complex numbers as these, but no arrays of them.
    left, right = [end.item() if hasattr(end, "item") else end for end in (left, right)]
    return np.interp(x, xp, fp, left, right)


def _interval(x: Any, xp: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Which data points `x` is between, how far, and where it is before or after all of them."""
    last = xp.shape[0] - 1
    j = np.clip(np.searchsorted(unwrap(xp), unwrap(x), "right") - 1, 0, max(last - 1, 0))
    k = np.minimum(j + 1, last)
    before, after = unwrap(x) < unwrap(xp)[0], unwrap(x) > unwrap(xp)[last]
    start, width = xp[j], xp[k] - xp[j]
    inside = ~(before | after | (unwrap(width) == 0))
    t = np.where(inside, x - start, after) / np.where(inside, width, 1)
    return j, k, t, before, after


def _between(g: Any, x: Any, xp: Any, fp: Any) -> tuple[Any, Any, Any, Any]:
    """The cotangent of `x`, and what else it takes for that of `xp`."""
    j, k, t, before, after = _interval(x, xp)
    width = xp[k] - xp[j]
    outside = before | after | (unwrap(width) == 0)
    slope = (fp[k] - fp[j]) / np.where(outside, 1, width)
    return np.where(outside, 0, g * slope), j, k, t


def _to_points(parts: list[Any], places: list[Any], points: Any) -> Any:
    parts = [np.ravel(c) for c in parts]
    return put(np.concatenate(parts), points, np.concatenate([np.ravel(i) for i in places]))


@pullback(_interp, "x")
def _(g: Any, _: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    return _between(g, x, xp, fp)[0]


@pullback(_interp, "xp")
def _(g: Any, _: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    c, j, k, t = _between(g, x, xp, fp)
    return _to_points([c * (t - 1), -c * t], [j, k], Spec(xp.shape, xp.dtype))


@pullback(_interp, "fp")
def _(g: Any, _: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    j, k, t, before, after = _interval(x, xp)
    elsewhere = (before & (left is not None)) | (after & (right is not None))
    g = np.where(elsewhere, 0, g)
    return _to_points([g * (1 - t), g * t], [j, k], Spec(fp.shape, fp.dtype))


@pullback(_interp, "left")
def _(g: Any, _: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    return np.sum(np.where(unwrap(x) < unwrap(xp)[0], g, 0))


@pullback(_interp, "right")
def _(g: Any, _: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    return np.sum(np.where(unwrap(x) > unwrap(xp)[-1], g, 0))


def _as_float(x: Any) -> Any:
    x = as_array(x)
    # NumPy refuses the rest, or takes it for complex numbers.
    return x.astype(float) if np.can_cast(x.dtype, float) else x


@composition(np.interp)
def _(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    x, xp, fp = [_as_float(part) for part in (x, xp, fp)]
    if not x.size and not xp.size:
        # An error before NumPy 2.5.
        np.interp(*[unwrap(part) for part in (x, xp, fp)])
        return 1.0 * x + np.sum(xp) + np.sum(fp)
    if period is None:
        return record(_interp, (x, xp, fp, left, right), {})
    if unwrap(period) == 0:
        raise ValueError("period must be a non-zero value")
    if xp.ndim != 1 or fp.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    if xp.shape[0] != fp.shape[0]:
        raise ValueError("fp and xp are not of the same length")
    period = np.abs(period)
    x, xp = x.astype(float) % period, xp.astype(float) % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    fp = np.concatenate((fp[-1:], fp, fp[:1]))
    return record(_interp, (x, xp, fp, None, None), {})


# ----------------------------------------------------------------------------------------
# Filters
# ----------------------------------------------------------------------------------------


def _flat(a: Any) -> Any:
    return np.reshape(a, (a.size,)) if hasattr(a, "size") else np.atleast_1d(a)


#: Other names of modes.
_MODES: dict[Any, str] = {"v": "valid", "s": "same", "f": "full", 0: "valid", 1: "same", 2: "full"}


def _full(g: Any, n: int, m: int, mode: Any, skipped: int) -> Any:
    """The cotangent of all overlaps of `n` and `m` elements, from that of those of a mode.

    In mode "same", `skipped` of them are left out at the beginning.
    """
    mode = _MODES.get(mode, mode)
    before = {"full": 0, "same": skipped, "valid": min(n, m) - 1}[mode]
    after = n + m - 1 - before - g.shape[0]
    parts = [np.zeros_like(g, shape=before), g, np.zeros_like(g, shape=after)]
    return np.concatenate(parts) if before or after else g


def _convolved(g: Any, a: Any, v: Any, mode: Any) -> Any:
    """The cotangent of the operand `a`, of which only the shape counts."""
    v = _flat(v)
    n, m = getattr(a, "size", 1), v.size
    g = _full(g, n, m, mode, (min(n, m) - 1) // 2)
    return np.reshape(np.convolve(g, v[::-1], "valid"), a.shape)


@pullback(np.convolve, "a")
def _(g: Any, _: Any, _a: Any, v: Any, mode: Any = "full") -> Any:
    return _convolved(g, _a, v, mode)


@pullback(np.convolve, "v")
def _(g: Any, _: Any, a: Any, _v: Any, mode: Any = "full") -> Any:
    return _convolved(g, _v, a, mode)


def _slid(g: Any, n: int, m: int, mode: Any) -> Any:
    return _full(g, n, m, mode, (m - 1) // 2 if n >= m else n // 2)


@pullback(np.correlate, "a")
def _(g: Any, _: Any, _a: Any, v: Any, mode: Any = "valid") -> Any:
    v = _flat(v)
    g = _slid(g, _a.size, v.size, mode)
    return np.reshape(np.convolve(g, v, "valid"), _a.shape)


@pullback(np.correlate, "v")
def _(g: Any, _: Any, a: Any, _v: Any, mode: Any = "valid") -> Any:
    a = _flat(a)
    g = _slid(g, a.size, _v.size, mode)
    return np.reshape(np.convolve(conjugate(g)[::-1], a, "valid"), _v.shape)


not_holomorphic(np.correlate)


# ----------------------------------------------------------------------------------------
# Elements: chosen, replaced, cut off
# ----------------------------------------------------------------------------------------


def _unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Any = None,
    *,
    equal_nan: Any = True,
) -> Any:
    ar = as_array(ar)
    _, index, *rest = np.unique(
        unwrap(ar), True, return_inverse, return_counts, axis, equal_nan=equal_nan
    )
    values = np.take(ar, index, axis)
    if return_index:
        rest = [index, *rest]
    return (values, *rest) if rest else values


def _unsorted(ar: Any, equal_nan: Any) -> Any:
    """The unique elements in NumPy's order, which is anyone's guess."""
    ar = as_array(ar)
    values, index = np.unique(unwrap(ar), return_index=True, equal_nan=equal_nan)
    found = np.unique(unwrap(ar), equal_nan=equal_nan, sorted=False)
    ranks = np.argsort(np.argsort(found, kind="stable"), kind="stable")
    return np.take(ar, index[ranks] if found.size == values.size else index)


if _NUMPY >= "2.3.0":

    @composition(np.unique)
    def _(
        ar: Any,
        return_index: Any = False,
        return_inverse: Any = False,
        return_counts: Any = False,
        axis: Any = None,
        *,
        equal_nan: Any = True,
        sorted: Any = True,
    ) -> Any:
        if not (sorted or return_index or return_inverse or return_counts) and axis is None:
            return _unsorted(ar, equal_nan)
        return _unique(ar, return_index, return_inverse, return_counts, axis, equal_nan=equal_nan)

    composition(np.unique_values)(lambda x: _unsorted(x, False))
else:
    composition(np.unique)(_unique)
    composition(np.unique_values)(lambda x: _unique(x, equal_nan=False))


def _with_values(func: Callable[..., Any]) -> Callable[..., Any]:
    def body(x: Any) -> Any:
        x = as_array(x)
        places = np.unique_all(unwrap(x)).indices
        return func(unwrap(x))._replace(values=np.take(x, places))

    return body


for _func in (np.unique_all, np.unique_counts, np.unique_inverse):
    composition(_func)(_with_values(_func))


@composition(np.nan_to_num)
def _(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    given, x = x, as_array(x)
    nan, posinf, neginf = [
        as_array(y) if isinstance(y, (list, tuple)) else y for y in (nan, posinf, neginf)
    ]
    if x.dtype.kind == "c":
        parts = [np.nan_to_num(part(x), True, nan, posinf, neginf) for part in (np.real, np.imag)]
        result = parts[0] + 1j * parts[1]
    elif x.dtype.kind == "f":
        limits = np.finfo(x.dtype)
        result = np.where(np.isnan(x), nan, x)
        result = np.where(np.isposinf(x), limits.max if posinf is None else posinf, result)
        result = np.where(np.isneginf(x), limits.min if neginf is None else neginf, result)
    else:
        result = x
    if result.dtype != x.dtype:
        result = result.astype(x.dtype)
    if copy or given is not x:
        return result
    x[...] = result
    return x


@composition(np.real_if_close)
def _(a: Any, tol: Any = 100) -> Any:
    a = as_array(a)
    if a.dtype.kind != "c" or np.real_if_close(unwrap(a), tol).dtype.kind == "c":
        return a
    return np.real(a)


def _trim_zeros(filt: Any, trim: Any = "fb", axis: Any = None) -> Any:
    filt = as_array(filt)
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    axes = range(filt.ndim) if axis is None else normalize_axis_tuple(axis, filt.ndim)
    if not axes:
        return filt
    key = [slice(None)] * filt.ndim
    for i, places in enumerate(np.nonzero(unwrap(filt))):
        if i in axes:
            start, stop = (places.min(), places.max() + 1) if places.size else (0, 0)
            whole = places.size > 0
            key[i] = slice(
                None if whole and "f" not in trim else int(start),
                None if whole and "b" not in trim else int(stop),
            )
    return filt[tuple(key)]


if _NUMPY >= "2.2.0":
    composition(np.trim_zeros)(_trim_zeros)
else:

    @composition(np.trim_zeros)
    def _(filt: Any, trim: Any = "fb") -> Any:
        if as_array(filt).ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return _trim_zeros(filt, trim)


#: Where the cosine is taken in the integral of `_i1`: in the middle of 64 equal parts.
_ANGLES = np.cos(np.pi * (np.arange(64) + 0.5) / 128)


def _i1(x: Any) -> Any:
    # The integral of cos(t) exp(x cos(t)) / pi from 0 to pi. The midpoint rule converges
    # geometrically for periodic functions: this is exact as far as float64 reaches.
    return np.sum(_ANGLES * np.sinh(x[..., None] * _ANGLES), -1) / 64


@pullback(np.i0)
def _(g: Any, _: Any, x: Any) -> Any:
    return g * _i1(x)


# ----------------------------------------------------------------------------------------
# Polynomials
# ----------------------------------------------------------------------------------------


@composition(np.polyval)
def _(p: Any, x: Any) -> Any:
    p, x = as_array(p), as_array(x)
    y = np.zeros_like(unwrap(x))
    for i in range(len(p)):
        y = y * x + p[i]
    return y


def _same_length(a1: Any, a2: Any) -> tuple[Any, Any]:
    """The coefficients of two polynomials with zeros in front of the shorter ones."""
    a1, a2 = np.atleast_1d(as_array(a1)), np.atleast_1d(as_array(a2))
    n = max(len(a1), len(a2))
    return (
        np.concatenate((np.zeros_like(unwrap(a1), shape=n - len(a1)), a1)) if len(a1) < n else a1,
        np.concatenate((np.zeros_like(unwrap(a2), shape=n - len(a2)), a2)) if len(a2) < n else a2,
    )


@composition(np.polyadd)
def _(a1: Any, a2: Any) -> Any:
    a1, a2 = _same_length(a1, a2)
    return a1 + a2


@composition(np.polysub)
def _(a1: Any, a2: Any) -> Any:
    a1, a2 = _same_length(a1, a2)
    return a1 - a2


@composition(np.polymul)
def _(a1: Any, a2: Any) -> Any:
    factors = []
    for a in (a1, a2):
        a = np.atleast_1d(as_array(a))
        if a.ndim > 1:
            raise ValueError("Polynomial must be 1d only.")
        trimmed = _trim_zeros(a, "f")
        factors.append(trimmed if trimmed.size else np.zeros_like(unwrap(a), shape=1))
    return np.convolve(factors[0], factors[1])


@composition(np.polyder)
def _(p: Any, m: Any = 1) -> Any:
    m = int(m)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = as_array(p)
    n = len(p)
    for i in range(m):
        p = p[:-1] * _beside(np.arange(n - 1 - i, 0, -1), p)
    return p


@composition(np.polyint)
def _(p: Any, m: Any = 1, k: Any = None) -> Any:
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    p = as_array(p)
    k = np.atleast_1d(_beside(np.zeros(m), p) if k is None else as_array(k))
    if len(k) == 1 and m > 1:
        k = k[0] * _beside(np.ones(m), p)
    if len(k) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for i in range(m):
        p = np.concatenate((p / _beside(np.arange(len(p), 0, -1), p), k[i : i + 1]))
    return p


def _horner(x: Any, c: Any) -> Any:
    """A polynomial with the coefficients `c`, the lowest first."""
    c = np.atleast_1d(c)
    y = c[-1] + x * 0
    for i in range(2, len(c) + 1):
        y = c[-i] + y * x
    return y


def _for_each(x: Any, c: Any) -> Any:
    """Coefficients of shapes that broadcast against `x`, in axes of their own."""
    c = np.atleast_1d(c)
    return np.reshape(c, c.shape + (1,) * x.ndim)


def _coefficients(c: Any) -> Any:
    c = as_array(c)
    return c + 0.0 if c.dtype.kind in "biu" else c


def _polyval2d(x: Any, y: Any, c: Any) -> Any:
    x, y = as_array(x), as_array(y)
    if x.shape != y.shape:
        raise ValueError("x, y are incompatible")
    return _horner(y, _horner(x, _for_each(x, _coefficients(c))))


def _polygrid2d(x: Any, y: Any, c: Any) -> Any:
    c = _coefficients(c)
    for points in (as_array(x), as_array(y)):
        c = _horner(points, _for_each(points, c))
    return c


if hasattr(polynomial.polyval2d, "_implementation"):
    # Older versions of NumPy do not ask us.
    composition(polynomial.polyval2d)(_polyval2d)
    composition(polynomial.polygrid2d)(_polygrid2d)


@composition(np.polydiv)
def _(u: Any, v: Any) -> Any:
    u, v = np.atleast_1d(as_array(u)) + 0.0, np.atleast_1d(as_array(v)) + 0.0
    dtype = np.result_type(u.dtype, v.dtype)
    n = len(v)
    if len(u) >= n and (u.ndim > 1 or v.ndim > 1):
        raise ValueError("Polynomial must be 1d only.")
    scale = 1.0 / v[0]
    rest, quotient = u.astype(dtype), []
    for k in range(len(u) - n + 1):
        d = scale * rest[k]
        quotient.append(d)
        rest = np.concatenate((rest[:k], rest[k : k + n] - d * v, rest[k + n :]))
    while len(rest) > 1 and np.allclose(unwrap(rest)[0], 0, rtol=1e-14):
        rest = rest[1:]
    return np.stack(quotient) if quotient else wrap(np.zeros(1, dtype), None, True), rest


@composition(np.poly)
def _(seq_of_zeros: Any) -> Any:
    zeros = np.atleast_1d(as_array(seq_of_zeros))
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] != 0:
        zeros = np.linalg.eigvals(zeros)
    elif zeros.ndim == 1:
        zeros = zeros.astype(np.mintypecode(zeros.dtype.char))
    else:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if len(zeros) == 0:
        return wrap(np.asarray(1.0), None, True)
    one = np.ones(1, zeros.dtype)
    p = one
    for i in range(len(zeros)):
        p = np.convolve(p, np.concatenate((one, -zeros[i : i + 1])))
    if p.dtype.kind == "c":
        # Of pairs of conjugate zeros the polynomial is real.
        plain = unwrap(zeros).astype(complex)
        if np.all(np.sort(plain) == np.sort(plain.conjugate())):
            p = np.real(p)
    return p


@pullback(np.roots)
def _(g: Any, ans: Any, p: Any) -> Any:
    # p(r) = 0, so that dr = -dp(r) / p'(r).
    shape = p.shape
    p = np.ravel(p).astype(ans.dtype)
    c = -g / np.polyval(np.polyder(p), ans)
    return np.reshape(np.dot(c, np.vander(ans, len(p))), shape)


@composition(np.polyfit)
def _(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False
) -> Any:
    order = int(deg) + 1
    x, y = as_array(x) + 0.0, as_array(y) + 0.0
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim not in (1, 2):
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    if rcond is None:
        rcond = len(x) * np.finfo(x.dtype).eps
    powers, values = np.vander(x, order), y
    if w is not None:
        w = as_array(w) + 0.0
        if w.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if len(w) != len(y):
            raise TypeError("expected w and y to have the same length")
        # NumPy multiplies and divides in place.
        powers = _like(powers * w[:, None], powers.dtype)
        values = _like(values * (w[:, None] if y.ndim == 2 else w), y.dtype)
    scale = np.sqrt(np.sum(powers * powers, 0))
    powers = powers / scale
    c, residuals, rank, s = np.linalg.lstsq(powers, values, rcond)
    c = (c.T / scale).T
    if rank != order and not full:
        warnings.warn("Polyfit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    if full:
        return c, residuals, rank, s, rcond
    if not cov:
        return c
    base = np.linalg.inv(np.dot(powers.T, powers)) / np.outer(scale, scale)
    factor: Any = 1
    if cov != "unscaled":
        if len(x) <= order:
            raise ValueError(
                "the number of data points must exceed order to scale the covariance matrix"
            )
        factor = residuals / (len(x) - order)
    return c, (base if y.ndim == 1 else base[:, :, None]) * factor


@pullback(np.vander)
def _(g: Any, _: Any, x: Any, N: Any = None, increasing: Any = False) -> Any:
    n = g.shape[1]
    if n < 2:
        return np.zeros_like(x)
    g = g if increasing else g[:, ::-1]
    return np.sum(g[:, 1:] * (_beside(np.arange(1, n), x) * np.vander(x, n - 1, True)), 1)


# ----------------------------------------------------------------------------------------
# Grids
# ----------------------------------------------------------------------------------------


def _shares(y: Any, axis: Any, endpoint: Any) -> Any:
    """How far along `axis` each of the numbers is from start to stop."""
    n = y.shape[axis]
    t = np.arange(n) / max(n - 1 if endpoint else n, 1)
    return np.reshape(t, (-1, *(1,) * (y.ndim - 1 - axis % y.ndim)))


def _by_end(g: Any, y: Any, endpoint: Any, retstep: Any, axis: Any, sign: int) -> Any:
    """The cotangent of start (`sign` -1) or stop (1)."""
    if retstep:
        g, step = g
        y = y[0]
    n = y.shape[axis]
    t = _shares(y, axis, endpoint)
    c = np.sum(g * (t if sign == 1 else 1 - t), axis)
    divisions = n - 1 if endpoint else n
    return c + sign * step / divisions if retstep and divisions > 0 else c


@pullback(np.linspace, "start")
def _(
    g: Any,
    ans: Any,
    _start: Any,
    _stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
    *,
    device: Any = None,
) -> Any:
    return _by_end(g, ans, endpoint, retstep, axis, -1)


@pullback(np.linspace, "stop")
def _(
    g: Any,
    ans: Any,
    _start: Any,
    _stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
    *,
    device: Any = None,
) -> Any:
    return _by_end(g, ans, endpoint, retstep, axis, 1)


@composition(np.logspace)
def _(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    if not isinstance(base, (float, int)) and np.ndim(base):
        start, stop, base = as_array(start), as_array(stop), as_array(base)
        ndim = len(np.broadcast_shapes(start.shape, stop.shape, base.shape))
        start, stop, base = [
            np.reshape(x, (1,) * (ndim - x.ndim) + x.shape) for x in (start, stop, base)
        ]
        base = np.expand_dims(base, axis)
    y = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return y if dtype is None else y.astype(dtype)


def _end(x: Any, y: Any, axis: Any) -> Any:
    """An end of a geometric progression, in axes that broadcast against it."""
    x = x if hasattr(x, "ndim") else np.asarray(x)
    x = np.reshape(x, (1,) * (y.ndim - 1 - x.ndim) + x.shape)
    return np.expand_dims(x, axis)


@known_as("numpy.geomspace")
def _geomspace(start: Any, stop: Any, num: Any, endpoint: Any, dtype: Any, axis: Any) -> Any:
    return np.geomspace(start, stop, num, endpoint, dtype, axis)


@pullback(_geomspace, "start")
def _(
    g: Any, ans: Any, start: Any, _stop: Any, num: Any, endpoint: Any, dtype: Any, axis: Any
) -> Any:
    share = 1 - _shares(ans, axis, endpoint)
    return np.sum(g * (ans / _end(start, ans, axis)) * share, axis)


@pullback(_geomspace, "stop")
def _(
    g: Any, ans: Any, _start: Any, stop: Any, num: Any, endpoint: Any, dtype: Any, axis: Any
) -> Any:
    share = _shares(ans, axis, endpoint)
    return np.sum(g * (ans / _end(stop, ans, axis)) * share, axis)


@composition(np.geomspace)
def _(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    start, stop = as_array(start), as_array(stop)
    # The derivative is made of the numbers as they are before they are cast.
    exact = np.result_type(start.dtype, stop.dtype, float, dtype or float)
    y = record(_geomspace, (start, stop, num, endpoint, exact, axis), {})
    return y if dtype is None or y.dtype == dtype else y.astype(dtype)


@composition(np.meshgrid)
def _(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> Any:
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(xi)
    places = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        places[:2] = 1, 0
    grids = [
        np.reshape(as_array(x), (1,) * i + (-1,) + (1,) * (ndim - 1 - i))
        for x, i in zip(xi, places, strict=True)
    ]
    if not sparse:
        shape = np.broadcast_shapes(*[grid.shape for grid in grids])
        grids = [np.broadcast_to(grid, shape) for grid in grids]
    return tuple([np.copy(grid) for grid in grids] if copy else grids)


@composition(np.ix_)
def _(*args: Any) -> Any:
    if not carries(args):
        # Indices, as a rule: arrays.
        return np.ix_(*unwrap(args))
    vectors = [as_array(x) for x in args]
    if any([x.ndim != 1 for x in vectors]):
        raise ValueError("Cross index must be 1 dimensional")
    vectors = [np.flatnonzero(x) if x.dtype == bool else x for x in vectors]
    n = len(vectors)
    return tuple(
        [np.reshape(x, (1,) * i + (-1,) + (1,) * (n - 1 - i)) for i, x in enumerate(vectors)]
    )


@composition(np.apply_along_axis, passes_on=True)
def _(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    arr = as_array(arr)
    (axis,) = normalize_axis_tuple(axis, arr.ndim)
    rows = np.moveaxis(arr, axis, -1)
    rest = rows.shape[:-1]
    found = [as_array(func1d(rows[(*i, ...)], *args, **kwargs)) for i in np.ndindex(rest)]
    if not found:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    result = np.reshape(np.stack(found), rest + found[0].shape)
    order = list(range(result.ndim))
    n = len(rest)
    return np.transpose(result, order[:axis] + order[n:] + order[axis:n])


@composition(np.apply_over_axes)
def _(func: Any, a: Any, axes: Any) -> Any:
    a = as_array(a)
    for axis in (axes,) if np.ndim(axes) == 0 else axes:
        axis = operator.index(axis)
        axis = axis + a.ndim if axis < 0 else axis
        result = func(a, axis)
        if result.ndim != a.ndim:
            result = np.expand_dims(result, axis)
            if result.ndim != a.ndim:
                raise ValueError("function is not returning an array of the correct shape")
        a = result
    return a


@composition(np.piecewise, passes_on=True)
def _(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    x = as_array(x)
    conditions = unwrap(condlist)
    if np.isscalar(conditions) or (
        not isinstance(conditions[0], (list, np.ndarray)) and x.ndim != 0
    ):
        conditions = [conditions]
    conditions = list(np.asarray(conditions, bool))
    n = len(conditions)
    if n == len(funclist) - 1:
        conditions.append(~np.any(conditions, axis=0))
    elif n != len(funclist):
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    # All of it may become constant; it is a function of `x` still.
    y = np.where(np.zeros(x.shape, bool), x, np.zeros_like(unwrap(x)))
    for condition, func in zip(conditions, funclist, strict=True):
        count = int(np.count_nonzero(condition))
        if not count:
            continue
        values = as_array(func(x[condition], *args, **kw) if callable(func) else func)
        values = np.broadcast_to(values, (count, *x.shape[condition.ndim :])).astype(x.dtype)
        y = np.where(condition, put(values, Spec(x.shape, x.dtype), condition), y)
    return y
