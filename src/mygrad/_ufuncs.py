"""NumPy's ufuncs on tensors: plain calls, several outputs, and the five methods.

``reduce``, ``accumulate``, ``reduceat`` and ``outer`` are compositions of calls, where there is
no rule of their own; ``at`` is an in-place operation. So they cost a few operations for each
step; their values are NumPy's own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._modes import tracking
from ._operands import array_of, carries, prepare, unwrap
from ._record import looked_at, record, record_ufunc, recorded_ufunc, wrap
from ._state import Name, data_of, expose, make, value_of
from ._table import (
    COMPLEX,
    COMPOSITIONS,
    CONSTANTS,
    FOREIGN,
    LATE,
    OUTPUTS,
    RULES,
    Elementwise,
    name_of,
    why_declined,
)
from ._value import Value
from ._write import overwrite, set_item, write

__all__ = ["call", "composed", "no_rule", "plain_call"]


def no_rule(name: str) -> TypeError:
    """What to raise where a gradient would be lost."""
    why = why_declined(name)
    return TypeError(
        f"{name} has no derivative in mygrad{f' ({why})' if why else ''}, and a tensor that "
        "carries a gradient was given to it. Write it with functions that have one, or pass "
        "t.detach() if the gradient is to stop here."
    )


def call(func: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What ``func.method(*inputs, **kwargs)`` is for tensors."""
    rule = RULES.get(func)
    if rule is None and func not in CONSTANTS:
        for learn in LATE:
            learn(func)
        rule = RULES.get(func)
    if kwargs and func in FOREIGN and kwargs.get("where", True) is not True:
        raise TypeError(
            f"{FOREIGN[func]} under where= is refused: SciPy's ufuncs read and write outside of "
            "their arrays then. Use numpy.where(mask, f(numpy.where(mask, x, inside)), other)."
        )
    if method != "__call__":
        mode = tracking()
        if mode.__class__ is bool or method == "at" or kwargs.get("out") is not None:
            return _METHODS[method](func, *inputs, **kwargs)
        name = f"{name_of(func)}.{method}"
        return mode.compose(name, lambda: _METHODS[method](func, *inputs, **kwargs), inputs)
    if rule.__class__ is Elementwise:
        return record_ufunc(rule, inputs, **kwargs)
    if rule is not None:
        return record(func, inputs, kwargs)
    if func in OUTPUTS:
        return _several(func, inputs, **kwargs)
    if func in COMPOSITIONS:
        return composed(func, inputs, kwargs)
    if func in COMPLEX and any([getattr(x, "dtype", np.dtype(int)).kind == "c" for x in inputs]):
        return record_ufunc(COMPLEX[func], inputs, **kwargs)
    if func not in CONSTANTS and tracking() and (carries(inputs) or carries(kwargs.get("out"))):
        raise no_rule(name_of(func))
    return plain_call(func, inputs, kwargs)


def composed(func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run a composition."""
    mode = tracking()
    if mode is True or mode is False:
        return COMPOSITIONS[func](*args, **kwargs)
    return mode.compose(
        name_of(func),
        lambda: COMPOSITIONS[func](*args, **kwargs),
        (*args, *kwargs.values()),
    )


def plain_call(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str | None = None
) -> Any:
    """Run a function without derivative on plain arrays; tensors as ``out=`` are written to."""
    out = kwargs.get("out")
    targets = out if isinstance(out, tuple) else (out,)
    if not any([isinstance(target, Name) for target in targets]):
        return _run(func, unwrap(args), unwrap(kwargs), name)
    kwargs = unwrap({k: x for k, x in kwargs.items() if k != "out"})
    if not tracking():
        arrays = tuple([expose(t) if isinstance(t, Name) else t for t in targets])
        kwargs["out"] = arrays if isinstance(out, tuple) else arrays[0]
        _run(func, unwrap(args), kwargs, name)
        return out[0] if isinstance(out, tuple) and len(out) == 1 else out
    arrays = tuple([np.array(data_of(t)) if isinstance(t, Name) else t for t in targets])
    kwargs["out"] = arrays if isinstance(out, tuple) else arrays[0]
    _run(func, unwrap(args), kwargs, name)
    where = kwargs.get("where", True)
    for target, array in zip(targets, arrays, strict=True):
        if isinstance(target, Name):
            _give(target, array, None, where)
    return targets[0] if len(targets) == 1 else targets


def _run(func: Callable[..., Any], args: Any, kwargs: dict[str, Any], name: str | None) -> Any:
    """Run a function on plain arrays, and let who watches look."""
    result = func(*args, **kwargs)
    mode = tracking()
    if mode.__class__ is not bool:
        # The mask of a method is not one of its result.
        where = kwargs.get("where", True) if isinstance(func, np.ufunc) else True
        parts = result if isinstance(result, tuple) else (result,)
        mode.saw(name or name_of(func), args, [looked_at(part, where) for part in parts])
    return result


def _give(target: Name, array: Any, v: Value | None, where: Any) -> None:
    """Give a tensor new contents; what a mask leaves out keeps its gradient."""
    if where is True:
        overwrite(target, array, v)
    else:
        write(target, ..., array, v, np.broadcast_to(where, array.shape))


def _several(
    func: np.ufunc, inputs: tuple[Any, ...], out: Any = None, where: Any = True, **keywords: Any
) -> tuple[Any, ...]:
    """A ufunc with several outputs."""
    if where is not True:
        where = keywords["where"] = array_of(where, f"where= of {name_of(func)}")
    x, t = prepare(inputs[0])
    y, u = (None, None) if func.nin == 1 else prepare(inputs[1])
    targets = out if out is not None else (None,) * func.nout
    # Tensors as targets are written to at the end; masked-out elements keep what they hold.
    keywords["out"] = tuple(
        np.array(data_of(target)) if isinstance(target, Name) else target for target in targets
    )
    results = func(*((x,) if func.nin == 1 else (x, y)), **keywords)
    given = []
    for result, rule, target in zip(results, OUTPUTS[func], targets, strict=True):
        v = None
        mode = tracking()
        if rule is not None and mode:
            v = recorded_ufunc(rule, x, t, y, u, where, result)
        if mode is not True and mode is not False:
            operands = (x,) if func.nin == 1 else (x, y)
            mode.saw(name_of(func), operands, looked_at(result, where), v)
        if isinstance(target, Name):
            _give(target, result, v, where)
            given.append(target)
        else:
            given.append(result if rule is None else wrap(result, v, None))
    return tuple(given)


# ----------------------------------------------------------------------------------------
# Methods
# ----------------------------------------------------------------------------------------

#: The function that a method of a ufunc is, called with the method's keywords.
_REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
}
_ACCUMULATIONS: dict[np.ufunc, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}


def _differentiable(func: np.ufunc, *arguments: Any) -> bool:
    """Is there a derivative to follow? If not, NumPy's own method will do."""
    if func in CONSTANTS or not (tracking() and carries(arguments)):
        return False
    if func.nout == 1 and (func in RULES or func in COMPOSITIONS):
        return True
    raise no_rule(name_of(func))


def _into(out: Any, result: Any) -> Any:
    """Write a result to ``out=``, if there is one."""
    if out is None:
        return result
    out = out[0] if isinstance(out, tuple) else out
    return np.add(result, 0, out=out) if result.dtype.kind == "b" else np.positive(result, out=out)


def _given(keywords: dict[str, Any]) -> dict[str, Any]:
    return {k: x for k, x in keywords.items() if x is not None and x is not np._NoValue}


def _reduce(
    func: np.ufunc,
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = np._NoValue,
    where: Any = True,
) -> Any:
    keywords: dict[str, Any] = {"axis": axis, "keepdims": keepdims}
    if not _differentiable(func, array, initial):
        keywords |= _given({"dtype": dtype, "initial": initial, "where": where, "out": out})
        return _plain_method(func, "reduce", (array,), keywords)
    if func in _REDUCTIONS:
        # They have rules that are quicker, and follow every keyword.
        keywords |= _given({"initial": initial})
        if dtype is not None and func in (np.maximum, np.minimum):
            array = np.astype(array, dtype)
        elif dtype is not None:
            keywords["dtype"] = dtype
        if where is not True:
            keywords["where"] = where
        return _into(out, _REDUCTIONS[func](array, **keywords))
    exact = func.reduce(
        *unwrap((array, axis, dtype)),
        keepdims=keepdims,
        initial=unwrap(initial),
        where=unwrap(where),
    )
    array = array if dtype is None else np.astype(array, dtype)
    axes = _axes(axis, array.ndim)
    if len(axes) > 1 and not _reorderable(func):
        raise ValueError(f"reduction operation '{func.__name__}' is not reorderable")
    # The reduced axes become one, in front.
    moved = np.moveaxis(array, axes, tuple(range(len(axes))))
    rest = moved.shape[len(axes) :]
    rows = np.reshape(moved, (-1, *rest)) if len(axes) != 1 else moved
    if where is not True:
        mask = np.broadcast_to(unwrap(where), array.shape)
        masks = np.moveaxis(mask, axes, tuple(range(len(axes)))).reshape(rows.shape)
    start = _start(func, rows, initial, where)
    ans = rows[0] if start is None else start
    for i in range(1 if start is None else 0, rows.shape[0]):
        if where is True:
            ans = func(ans, rows[i])
        else:
            # Masked-out operands may sit on singularities.
            step = np.where(masks[i], rows[i], 1)
            ans = np.where(masks[i], func(ans, step), ans)
    if start is not None:
        ans = np.broadcast_to(ans, rest) if ans.shape != rest else ans
    ans = np.expand_dims(ans, axes) if keepdims else ans
    return _into(out, _with_data(func, ans, exact))


#: Ufuncs that NumPy 2.4 reduces wrongly on processors with AVX-512: of one axis it takes the
#: first and the last element only.
_MISREDUCED = frozenset({np.power, np.arctan2})


def _with_data(func: np.ufunc, t: Any, exact: Any) -> Any:
    """A tensor with NumPy's own result: the composition's may differ in the last digit."""
    if func in _MISREDUCED:
        return t
    return make(np.asarray(exact), value_of(t)) if isinstance(t, Name) else wrap(exact, None, None)


def _reorderable(func: np.ufunc) -> bool:
    # NumPy says so only by refusing.
    try:
        func.reduce(np.ones((1, 1)), axis=(0, 1))
    except ValueError:
        return False
    return True


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axes, ndim)))


def _start(func: np.ufunc, rows: Any, initial: Any, where: Any) -> Any:
    """What a reduction starts with, or None if that is the first element."""
    if initial is np._NoValue:
        initial = func.identity if where is not True or rows.shape[0] == 0 else None
        if initial is None and where is not True:
            raise ValueError(
                f"reduction operation '{func.__name__}' does not have an identity, so to use a "
                "where mask one has to specify 'initial'"
            )
        if initial is None and rows.shape[0] == 0:
            raise ValueError(
                f"zero-size array to reduction operation {func.__name__} which has no identity"
            )
    if initial is None:
        return None
    initial = initial if isinstance(initial, Name) else np.asarray(initial, rows.dtype)
    return np.broadcast_to(initial, rows.shape[1:])


def _accumulate(
    func: np.ufunc, array: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    if not _differentiable(func, array):
        keywords = {"axis": axis, **_given({"dtype": dtype, "out": out})}
        return _plain_method(func, "accumulate", (array,), keywords)
    if func in _ACCUMULATIONS:
        return _into(out, _ACCUMULATIONS[func](array, axis=axis, **_given({"dtype": dtype})))
    exact = func.accumulate(*unwrap((array, axis, dtype)))
    array = array if dtype is None else np.astype(array, dtype)
    rows = np.moveaxis(array, axis, 0)
    if rows.shape[0] == 0:
        return _into(out, +array)
    parts = [rows[0]]
    for i in range(1, rows.shape[0]):
        parts.append(func(parts[-1], rows[i]))
    stacked: Any = np.stack(parts, axis=axis)
    return _into(out, make(exact, value_of(stacked)))


def _reduceat(
    func: np.ufunc, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    indices = array_of(indices, f"{name_of(func)}.reduceat")
    if not _differentiable(func, array):
        keywords = {"axis": axis, **_given({"dtype": dtype, "out": out})}
        return _plain_method(func, "reduceat", (array, indices), keywords)
    # By NumPy first, which checks the indices.
    exact = func.reduceat(*unwrap((array, indices, axis, dtype)))
    array = array if dtype is None else np.astype(array, dtype)
    rows = np.moveaxis(array, axis, 0)
    starts = np.asarray(indices)
    stops = [*starts[1:].tolist(), rows.shape[0]]
    parts = [
        func.reduce(rows[start:stop], axis=0) if start < stop else rows[start]
        for start, stop in zip(starts.tolist(), stops, strict=True)
    ]
    return _into(out, _with_data(func, np.stack(parts, axis=axis), exact))


def _outer(func: np.ufunc, a: Any, b: Any, **keywords: Any) -> Any:
    if not _differentiable(func, a, b):
        return _plain_method(func, "outer", (a, b), keywords)
    a, b = (x if isinstance(x, Name) else np.asarray(x) for x in (a, b))
    return func(np.reshape(a, a.shape + (1,) * b.ndim), b, **keywords)


def _at(func: np.ufunc, target: Any, indices: Any, *operands: Any) -> None:
    """``target[indices] = func(target[indices], ...)``, repeated indices one after the other."""
    if not isinstance(target, Name):
        if tracking() and carries(operands):
            raise TypeError(
                f"{name_of(func)}.at cannot write a tensor that carries a gradient into an array. "
                "Make the target a tensor: mygrad.tensor(target)."
            )
        _run_at(func, target, unwrap(indices), unwrap(operands))
        return
    indices = array_of(indices, f"{name_of(func)}.at")
    if not tracking():
        _run_at(func, expose(target), indices, unwrap(operands))
        return
    if not carries((target, *operands)):
        array = np.array(data_of(target))
        _run_at(func, array, indices, unwrap(operands))
        overwrite(target, array, None)
        return
    if func not in CONSTANTS and func not in RULES:
        raise no_rule(f"{name_of(func)}.at")
    # Element numbers take the place of any kind of index; the k-th pass treats the
    # k-th occurrence of each element.
    shape = target._array.shape
    picked = np.arange(target._array.size).reshape(shape)[indices]
    numbers = picked.reshape(-1)
    occurrence = _occurrences(numbers)
    if operands:
        operand: Any = operands[0]
        operand = operand if isinstance(operand, Name) else np.asarray(operand)
        operand = np.reshape(np.broadcast_to(operand, picked.shape), (-1,))
    for k in range(int(occurrence.max(initial=-1)) + 1):
        now = occurrence == k
        where = np.unravel_index(numbers[now], shape) if shape else ...
        more = (operand[now] if shape else operand[k],) if operands else ()
        value = func(target[where], *more)  # type: ignore[index]
        set_item(target, where, value)


def _run_at(func: np.ufunc, array: Any, indices: Any, operands: tuple[Any, ...]) -> None:
    mode = tracking()
    if mode.__class__ is bool:
        func.at(array, indices, *operands)
        return
    before = np.array(array[indices])
    func.at(array, indices, *operands)
    mode.saw(f"{name_of(func)}.at", (before, *operands), array[indices])


def _occurrences(numbers: np.ndarray) -> np.ndarray:
    """For each entry, how often the same number stands before it."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if ordered.size else ordered
    lengths = np.diff(np.append(first, ordered.size))
    occurrence = np.empty(ordered.size, np.intp)
    occurrence[order] = np.arange(ordered.size) - np.repeat(first, lengths)
    return occurrence


def _plain_method(
    func: np.ufunc, method: str, args: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """A method on operands without gradients: a constant tensor, or what NumPy's functions give."""
    name = f"{name_of(func)}.{method}"
    result = plain_call(getattr(func, method), args, keywords, name)
    if func in CONSTANTS or isinstance(result, Name):
        return result
    return wrap(result, None, None)


_METHODS: dict[str, Callable[..., Any]] = {
    "accumulate": _accumulate,
    "at": _at,
    "outer": _outer,
    "reduce": _reduce,
    "reduceat": _reduceat,
}
