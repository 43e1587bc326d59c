"""NumPy's functions on tensors: what ``__array_function__`` does, and ``mg.f``."""

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

from ._inplace import INPLACE
from ._modes import tracking
from ._operands import array_of, carries, prepare, steps_back, without_imaginary
from ._record import check_constant, record, record_ufunc, wrap
from ._state import Name, View, data_of, is_constant, make
from ._table import (
    COMPOSITIONS,
    CONSTANTS,
    PASSES_ON,
    RULES,
    SEVERAL,
    Elementwise,
    composition,
    known_as,
    linear,
    name_of,
)
from ._ufuncs import call, composed, no_rule, plain_call
from ._value import differentiable

__all__ = ["apply", "array_function", "cast", "full_like", "like", "new_leaf", "settled"]

Function = Callable[..., Any]


def array_function(func: Function, types: Any, args: Any, kwargs: Any) -> Any:
    """What ``func(*args, **kwargs)`` is for tensors; `func` is one of NumPy's functions."""
    for cls in types:
        if steps_back(cls):
            return NotImplemented
    if func is np.where and len(args) == 1 and not kwargs:
        func = np.nonzero
    if func in RULES:
        return record(func, args, kwargs)
    if func in COMPOSITIONS:
        return _compose(func, args, kwargs)
    if func in _OWN:
        return _OWN[func](*args, **kwargs)
    if func in _CREATION:
        # Of the kind of the tensor that was given as like=.
        return (
            _converted(func, args, kwargs)
            if func in _CONVERSION
            else new_leaf(func(*args, **kwargs))
        )
    if func not in CONSTANTS and tracking() and carries((args, kwargs)):
        raise no_rule(name_of(func))
    return plain_call(func, args, kwargs)


def _compose(func: Function, args: Any, kwargs: Any) -> Any:
    """Run a composition; what is written in other functions needs no ``out=`` of its own."""
    kwargs = {k: x for k, x in kwargs.items() if x is not np._NoValue}
    if func in PASSES_ON:
        return COMPOSITIONS[func](*args, **kwargs)
    if "out" in kwargs and "out" not in signature(func).parameters:
        raise TypeError(f"{name_of(func)}() has no argument 'out'")
    out = kwargs.pop("out", None)
    result = composed(func, args, kwargs)
    return result if out is None else np.positive(result, out=out)


#: What the third positional argument of some functions was before NumPy put `dtype` there.
_THIRD: dict[Function, tuple[str, ...]] = {
    **dict.fromkeys((np.sum, np.prod, np.mean, np.max, np.min), ("keepdims",)),
    **dict.fromkeys((np.var, np.std), ("ddof", "keepdims")),
}


#: What the existing MyGrad calls some parameters -> what NumPy calls them.
_NAMES: dict[Function, dict[str, str]] = {
    **{f: {"x": "a"} for f in (np.sum, np.mean, np.max, np.min, np.var, np.std)},
    np.sinc: {"a": "x"},
    np.broadcast_to: {"a": "array"},
    np.reshape: {"newshape": "shape"},
    np.concatenate: {"tensors": "arrays"},
    np.stack: {"tensors": "arrays"},
}


def _legacy(func: Function, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Accept the order of arguments of the existing MyGrad, where it cannot be NumPy's."""
    if func is np.transpose:
        return (args[0], args[1:]), kwargs
    if func is np.concatenate and len(args) == 4:
        return args[:3], {"dtype": args[3]} | kwargs
    if func in _THIRD and args[2].__class__ in (bool, int):
        return args[:2], dict(zip(_THIRD[func], args[2:], strict=False)) | kwargs
    return args, kwargs


def apply(func: Function, args: Any, kwargs: Any, constant: bool | None) -> Any:
    """``mg.f(*args, **kwargs)``: as ``np.f``, of any array-likes, and the result is a tensor."""
    check_constant(constant)
    if len(args) > 2:
        args, kwargs = _legacy(func, args, kwargs)
    if kwargs and func in _NAMES:
        kwargs = {_NAMES[func].get(name, name): x for name, x in kwargs.items()}
    rule = RULES.get(func)
    if isinstance(func, np.ufunc) and len(args) == func.nin + func.nout:
        out = args[func.nin :]
        out = out[0] if isinstance(out[0], tuple) else out
        args = args[: func.nin]
        if any([target is not None for target in out]):
            kwargs = {"out": out, **kwargs}
    if func is np.absolute:
        # The existing MyGrad asks with it for what is the rule here: finite at zero.
        kwargs.pop("nan_to_num", None)
    if rule.__class__ is Elementwise:
        return record_ufunc(rule, args, constant, **kwargs)
    if func is np.where and len(args) == 1 and not kwargs:
        return np.nonzero(*args)
    if rule is not None:
        return record(func, args, kwargs, constant)
    if isinstance(func, np.ufunc):
        return settled(call(func, "__call__", args, kwargs), args, constant)
    if args and func not in SEVERAL and isinstance(args[0], (list, tuple)):
        x, t = prepare(args[0])
        args = (x if t is None else t, *args[1:])
    return settled(_compose(func, args, kwargs), args, constant)


def settled(result: Any, args: Any, constant: bool | None) -> Any:
    """The results of a composition as tensors that are constant or not as asked."""
    if isinstance(result, (tuple, list)):
        make_tuple = getattr(result, "_make", result.__class__)
        return make_tuple([_settled_part(part, args, constant) for part in result])
    if not isinstance(result, Name):
        return wrap(np.asarray(result) if isinstance(result, float) else result, None, constant)
    if constant is None or constant is is_constant(result):
        return result
    if any([result is x for x in args]):
        result = result.copy()  # type: ignore[attr-defined]
    home = result._home
    if not constant:
        # A constant that is asked to be none: a leaf.
        data = data_of(result).copy() if home is not None else result._array
        return wrap(data, None, False)
    if home.__class__ is View:
        home.constant = True
        return result
    return make(data_of(result), None)


def _settled_part(part: Any, args: Any, constant: bool | None) -> Any:
    """One of several results; those of integers, counts and indices, are constants always."""
    if constant is False and not differentiable(getattr(part, "dtype", np.dtype(float))):
        constant = None
    return settled(part, args, constant)


@known_as("numpy.astype")
def cast(a: Any, dtype: Any, order: Any = "K", casting: Any = "unsafe") -> Any:
    """What ``a.astype`` does, as a function with a rule."""
    if not isinstance(a, np.ndarray):
        return a.astype(dtype)
    if casting == "unsafe":
        a = without_imaginary(a, np.dtype(dtype))
    return a.astype(dtype, order=order, casting=casting)


# The engine casts the cotangent back.
linear(cast, lambda g, _, _a, dtype, order="K", casting="unsafe": g)


@composition(np.astype)
def _astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    if device not in (None, "cpu"):
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device}')
    return x.astype(dtype, copy=copy)


# ----------------------------------------------------------------------------------------
# Functions that neither have a rule nor are compositions
# ----------------------------------------------------------------------------------------


def like(func: Function) -> Function:
    """``np.zeros_like`` and the like: as other results, constant unless they are floats."""

    def create(
        other: Any,
        dtype: Any = None,
        order: Any = "K",
        subok: bool = True,
        shape: Any = None,
        *,
        device: Any = None,
    ) -> Any:
        data, _ = prepare(other)
        if isinstance(data, (list, tuple, int, float)):
            data = np.asarray(data)
        keywords: dict[str, Any] = {"dtype": dtype}
        if order != "K":
            keywords["order"] = order
        if shape is not None:
            keywords["shape"] = shape
        if device is not None:
            keywords["device"] = device
        return new_leaf(func(data, **keywords))

    return create


def new_leaf(data: Any, constant: bool | None = None) -> Any:
    """A tensor over a fresh array: constant as asked, or else unless it is of floats."""
    check_constant(constant)
    if constant is None:
        constant = not differentiable(data.dtype)
    return wrap(data, None, constant)


def full_like(
    other: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    if not carries(fill_value):
        value = array_of(fill_value, "numpy.full_like")
        return like(lambda data, **keywords: np.full_like(data, value, **keywords))(
            other, dtype, order, subok, shape, device=device
        )
    result = like(np.empty_like)(other, dtype, order, subok, shape, device=device)
    result[...] = fill_value
    return result


#: Functions that dispatch on ``like=``.
_CONVERSION = frozenset(
    {np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray}
)
_CREATION = _CONVERSION | {
    np.arange,
    np.empty,
    np.eye,
    np.frombuffer,
    np.fromfile,
    np.fromfunction,
    np.fromiter,
    np.fromstring,
    np.full,
    np.genfromtxt,
    np.identity,
    np.loadtxt,
    np.ones,
    np.tri,
    np.zeros,
}


def _converted(func: Function, args: Any, kwargs: Any) -> Any:
    """``np.array(x, like=tensor)``: tensors in `x` keep their gradients."""
    data, found = prepare(args[0])
    t: Any = found
    if t is None:
        return new_leaf(func(data, *args[1:], **kwargs))
    if not isinstance(data, np.ndarray):
        # NumPy's function would turn foreign arrays into its own.
        dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
        return +t if dtype is None else t.astype(dtype)
    result = func(data, *args[1:], **kwargs)
    t = t if t.ndim == result.ndim else t[None]  # ndmin
    return t.astype(result.dtype, order="C" if result.flags.c_contiguous else "F")


_OWN: dict[Function, Function] = {
    np.zeros_like: like(np.zeros_like),
    np.ones_like: like(np.ones_like),
    np.empty_like: like(np.empty_like),
    np.full_like: full_like,
    **INPLACE,
}
