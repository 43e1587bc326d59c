"""Operations of the user's, as classes.

A subclass of `Operation` says how a result is computed, and what each variable's gradient is;
`execute_op` runs it on tensors:

>>> from mygrad.operation_base import Operation
>>> class Cube(Operation):
...     def __call__(self, x):
...         self.variables = (x,)
...         return x.data**3
...     def backward_var(self, grad, index):
...         (x,) = self.variables
...         return grad * 3 * x.data**2
>>> x = mg.tensor([1.0, 2.0])
>>> mg.execute_op(Cube, x).backward()
>>> x.grad
array([ 3., 12.])

For a function with a rule in two functions see `mygrad.custom_vjp`, which does the same.

How it works: a call is one node of the graph, which keeps the operation and arrays of its own for
the variables. In a pass over arrays the operation gets arrays. In one that is recorded, or
transposed for forward mode, ``t.data`` of a variable is a tensor; so the same methods, if they are
written in NumPy, give derivatives of all orders. What ``__call__`` has stored on the object is then
computed again, for arrays do not know where they came from.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, ClassVar

import numpy as np

from ._batch import Batch, CannotBatch
from ._custom import check_closed, own_copy, recorded_rule
from ._detach import data_follows
from ._lens import UNKNOWN
from ._modes import tracking
from ._operands import Keeper, array_of, carries, prepare, unwrap
from ._pull import fit
from ._record import (
    check_constant,
    extended,
    hand_out,
    has_gradient,
    over_array,
    record,
    view_of,
    wrap,
    wrap_view,
)
from ._state import (
    Name,
    View,
    amid_pass,
    data_of,
    expose,
    is_constant,
    make,
    root_of,
    value_of,
)
from ._table import Rule, view
from ._value import UNBORN, add_guard, leaf, node, spec_of, tick
from ._write import apart, check_writeable, overwrite, single, write
from .errors import InvalidGradient, SkipGradient

__all__ = [
    "BinaryUfunc",
    "Operation",
    "Sequential",
    "SkipGradient",
    "Ufunc",
    "UnaryUfunc",
    "execute_op",
]


class Operation(ABC):
    """Base class of operations of the user's, which `mygrad.execute_op` runs.

    A subclass is made without arguments for each call, and defines two methods:

    - ``__call__(self, *tensors, *args, **kwargs)`` sets ``self.variables``, a tuple of those of
      the tensors that gradients are computed for, and returns the result, an array. It computes
      with ``t.data``. It may store on `self` what ``backward_var`` needs. It has a parameter
      `out` if ``execute_op(..., out=)`` is to work, and sets ``self.where`` to a mask if part of
      the result is left out.
    - ``backward_var(self, grad, index)`` gets the gradient by the result, an array of its shape,
      and returns that by ``self.variables[index]``. Broadcasting need not be undone.

    Attributes
    ----------
    variables
        The tensors that gradients are computed for. A gradient by any other is not computed.
    where
        Elements of the gradients where this mask is False are zero.
    can_return_view
        Set to True in the class of an operation whose result may be a view of its variable. Then
        the result has a ``base``, and writing to one is seen in the other. Where the view looks
        must not depend on the numbers. Without it, a result that shares memory is copied.

    Notes
    -----
    Derivatives of higher order and forward mode take both methods to be written in NumPy: they run
    again, and ``t.data`` is then a tensor. What would drop a derivative there raises.

    The tensors are the operation's own: they have the values of the call, whatever is written
    to the user's tensors later. Arrays that it gets are read-only while the graph lives.
    """

    can_return_view: ClassVar[bool] = False
    variables: tuple[Any, ...]
    where: Any = True
    _rule: ClassVar["_Operated"]
    #: Is ``where`` a mask of the result, too? If so, what it leaves out keeps what ``out=`` held.
    _masks_result: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._rule = _Operated(cls)

    @abstractmethod
    def __call__(self, *tensors: Any, **kwargs: Any) -> Any:
        """Set ``self.variables`` and return the result."""

    @abstractmethod
    def backward_var(self, grad: Any, index: int, **kwargs: Any) -> Any:
        """Return the gradient by ``self.variables[index]``, given that by the result.

        Raises
        ------
        SkipGradient
            If nothing is to be contributed to that variable.
        """

    def backward(self, grad: Any, **kwargs: Any) -> None:
        """Add to ``t._grad`` of each variable what `backward_var` gives for it.

        It may be overridden, where it is cheaper to compute the gradients of several variables at
        once; ``t._grad`` is None before.
        """
        for i, t in enumerate(self.variables):
            if t.constant:
                continue
            masked = self.where is not True
            # Masked-out elements may sit on singularities: what they give is thrown away.
            with np.errstate(all="ignore") if masked else nullcontext():
                try:
                    c = self.backward_var(grad, i, **kwargs)
                except SkipGradient:
                    continue
                c = _checked(c, f"{type(self).__name__}.backward_var({i})")
                c = np.where(self.where, c, 0) if masked else c
            c = _summed(c, t, f"{type(self).__name__}.backward_var({i})")
            t._grad = c if t._grad is None else t._grad + c


def _checked(c: Any, what: str) -> Any:
    """What the user's method gave as a gradient: an array or a tensor."""
    if not isinstance(c, (np.ndarray, np.generic, int, float, complex, Name)) and not (
        hasattr(c, "shape") and hasattr(c, "dtype")
    ):
        raise InvalidGradient(
            f"{what} returned {c!r} (a {type(c).__name__}); a gradient is an array or a number. "
            "For none, raise mygrad.errors.SkipGradient."
        )
    c = c if hasattr(c, "dtype") else np.asarray(c)
    if c.dtype.kind not in "biufc":
        raise InvalidGradient(f"{what} returned an array of dtype {c.dtype}, which is no gradient")
    return c


def _summed(c: Any, t: Any, what: str) -> Any:
    """A gradient in the shape and dtype of its variable, broadcasting undone."""
    spec = spec_of(data_of(t))
    if c.shape == spec.shape and c.dtype == spec.dtype:
        return c
    try:
        fits = np.broadcast_shapes(c.shape, spec.shape) == c.shape
    except ValueError:
        fits = False
    if not fits or (c.dtype.kind == "c" != spec.dtype.kind):
        raise InvalidGradient(
            f"{what} returned a gradient of shape {c.shape} and dtype {c.dtype} for a variable of "
            f"shape {spec.shape} and dtype {spec.dtype}; it must have that shape, or one that it "
            "broadcasts to."
        )
    return fit(c, spec)


def _cotangents(op: Operation, tensors: Sequence[Any], g: Any) -> list[Any]:
    """What the operation gives for each tensor, None for nothing."""
    for t in tensors:
        t._grad = None
    op.backward(g)
    return [t.__dict__.pop("_grad") for t in tensors]


@contextmanager
def _differentiated() -> Iterator[None]:
    """Methods of the user's run on tensors, and ``t.data`` is one."""
    token = data_follows.set(True)
    try:
        with recorded_rule():
            yield
    finally:
        data_follows.reset(token)


#: What has no derivative, wherever it came from.
_INERT = (bool, int, str, bytes, type(None), slice, type, np.dtype, np.integer, np.bool_)


def _is_inert(x: Any) -> bool:
    """Could this be a function of the variables that has a derivative?"""
    if isinstance(x, (tuple, list)):
        return all([_is_inert(part) for part in x])
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "biu"
    return x is np._NoValue or isinstance(x, _INERT)


class _Call:
    """What a node of the graph keeps of a call.

    Attributes
    ----------
    op, args, kwargs
        The operation, and the arguments besides tensors.
    tensors
        The tensors that the operation got, each one once.
    order
        Which of them stands in each place.
    arrays, parents
        Their arrays, and the values behind them; None for constants.
    first
        Nothing of the call's own is older.
    given
        The user's tensors.
    keeper
        Has the locks on what is kept.
    """

    def __init__(
        self, cls: type[Operation], inputs: Sequence[Any], args: Any, kwargs: Any, out: Any
    ) -> None:
        keeper = self.keeper = Keeper()
        self.op = cls()
        what = f"{cls.__name__} (op_args or op_kwargs)"
        self.args = tuple([keeper.argument(array_of(x, what)) for x in args])
        self.kwargs = {k: keeper.argument(array_of(x, what)) for k, x in kwargs.items()}
        self.first = tick()
        prepared = [prepare(x) for x in inputs]
        weak = [x.__class__ in (int, float, complex) for x in inputs]
        strong = [x for (x, _), w in zip(prepared, weak, strict=True) if not w]
        self.given: list[Any] = []
        self.arrays: list[Any] = []
        self.parents: list[Any] = []
        self.order: list[int] = []
        places: dict[int, int] = {}
        for (x, t), is_weak in zip(prepared, weak, strict=True):
            if t is not None and id(t) in places:
                self.order.append(places[id(t)])
                continue
            if is_weak and strong:
                # A Python number has no precision of its own.
                x = np.asarray(x, np.result_type(*strong, x))
            x = x if hasattr(x, "dtype") else np.asarray(x)
            x = apart(x, out) if isinstance(out, np.ndarray) else x
            if cls.can_return_view and t is not None:
                # The result may be a view of this very array, so it cannot be a copy.
                home = t._home
                state = (root_of(home) if home.__class__ is View else t)._home
                if state is not None:
                    state.held = True  # type: ignore[union-attr]
            places[id(t)] = len(self.arrays)
            self.order.append(len(self.arrays))
            self.given.append(t)
            self.arrays.append(keeper.hold(x, t, True))
            self.parents.append(value_of(t) if t is not None and tracking() else None)
        self.tensors = [
            _tensor(x, v is not None, t)
            for x, v, t in zip(self.arrays, self.parents, self.given, strict=True)
        ]

    def run(self, **out: Any) -> Any:
        """Run the operation; the result is a plain array."""
        name = type(self.op).__name__
        result = self.op(*[self.tensors[i] for i in self.order], *self.args, **self.kwargs, **out)
        if isinstance(result, Name):
            v = value_of(result)
            check_closed(name, [result] if v is not None else [], (), self.first)
            result = data_of(result)
        result = result if hasattr(result, "dtype") else np.asarray(result)
        if result.dtype.kind not in "biufc":
            raise TypeError(
                f"{name}.__call__ returned an object of dtype {result.dtype}; it is to return an "
                "array of numbers"
            )
        self._check_variables()
        if self.op.where is not True:
            self.op.where = array_of(self.op.where, f"the attribute where of {name}")
        return result

    def _check_variables(self) -> None:
        op = self.op
        if not hasattr(op, "variables"):
            raise AttributeError(
                f"{type(op).__name__}.__call__ is to set self.variables, the tuple of the tensors "
                "that gradients are computed for"
            )
        own = {id(t) for t in self.tensors}
        op.variables = tuple(op.variables)
        for t in op.variables:
            if not isinstance(t, Name):
                raise TypeError(
                    f"{type(op).__name__}.variables contains a {type(t).__name__}; it is to "
                    "contain the tensors that __call__ got"
                )
            if id(t) not in own and not is_constant(t):
                raise TypeError(
                    f"{type(op).__name__}.variables contains a tensor (shape {t._array.shape}) "
                    "that is none of those that __call__ got; pass it to execute_op"
                )

    def active(self) -> list[Any]:
        """For each tensor its parent in the graph, if a gradient is computed for it."""
        wanted = {id(t) for t in self.op.variables}
        return [
            v if id(t) in wanted else None for t, v in zip(self.tensors, self.parents, strict=True)
        ]

    def again(self, arrays: list[Any]) -> tuple[Operation, list[Any]]:
        """The operation on tensors whose ``data`` are tensors, in a pass that is recorded."""
        lifted = any([isinstance(x, Name) for x in arrays])
        tensors = [
            own_copy(x) if isinstance(x, Name) else make(x, None if v is None else leaf(spec_of(x)))
            for x, v in zip(arrays, self.parents, strict=True)
        ]
        state = [x for k, x in vars(self.op).items() if k not in ("variables", "where")]
        stale = lifted and not all([_is_inert(x) for x in state])
        if stale or any([isinstance(x, Name) for x in state]):
            op = type(self.op)()
            op(*[tensors[i] for i in self.order], *self.args, **self.kwargs)
            op.variables = tuple(op.variables)
            op.where = self.op.where
            return op, tensors
        op = copy.copy(self.op)
        new = {id(t): u for t, u in zip(self.tensors, tensors, strict=True)}
        op.variables = tuple([new.get(id(t), t) for t in op.variables])
        return op, tensors


def _tensor(x: Any, active: bool, given: Any) -> Any:
    """A tensor of the operation's own, whose ``data`` it cannot write to."""
    if isinstance(x, np.ndarray):
        x = x.view()
        x.flags.writeable = False
    t = make(x, leaf(spec_of(x)) if active else None)
    if not active and given is not None and not is_constant(given):
        t._value = UNBORN
    if isinstance(x, np.ndarray):
        # Being handed out, and read-only, it needs no lock.
        hand_out(t)
    return t


class _Operated(Rule):
    """An operation of the user's. In a value ``v.x`` is the `_Call`."""

    def __init__(self, cls: type[Operation]) -> None:
        self.func = cls
        self.name = cls.__name__

    def pull(self, v: Any, g: Any, run: Any) -> None:
        if isinstance(g, Batch):
            raise CannotBatch
        call = v.x
        active = call.active()
        arrays = [
            x if p is None else run.lift(x, p) for x, p in zip(call.arrays, active, strict=True)
        ]
        recorded = isinstance(g, Name) or any([isinstance(x, Name) for x in arrays])
        if recorded:
            # The value of a view may be made here, so it comes before what is taken for older.
            known = (*active, *([value_of(g)] if isinstance(g, Name) else []))
            first = tick()
            with _differentiated():
                op, tensors = call.again(arrays)
                found = _cotangents(op, tensors, own_copy(g))
        else:
            first, known = call.first, ()
            with amid_pass():
                found = _cotangents(call.op, call.tensors, own_copy(g))
        check_closed(self.name, found, known, first)
        for parent, c in zip(active, found, strict=True):
            if parent is not None and c is not None:
                run.add(parent, c if recorded and carries(c) else unwrap(c), False)


def execute_op(
    Op: type[Operation],
    *input_vars: Any,
    op_args: Sequence[Any] | None = None,
    op_kwargs: dict[str, Any] | None = None,
    constant: bool | None = None,
    out: Any = None,
) -> Any:
    """Run an operation of the user's on tensors, and record it.

    Parameters
    ----------
    Op
        A subclass of `mygrad.operation_base.Operation`.
    *input_vars
        Tensors, or what `mygrad.tensor` takes; the operation gets tensors.
    op_args, op_kwargs
        Further arguments for the operation. No gradient is computed by them.
    constant
        True makes the result a constant; None (the default) makes it one if all inputs are.
    out
        A tensor or an array to write the result to, if the operation has a parameter `out`.

    Returns
    -------
    Tensor
        The result.

    Raises
    ------
    InvalidGradient
        In a backward pass, if the operation gives something that is no gradient of its variable.

    Examples
    --------
    >>> from mygrad.operation_base import Operation
    >>> class ScaledExp(Operation):
    ...     def __call__(self, x, scale):
    ...         self.variables = (x,)
    ...         self.ans = np.exp(scale * x.data)
    ...         self.scale = scale
    ...         return self.ans
    ...     def backward_var(self, grad, index):
    ...         return grad * self.scale * self.ans
    >>> def f(x):
    ...     return mg.execute_op(ScaledExp, x, op_args=(2.0,))
    >>> mg.grad(f)(0.0), mg.grad(mg.grad(f))(0.0)
    (array(2.), array(4.))
    """
    check_constant(constant)
    _check_class(Op)
    out = single(out, Op.__name__)
    call = _Call(Op, input_vars, op_args or (), op_kwargs or {}, out)
    if out is not None:
        return _into(out, call, constant)
    result = call.run()
    if Op.can_return_view and isinstance(result, np.ndarray):
        seen = _as_view(call, result, constant)
        if seen is not None:
            return seen
    # The operation may have kept it, or given an array of its own or of a variable's.
    result = np.array(result) if isinstance(result, (np.ndarray, np.generic)) else result
    return wrap(result, _value(call, result, constant), constant)


def _check_class(cls: Any) -> None:
    if not (isinstance(cls, type) and issubclass(cls, Operation)):
        raise TypeError(
            "execute_op needs a subclass of mygrad.operation_base.Operation; got "
            f"{cls.__name__ if isinstance(cls, type) else repr(cls)}"
        )


def _value(call: _Call, result: Any, constant: bool | None) -> Any:
    """The value of the result, or None if it carries no gradient; looked at if somebody watches."""
    mode = tracking()
    if mode.__class__ is bool:
        return _recorded(call, result, constant)
    v = _recorded(call, result, constant)
    mode.saw(type(call.op).__name__, call.arrays, result, v)
    return v


def _recorded(call: _Call, result: Any, constant: bool | None) -> Any:
    parents = [v for v in call.active() if v is not None]
    if constant is True or not parents or not tracking():
        return None
    if not has_gradient(result.dtype, type(call.op).__name__):
        return None
    v = node(type(call.op)._rule, None, tuple(parents), spec_of(result), call)
    add_guard(v, call.keeper.locks)
    # A node that held the user's tensors would be a cycle if the result is written into one.
    call.given.clear()
    for parent in parents:
        parent.grad = None
    return v


def _into(out: Any, call: _Call, constant: bool | None) -> Any:
    """Run an operation with ``out=``."""
    if not isinstance(out, Name):
        result = call.run(out=out)
        if result is not out:
            out[...] = result
        return over_array(out, _value(call, out, constant), constant)
    if not tracking():
        array = expose(out)
        result = call.run(out=array)
        if result is not array:
            array[...] = result
        return out
    target = data_of(out)
    check_writeable(out, target)
    buffer = np.array(target)
    result = call.run(out=buffer)
    if result is not buffer:
        buffer[...] = result
    v = _value(call, buffer, None)
    where = call.op.where
    # Both copy, for the operation may keep the buffer.
    if where is True or not call.op._masks_result:
        overwrite(out, buffer.copy(), v)
    else:
        write(out, ..., buffer, v, np.broadcast_to(where, buffer.shape))
    return out


# ----------------------------------------------------------------------------------------
# Operations that return views
# ----------------------------------------------------------------------------------------


class _Look:
    """How a view operation is run again on other arrays in the place of its variable.

    Attributes
    ----------
    op
        The operation as it was run; `rule` needs what it stored.
    place, arrays, order
        Which of the tensors is looked at, the arrays of all, and which stands in each place.
    seen
        For each of the operation's variables, is it the one?
    """

    def __init__(self, call: _Call, place: int) -> None:
        self.args, self.kwargs = call.args, call.kwargs
        self.place, self.order = place, call.order
        self.arrays = [None if i == place else x for i, x in enumerate(call.arrays)]
        self.seen = [t is call.tensors[place] for t in call.op.variables]
        self.op = copy.copy(call.op)
        # The variable itself would keep the array, and a lock on it.
        self.op.variables = tuple(
            [
                None if is_seen else t
                for t, is_seen in zip(call.op.variables, self.seen, strict=True)
            ]
        )


def _look(x: Any, look: _Look) -> Any:
    """What a view operation shows of an array."""
    if isinstance(x, Batch):
        raise CannotBatch
    if isinstance(x, Name):
        return record(_look, (x, look), {})
    tensors = [make(x if i == look.place else y, None) for i, y in enumerate(look.arrays)]
    result = type(look.op)()(*[tensors[i] for i in look.order], *look.args, **look.kwargs)
    return data_of(result) if isinstance(result, Name) else result


def _looked(g: Any, _: Any, _x: Any, look: _Look) -> Any:
    if isinstance(g, Batch):
        raise CannotBatch
    known = [value_of(g)] if isinstance(g, Name) else []
    first = tick()
    # A view does not depend on the numbers, so there need not be any.
    zeros = np.broadcast_to(np.zeros((), _x.dtype), _x.shape)
    t = make(zeros, leaf(spec_of(zeros)))
    op = copy.copy(look.op)
    op.variables = tuple(
        [t if is_seen else u for u, is_seen in zip(op.variables, look.seen, strict=True)]
    )
    with _differentiated() if isinstance(g, Name) else amid_pass():
        (c,) = _cotangents(op, [t], own_copy(g))
    check_closed(type(op).__name__, [c], known, first)
    if c is None:
        return zeros
    return c if isinstance(g, Name) else unwrap(c)


view(_look, _looked)
UNKNOWN.add(_look)


def _as_view(call: _Call, result: Any, constant: bool | None) -> Any:
    """The result as a view of the tensor whose memory it shares; None if there is none."""
    shared = [
        i
        for i, (x, t) in enumerate(zip(call.arrays, call.given, strict=True))
        if t is not None and isinstance(x, np.ndarray) and np.may_share_memory(x, result)
    ]
    if len(shared) != 1 or result.dtype != call.arrays[shared[0]].dtype:
        return None
    (place,) = shared
    if any([v is not None and i != place for i, v in enumerate(call.active())]):
        # Part of the gradient goes elsewhere.
        return None
    t, x = call.given[place], call.arrays[place]
    look = _Look(call, place)
    # The operation has seen a read-only array.
    seen = _look(x, look).view()
    if not tracking():
        return wrap_view(seen, constant)
    root, lens = extended(t, x, _look, (look,), {})
    lens.writeable = lens.writeable and not _overlaps(result)
    return view_of(t, seen, root, lens, constant)


def _overlaps(array: np.ndarray) -> bool:
    """May an array show one element twice?"""
    reach = array.itemsize
    for stride, n in sorted(zip(map(abs, array.strides), array.shape, strict=True)):
        if n > 1:
            if stride < reach:
                return True
            reach += stride * (n - 1)
    return False


# ----------------------------------------------------------------------------------------
# Kinds of operation
# ----------------------------------------------------------------------------------------


class Ufunc(Operation, ABC):
    """Base class of operations that are NumPy's ufuncs; see `UnaryUfunc` and `BinaryUfunc`."""

    #: The ufunc.
    numpy_ufunc: ClassVar[np.ufunc]


class UnaryUfunc(Ufunc, ABC):
    """A ufunc of one operand, the class attribute `numpy_ufunc`.

    ``out=``, ``where=`` and ``dtype=`` work; a subclass defines ``backward_var`` alone.

    Examples
    --------
    >>> from mygrad.operation_base import UnaryUfunc
    >>> class Exp(UnaryUfunc):
    ...     numpy_ufunc = np.exp
    ...     def backward_var(self, grad, index):
    ...         (x,) = self.variables
    ...         return grad * np.exp(x.data)
    >>> x = mg.tensor([0.0, 1.0])
    >>> mg.execute_op(Exp, x, op_kwargs={"where": [True, False]}, out=mg.zeros(2)).backward()
    >>> x.grad
    array([1., 0.])
    """

    def __call__(self, x1: Any, out: Any = None, *, where: Any = True, dtype: Any = None) -> Any:
        self.variables = (x1,)
        self.where = where
        return _ufunc(self, out, where, dtype)


class BinaryUfunc(Ufunc, ABC):
    """A ufunc of two operands, the class attribute `numpy_ufunc`; see `UnaryUfunc`."""

    def __call__(
        self, x1: Any, x2: Any, out: Any = None, *, where: Any = True, dtype: Any = None
    ) -> Any:
        self.variables = (x1, x2)
        self.where = where
        return _ufunc(self, out, where, dtype)


def _ufunc(op: Ufunc, out: Any, where: Any, dtype: Any) -> Any:
    operands = [t.data for t in op.variables]
    # Saying out=None tells NumPy that leaving elements uninitialised is meant.
    return op.numpy_ufunc(*operands, out=out, where=where, dtype=dtype)


class Sequential(Operation, ABC):
    """A reduction or accumulation along axes, the static method `numpy_func`.

    A subclass defines ``backward_var``; it finds ``axis``, ``keepdims``, ``initial`` and ``ddof``
    on `self`, as they were given.

    Examples
    --------
    >>> from mygrad.operation_base import Sequential
    >>> class Sum(Sequential):
    ...     numpy_func = staticmethod(np.sum)
    ...     def backward_var(self, grad, index):
    ...         (x,) = self.variables
    ...         if self.axis is not None and self.keepdims is not True:
    ...             grad = np.expand_dims(grad, self.axis)
    ...         return np.broadcast_to(grad, x.shape)
    >>> x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> mg.execute_op(Sum, x, op_kwargs={"axis": 0})
    Tensor([4., 6.])
    """

    _masks_result = False
    #: NumPy's function.
    numpy_func: ClassVar[Callable[..., Any]]

    def __call__(
        self,
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = np._NoValue,
        initial: Any = np._NoValue,
        *,
        where: Any = np._NoValue,
        ddof: Any = np._NoValue,
    ) -> Any:
        self.variables = (a,)
        self.axis, self.keepdims, self.initial, self.ddof = axis, keepdims, initial, ddof
        self.where = True if where is np._NoValue else where
        keywords = {"dtype": dtype, "out": out, "keepdims": keepdims, "initial": initial}
        keywords |= {"where": where, "ddof": ddof}
        given = {k: x for k, x in keywords.items() if x is not None and x is not np._NoValue}
        return self.numpy_func(a.data, axis=axis, **given)
