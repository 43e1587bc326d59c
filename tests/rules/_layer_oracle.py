"""Convolutions, pooling and windows in plain NumPy that visit every place, as oracles."""

import itertools

import numpy as np


def each(value, n: int) -> tuple[int, ...]:
    return (value,) * n if isinstance(value, int) else tuple(value)


def places(size, window, stride, dilation):
    """For each place of a window (output index, key of what it sees)."""
    counts = []
    for n, k, s, d in zip(size, window, stride, dilation, strict=True):
        span = (k - 1) * d + 1
        if n < span or (n - span) % s:
            raise ValueError("windows do not tile")
        counts.append((n - span) // s + 1)
    for place in itertools.product(*map(range, counts)):
        key = [
            slice(o * s, o * s + (k - 1) * d + 1, d)
            for o, k, s, d in zip(place, window, stride, dilation, strict=True)
        ]
        yield place, (..., *key)


def _result(found, leading, dtype):
    shape = tuple(max(i) + 1 for i in zip(*[place for place, _ in found], strict=True))
    out = np.zeros((*leading, *shape), dtype)
    for place, value in found:
        out[(..., *place)] = value
    return out


def _rank(x, w, axis):
    if x.ndim < 3 or x.ndim != w.ndim or x.shape[1] != w.shape[axis] or 0 in w.shape[2:]:
        raise ValueError("shapes")


def conv(x, w, *, stride, padding=0, dilation=1):
    _rank(x, w, 1)
    n = x.ndim - 2
    stride, padding, dilation = each(stride, n), each(padding, n), each(dilation, n)
    x = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]])
    found = [
        (place, np.tensordot(x[key], w, (range(1, n + 2), range(1, n + 2))))
        for place, key in places(x.shape[2:], w.shape[2:], stride, dilation)
    ]
    return _result(found, (len(x), len(w)), np.result_type(x, w))


def conv_transpose(x, w, *, stride, padding=0, output_padding=0, dilation=1):
    _rank(x, w, 0)
    n = x.ndim - 2
    stride, padding, dilation = each(stride, n), each(padding, n), each(dilation, n)
    size = []
    for d, k, s, p, m, gap in zip(
        x.shape[2:], w.shape[2:], stride, padding, each(output_padding, n), dilation, strict=True
    ):
        size.append((d - 1) * s + (k - 1) * gap + 1 + m)
        if d == 0 or size[-1] <= 2 * p:
            raise ValueError("nothing left")
    out = np.zeros((len(x), w.shape[1], *size), np.result_type(x, w))
    for place in np.ndindex(*x.shape[2:]):
        key = [
            slice(o * s, o * s + (k - 1) * d + 1, d)
            for o, s, k, d in zip(place, stride, w.shape[2:], dilation, strict=True)
        ]
        out[(..., *key)] += np.tensordot(x[(..., *place)], w, 1)
    return out[(..., *[slice(p, s - p) for p, s in zip(padding, size, strict=True)])]


def pool_by(reduce):
    def pooled(x, pool, stride):
        pool = (pool,) if isinstance(pool, int) else tuple(pool)
        n = len(pool)
        if n > x.ndim:
            raise ValueError("axes")
        found = [
            (place, reduce(x[key], tuple(range(-n, 0))))
            for place, key in places(x.shape[-n:], pool, each(stride, n), (1,) * n)
        ]
        return _result(found, x.shape[:-n], x.dtype)

    return pooled


max_pool, avg_pool = pool_by(np.max), pool_by(np.mean)


def sliding(x, window, step, dilation=1):
    n = len(window)
    if n > x.ndim:
        raise ValueError("axes")
    step, dilation = each(step, n), each(dilation, n)
    # Cut off what no window reaches.
    size = [
        (m - (k - 1) * d - 1) // s * s + (k - 1) * d + 1
        for m, k, s, d in zip(x.shape[-n:], window, step, dilation, strict=True)
    ]
    if any(m < (k - 1) * d + 1 for m, k, d in zip(x.shape[-n:], window, dilation, strict=True)):
        raise ValueError("too large")
    found = [(p, x[key]) for p, key in places(size, window, step, dilation)]
    shape = tuple(max(i) + 1 for i in zip(*[p for p, _ in found], strict=True))
    return np.stack([value for _, value in found]).reshape(*shape, *found[0][1].shape)
