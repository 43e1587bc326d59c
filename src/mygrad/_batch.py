"""Passes with many cotangents or tangents at once, for Jacobians.

A `Batch` stands in a pass for k arrays of one shape, which it holds as one array with a leading
axis; rules see the shape of one of them. Being NumPy, they run on batches as they stand: a batch
does each of NumPy's functions for all k at once. What it cannot do so raises `CannotBatch`;
then the pass runs the rule of that one value k times.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from inspect import CO_VARARGS
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ._indexing import is_basic, is_int, winners
from ._lens import Lens
from ._modes import tracking
from ._operands import unwrap
from ._pull import ArrayRun, GraphRun, Mark, fit
from ._push import (
    Flow,
    Push,
    behind,
    between,
    check_tracking,
    check_whole,
    end_of,
    input_values,
    kept_gradients,
    seed_of,
    settled,
)
from ._record import scatter
from ._state import Name, data_of, is_constant, make
from ._value import Spec, Value, leaf, parents, spec_of
from .rules.index import put
from .rules.product import contract

__all__ = ["pull_batch", "pull_values_batch", "push_batch", "push_values_batch"]


class CannotBatch(Exception):
    """Raised where a batch is used in a way that is not known for all at once."""


class _NoAttribute(CannotBatch, AttributeError):
    """The same for an attribute: rules may ask whether there is one."""


# ----------------------------------------------------------------------------------------
# Batches
# ----------------------------------------------------------------------------------------


class Batch(np.lib.mixins.NDArrayOperatorsMixin):
    """Arrays of one shape, to be used as if they were one.

    Attributes
    ----------
    data
        All of them, along the first axis: an array or a tensor.
    """

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape[1:]  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        return self.data.ndim - 1  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.data.dtype  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def T(self) -> Any:
        return _transpose(self)

    @property
    def real(self) -> "Batch":
        return Batch(np.real(self.data))

    @property
    def imag(self) -> "Batch":
        return Batch(np.imag(self.data))

    def __len__(self) -> int:
        return self.shape[0]

    def astype(self, dtype: Any) -> "Batch":
        return Batch(self.data.astype(dtype))

    def copy(self) -> "Batch":
        """A copy to be written into, so not of a constant."""
        data = self.data.copy()
        if isinstance(data, Name) and is_constant(data):
            data = make(data_of(data), leaf(spec_of(data_of(data))))
        return Batch(data)

    def reshape(self, *shape: Any) -> Any:
        return _reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        return _transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _sum(self, axis, keepdims=keepdims)

    def __getitem__(self, key: Any) -> "Batch":
        return Batch(self.data[_key(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        if not is_basic(key) and winners(self.shape, key) is not None:
            raise CannotBatch
        key = _key(key)
        if isinstance(value, Batch):
            value = value.aligned(self.data[key].ndim - 1)
        self.data[key] = value

    def scattered(self, a: Spec, key: Any) -> "Batch":
        """Zeros of the shape of `a`, with this added at ``[key]``."""
        whole = Spec((self.data.shape[0], *a.shape), a.dtype)
        return Batch(put(self.data, whole, _key(key)))

    def aligned(self, ndim: int) -> Any:
        """The data with axes put in after the first, to be broadcast with arrays of `ndim` axes."""
        if self.ndim >= ndim:
            return self.data
        n, *shape = self.data.shape
        return np.reshape(self.data, (n, *[1] * (ndim - self.ndim), *shape))

    def __array_ufunc__(self, func: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> "Batch":
        if method != "__call__" or kwargs or func.nout != 1:
            raise CannotBatch
        if func is np.matmul:
            return _matmul(*inputs)
        if func.signature is not None:
            raise CannotBatch
        return Batch(func(*_aligned(inputs)))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func not in _FUNCTIONS:
            raise CannotBatch
        return _FUNCTIONS[func](*args, **kwargs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise CannotBatch

    def __bool__(self) -> bool:
        raise CannotBatch

    def __getattr__(self, name: str) -> Any:
        raise _NoAttribute(name)


def _aligned(operands: Sequence[Any]) -> list[Any]:
    """Operands of an elementwise function, for the batches to be broadcast with the others."""
    ndim = max([x.ndim if hasattr(x, "ndim") else np.ndim(x) for x in operands])
    return [x.aligned(ndim) if isinstance(x, Batch) else x for x in operands]


def _key(key: Any) -> tuple[Any, ...]:
    """A key for all arrays of a batch."""
    parts = key if key.__class__ is tuple else (key,)
    picks = [i for i, part in enumerate(parts) if not is_basic(part)]
    if picks:
        if any([isinstance(part, Batch) for part in parts]):
            raise CannotBatch
        picks = [i for i, part in enumerate(parts) if is_int(part) or not is_basic(part)]
        if picks[-1] - picks[0] >= len(picks):
            # NumPy puts their axes in front of all others.
            raise CannotBatch
    return (slice(None), *parts)


def _matmul(a: Any, b: Any) -> Batch:
    if isinstance(a, Batch):
        if isinstance(b, Batch) or a.ndim == 0:
            raise CannotBatch
        if a.ndim == 1 and b.ndim > 2:
            return Batch(np.matmul(a.data[(slice(None), *[None] * (b.ndim - 1))], b)[..., 0, :])
        return Batch(np.matmul(a.aligned(b.ndim) if a.ndim > 1 else a.data, b))
    if b.ndim == 0:
        raise CannotBatch
    if b.ndim > 1:
        return Batch(np.matmul(a, b.aligned(a.ndim)))
    if a.ndim <= 2:
        return Batch(np.matmul(b.data, a.T))
    columns = np.reshape(b.data, (b.data.shape[0], *[1] * (a.ndim - 2), *b.shape, 1))
    return Batch(np.matmul(a, columns)[..., 0])


def _whole(x: Any, n: int) -> Any:
    """The data of a batch; an array that is no batch as often as a batch has arrays."""
    return x.data if isinstance(x, Batch) else np.broadcast_to(x, (n, *np.shape(x)))


def _length(operands: Sequence[Any]) -> Any:
    return next(x.data.shape[0] for x in operands if isinstance(x, Batch))


# ----------------------------------------------------------------------------------------
# NumPy's functions
# ----------------------------------------------------------------------------------------

_FUNCTIONS: dict[Any, Callable[..., Any]] = {}


def _batched(func: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what a function does for a batch; other arguments than it names raise."""

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        code = body.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        most = 99 if code.co_flags & CO_VARARGS else code.co_argcount

        def run(*args: Any, **kwargs: Any) -> Any:
            kwargs = {k: x for k, x in kwargs.items() if x is not np._NoValue}
            if len(args) > most or not {*names}.issuperset(kwargs) or "out" in kwargs:
                raise CannotBatch
            return body(*args, **kwargs)

        _FUNCTIONS[func] = run
        return body

    return register


def _after(axis: Any, ndim: int) -> Any:
    """An axis, or several, behind the first one."""
    if isinstance(axis, (tuple, list, range)):
        return tuple([i + 1 for i in normalize_axis_tuple(axis, ndim, allow_duplicate=True)])
    return normalize_axis_index(axis, ndim) + 1


_FUNCTIONS[np.ndim] = lambda a: a.ndim
_FUNCTIONS[np.shape] = lambda a: a.shape
_FUNCTIONS[np.size] = lambda a: a.size


@_batched(np.where)
def _(condition: Any, x: Any, y: Any) -> Batch:
    return Batch(np.where(*_aligned((condition, x, y))))


@_batched(np.sum)
def _sum(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False
) -> Batch:
    axes = tuple(range(1, a.ndim + 1)) if axis is None else _after(axis, a.ndim)
    return Batch(np.sum(a.data, axes, dtype, keepdims=keepdims))


@_batched(np.mean)
def _(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False
) -> Batch:
    axes = tuple(range(1, a.ndim + 1)) if axis is None else _after(axis, a.ndim)
    return Batch(np.mean(a.data, axes, dtype, keepdims=keepdims))


@_batched(np.cumsum)
def _(a: Any, axis: Any = None, dtype: Any = None) -> Batch:
    if axis is None and a.ndim != 1:
        raise CannotBatch
    return Batch(np.cumsum(a.data, 1 if axis is None else _after(axis, a.ndim), dtype))


@_batched(np.reshape)
def _reshape(a: Any, /, shape: Any) -> Batch:
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if -1 in shape and a.size == 0:
        raise CannotBatch
    return Batch(np.reshape(a.data, (a.data.shape[0], *_known(shape, a.size))))


def _known(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """A shape with the number that -1 stands for."""
    if -1 not in shape:
        return shape
    rest = 1
    for n in shape:
        rest *= n if n != -1 else 1
    return tuple([size // rest if n == -1 else n for n in shape])


@_batched(np.ravel)
def _(a: Any) -> Any:
    return _reshape(a, (a.size,))


@_batched(np.transpose)
def _transpose(a: Any, axes: Any = None) -> Batch:
    axes = range(a.ndim)[::-1] if axes is None else axes
    return Batch(np.transpose(a.data, (0, *_after(tuple(axes), a.ndim))))


@_batched(np.swapaxes)
def _(a: Any, axis1: Any, axis2: Any) -> Batch:
    return Batch(np.swapaxes(a.data, _after(axis1, a.ndim), _after(axis2, a.ndim)))


@_batched(np.moveaxis)
def _(a: Any, source: Any, destination: Any) -> Batch:
    return Batch(np.moveaxis(a.data, _after(source, a.ndim), _after(destination, a.ndim)))


@_batched(np.expand_dims)
def _(a: Any, axis: Any) -> Batch:
    n = len(axis) if isinstance(axis, (tuple, list)) else 1
    return Batch(np.expand_dims(a.data, _after(axis, a.ndim + n)))


@_batched(np.squeeze)
def _(a: Any, axis: Any = None) -> Batch:
    if axis is None:
        axis = tuple([i for i, n in enumerate(a.shape) if n == 1])
    return Batch(np.squeeze(a.data, _after(axis, a.ndim)))


@_batched(np.broadcast_to)
def _(array: Any, shape: Any) -> Batch:
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    n = array.data.shape[0]
    return Batch(np.broadcast_to(array.aligned(len(shape)), (n, *shape)))


@_batched(np.concatenate)
def _(arrays: Any, axis: Any = 0) -> Batch:
    n = _length(arrays)
    if axis is None:
        raise CannotBatch
    axis = _after(axis, np.ndim(arrays[0]))
    return Batch(np.concatenate([_whole(x, n) for x in arrays], axis))


@_batched(np.stack)
def _(arrays: Any, axis: Any = 0) -> Batch:
    n = _length(arrays)
    axis = _after(axis, np.ndim(arrays[0]) + 1)
    return Batch(np.stack([_whole(x, n) for x in arrays], axis))


@_batched(np.tensordot)
def _(a: Any, b: Any, axes: Any = 2) -> Batch:
    if isinstance(axes, int):
        axes = range(a.ndim - axes, a.ndim), range(axes)
    axes_a, axes_b = [tuple(x) if not isinstance(x, int) else (x,) for x in axes]
    if isinstance(a, Batch):
        if isinstance(b, Batch):
            raise CannotBatch
        return Batch(np.tensordot(a.data, b, (_after(axes_a, a.ndim), axes_b)))
    c = np.tensordot(a, b.data, (axes_a, _after(axes_b, b.ndim)))
    return Batch(np.moveaxis(c, a.ndim - len(axes_a), 0))


@_batched(np.dot)
def _(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return np.tensordot(a, b, (a.ndim - 1, max(b.ndim - 2, 0)))


@_batched(np.inner)
def _(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return np.tensordot(a, b, (a.ndim - 1, b.ndim - 1))


@_batched(np.outer)
def _(a: Any, b: Any) -> Any:
    return np.expand_dims(np.ravel(a), 1) * np.ravel(b)


@_batched(np.einsum)
def _(subscripts: Any, *operands: Any, optimize: Any = False) -> Batch:
    if sum([isinstance(x, Batch) for x in operands]) != 1:
        raise CannotBatch
    # Explicit ones: they come from `contract`.
    left, _, out = subscripts.partition("->")
    label = next(x for x in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if x not in left)
    terms = [
        label + term if isinstance(x, Batch) else term
        for term, x in zip(left.split(","), operands, strict=True)
    ]
    data = [x.data if isinstance(x, Batch) else x for x in operands]
    return Batch(contract(f"{','.join(terms)}->{label}{out}", data, optimize))


@_batched(np.real)
def _(val: Any) -> Batch:
    return Batch(np.real(val.data))


@_batched(np.imag)
def _(val: Any) -> Batch:
    return Batch(np.imag(val.data))


@_batched(np.copy)
def _(a: Any) -> Batch:
    return a.copy()  # type: ignore[no-any-return]


@_batched(np.zeros_like)
def _(a: Any, dtype: Any = None, *, shape: Any = None) -> Batch:
    shape = a.shape if shape is None else shape
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    return Batch(np.zeros_like(a.data, dtype, shape=(a.data.shape[0], *shape)))


@_batched(np.full_like)
def _(a: Any, fill_value: Any, *, shape: Any) -> Any:
    """The same for all, so no batch."""
    return np.full_like(unwrap(a.data), fill_value, shape=shape)


@_batched(np.ones_like)
def _(a: Any) -> Batch:
    return Batch(np.ones_like(a.data))


@_batched(np.diagonal)
def _(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Batch:
    return Batch(np.diagonal(a.data, offset, _after(axis1, a.ndim), _after(axis2, a.ndim)))


@_batched(np.tril)
def _(m: Any, k: Any = 0) -> Batch:
    if m.ndim < 2:
        raise CannotBatch
    return Batch(np.tril(m.data, k))


@_batched(np.triu)
def _(m: Any, k: Any = 0) -> Batch:
    if m.ndim < 2:
        raise CannotBatch
    return Batch(np.triu(m.data, k))


@_batched(np.flip)
def _(m: Any, axis: Any = None) -> Batch:
    axes = tuple(range(1, m.ndim + 1)) if axis is None else _after(axis, m.ndim)
    return Batch(np.flip(m.data, axes))


@_batched(np.roll)
def _(a: Any, shift: Any, axis: Any = None) -> Batch:
    if axis is None and a.ndim != 1:
        raise CannotBatch
    return Batch(np.roll(a.data, shift, 1 if axis is None else _after(axis, a.ndim)))


@_batched(np.pad)
def _(array: Any, pad_width: Any) -> Batch:
    return Batch(np.pad(array.data, [(0, 0), *pad_width]))


@_batched(np.linalg.solve)
def _(a: Any, b: Any) -> Batch:
    if isinstance(a, Batch) or b.ndim < a.ndim:
        raise CannotBatch
    return Batch(np.linalg.solve(a, b.data))


def _transform(func: Any) -> None:
    @_batched(func)
    def _(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Batch:
        return Batch(func(a.data, n, _after(axis, a.ndim), norm))


for _func in (np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft):
    _transform(_func)


@_batched(np.take)
def _(a: Any, indices: Any, axis: Any = None) -> Batch:
    if axis is None and a.ndim != 1:
        raise CannotBatch
    return Batch(np.take(a.data, indices, 1 if axis is None else _after(axis, a.ndim)))


@_batched(np.take_along_axis)
def _(arr: Any, indices: Any, axis: Any = -1) -> Batch:
    if axis is None or isinstance(indices, Batch):
        raise CannotBatch
    places = np.broadcast_to(indices, (arr.data.shape[0], *indices.shape))
    return Batch(np.take_along_axis(arr.data, places, _after(axis, arr.ndim)))


# ----------------------------------------------------------------------------------------
# The passes
# ----------------------------------------------------------------------------------------


def _one(x: Any, i: int) -> Any:
    """The i-th of a batch; of the outputs of a function, that of each."""
    if isinstance(x, Batch):
        part = x.data[i]
        return np.asarray(part) if isinstance(part, np.generic) else part
    return [_one(part, i) for part in x] if x.__class__ is list else x


def _joined(found: list[Any]) -> Any:
    """The inverse of `_one`."""
    like = next((x for x in found if x is not None), None)
    if like is None:
        return None
    if like.__class__ is list:
        return [_joined(list(parts)) for parts in zip(*found, strict=True)]
    return Batch(np.stack([np.zeros_like(like) if x is None else x for x in found]))


class _Sent:
    """Takes what one rule sends, so that nothing is sent if it cannot run on batches."""

    def __init__(self, flow: "BatchFlow") -> None:
        self.flow = flow
        self.lift = flow.lift
        self.lift_call = flow.lift_call
        #: (parent, which output of it or None, cotangent)
        self.sent: list[tuple[Value, int | None, Any]] = []

    def add(self, parent: Value, c: Any, fresh: bool) -> None:
        if parent in self.flow.wanted:
            self.sent.append((parent, None, fit(c, parent.spec)))

    def add_output(self, parent: Value, index: int, c: Any) -> None:
        if parent in self.flow.wanted:
            self.sent.append((parent, index, c))

    def add_at(self, parent: Value, lens: Lens, c: Any) -> None:
        if parent in self.flow.wanted:
            self.add(parent, scatter(c, lens), False)


def _data(x: Any) -> Any:
    """The array or tensor that a batch holds; what is no batch as it is."""
    return x.data if isinstance(x, Batch) else x


class BatchFlow(Flow):
    """`Flow` with batches of `k` cotangents."""

    def __init__(self, lift: Any, lift_call: Any, k: int) -> None:
        super().__init__(lift, lift_call)
        self.k = k

    def pull(self, v: Value, g: Any) -> None:
        mode = tracking()
        if mode.__class__ is bool:
            found = self._sent(v, g)
        else:
            with mode.around(v.rule):
                found = self._sent(v, g)
            for _, _, c in found:
                mode.look(v, _data(c), "backward")
        for parent, index, c in found:
            if index is None:
                self.gather(parent, c)
            else:
                self.add_output(parent, index, c)

    def _sent(self, v: Value, g: Any) -> list[tuple[Value, int | None, Any]]:
        """What the rule of a value sends: parents, which of their outputs, and cotangents."""
        sent = _Sent(self)
        try:
            v.rule.pull(v, g, sent)
            return sent.sent
        except CannotBatch:
            runs = []
            for i in range(self.k):
                one = _Sent(self)
                v.rule.pull(v, _one(g, i), one)
                runs.append(one.sent)
            return [
                (each[0][0], each[0][1], _joined([c for _, _, c in each]))
                for each in zip(*runs, strict=True)
            ]


class BatchPush(Push):
    """`Push` with batches of `k` tangents."""

    def __init__(self, record: bool, sample: Any, k: int) -> None:
        super().__init__(record, sample)
        self.k = k
        self.looping = False

    def apply(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        # A batch makes it what it is for batches.
        return super().apply(func, args, kwargs) if self.looping else func(*args, **kwargs)

    def flow(self) -> Flow:
        return BatchFlow(self.lift, self.lift_call, self.k)

    def data(self, t: Any) -> Any:
        return [_data(part) for part in t] if t.__class__ is list else _data(t)

    def step(self, v: Value) -> Any:
        try:
            return super().step(v)
        except CannotBatch:
            whole = {p: self.tangents[p] for p in parents(v) if p in self.tangents}
            found = []
            self.looping = True
            for i in range(self.k):
                # What is written into is nobody's: each time it is a copy.
                self.own.difference_update(whole)
                self.tangents.update({p: _one(t, i) for p, t in whole.items()})
                t = super().step(v)
                found.append(t if t is None or t.__class__ is list else fit(t, v.spec))
            self.looping = False
            self.tangents.update(whole)
            return _joined(found)


def _count(arrays: Sequence[Any], what: str) -> int:
    counts = {np.shape(x)[0] if np.ndim(x) else None for x in arrays}
    if len(counts) != 1 or None in counts:
        raise ValueError(
            f"the {what} have shapes {[np.shape(x) for x in arrays]}; they need one leading axis "
            "of the same length, along which the single ones are."
        )
    (k,) = counts
    return k  # type: ignore[return-value]


def _results(found: list[Any], k: int) -> list[Any]:
    """Arrays or tensors of the batches; what is the same for all is repeated."""
    return [None if x is None else settled(_whole(x, k)) for x in found]


def _none_of(found: list[Any]) -> list[Any]:
    """The results for no cotangents, from those for one."""
    return [None if x is None else settled(x[:0]) for x in found]


def _seeds(
    values: Sequence[Value], arrays: Sequence[Any], k: int, record: bool, what: str
) -> list[Batch]:
    return [
        Batch(seed_of(x, (k, *v.spec.shape), v.spec.dtype, record, f"{what} {i}"))
        for i, (v, x) in enumerate(zip(values, arrays, strict=True))
    ]


def pull_batch(
    outputs: Sequence[Any], cotangents: Sequence[Any], inputs: Sequence[Name], record: bool
) -> list[Any]:
    """The cotangents of `inputs` for k cotangents of each output at once.

    Those given and returned have a leading axis of length k. None for an input that no output
    depends on. The graph stays as it is, and no gradient is touched. With `record`, the results are
    tensors that depend on all that the derivatives depend on.
    """
    ends = [end_of(t) for t in outputs]
    return pull_values_batch(ends, cotangents, input_values(inputs), record)


def pull_values_batch(
    outputs: Sequence[Value | None],
    cotangents: Sequence[Any],
    inputs: Sequence[Value],
    record: bool,
) -> list[Any]:
    """`pull_batch` from and to values: an input's name may have been written to since."""
    if record:
        check_tracking()
    inputs = [behind(v) for v in inputs]
    # What is older than all inputs does not depend on them, and may be cleared.
    oldest = min([v.order for v in inputs], default=math.inf)
    pairs = [
        (v, g)
        for v, g in zip(outputs, cotangents, strict=True)
        if v is not None and v.order >= oldest
    ]
    if not pairs:
        return [None] * len(inputs)
    values, arrays = zip(*pairs, strict=True)
    for v in (*inputs, *values):
        check_whole(v)
    k = _count(arrays, "cotangents")
    if k == 0:
        ones = [np.zeros((1, *v.spec.shape), v.spec.dtype) for v in values]
        return _none_of(pull_values_batch(values, ones, inputs, record))
    seeds: dict[Value, Any] = {}
    for v, seed in zip(values, _seeds(values, arrays, k, record, "cotangent"), strict=True):
        seeds[v] = seed if v not in seeds else seeds[v] + seed
    source: Any = GraphRun() if record else ArrayRun(Mark())
    flow = BatchFlow(source.lift, source.lift_call, k)
    with kept_gradients(between(seeds, inputs)) if record else nullcontext():
        found = flow.go(seeds, inputs)
        return _results([found.get(v) for v in inputs], k)


def push_batch(
    outputs: Sequence[Any], inputs: Sequence[Name], tangents: Sequence[Any], record: bool
) -> list[Any]:
    """`_push.push` for k tangents of each input at once.

    Those given and returned have a leading axis of length k.
    """
    ends = [end_of(t) for t in outputs]
    return push_values_batch(ends, input_values(inputs), tangents, record)


def push_values_batch(
    outputs: Sequence[Value | None],
    inputs: Sequence[Value],
    tangents: Sequence[Any],
    record: bool,
) -> list[Any]:
    """`push_batch` from and to values."""
    check_tracking()
    if not inputs:
        return [None] * len(outputs)
    inputs = [behind(v) for v in inputs]
    for v in inputs:
        check_whole(v)
    k = _count(tangents, "tangents")
    if k == 0:
        ones = [np.zeros((1, *v.spec.shape), v.spec.dtype) for v in inputs]
        return _none_of(push_values_batch(outputs, inputs, ones, record))
    seeds = _seeds(inputs, tangents, k, record, "tangent")
    sample = seeds[0].data
    run = BatchPush(record, data_of(sample) if isinstance(sample, Name) else sample, k)
    order = between([v for v in outputs if v is not None], inputs)
    with kept_gradients(order) if record else nullcontext():
        return _results(run.go(outputs, inputs, seeds, order), k)
