"""The forward pass: tangents pushed through a graph that was recorded.

The values between the inputs and the outputs are visited oldest first, and each one's rule
makes its tangent from those of its parents. The rules are those of the backward pass: what is no
local derivative and no linear function is transposed twice. For if ``c = J^T g`` is recorded
as a function of `g`, a backward pass from `c` to `g` with the cotangent `t` gives ``J t``.

Nothing recurses, no gradient is touched, and the graph stays as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from operator import attrgetter
from typing import Any

import numpy as np

from ._lens import Lens, dense_like
from ._modes import tracking
from ._operands import prepare
from ._pull import ArrayRun, GraphRun, Mark, fit
from ._record import record, scatter
from ._state import ALIAS, Name, View, as_root, data_of, keep, make, root_of, stored_value, value_of
from ._value import BROKEN, CLEARED, Value, differentiable, leaf, parents
from .errors import InvalidBackprop

__all__ = ["Flow", "Push", "between", "push", "push_values", "settled"]

_creation = attrgetter("order")


def between(outputs: Iterable[Value], inputs: Sequence[Value]) -> list[Value]:
    """The values on the ways from `inputs` to `outputs`, oldest first, without the inputs.

    Raises
    ------
    InvalidBackprop
        If a part of the graph that may be on the way was cleared.
    """
    reached = set(inputs)
    oldest = min(map(_creation, inputs))
    seen = set(inputs)
    found = []
    todo = list(outputs)
    while todo:
        v = todo.pop()
        # Who is older than all inputs does not depend on them.
        if v in seen or v.order < oldest:
            continue
        check_whole(v)
        seen.add(v)
        found.append(v)
        todo.extend(parents(v))
    found.sort(key=_creation)
    ways = []
    for v in found:
        if not reached.isdisjoint(parents(v)):
            reached.add(v)
            ways.append(v)
    return ways


def check_whole(v: Value) -> None:
    """Raise `InvalidBackprop` if a value was cleared."""
    if v.rule is CLEARED or v.rule is BROKEN:
        raise InvalidBackprop(
            "Part of the graph was cleared by an earlier call of backward() or clear_graph(). "
            "Pass retain_graph=True to the earlier call, or compute the tensor again."
        )


class Flow:
    """A backward pass that leaves no trace: cotangents are kept in a dictionary.

    `lift` and `lift_call` are those of the pass that it is part of: see `GraphRun`.
    """

    def __init__(self, lift: Any, lift_call: Any) -> None:
        self.lift = lift
        self.lift_call = lift_call
        self.grads: dict[Value, Any] = {}
        self.wanted: set[Value] = set()

    def add(self, parent: Value, c: Any, fresh: bool) -> None:
        if parent in self.wanted:
            self.gather(parent, fit(c, parent.spec))

    def gather(self, parent: Value, c: Any) -> None:
        before = self.grads.get(parent)
        self.grads[parent] = c if before is None else before + c

    def add_output(self, parent: Value, index: int, c: Any) -> None:
        if parent in self.wanted:
            flow = self.grads.setdefault(parent, [None] * len(parent.spec))
            flow[index] = c if flow[index] is None else flow[index] + c

    def add_at(self, parent: Value, lens: Lens, c: Any) -> None:
        if parent in self.wanted:
            self.add(parent, scatter(c, lens), False)

    def go(self, seeds: dict[Value, Any], inputs: Sequence[Value]) -> dict[Value, Any]:
        """Run the pass from values with their cotangents; return the inputs' cotangents."""
        order = between(seeds, inputs)
        self.wanted = {*order, *inputs}
        self.grads = {v: g for v, g in seeds.items() if v in self.wanted}
        while order:
            v = order.pop()
            g = self.grads.pop(v, None)
            if g is not None:
                self.pull(v, g)
        return self.grads

    def pull(self, v: Value, g: Any) -> None:
        # Sums of arrays without axes are NumPy's numbers.
        g = np.asarray(g) if isinstance(g, np.generic) else g
        mode = tracking()
        if mode.__class__ is bool:
            v.rule.pull(v, g, self)
        else:
            mode.pull(v, lambda: v.rule.pull(v, g, self), self.grads.get)


class _Collector:
    """Takes what one rule sends to parents that have a tangent."""

    def __init__(self, run: "Push") -> None:
        self.lift = run.lift
        self.lift_call = run.lift_call
        self.tangents = run.tangents
        #: (cotangent, tangent)
        self.pairs: list[tuple[Any, Any]] = []

    def add(self, parent: Value, c: Any, fresh: bool) -> None:
        t = self.tangents.get(parent)
        if t is not None:
            self.pairs.append((fit(c, parent.spec), t))


class Push:
    """A forward pass: what the rules' method ``push`` needs.

    Attributes
    ----------
    record
        Is the pass recorded?
    lift, lift_call
        What was kept, as the rules get it: arrays, or (to be recorded) the tensors that they were.
    tangents
        Those of the values so far; for values of several outputs a list.
    last
        The last value that needs that of a value.
    own
        Values whose tangent is a buffer that nobody else holds.
    sample
        An array of the kind that we work with.
    """

    def __init__(self, record: bool, sample: Any) -> None:
        source: Any = GraphRun() if record else ArrayRun(Mark())
        self.record = record
        self.lift = source.lift
        self.lift_call = source.lift_call
        self.tangents: dict[Value, Any] = {}
        self.last: dict[Value, Value | None] = {}
        self.own: set[Value] = set()
        self.sample = sample

    # What the rules call.

    def tangent(self, v: Value) -> Any:
        """The tangent of a value, or None. It may be passed on."""
        self.own.discard(v)
        return self.tangents.get(v)

    def read(self, v: Value, lens: Lens) -> Any:
        """What a lens shows of the tangent of a value."""
        seen = lens.read(self.tangents[v])
        return seen.copy() if v in self.own else seen

    def apply(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """A function with a `Pullback` rule, linear in the tangents among its arguments."""
        if func is np.copy:
            # NumPy's would turn foreign arrays into its own.
            return args[0]
        return record(func, tuple(args), kwargs) if self.record else func(*args, **kwargs)

    def buffer(self, v: Value, lens: Lens | None, piece: Any) -> Any:
        """The tangent of the first parent of `v`, or zeros, for `piece` to be written into.

        It belongs to `v` from now on. A lens may look at it.
        """
        before = None if v.a is None else self.tangents.get(v.a)
        like = piece if before is None else before
        array = data_of(like) if isinstance(like, Name) else like
        own = v.a in self.own and self.last[v.a] is v
        self.own.discard(v.a)
        self.own.add(v)
        if own and (lens is None or not isinstance(array, np.ndarray) or lens.fits(array)):
            return before
        if not isinstance(array, (np.ndarray, np.generic)):
            if before is None:
                return np.zeros_like(like, shape=v.spec.shape, dtype=v.spec.dtype)
            return before.copy()
        new: Any = dense_like(v.spec, None if lens is None else lens.axes)
        if isinstance(like, Name):
            new = make(new, leaf(v.spec))
        if before is not None:
            new[...] = before
        return new

    def transpose(self, v: Value) -> Any:
        """The tangent of `v` from its rule for the backward pass."""
        several = v.spec.__class__ is tuple
        outputs = [
            make(zeros, leaf(spec) if differentiable(spec.dtype) else None)
            for spec in (v.spec if several else (v.spec,))
            for zeros in (self.zeros(spec),)
        ]
        collector = _Collector(self)
        # The values mean nothing: zeros times infinity, perhaps.
        with np.errstate(all="ignore"):
            v.rule.pull(v, outputs if several else outputs[0], collector)
        seeds: dict[Value, Any] = {}
        for c, t in collector.pairs:
            end = value_of(c) if isinstance(c, Name) else None
            if end is not None:
                seeds[end] = t if end not in seeds else seeds[end] + t
        leaves = [value_of(g) for g in outputs]
        inputs = [g for g in leaves if g is not None]
        found = self.flow().go(seeds, inputs) if seeds else {}
        tangents = [None if g is None else found.get(g) for g in leaves]
        return tangents if several else tangents[0]

    def zeros(self, spec: Any) -> Any:
        """Zeros of the shape and dtype of a spec or an array."""
        if isinstance(self.sample, np.ndarray):
            return np.zeros(spec.shape, spec.dtype)
        return np.zeros_like(self.sample, shape=spec.shape, dtype=spec.dtype)

    def flow(self) -> Flow:
        return Flow(self.lift, self.lift_call)

    def data(self, t: Any) -> Any:
        """What there is to look at of a tangent."""
        return t

    # The pass.

    def go(
        self,
        outputs: Sequence[Value | None],
        inputs: Sequence[Value],
        tangents: Sequence[Any],
        order: list[Value],
    ) -> list[Any]:
        """Push the inputs' tangents to the outputs through the values between them."""
        known = self.tangents
        for v, t in zip(inputs, tangents, strict=True):
            known[v] = known[v] + t if v in known else t
        last = self.last
        for v in order:
            last.update(dict.fromkeys(parents(v), v))
        last.update(dict.fromkeys(outputs, None))  # type: ignore[arg-type]
        mode = tracking()
        watch = None if mode.__class__ is bool else mode
        for v in order:
            if watch is None:
                t = self.step(v)
            else:
                with watch.rest():
                    t = self.step(v)
                watch.look(v, self.data(t), "tangent")
            if t is not None:
                known[v] = t if t.__class__ is list else fit(t, v.spec)
            for parent in parents(v):
                if last[parent] is v:
                    known.pop(parent, None)
        return [None if v is None else known.get(v) for v in outputs]

    def step(self, v: Value) -> Any:
        """The tangent of one value."""
        for parent in parents(v):
            if parent in self.tangents:
                return v.rule.push(v, self)
        return None


def push(
    outputs: Sequence[Any], inputs: Sequence[Name], tangents: Sequence[Any], record: bool
) -> list[Any]:
    """The tangents of `outputs` (tensors, or what else a function gave) from those of `inputs`.

    None for what does not depend on the inputs. With `record`, they are tensors that depend on all
    that the derivative depends on.
    """
    return push_values([end_of(t) for t in outputs], input_values(inputs), tangents, record)


def input_values(inputs: Sequence[Name]) -> list[Value]:
    """The values of inputs; a constant is an error."""
    values = []
    for i, t in enumerate(inputs):
        v = end_of(t)
        if v is None:
            raise ValueError(
                f"input {i} (shape {t._array.shape}, dtype {t._array.dtype}) is a constant tensor: "
                "nothing depends on it. Make it with constant=False, of a floating-point dtype."
            )
        values.append(v)
    return values


def end_of(t: Any) -> Value | None:
    """The value of an input or output, None for a constant; one that was cleared as it is."""
    if not isinstance(t, Name):
        return None
    home = t._home
    v = stored_value(root_of(home) if home.__class__ is View else t)
    return v if v is not None and v.rule in (CLEARED, BROKEN) else value_of(t)


def push_values(
    outputs: Sequence[Value | None],
    inputs: Sequence[Value],
    tangents: Sequence[Any],
    record: bool,
) -> list[Any]:
    """`push` from and to values: an input's name may have been written to since."""
    check_tracking()
    if not inputs:
        return [None] * len(outputs)
    inputs = [behind(v) for v in inputs]
    for v in inputs:
        check_whole(v)
    seeds = [
        seed_of(t, v.spec.shape, v.spec.dtype, record, f"tangent {i}")
        for i, (v, t) in enumerate(zip(inputs, tangents, strict=True))
    ]
    run = Push(record, data_of(seeds[0]) if record else seeds[0])
    order = between([v for v in outputs if v is not None], inputs)
    with kept_gradients(order) if record else nullcontext():
        found = run.go(outputs, inputs, seeds, order)
        return [None if t is None else settled(t) for t in found]


@contextmanager
def kept_gradients(values: Iterable[Value]) -> Iterator[None]:
    """Using a tensor takes its gradient away; a pass that is recorded is no use of it."""
    grads = {v: v.grad for child in values for v in (child, *parents(child))}
    try:
        yield
    finally:
        for v, grad in grads.items():
            v.grad = grad


def behind(v: Value) -> Value:
    """The value that a leaf moved on to when its array was handed out."""
    while v.rule is ALIAS:
        v = v.a
    return v


def check_tracking() -> None:
    if not tracking():
        raise InvalidBackprop(
            "a forward pass records parts of the derivative, so it cannot run where recording is "
            "off (no_autodiff). Call it outside."
        )


def seed_of(t: Any, shape: tuple[int, ...], dtype: Any, record: bool, what: str) -> Any:
    """A tangent or cotangent as an array or a tensor of our own, of the dtype wanted."""
    data, name = prepare(t)
    if not hasattr(data, "shape"):
        data = np.asarray(data)
    if data.shape != shape and not any([n != n for n in shape]):
        raise ValueError(f"{what} has shape {data.shape}; its tensor has shape {shape}.")
    if data.dtype.kind not in "biufc" or (data.dtype.kind == "c" != dtype.kind):
        raise TypeError(f"{what} has dtype {data.dtype}; its tensor has dtype {dtype}.")
    if not record:
        return data.copy() if data.dtype == dtype else data.astype(dtype)
    if name is None:
        data = np.array(data, dtype) if isinstance(data, np.generic) else data.astype(dtype)
        return make(data, None)
    seed = make(keep(name, data), value_of(name))
    return seed if data.dtype == dtype else seed.astype(dtype)


def settled(t: Any) -> Any:
    """A result that shares its memory with no other, and no name."""
    if not isinstance(t, Name):
        return np.array(t) if isinstance(t, np.generic) else t.copy()
    if t._home.__class__ is View:
        return np.copy(t)  # type: ignore[call-overload]
    result = make(keep(t, data_of(t)), value_of(t))
    if value_of(t) is not None:
        as_root(result)
    return result
