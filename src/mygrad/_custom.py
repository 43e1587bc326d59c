"""Functions with rules of the user's, and functions that are computed again going backward.

A call of such a function is one node of the graph, with a `Rule` of its own. Its outputs are
picked from it, as for NumPy's functions with several results.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import update_wrapper, wraps
from inspect import signature
from types import MethodType
from typing import Any

import numpy as np

from ._batch import Batch, BatchFlow, BatchPush, CannotBatch
from ._detach import refusing
from ._modes import recording, tracking
from ._operands import Keeper, carries, unwrap
from ._pull import ArrayRun, Tape, fit, upstream
from ._push import Flow, Push, between
from ._state import ALIAS, OUTER, READ, Name, amid_pass, data_of, make, value_of
from ._table import PICK, Rule
from ._transforms import check_function, describe, fresh, title, zeros_of
from ._trees import leaves_like, leaves_of, rebuild
from ._value import Value, add_guard, differentiable, node, spec_of, tick
from .errors import InvalidBackprop, InvalidGradient

__all__ = [
    "check_closed",
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
    "own_copy",
    "recorded_rule",
]

Function = Callable[..., Any]

#: Stands for a leaf in a pattern.
_LEAF = object()


def _pattern(tree: Any) -> Any:
    return rebuild(tree, iter([_LEAF] * len(leaves_of(tree))))


class _Arguments:
    """The arguments of a call, as its node keeps them.

    Attributes
    ----------
    pattern
        The nesting of ``(args, kwargs)``.
    leaves
        What they hold: arrays in place of tensors.
    parents
        For each leaf the value of the tensor there; None if it carries no gradient.
    are_tensors
        For each leaf whether there was a tensor.
    locks
        Locks on the user's arrays.
    """

    __slots__ = ("are_tensors", "leaves", "locks", "parents", "pattern")

    def __init__(self, args: Any, kwargs: Any) -> None:
        keeper = Keeper()
        given = leaves_of((args, kwargs))
        self.pattern = _pattern((args, kwargs))
        self.are_tensors = [isinstance(x, Name) for x in given]
        self.parents = [value_of(x) if isinstance(x, Name) else None for x in given]
        self.leaves = [
            keeper.hold(data_of(x), x, True) if isinstance(x, Name) else keeper.argument(x)
            for x in given
        ]
        self.locks = keeper.locks

    def filled(self, leaves: Sequence[Any]) -> Any:
        """``(args, kwargs)`` with these leaves."""
        return rebuild(self.pattern, iter(leaves))

    def arrays(self) -> list[Any]:
        """The leaves, as arrays that a function may write to."""
        return [x.copy() if isinstance(x, np.ndarray) else x for x in self.leaves]

    def tensors(self) -> list[Any]:
        """The leaves, with names for the tensors that there were."""
        return [
            x if not is_tensor else make(x, None if v is None else node(OUTER, v, None, v.spec))
            for x, v, is_tensor in zip(self.leaves, self.parents, self.are_tensors, strict=True)
        ]

    def lifted(self, run: Any) -> list[Any]:
        """The leaves for a rule of the user's: tensors if the pass `run` records."""
        return [
            x if v is None else own_copy(run.lift(x, v))
            for x, v in zip(self.arrays(), self.parents, strict=True)
        ]


class _Outputs:
    """How the results of a call are nested, and which leaves are in the graph."""

    __slots__ = ("active", "pattern")

    def __init__(self, out: Any, active: list[bool]) -> None:
        self.pattern = _pattern(out)
        self.active = active

    def chosen(self, leaves: Sequence[Any]) -> list[Any]:
        """Those in the graph."""
        return [x for x, active in zip(leaves, self.active, strict=True) if active]

    def filled(self, chosen: Sequence[Any]) -> Any:
        """Nested as the results; None for what is not in the graph."""
        rest = iter(chosen)
        return rebuild(self.pattern, iter([next(rest) if x else None for x in self.active]))


def _record(out: Any, outputs: _Outputs, rule: Rule, parents: Any, kept: Any, locks: Any) -> Any:
    """The results of a call as tensors, all picked from one node that `rule` belongs to."""
    leaves = leaves_of(out)
    arrays = [unwrap(x) for x in outputs.chosen(leaves)]
    # Nobody else is to hold them: the function may have given an array of its own, or an argument.
    arrays = [np.array(x) if isinstance(x, (np.ndarray, np.generic)) else x for x in arrays]
    specs: Any = tuple([spec_of(x) for x in arrays])
    v = node(rule, None, tuple(parents), specs, kept)
    add_guard(v, locks)
    mode = tracking()
    if mode.__class__ is not bool:
        mode.saw(rule.name, kept[0].leaves, arrays, v)
    made = iter([make(x, node(PICK, v, None, spec_of(x), i)) for i, x in enumerate(arrays)])
    return rebuild(
        out, iter([next(made) if a else x for x, a in zip(leaves, outputs.active, strict=True)])
    )


def _array(x: Any) -> Any:
    """Python's floating-point numbers as arrays."""
    return np.asarray(x) if isinstance(x, (float, complex)) else x


def _is_active(x: Any) -> bool:
    return hasattr(x, "dtype") and hasattr(x, "shape") and differentiable(x.dtype)


# ----------------------------------------------------------------------------------------
# Rules of the user's
# ----------------------------------------------------------------------------------------


@contextmanager
def recorded_rule() -> Iterator[None]:
    """Record a rule of the user's. To detach a tensor there is an error."""
    token = refusing.set(True)
    try:
        with recording(), amid_pass():
            yield
    finally:
        refusing.reset(token)


def _resting() -> AbstractContextManager[None]:
    """Who watches looks at the results of a function with a rule, and not at what is inside."""
    mode = tracking()
    return nullcontext() if mode.__class__ is bool else mode.rest()


class _Custom:
    """A function with a rule of the user's."""

    #: The name of the class, and how a rule is registered.
    _what: str
    _registration: str

    def __init__(self, f: Function) -> None:
        check_function(f, self._what)
        self._f = f
        update_wrapper(self, f, updated=())

    def _rule(self) -> Rule:
        raise TypeError(
            f"{title(self._f)} was decorated with mygrad.{self._what} and has no rule yet: "
            f"register one with {title(self._f)}.{self._registration}"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        rule = self._rule()
        if kwargs:
            bound = signature(self._f).bind(*args, **kwargs)
            args, kwargs = bound.args, bound.kwargs
        if not tracking() or not any([carries(x) for x in leaves_of((args, kwargs))]):
            with _resting():
                out = self._f(*args, **kwargs)
            mode = tracking()
            if mode.__class__ is not bool:
                mode.saw(title(self._f), leaves_of((args, kwargs)), leaves_of(out))
            return out
        if any([carries(x) for x in leaves_of(kwargs)]):
            raise TypeError(
                f"{title(self._f)} has a rule for its positional arguments, but its keyword-only "
                f"arguments {sorted(kwargs)} carry a gradient. Pass x.detach(), or make them "
                "positional."
            )
        call = _Arguments(args, kwargs)
        with _resting():
            out, kept = self._run(*call.filled(call.arrays()))
        leaves = [_array(x) for x in leaves_of(out)]
        for x in leaves:
            if carries(x):
                raise TypeError(
                    f"the result of {title(self._f)} depends on a tensor that carries a gradient "
                    "and is no argument; its rule knows nothing of it. Pass it as an argument."
                )
        parents = [v for v in call.parents if v is not None]
        out = rebuild(out, iter(leaves))
        outputs = _Outputs(out, [_is_active(unwrap(x)) for x in leaves])
        return _record(out, outputs, rule, parents, (call, outputs, kept), call.locks)

    def _run(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """The results, and what the rule is to keep."""
        return self._f(*args, **kwargs), None

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        # As a method: its object is the first argument.
        return self if owner is None else MethodType(self, owner)


class _Transposed(Rule):
    """What the rules of the user's have in common. In a value ``v.x`` is (call, outputs, kept)."""

    #: ``(call, args, kwargs, outputs, kept, g)``: a cotangent for each leaf of the arguments;
    #: None for zero. `kept` is None where the rule is recorded.
    cotangents: Function

    def __init__(self, f: Function) -> None:
        self.func = f
        self.name = title(f)

    def pull(self, v: Any, g: Any, run: Any) -> None:
        v.grad = None
        if any([isinstance(c, Batch) for c in g]):
            raise CannotBatch
        call, outputs, kept = v.x
        # The value of a view may be made here, so it comes before what is taken for older.
        given = [value_of(c) for c in g if isinstance(c, Name)]
        first = tick()
        g = [
            zeros_of(spec) if c is None else own_copy(c) for c, spec in zip(g, v.spec, strict=True)
        ]
        leaves = call.lifted(run)
        if any([isinstance(x, Name) for x in leaves]):
            # As tensors, what was kept has to be computed from the arguments again.
            kept = None
        args, kwargs = call.filled(leaves)
        if isinstance(run, ArrayRun):
            with amid_pass():
                grads = self.cotangents(call, args, kwargs, outputs, kept, g)
        else:
            with recorded_rule():
                grads = self.cotangents(call, args, kwargs, outputs, kept, g)
        check_closed(self.name, grads, (*call.parents, *given), first)
        for parent, c in zip(call.parents, grads, strict=True):
            if parent is not None and c is not None:
                run.add(parent, c if carries(c) else unwrap(c), False)


def check_closed(
    name: str, found: Sequence[Any], known: Sequence[Value | None], first: int
) -> None:
    """Raise TypeError if what a rule gave depends on values older than `first` but `known`."""
    ends = [value_of(c) for c in found if isinstance(c, Name)]
    if not set(upstream(ends, first)[1]).issubset(known):
        raise TypeError(
            f"the rule of {name} depends on a tensor that carries a gradient and is no "
            "argument, which would lose it. Pass it as an argument."
        )


def own_copy(x: Any) -> Any:
    """An array, or a tensor, that a rule of the user's may write to, and detach at its peril.

    Leaves could be detached in silence.
    """
    if not isinstance(x, Name):
        return x.copy() if isinstance(x, np.ndarray) else x
    v = value_of(x)
    return x if v is None else make(data_of(x), node(OUTER, v, None, v.spec))


def _pair(f: Function, result: Any, what: str) -> tuple[Any, Any]:
    if result.__class__ is not tuple or len(result) != 2:
        raise TypeError(f"{title(f)} is to return a pair {what}; it returned {describe(result)}")
    return result


def _fitting(found: list[Any], call: _Arguments, f: Function) -> list[Any]:
    """Check what the user's rule gave for the arguments that carry a gradient."""
    checked: list[Any] = []
    for c, v in zip(found, call.parents, strict=True):
        if v is None or c is None:
            checked.append(None)
            continue
        c = c if hasattr(c, "dtype") else np.asarray(c)
        if c.shape != v.spec.shape or c.dtype.kind not in "biufc":
            raise InvalidGradient(
                f"{title(f)} gave a cotangent of shape {c.shape} and dtype {c.dtype} for an "
                f"argument of shape {v.spec.shape} and dtype {v.spec.dtype}; it must have the "
                "argument's shape."
            )
        checked.append(c)
    return checked


class _Vjp(_Transposed):
    def __init__(self, f: Function, forward: Function, backward: Function) -> None:
        super().__init__(f)
        self.forward = forward
        self.backward = backward

    def cotangents(
        self, call: _Arguments, args: Any, kwargs: Any, outputs: _Outputs, kept: Any, g: list[Any]
    ) -> list[Any]:
        if kept is None:
            _, residuals = _pair(self.forward, self.forward(*args, **kwargs), "(result, kept)")
        else:
            (residuals,) = kept
        found = self.backward(residuals, outputs.filled(g))
        if found.__class__ is not tuple or len(found) != len(args):
            raise TypeError(
                f"{title(self.backward)} is to return a tuple with a cotangent, or None, for each "
                f"of the {len(args)} positional arguments of {self.name}; it returned "
                f"{describe(found)}"
            )
        found = leaves_like(call.pattern[0], found, f"what {title(self.backward)} returns")
        found += [None] * (len(call.parents) - len(found))
        return _fitting(found, call, self.backward)


class _Jvp(_Transposed):
    def __init__(self, f: Function, tangent: Function) -> None:
        super().__init__(f)
        self.tangent = tangent

    def tangents(
        self, call: _Arguments, args: Any, tangents: list[Any], kwargs: Any, outputs: _Outputs
    ) -> list[Any]:
        """The tangents of the results; those of the arguments' leaves may be None for zero."""
        given = [
            t if t is not None else np.zeros_like(x) if _is_active(_array(x)) else None
            for t, x in zip(tangents, call.leaves, strict=True)
        ]
        result = self.tangent(args, call.filled(given)[0], **kwargs)
        _, t = _pair(self.tangent, result, "(result, tangent)")
        what = f"the tangent that {title(self.tangent)} returns"
        return outputs.chosen(leaves_like(outputs.pattern, t, what))

    def cotangents(
        self, call: _Arguments, args: Any, kwargs: Any, outputs: _Outputs, kept: Any, g: list[Any]
    ) -> list[Any]:
        # It is linear in its tangents, so a backward pass through it is its transpose.
        tangents = [
            None if v is None else fresh(np.zeros(v.spec.shape, v.spec.dtype)) for v in call.parents
        ]
        inputs = [t._value for t in tangents if t is not None]
        with recorded_rule():
            found = self.tangents(call, args, tangents, kwargs, outputs)
            for t in found:
                if t is not None and np.any(np.asarray(unwrap(t)) != 0):
                    self._complain(t)
            values = [value_of(t) if isinstance(t, Name) else None for t in found]
            grads = iter(Tape(inputs, values).pull(g))
        return [None if t is None else next(grads) for t in tangents]

    def push(self, v: Any, run: Any) -> Any:
        call, outputs, _ = v.x
        tangents = [None if p is None else run.tangent(p) for p in call.parents]
        if any([isinstance(t, Batch) for t in tangents]):
            raise CannotBatch
        given = [value_of(t) for t in tangents if isinstance(t, Name)]
        first = tick()
        tangents = [own_copy(t) for t in tangents]
        args, kwargs = call.filled(call.lifted(run))
        with recorded_rule():
            found = self.tangents(call, args, tangents, kwargs, outputs)
        check_closed(self.name, found, (*call.parents, *given), first)
        for t, spec in zip(found, v.spec, strict=True):
            if t is not None and np.shape(t) != spec.shape:
                raise InvalidGradient(
                    f"{title(self.tangent)} gave a tangent of shape {np.shape(t)} for a result of "
                    f"shape {spec.shape}"
                )
        return [
            None if t is None else fit(t if carries(t) else unwrap(t), spec)
            for t, spec in zip(found, v.spec, strict=True)
        ]

    def _complain(self, t: Any) -> None:
        if not np.all(np.isnan(unwrap(t)) | (np.asarray(unwrap(t)) == 0)):
            raise InvalidGradient(
                f"{title(self.tangent)} is not linear in the tangents: for zero tangents it gave "
                "one that is not zero"
            )


class custom_vjp(_Custom):
    """A function with a rule for its backward pass, of the user's.

    For functions that NumPy does not compute (compiled code, solvers), or whose derivative is known
    in a better form than what comes of differentiating each step.

    Parameters
    ----------
    f
        The function, of arrays and nested containers of arrays. Called without tensors that
        carry a gradient, it is just called. It must depend on nothing that carries a gradient but
        its positional arguments.

    Notes
    -----
    Register the rule with ``f.defvjp(forward, backward)``:

    - ``forward(*args)`` returns ``(result, kept)``: what `f` returns, and anything that the
      backward pass needs.
    - ``backward(kept, g)`` gets that, and the cotangent `g` of the result, nested alike. It
      returns a tuple with a cotangent for each argument, nested and shaped alike; None for zero.

    Both get plain arrays of their own. For derivatives of higher order they are differentiated:
    then they get tensors, and what is to be differentiated must be in NumPy, or be a call of a
    function with a rule. To make a plain array of a tensor there is an error.

    Forward mode transposes the rule once more: `backward` must be in NumPy for that, too.

    Keyword arguments are moved to their positions. Keyword-only ones are passed to `f` and
    `forward`; no derivative is taken by them.

    Examples
    --------
    >>> @mg.custom_vjp
    ... def log1pexp(x):
    ...     return np.log(1.0 + np.exp(x))
    >>> def forward(x):
    ...     return log1pexp(x), x
    >>> def backward(x, g):
    ...     return (g * (1.0 - 1.0 / (1.0 + np.exp(x))),)
    >>> _ = log1pexp.defvjp(forward, backward)
    >>> mg.grad(log1pexp)(0.0), mg.grad(mg.grad(log1pexp))(0.0)
    (array(0.5), array(0.25))
    """

    _what = "custom_vjp"
    _registration = "defvjp(forward, backward)"
    _vjp: _Vjp | None = None

    def defvjp(self, forward: Function, backward: Function) -> "custom_vjp":
        """Register the rule, and return the function. See the class."""
        check_function(forward, "custom_vjp's defvjp")
        check_function(backward, "custom_vjp's defvjp")
        self._vjp = _Vjp(self._f, forward, backward)
        return self

    def _rule(self) -> Rule:
        return self._vjp or super()._rule()

    def _run(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        assert self._vjp is not None
        forward = self._vjp.forward
        out, kept = _pair(forward, forward(*args, **kwargs), "(result, kept)")
        return out, (kept,)


class custom_jvp(_Custom):
    """A function with a rule for its tangents, of the user's.

    It serves both modes: the backward pass is its transpose, which the library finds.

    Parameters
    ----------
    f
        As in `custom_vjp`.

    Notes
    -----
    Register the rule with ``f.defjvp(rule)``, a function ``rule(primals, tangents)`` that returns
    ``(result, tangent)``. It gets the tuple of the arguments and one of their tangents, nested
    alike, and must be linear in the tangents, and in NumPy. The tangents of arguments that hold
    no floating-point numbers are None.

    Examples
    --------
    >>> @mg.custom_jvp
    ... def f(x, y):
    ...     return np.sin(x) * y
    >>> @f.defjvp
    ... def rule(primals, tangents):
    ...     x, y = primals
    ...     dx, dy = tangents
    ...     return f(x, y), np.cos(x) * y * dx + np.sin(x) * dy
    >>> mg.grad(f, (0, 1))(0.0, 3.0)
    (array(3.), array(0.))
    """

    _what = "custom_jvp"
    _registration = "defjvp(rule)"
    _jvp: _Jvp | None = None

    def defjvp(self, rule: Function) -> Function:
        """Register the rule, and return it. See the class."""
        check_function(rule, "custom_jvp's defjvp")
        self._jvp = _Jvp(self._f, rule)
        return rule

    def _rule(self) -> Rule:
        return self._jvp or super()._rule()


# ----------------------------------------------------------------------------------------
# Checkpoints
# ----------------------------------------------------------------------------------------


class _Checkpoint(Rule):
    """A call that is computed again. In a value ``v.x`` is (call, outputs, how they were)."""

    runs_the_users = True

    def __init__(self, f: Function) -> None:
        self.func = f
        self.name = title(f)

    def pull(self, v: Any, g: Any, run: Any) -> None:
        v.grad = None
        call, outputs, like = v.x
        values, found = self.again(call, outputs, like, v.b)
        pairs = [(end, c) for end, c in zip(values, g, strict=True) if c is not None]
        if isinstance(run, ArrayRun):
            # What was computed again takes part in the pass, as if it had been there all the time.
            for w in found:
                w.own = run.mark
            for end, c in pairs:
                run.add(end, c, False)
            run.visit(found, False, [])
            return
        batches = [c for _, c in pairs if isinstance(c, Batch)]
        flow = Flow(run.lift, run.lift_call)
        if batches:
            flow = BatchFlow(run.lift, run.lift_call, len(batches[0].data))
        seeds: dict[Value, Any] = {}
        for end, c in pairs:
            seeds[end] = seeds[end] + c if end in seeds else c
        for parent, c in flow.go(seeds, _and_behind(v.b)).items():
            run.add(parent, c, False)

    def push(self, v: Any, run: Any) -> Any:
        call, outputs, like = v.x
        values, _ = self.again(call, outputs, like, v.b)
        tangents: dict[Value, Any] = {}
        for parent in v.b:
            t = run.tangent(parent)
            if t is not None:
                tangents |= dict.fromkeys(_and_behind([parent]), t)
        inner = Push(False, run.sample)
        if isinstance(run, BatchPush):
            inner = BatchPush(False, run.sample, run.k)
        inner.lift, inner.lift_call = run.lift, run.lift_call
        inputs, given = list(tangents), list(tangents.values())
        return inner.go(values, inputs, given, between(values, inputs))

    def again(
        self, call: _Arguments, outputs: _Outputs, like: Any, parents: Sequence[Value]
    ) -> tuple[list[Value], list[Value]]:
        """The values of the outputs, computed again, and the new ones that they come from."""
        first = tick()
        with recording(), amid_pass():
            args, kwargs = call.filled(call.tensors())
            outs = leaves_of(self.func(*args, **kwargs))
        values = [value_of(x) if isinstance(x, Name) else None for x in outs]
        found, older = upstream(values, first)
        same = outputs.active == [v is not None for v in values]
        if not same or not _alike([_print(x) for x in outs], like):
            raise InvalidBackprop(
                f"{self.name} gave another result when mygrad.checkpoint computed it again. It "
                "must depend on its arguments alone: random numbers, say, on a seed among them."
            )
        known = set(_and_behind(parents))
        copies = _looking_anew(found, [v for v in older if v not in known], known, first, self.name)
        found += copies.values()
        found.sort(key=lambda v: v.order)
        ends = [copies.get(v, v) for v in values if v is not None]
        return ends, found


def _and_behind(values: Sequence[Value]) -> list[Value]:
    """Values, and the leaves that leaves among them moved on to."""
    found = list(values)
    for v in found:
        if v.rule is ALIAS:
            found.append(v.a)
    return found


def _looking_anew(
    found: list[Value], strange: list[Value], known: set[Value], first: int, name: str
) -> dict[Value, Value]:
    """New nodes for what views show that were made before and not used before the call.

    They take the place of the old ones, which may be part of a pass that is under way, in what was
    computed again. Returned by the old ones.
    """
    copies: dict[Value, Value] = {}
    for v in strange:
        if v.rule is not READ or v.a not in known:
            raise InvalidBackprop(
                f"{name}, which mygrad.checkpoint computed again, uses a tensor that was changed "
                "since. Pass it as an argument: its contents are kept then."
            )
        copies[v] = node(READ, v.a, None, v.spec, v.x)
        copies[v].order = first
    for v in found if copies else ():
        v.a = copies.get(v.a, v.a)
        if v.b.__class__ is tuple:
            v.b = tuple([copies.get(p, p) for p in v.b])
        else:
            v.b = copies.get(v.b, v.b)
    return copies


def _print(x: Any) -> Any:
    """What is remembered of an output, to be compared: its spec, and the sum of magnitudes."""
    data = unwrap(x)
    if not _is_active(data) or not isinstance(data, np.ndarray):
        return None
    with np.errstate(all="ignore"):
        return spec_of(data), float(np.sum(np.abs(data), dtype=np.float64))


def _alike(a: list[Any], b: list[Any]) -> bool:
    """Are outputs the same, up to rounding?"""
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if x is None or y is None:
            if x is not y:
                return False
        elif x[0].shape != y[0].shape or not np.isclose(
            x[1], y[1], rtol=np.finfo(x[0].dtype).eps ** 0.5, equal_nan=True
        ):
            return False
    return True


def checkpoint(f: Function) -> Function:
    """A function whose intermediate results are not stored, but computed again going backward.

    A loop of n steps stores what n steps need. If it runs in about sqrt(n) segments, each of
    them a function under `checkpoint`, it stores what sqrt(n) calls and one segment need. The
    price is that everything is computed twice.

    Parameters
    ----------
    f
        The function. It may use tensors in its closure; they get their gradients. It must give the
        same result when it is called again with the same arguments: random numbers must come
        from a seed that is an argument. What differs is noticed, unless it is small, and raises
        `InvalidBackprop`. What it writes into its arguments is not seen outside.

    Returns
    -------
    callable
        The same function, as far as results and derivatives of all orders go.

    Notes
    -----
    An exception in the second computation comes out of ``backward`` or the transform.

    Derivatives recorded for higher orders (``create_graph=True``, nested transforms) keep what was
    computed again.

    Examples
    --------
    >>> @mg.checkpoint
    ... def segment(x, steps):
    ...     for _ in range(steps):
    ...         x = np.sin(x)
    ...     return x
    >>> def loop(x):
    ...     for _ in range(10):
    ...         x = segment(x, 10)
    ...     return x
    >>> mg.grad(loop)(1.0)
    array(0.00369...)
    """
    check_function(f, "checkpoint")
    rule = _Checkpoint(f)

    @wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not tracking():
            return f(*args, **kwargs)
        kept = _Arguments(args, kwargs)
        first = tick()
        args, kwargs = kept.filled(kept.tensors())
        out = f(*args, **kwargs)
        outs = leaves_of(out)
        values = [value_of(x) if isinstance(x, Name) else None for x in outs]
        _, older = upstream(values, first)
        if not older:
            return out
        outputs = _Outputs(out, [v is not None for v in values])
        like = [_print(x) for x in outs]
        return _record(out, outputs, rule, older, (kept, outputs, like), kept.locks)

    return call
