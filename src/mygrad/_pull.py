"""The backward pass.

Values are collected with an explicit stack, sorted by creation index and visited newest
first; each sends its cotangent on to its parents and is cleared at once, so that memory
falls as the pass proceeds. Nothing recurses.

`ArrayRun` works on plain arrays, adding up in place where it owns the buffer. `GraphRun` works
on tensors and so records a graph of the gradients (``create_graph=True``).

`backward` sets the gradients of all that is upstream. `Tape` serves the function transforms: it
gives the gradients of some inputs, and leaves no trace in what is further upstream.
"""

from collections.abc import Collection, Sequence
from functools import partial
from operator import attrgetter
from threading import Lock, RLock, get_ident
from typing import Any

import numpy as np

from ._indexing import add_into
from ._lens import dense_like
from ._modes import tracking
from ._operands import carries, unwrap
from ._record import scatter
from ._state import ALIAS, OUTER, Name, as_root, data_of, make, private, value_of
from ._table import MINUS_ONE, ONE, PICK, Elementwise
from ._value import BROKEN, CLEARED, Input, Spec, Value, node, spec_of, tick
from .errors import InvalidBackprop

__all__ = [
    "ArrayRun",
    "GraphRun",
    "Tape",
    "backward",
    "clear",
    "clear_upstream",
    "upstream",
]

_creation = attrgetter("order")


class Mark:
    """Marks the values of one backward pass, as their ``own``.

    Leaves, which graphs of several threads may share, are marked as ``x``, too, and another pass
    that meets such a mark waits. `done` is locked while the pass runs: a mark that was left
    behind means nothing.
    """

    __slots__ = ("done", "thread")

    def __init__(self) -> None:
        self.thread = get_ident()
        self.done = Lock()


class _Met(Exception):
    """A leaf was met that takes part in another pass, which is under way."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark


_collecting = RLock()


def collect(root: Value, mark: Mark) -> list[Value]:
    """Find the values upstream of `root`, sorted from the oldest to the newest.

    The ``own`` of each is set to `mark`. If two threads share values (leaves, say), one waits.

    Raises
    ------
    InvalidBackprop
        If part of the graph was cleared, or is in use by a pass that this call interrupts.
    """
    while True:
        found: list[Value] = []
        todo = [root]
        try:
            with _collecting:
                _search(todo, found, mark)
        except _Met as met:
            for v in (*found, *todo):
                if v.own is mark:
                    v.own = False
            if met.mark.thread == mark.thread:
                raise InvalidBackprop(
                    "backward() was called amid another call of backward() that uses part of "
                    "the same graph."
                ) from None
            with met.mark.done:
                continue
        except BaseException:
            for v in (*found, *todo):
                if v.own is mark:
                    v.own = False
            raise
        found.sort(key=_creation)
        return found


def _search(todo: list[Value], found: list[Value], mark: Mark) -> None:
    root = todo[0]
    if root.rule is None:
        _claim(root, mark)
    root.own = mark
    push = todo.append
    while todo:
        v = todo.pop()
        found.append(v)
        a = v.a
        if a is not None:
            if a.own is not mark:
                if a.rule is None:
                    _claim(a, mark)
                a.own = mark
                push(a)
        elif v.rule is CLEARED or v.rule is BROKEN:
            raise InvalidBackprop(
                "Part of the graph of this tensor was cleared by an earlier call of backward() "
                "or clear_graph(). Pass retain_graph=True to the earlier call, or compute "
                "the tensor again."
            )
        b = v.b
        if b is not None:
            for p in b if b.__class__ is tuple else (b,):
                if p.own is not mark:
                    if p.rule is None:
                        _claim(p, mark)
                    p.own = mark
                    push(p)


def _claim(leaf: Value, mark: Mark) -> None:
    """Note in a leaf which pass it takes part in."""
    other = leaf.x
    if other is not None and other is not mark and other.done.locked():
        raise _Met(other)
    leaf.x = mark


def check_whole(v: Value | None) -> None:
    """Raise `InvalidBackprop` if the last backward pass from this value raised."""
    if v is not None and v.rule is BROKEN:
        raise InvalidBackprop(
            "An earlier call of backward() on this tensor raised an exception and left its graph "
            "cleared in part. Compute the tensor again, or use retain_graph=True."
        )


def clear(v: Value) -> None:
    """Take a value out of the graph: it lets go of its parents and of what it kept."""
    v.rule = CLEARED
    v.a = v.b = v.x = v.y = v.ans = v.spec = v.guard = None


def clear_upstream(root: Value) -> None:
    """Clear the values upstream of `root`, but leaves, which other graphs may share."""
    todo = [root]
    while todo:
        v = todo.pop()
        if v.rule is None or v.rule is CLEARED:
            continue
        todo.extend(p for p in (v.a, *(v.b if v.b.__class__ is tuple else (v.b,))) if p is not None)
        clear(v)


def backward(root: Value, g: Any, retain_graph: bool, create_graph: bool) -> None:
    """Set the gradients of `root`, whose cotangent is `g`, and of all upstream of it."""
    mark = Mark()
    with mark.done:
        found = collect(root, mark)
        leaves: list[tuple[Value, Any]] = []
        try:
            if create_graph:
                GraphRun().go(root, g, found)
            else:
                array_run(mark).go(root, g, found, retain_graph, leaves)
        except BaseException:
            # Leaves, and what was not reached yet, have the gradients that they had.
            for leaf, grad in leaves:
                leaf.grad = grad
            if root.rule is CLEARED:
                root.rule = BROKEN
            for v in found:
                v.own = False
                v.flow = None
                if not (create_graph or retain_graph or v.rule is None):
                    clear(v)
            raise


def fit(c: Any, spec: Spec) -> Any:
    """Give a contribution its parent's shape and dtype."""
    if isinstance(c, (np.generic, int, float, complex)):
        c = np.asarray(c)
    shape = spec.shape
    # Foreign arrays may not know their lengths (nan); they match then.
    if c.shape != shape and not any([n != n for n in c.shape]):
        if c.ndim > len(shape):
            c = np.sum(c, tuple(range(c.ndim - len(shape))))
        if c.ndim == len(shape):
            axes = tuple([i for i, n in enumerate(shape) if n == 1 and c.shape[i] != 1])
            if axes:
                c = np.sum(c, axes, keepdims=True)
        if c.shape != shape:
            c = np.broadcast_to(c, shape)
    if c.dtype != spec.dtype:
        if c.dtype.kind == "c" != spec.dtype.kind:
            c = np.real(c)
        c = c.astype(spec.dtype)
    return np.asarray(c) if isinstance(c, np.generic) else c


class ArrayRun:
    """A backward pass over plain arrays. See `Value.own` for the bookkeeping."""

    __slots__ = ("mark",)

    #: May a rule use up the gradient's buffer if the value owns it?
    takes_over = True

    def __init__(self, mark: Mark) -> None:
        self.mark = mark

    def lift(self, kept: Any, value: Value | None) -> Any:
        return kept

    def lift_call(self, args: Any, kwargs: Any, parents: Any, places: Any) -> Any:
        return args, kwargs

    def add(self, parent: Value, c: Any, fresh: bool) -> None:
        """Add a contribution; `fresh` says that nobody else holds the array."""
        spec = parent.spec
        if c.__class__ is not np.ndarray or c.shape != spec.shape or c.dtype != spec.dtype:
            before = c
            c = fit(c, spec)
            fresh = fresh or (c is not before and getattr(c, "base", None) is None)
        own = parent.own
        if own is self.mark:
            parent.flow = c
            parent.own = fresh and c.__class__ is np.ndarray
        elif own:
            parent.flow += c
        else:
            total = parent.flow + c
            parent.own = total.__class__ is np.ndarray
            parent.flow = (
                total if parent.own or not isinstance(total, np.generic) else (np.asarray(total))
            )

    def add_output(self, parent: Value, index: int, c: Any) -> None:
        """Add a contribution to one of the several outputs of a function."""
        if parent.own is self.mark:
            parent.flow = [None] * len(parent.spec)
            parent.own = False
        before = parent.flow[index]
        parent.flow[index] = c if before is None else before + c

    def add_at(self, parent: Value, lens: Any, c: Any) -> None:
        """Add a contribution to the part of the parent's gradient that a lens shows."""
        if lens.bijective or not lens.injective or not isinstance(c, (np.ndarray, np.generic)):
            self.add(parent, lens.transpose(c), False)
            return
        buffer = self.buffer(parent, lens)
        if buffer is None:
            self.add(parent, lens.transpose(c), False)
            return
        seen, key = lens.place(buffer)
        if lens.gathers:
            add_into(seen, key, c)
        else:
            seen[key] += c

    def buffer(self, parent: Value, lens: Any) -> Any:
        """A gradient buffer of the parent's that may be written into through a lens."""
        own = parent.own
        grad: Any = None if own is self.mark else parent.flow
        if grad is None:
            grad = dense_like(parent.spec, lens.axes)
        elif not isinstance(grad, np.ndarray):
            return None
        elif own is not True or not lens.fits(grad):
            copy = dense_like(parent.spec, lens.axes)
            copy[...] = grad
            grad = copy
        parent.flow = grad
        parent.own = True
        return grad

    def go(
        self,
        root: Value,
        g: Any,
        found: list[Value],
        retain: bool,
        leaves: list[tuple[Value, Any]],
    ) -> None:
        """Run the pass; `leaves` gets those that are done, with the gradients that they had."""
        root.flow = g
        root.own = False
        self.visit(found, retain, leaves)

    def visit(self, found: list[Value], retain: bool, leaves: list[tuple[Value, Any]]) -> None:
        """Send on what has arrived at values, newest first, until none is left in `found`."""
        mark = self.mark
        ndarray = np.ndarray
        while found:
            # Taken off the list when it is done: an error finds what is left there.
            v = found[-1]
            own = v.own
            if v.rule is None:
                leaves.append((v, v.grad))
            if own is mark:
                # Upstream, yet nothing arrived: overwritten, or a rule had nothing to say.
                v.grad = None
                v.own = False
            else:
                v.grad = g = v.flow
                v.flow = None
            rule = v.rule
            if rule is None:
                if own is not mark and (own is False or isinstance(g, np.generic)):
                    v.grad = private(g)
                del found[-1]
                continue
            if own is not mark:
                if rule.__class__ is Elementwise and g.__class__ is ndarray:
                    # `Elementwise.pull` and `add`, in line: this is the hot path.
                    spec = v.spec
                    a = v.a
                    if a is not None:
                        d = rule.da
                        if d is ONE:
                            c = g
                            v.own = fresh = False
                        else:
                            fresh = True
                            if d is MINUS_ONE:
                                c = -g
                            elif rule.unary:
                                c = g * d(v.ans, v.x)
                            else:
                                c = g * d(v.ans, v.x, v.y)
                        if a.spec is spec and c.__class__ is ndarray:
                            own = a.own
                            if own is mark:
                                a.flow = c
                                a.own = fresh
                            elif own:
                                a.flow += c
                            else:
                                a.flow = a.flow + c
                                a.own = True
                        else:
                            self.add(a, c, fresh)
                    a = v.b
                    if a is not None:
                        d = rule.db
                        if d is ONE:
                            c = g
                            v.own = fresh = False
                        else:
                            fresh = True
                            c = -g if d is MINUS_ONE else g * d(v.ans, v.x, v.y)
                        if a.spec is spec and c.__class__ is ndarray:
                            own = a.own
                            if own is mark:
                                a.flow = c
                                a.own = fresh
                            elif own:
                                a.flow += c
                            else:
                                a.flow = a.flow + c
                                a.own = True
                        else:
                            self.add(a, c, fresh)
                else:
                    # Rules may pass the gradient's own memory on.
                    v.own = v.own if rule.keeps_gradient else False
                    rule.pull(v, np.asarray(g) if isinstance(g, np.generic) else g, self)
            if not retain:
                v.rule = CLEARED
                v.a = v.b = v.x = v.y = v.ans = v.spec = v.guard = None
            del found[-1]


class WatchedRun(ArrayRun):
    """A pass inside `detect_anomaly`: looks at what each rule has sent."""

    __slots__ = ()

    def visit(self, found: list[Value], retain: bool, leaves: list[tuple[Value, Any]]) -> None:
        mark = self.mark
        watch = tracking()
        for v in found:
            if v.own is not mark:
                watch.check_seed(v.flow, "backward")
        while found:
            v = found[-1]
            watch.pull(
                v,
                partial(super().visit, [v], retain, leaves),
                lambda parent: None if parent.own is mark else parent.flow,
            )
            del found[-1]


def array_run(mark: Mark) -> ArrayRun:
    """A pass over arrays, as the mode is."""
    return ArrayRun(mark) if tracking().__class__ is bool else WatchedRun(mark)


class GraphRun:
    """A backward pass over tensors: each step is recorded in turn.

    What arrives at the values in `skip` is dropped.
    """

    __slots__ = ("grads", "skip")

    def __init__(self, skip: Collection[Value] = ()) -> None:
        self.grads: dict[Value, Any] = {}
        self.skip = skip

    def lift(self, kept: Any, value: Value | None) -> Any:
        """A kept array as the tensor that it was."""
        if isinstance(kept, (tuple, list)) and value is not None:
            parts = [
                make(part, node(PICK, value, None, spec_of(part), i)) for i, part in enumerate(kept)
            ]
            return getattr(kept, "_make", kept.__class__)(parts)
        if kept is None or value is None or isinstance(kept, Spec):
            return kept
        return make(kept, value)

    def lift_call(self, args: Any, kwargs: Any, parents: Any, places: Any) -> Any:
        args = [list(x) if x.__class__ is list else x for x in args]
        kwargs = dict(kwargs)
        for parent, (_, key, index) in zip(parents, places, strict=True):
            if key.__class__ is str:
                kwargs[key] = self.lift(kwargs[key], parent)
            elif index is None:
                args[key] = self.lift(args[key], parent)
            else:
                args[key][index] = self.lift(args[key][index], parent)
        return args, kwargs

    def add(self, parent: Value, c: Any, fresh: bool) -> None:
        if parent in self.skip:
            return
        if not isinstance(c, Name) or data_spec(c) is not parent.spec:
            c = fit(c, parent.spec)
        before = self.grads.get(parent)
        self.grads[parent] = c if before is None else before + c

    def add_output(self, parent: Value, index: int, c: Any) -> None:
        flow = self.grads.setdefault(parent, [None] * len(parent.spec))
        flow[index] = c if flow[index] is None else flow[index] + c

    def add_at(self, parent: Value, lens: Any, c: Any) -> None:
        if lens.bijective or not lens.injective:
            self.add(parent, lens.transpose(c), False)
        else:
            self.add(parent, scatter(c, lens), False)

    def pull(self, v: Value, g: Any) -> None:
        """Let the rule of a value send on what has arrived there."""
        # Sums of arrays without axes are NumPy's numbers.
        g = np.asarray(g) if isinstance(g, np.generic) else g
        mode = tracking()
        if mode.__class__ is bool:
            v.rule.pull(v, g, self)
        else:
            mode.pull(v, lambda: v.rule.pull(v, g, self), self.grads.get)

    def go(self, root: Value, g: Any, found: list[Value]) -> None:
        grads = self.grads
        grads[root] = g
        self.visit(found)
        for v in found:
            g = grads.get(v)
            if g.__class__ is list:
                g = None
            if g is not None:
                # Only leaves get tensors: those of other values would make cycles that keep
                # the graph alive. (A transform undoes the cycles of its inputs.)
                is_leaf = v.rule is None or v.__class__ is Input
                g = _name_for(g) if is_leaf else unwrap(g)
            v.grad = g
            v.own = v.rule is None

    def visit(self, found: list[Value]) -> None:
        """Send on what has arrived at values, newest first."""
        grads = self.grads
        for v in reversed(found):
            g = grads.get(v)
            if g is not None and v.rule is not None:
                self.pull(v, g)


class Tape:
    """What was recorded between the inputs of a transform and the outputs computed from them.

    A tape is *plain* if nothing else that carries a gradient is upstream of the outputs. Its
    passes then work on arrays, and may use up the graph. Otherwise there is an outer level (a
    tensor of the caller's among the arguments or in the function's closure, another transform's
    input), and passes are recorded on top of it. Which it is can be seen in the graph: what is
    older than the inputs is not of this call.

    Attributes
    ----------
    inputs
        Their values.
    outputs
        The values of the outputs; None for those that carry no gradient.
    found
        The values in between and the inputs, from the oldest to the newest.
    plain
        See above.
    """

    __slots__ = ("_lock", "_mark", "_skip", "found", "inputs", "outputs", "plain")

    def __init__(self, inputs: Sequence[Value], outputs: Sequence[Value | None]) -> None:
        self._lock = Lock()
        self._mark: Any = object()
        self._skip: set[Value] = set()
        self.outputs = outputs
        #: Where the gradients arrive.
        self.inputs: list[Value] = []
        self.found: list[Value] = []
        self.plain = True
        for v in inputs:
            if v.rule is CLEARED:
                raise InvalidBackprop(_USED_UP)
            self._visit(v)
            if v.rule is OUTER:
                self.plain = False
            while v.rule is ALIAS:
                # A leaf whose array was handed out: see `_state.expose`.
                v = v.a
                self._visit(v)
            self.inputs.append(v)
        # Without inputs all that there is, is older.
        self._trace(inputs[0].order if inputs else tick())
        if not self.plain:
            self._prune()

    def _visit(self, v: Value) -> None:
        v.own = self._mark
        self.found.append(v)

    def _trace(self, first: int) -> None:
        """Find the values upstream of the outputs, as far as they are not older than `first`."""
        mark, found, skip = self._mark, self.found, self._skip
        todo = [v for v in self.outputs if v is not None and v.own is not mark]
        while todo:
            v = todo.pop()
            if v.own is mark:
                continue
            if v.order < first:
                skip.add(v)
                continue
            v.own = mark
            found.append(v)
            a, b = v.a, v.b
            if b is not None:
                todo += b if b.__class__ is tuple else (b,)
            elif a is None and (v.rule is CLEARED or v.rule is BROKEN or v.y is CLEARED):
                raise InvalidBackprop(_USED_UP)
            if a is not None:
                todo.append(a)
        found.sort(key=_creation)
        if skip:
            self.plain = False

    def _prune(self) -> None:
        """Skip what does not come from the inputs: no step is to be recorded in vain."""
        reached = set(self.inputs)
        for v in self.found:
            b = v.b
            if v.a in reached or (b is not None and not reached.isdisjoint(_several(b))):
                reached.add(v)
            elif v not in reached:
                self._skip.add(v)
        self.found = [v for v in self.found if v not in self._skip]

    def pull(self, cotangents: Sequence[Any], keep: bool = False) -> list[Any]:
        """The gradients of the inputs, None for those that nothing depends on.

        They are arrays that belong to the caller; tensors if the tape is not plain or a
        cotangent carries a gradient. Unless with `keep`, the tape can be used only once.
        """
        if self.plain and not any([isinstance(c, Name) and carries(c) for c in cotangents]):
            with self._lock:
                return self._pull_arrays(cotangents, keep)
        # Using a tensor takes its gradient away; this is no use of those outside.
        outside = [(v, v.grad) for v in self._skip]
        try:
            return self._pull_tensors(cotangents)
        finally:
            for v, grad in outside:
                v.grad = grad

    def _pull_tensors(self, cotangents: Sequence[Any]) -> list[Any]:
        run = GraphRun(self._skip)
        for v in self.found:
            if v.rule is CLEARED:
                raise InvalidBackprop(_USED_UP)
        for end, c in zip(self.outputs, cotangents, strict=True):
            if end is not None and c is not None:
                run.add(end, c, False)
        inputs = {*self.inputs}
        for v in reversed(self.found):
            if v not in inputs and (g := run.grads.pop(v, None)) is not None:
                run.pull(v, g)
        found = [run.grads.get(v) for v in self.inputs]
        return [None if g is None else _name_for(g) for g in found]

    def _pull_arrays(self, cotangents: Sequence[Any], keep: bool) -> list[Any]:
        mark = self._mark
        if keep:
            for v in self.found:
                v.own = mark
        run = array_run(mark)
        for end, c in zip(self.outputs, cotangents, strict=True):
            if end is not None and c is not None:
                run.add(end, unwrap(c), False)
        run.visit(self.found.copy() if keep else self.found, keep, [])
        grads = [v.grad for v in self.inputs]
        for v in self.found if keep else self.inputs:
            v.grad = None
        return grads


def upstream(outputs: Sequence[Value | None], first: int) -> tuple[list[Value], list[Value]]:
    """The values that outputs come from: those not older than `first`, and the next older ones.

    The former are sorted, from the oldest to the newest.
    """
    seen: set[Value] = set()
    found: list[Value] = []
    older: list[Value] = []
    todo = [v for v in outputs if v is not None]
    while todo:
        v = todo.pop()
        if v in seen:
            continue
        seen.add(v)
        if v.order < first:
            older.append(v)
            continue
        if v.rule is CLEARED or v.rule is BROKEN or (v.rule is None and v.y is CLEARED):
            raise InvalidBackprop(_USED_UP)
        found.append(v)
        todo.extend([p for p in (v.a, *_several(v.b)) if p is not None])
    found.sort(key=_creation)
    older.sort(key=_creation)
    return found, older


_USED_UP = (
    "The function that is differentiated called backward() or clear_graph() on a tensor that its "
    "result depends on, which cleared the graph. Pass retain_graph=True or create_graph=True to "
    "backward(), or use mygrad.grad inside the function."
)


def _several(b: Any) -> Any:
    return b if b.__class__ is tuple else (b,)


def _name_for(g: Any) -> Any:
    """A gradient as a tensor that no other value has."""
    if not isinstance(g, Name):
        return make(g.copy(), None)
    result = make(data_of(g), value_of(g))
    as_root(result)
    return result


def data_spec(t: Any) -> Spec:
    return spec_of(t._array)
