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
from operator import is_
from typing import Any, ClassVar
from weakref import ref

import numpy as np

from ._batch import Batch, CannotBatch
from ._custom import check_closed, own_copy, recorded_rule
from ._detach import data_follows
from ._lens import UNKNOWN, Lens, dense_like, memory_order
from ._modes import tracking
from ._operands import Keeper, array_of, carries, prepare, unwrap
from ._pull import ArrayRun, fit
from ._record import (
    check_constant,
    has_gradient,
    over_array,
    record,
    scatter,
    view_of,
    wrap,
    wrap_view,
)
from ._state import (
    Name,
    Root,
    View,
    amid_pass,
    as_root,
    data_of,
    expose,
    is_constant,
    make,
    root_of,
    value_of,
)
from ._table import Rule, inside, view
from ._value import ELSEWHERE, UNBORN, add_guard, leaf, node, spec_of, tick
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
        Set to True in the class of an operation whose result may be a view of its variable, of the
        same dtype. Then the result has a ``base``, and writing to one is seen in the other. It
        stays where it is in memory, and that is where its gradient goes. ``backward_var`` is called
        once to see that it says the same. Without it, a result that shares memory is copied.

    Notes
    -----
    Derivatives of higher order and forward mode take both methods to be written in NumPy: they run
    again, and ``t.data`` is then a tensor. What would drop a derivative there raises. So what
    ``__call__`` computes for ``backward_var`` has to be stored on `self`, and nowhere else.

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
        once; ``t._grad`` is None before. What it leaves there must be what ``backward_var`` may
        return.
        """
        masked = self.where is not True
        for i, t in enumerate(self.variables):
            if t.constant:
                continue
            try:
                # Masked-out elements may sit on singularities: what they give is thrown away.
                with np.errstate(all="ignore") if masked else _nothing:
                    c = self.backward_var(grad, i, **kwargs)
            except SkipGradient:
                continue
            if masked or not _is_plain(c, t):
                what = f"{type(self).__name__}.backward_var({i})"
                c = _checked(c, what)
                c = _summed(_masked(c, self.where, what) if masked else c, t, what)
            t._grad = c if t._grad is None else t._grad + c


#: A context that changes nothing.
_nothing = nullcontext()


def _resting() -> Any:
    """Who watches looks at the results of an operation, and not at what is inside."""
    mode = tracking()
    return _nothing if mode.__class__ is bool else mode.rest()


def _is_plain(c: Any, t: Any) -> bool:
    """Is this an array of the shape and dtype of its variable?"""
    x = t._array
    return c.__class__ is np.ndarray and c.shape == x.shape and c.dtype == x.dtype


def _checked(c: Any, what: str) -> Any:
    """What the user's method gave as a gradient: an array or a tensor."""
    if not isinstance(c, (np.ndarray, np.generic, int, float, complex, Name)) and not (
        hasattr(c, "shape") and hasattr(c, "dtype")
    ):
        raise InvalidGradient(
            f"{what} gave {c!r} (a {type(c).__name__}); a gradient is an array or a number. "
            "For none, raise mygrad.errors.SkipGradient."
        )
    c = _array(c)
    if c.dtype.kind not in "biufc":
        raise InvalidGradient(f"{what} gave an array of dtype {c.dtype}, which is no gradient")
    return c


def _array(x: Any) -> Any:
    """What a method of the user's gave, as a tensor or an array of no subclass."""
    x = x if x.__class__ is np.ndarray or isinstance(x, Name) else prepare(x)[0]
    return x if hasattr(x, "dtype") else np.asarray(x)


def _masked(c: Any, where: Any, what: str) -> Any:
    try:
        return np.where(where, c, 0)
    except ValueError:
        raise InvalidGradient(
            f"{what} gave a gradient of shape {c.shape}, which does not go with the attribute "
            f"where, a mask of shape {where.shape}"
        ) from None


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
            f"{what} gave a gradient of shape {c.shape} and dtype {c.dtype} for a variable of "
            f"shape {spec.shape} and dtype {spec.dtype}; it must have that shape, or one that the "
            "variable is broadcast to, and be real for a real variable."
        )
    return fit(c, spec)


def _cotangents(op: Operation, tensors: Sequence[Any], g: Any) -> list[Any]:
    """What the operation gives for each tensor, None for nothing."""
    for t in tensors:
        t._grad = None
    op.backward(g)
    found = [t.__dict__.pop("_grad") for t in tensors]
    if type(op).backward is not Operation.backward:
        what = f"{type(op).__name__}.backward"
        found = [
            c if c is None else _summed(_checked(c, what), t, what)
            for c, t in zip(found, tensors, strict=True)
        ]
    return found


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
        Which of them stands in each place, if some stand in several.
    parents
        The values behind them; None for constants. When the operation has run: None for those that
        no gradient is computed for, too.
    first
        The values of other calls that come later are not older.
    given
        The user's tensors.
    locks
        Those on what is kept.
    """

    __slots__ = (
        "args",
        "first",
        "given",
        "kwargs",
        "locks",
        "op",
        "order",
        "parents",
        "tensors",
    )

    def __init__(
        self, cls: type[Operation], inputs: Sequence[Any], args: Any, kwargs: Any, out: Any
    ) -> None:
        self.op = cls()
        self.first = tick()
        recorded = tracking()
        keeper = Keeper()
        self.args = () if args is None else args
        self.kwargs = {} if kwargs is None else kwargs
        if args is not None or kwargs is not None:
            self._take(keeper if recorded else None, cls.__name__)
        if cls.can_return_view and recorded:
            for t in inputs:
                if isinstance(t, Name):
                    _in_one_piece(t)
        if not all([isinstance(x, Name) for x in inputs]):
            inputs = _strong(inputs, cls.__name__)
        self.order: list[int] | None = None
        if len(inputs) > 1 and len({*map(id, inputs)}) < len(inputs):
            places = {id(x): i for i, x in enumerate({id(x): x for x in inputs}.values())}
            self.order = [places[id(x)] for x in inputs]
            inputs = [*{id(x): x for x in inputs}.values()]
        self.given: list[Any] = []
        self.tensors: list[Any] = []
        self.parents: list[Any] = []
        for y in inputs:
            x, t = prepare(y)
            v = None if t is None or not recorded else value_of(t)
            if out.__class__ is np.ndarray:
                x = apart(x, out)
            if recorded and (t is None or t._home is not None):
                x = keeper.hold(x, t, True)
            constant = v is None and (t is None or is_constant(t))
            self.given.append(t)
            self.tensors.append(_tensor(x, constant))
            self.parents.append(v)
        self.locks = keeper.locks

    def placed(self, tensors: list[Any]) -> list[Any]:
        """The tensors in the places of the arguments, where one may stand several times."""
        return tensors if self.order is None else [tensors[i] for i in self.order]

    def _take(self, keeper: Keeper | None, name: str) -> None:
        what = f"{name} (op_args or op_kwargs)"
        if not isinstance(self.args, (tuple, list)) or not isinstance(self.kwargs, dict):
            raise TypeError(
                f"op_args= and op_kwargs= of {name} are a tuple and a dictionary; got a "
                f"{type(self.args).__name__} and a {type(self.kwargs).__name__}"
            )
        args = [array_of(x, what) for x in self.args]
        kwargs = {k: array_of(x, what) for k, x in self.kwargs.items()}
        if keeper is not None:
            args = [keeper.argument(x) for x in args]
            kwargs = {k: keeper.argument(x) for k, x in kwargs.items()}
        self.args, self.kwargs = tuple(args), kwargs

    def run(self, **out: Any) -> Any:
        """Run the operation; the result is a plain array."""
        op, tensors = self.op, self.tensors
        with _resting():
            result = op(*self.placed(tensors), *self.args, **self.kwargs, **out)
        if isinstance(result, Name):
            self.check_closed([result], ())
            result = data_of(result)
        result = _array(result)
        if result.dtype.kind not in "biufc":
            raise TypeError(
                f"{type(op).__name__}.__call__ returned an object of dtype {result.dtype}; it is "
                "to return an array of numbers"
            )
        self._check_variables()
        if op.where is not True:
            what = f"the attribute where of {type(op).__name__}"
            op.where = np.asarray(array_of(op.where, what))
            if op.where.dtype != bool:
                raise TypeError(f"{what} is a mask, of booleans; its dtype is {op.where.dtype}")
        return result

    def _check_variables(self) -> None:
        op, tensors = self.op, self.tensors
        if not hasattr(op, "variables"):
            raise AttributeError(
                f"{type(op).__name__}.__call__ is to set self.variables, the tuple of the tensors "
                "that gradients are computed for"
            )
        op.variables = variables = tuple(op.variables)
        if len(variables) == len(tensors) and all(map(is_, variables, tensors)):
            return
        own = {id(t) for t in tensors}
        for t in variables:
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
        wanted = {id(t) for t in variables}
        self.parents = [
            v if id(t) in wanted else None for t, v in zip(tensors, self.parents, strict=True)
        ]

    def check_closed(self, found: Sequence[Any], known: Sequence[Any]) -> None:
        """Raise TypeError if what the operation gave depends on others than its own tensors."""
        if any([isinstance(x, Name) for x in found]):
            own = [value_of(t) for t in self.tensors]
            check_closed(type(self.op).__name__, found, (*own, *known), self.first)

    def again(self, arrays: list[Any]) -> tuple[Operation, list[Any]]:
        """The operation on tensors whose ``data`` are tensors, in a pass that is recorded."""
        lifted = any([isinstance(x, Name) for x in arrays])
        tensors = [
            own_copy(x)
            if isinstance(x, Name)
            else make(x, None if is_constant(t) else leaf(spec_of(x)))
            for x, t in zip(arrays, self.tensors, strict=True)
        ]
        state = [x for k, x in vars(self.op).items() if k not in ("variables", "where")]
        stale = lifted and not all([_is_inert(x) for x in state])
        hidden = any([vars(cls).get("__slots__") for cls in type(self.op).__mro__])
        if stale or hidden or any([isinstance(x, Name) for x in state]):
            op = type(self.op)()
            op(*self.placed(tensors), *self.args, **self.kwargs)
            op.variables = tuple(op.variables)
            op.where = self.op.where
            return op, tensors
        op = copy.copy(self.op)
        new = {id(t): u for t, u in zip(self.tensors, tensors, strict=True)}
        op.variables = tuple([new.get(id(t), t) for t in op.variables])
        return op, tensors


def _strong(inputs: Sequence[Any], name: str) -> list[Any]:
    """Operands as arrays and tensors. Python's numbers have no precision of their own."""
    found: list[Any] = []
    for y in inputs:
        x, t = prepare(y)
        found.append(x if t is None else t)
    weak = [x.__class__ in (int, float, complex) for x in found]
    strong = [unwrap(x) for x, is_weak in zip(found, weak, strict=True) if not is_weak]
    if strong:
        found = [
            np.asarray(x, np.result_type(*strong, x)) if is_weak else x
            for x, is_weak in zip(found, weak, strict=True)
        ]
    found = [x if hasattr(x, "dtype") else np.asarray(x) for x in found]
    for x in found:
        if x.dtype.kind not in "biufc":
            raise TypeError(
                f"an operand of {name} is no array of numbers, but of dtype {x.dtype}; further "
                "arguments are passed as op_args= and op_kwargs="
            )
    return found


def _tensor(x: Any, constant: bool) -> Any:
    """A tensor of the operation's own, whose ``data`` it cannot write to."""
    if isinstance(x, np.ndarray):
        x = x.view()
        x.setflags(write=False)
    t = make(x, None)
    if isinstance(x, np.ndarray):
        # Being handed out, and read-only, it needs no lock.
        home = Root(None if constant else UNBORN)
        home.handed.append(ref(x))
        t._home = home
        t._value = ELSEWHERE
    elif not constant:
        t._value = UNBORN
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
        recorded = False
        if not isinstance(run, ArrayRun):
            arrays = [
                t._array if p is None else run.lift(t._array, p)
                for t, p in zip(call.tensors, call.parents, strict=True)
            ]
            recorded = isinstance(g, Name) or any([isinstance(x, Name) for x in arrays])
        if recorded:
            # The value of a view may be made here, so it comes before what is taken for older.
            known = (*call.parents, *([value_of(g)] if isinstance(g, Name) else []))
            first = tick()
            with _differentiated():
                if isinstance(call.op, Ufunc) and call.op.where is not True:
                    arrays = list(inside(call.op.where, g.shape, tuple(arrays)))
                    g = np.where(call.op.where, g, 0)
                op, tensors = call.again(arrays)
                found = _cotangents(op, tensors, own_copy(g))
            check_closed(self.name, found, known, first)
        else:
            with amid_pass():
                found = _cotangents(call.op, call.tensors, own_copy(g))
            call.check_closed(found, ())
        for parent, c in zip(call.parents, found, strict=True):
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
        In a backward pass, if the operation gives something that is no gradient of its variable;
        at once, if it returns a view and its gradient is not that of the place of the view.

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
    call = _Call(Op, input_vars, op_args, op_kwargs, out)
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
    v = _recorded(call, result, constant) if mode else None
    if mode.__class__ is bool:
        return v
    mode.saw(type(call.op).__name__, [t._array for t in call.tensors], result, v)
    return v


def _recorded(call: _Call, result: Any, constant: bool | None) -> Any:
    parents = [v for v in call.parents if v is not None]
    if constant is True or not parents:
        return None
    if not has_gradient(result.dtype, type(call.op).__name__):
        return None
    v = node(type(call.op)._rule, None, tuple(parents), spec_of(result), call)
    add_guard(v, call.locks)
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


class _Window:
    """Which elements of an array are seen, counted in the order of its memory.

    Attributes
    ----------
    start, shape, strides
        The number of the first element, the lengths of the axes, and the steps along them.
    axes
        Memory order of the array: see `Lens`.
    """

    __slots__ = ("axes", "shape", "start", "strides")

    def __init__(self, array: np.ndarray, seen: np.ndarray) -> None:
        size = array.itemsize
        self.axes = memory_order(array)
        self.start = (_address(seen) - _address(array)) // size
        self.shape = seen.shape
        self.strides = tuple([step // size for step in seen.strides])

    def places(self) -> np.ndarray:
        """The number of each element that is seen."""
        steps = [np.arange(n) * step for n, step in zip(self.shape, self.strides, strict=True)]
        return np.broadcast_to(sum(np.ix_(*steps), np.asarray(self.start)), self.shape)

    def of(self, memory: np.ndarray) -> np.ndarray:
        """What is seen of memory, an array of one axis."""
        size = memory.itemsize
        strides = [size * step for step in self.strides]
        return np.ndarray(self.shape, memory.dtype, memory, size * self.start, strides)


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def _in_memory_order(x: Any, axes: tuple[int, ...] | None) -> Any:
    return (x if axes is None else x.transpose(axes)).reshape(-1)


def _look(x: Any, window: _Window) -> Any:
    """What there is to see of an array."""
    if isinstance(x, Batch):
        raise CannotBatch
    if isinstance(x, Name):
        return record(_look, (x, window), {})
    return window.of(_in_memory_order(x, window.axes))


def _looked(g: Any, _: Any, _x: Any, window: _Window) -> Any:
    if isinstance(g, Batch):
        raise CannotBatch
    if isinstance(g, Name):
        return scatter(g, Lens(None, _look, (window,), {}, _x, None))
    whole = dense_like(_x, window.axes)
    np.add.at(_in_memory_order(whole, window.axes), window.places(), g)
    return whole


view(_look, _looked)
UNKNOWN.add(_look)


def _in_one_piece(t: Name) -> None:
    """Give the tensor that `t` is, or shows, an array without gaps: then places can be counted."""
    root = root_of(t._home) if t._home.__class__ is View else t
    array = root._array
    if not isinstance(array, np.ndarray):
        return
    axes = memory_order(array)
    if not (array if axes is None else array.transpose(axes)).flags.c_contiguous:
        state, copied, stamp = as_root(root), np.array(array, order="K"), object()
        root._array, state.handed, state.stamp = copied, [], stamp
    if root._home is not None:
        # The result may be a view of this very array, so the operation cannot get a copy.
        root._home.held = True  # type: ignore[union-attr]


def _as_view(call: _Call, result: np.ndarray, constant: bool | None) -> Any:
    """The result as a view of the tensor whose memory it shares; None if there is none.

    A view stays where it is, whatever numbers were looked at to find the place. So it is the
    memory that says what is seen, also after writes, and what the derivative is.
    """
    shared = [
        i
        for i, (u, t) in enumerate(zip(call.tensors, call.given, strict=True))
        if t is not None
        and isinstance(u._array, np.ndarray)
        and np.may_share_memory(u._array, result)
    ]
    if len(shared) != 1 or result.dtype != call.tensors[shared[0]].dtype:
        return None
    (place,) = shared
    if any([v is not None and i != place for i, v in enumerate(call.parents)]):
        # Part of the gradient goes elsewhere.
        return None
    t = call.given[place]
    if not tracking():
        seen = result.view()
        if data_of(t).flags.writeable and not _overlaps(result):
            # The operation has seen a read-only array.
            seen.setflags(write=True)
        return wrap_view(seen, constant)
    root = root_of(t._home) if t._home.__class__ is View else t
    array = root._array
    window = _Window(array, result)
    seen = _look(array, window)
    if call.parents[place] is None or not _passes_on(call, place, result, array):
        constant = True
    lens = Lens(None, _look, (window,), {}, spec_of(array), array)
    lens.writeable = lens.injective = not _overlaps(result)
    return view_of(t, seen, root, lens, constant)


def _passes_on(call: _Call, place: int, result: np.ndarray, array: np.ndarray) -> bool:
    """Does the gradient of a view go to its variable?

    Raises
    ------
    InvalidGradient
        If it is not what it must be for a view of that memory: after a write, and in forward
        mode, there would be others.
    """
    x = call.tensors[place]._array
    # Small integers: their sums are exact.
    g = np.resize(np.arange(1, 252).astype(result.dtype), result.shape)
    g = g * (1 + 2j) if g.dtype.kind == "c" else g
    with amid_pass(), _resting():
        c = _cotangents(call.op, call.tensors, g.copy())[place]
    if c is None:
        return False
    c = np.asarray(unwrap(c))
    # Sent to and fro in the memory itself, they cancel.
    memory = np.zeros(array.size, g.dtype)
    ends = []
    for add, part, sent in ((np.add, result, g), (np.subtract, x, c)):
        window = _Window(array, part)
        end = window.of(memory)
        ends.append(end)
        if _overlaps(part):
            add.at(memory, window.places(), sent)
        else:
            add(end, sent, out=end)
    off = max([float(np.max(np.abs(end), initial=0)) for end in ends])
    if not off <= 16 * np.finfo(g.dtype).eps * float(np.max(np.abs(c), initial=1)):
        name = type(call.op).__name__
        raise InvalidGradient(
            f"{name} returned a view (shape {result.shape}) of its variable (shape {x.shape}), but "
            f"{name}.backward_var does not put each element of a gradient where the view shows "
            "that element from. Correct it; or, if another gradient is meant, return a copy."
        )
    return True


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
