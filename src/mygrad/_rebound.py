"""NumPy's own Python functions that offer tensors no hook, run so that they keep gradients.

`numpy.polynomial.chebyshev.chebval` and `numpy.r_`, say, are Python programs that make arrays of
their arguments first (``np.array``), which would detach tensors. Here the same programs get other
globals, in which the functions that make arrays are mygrad's.
"""

import sys
from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ._creation import arange, array, linspace
from ._table import COMPOSITIONS, RULES
from ._tensor import Tensor

__all__ = ["c_", "r_", "rebound_functions", "rebound_module"]

Function = Callable[..., Any]


def _array(a: Any, dtype: Any = None, *, subok: bool = False, **keywords: Any) -> Any:
    return array(a, dtype, **keywords)


def _asarray(a: Any, dtype: Any = None, **keywords: Any) -> Any:
    return array(a, dtype, copy=None, **keywords)


def _fresh(func: Function) -> Function:
    """A creation function whose results can be written to with gradients."""
    return lambda *args, **kwargs: Tensor(func(*args, **kwargs), copy=False)


class _NumPy(ModuleType):
    """What is called `np` in the modules of NumPy's: its creation functions give tensors."""

    array = staticmethod(_array)
    asarray = asanyarray = staticmethod(_asarray)
    empty = staticmethod(_fresh(np.empty))
    ones = staticmethod(_fresh(np.ones))
    zeros = staticmethod(_fresh(np.zeros))
    arange = staticmethod(arange)
    ndim = staticmethod(lambda a: _asarray(a).ndim)
    ndarray = (np.ndarray, Tensor)  # for isinstance

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


_numpy = _NumPy("numpy")


def rebound(func: Function, names: dict[str, Any]) -> Function:
    """The same Python function with other globals."""
    made = FunctionType(func.__code__, names, func.__name__, func.__defaults__, func.__closure__)
    made.__kwdefaults__ = func.__kwdefaults__
    return made


#: NumPy's function -> ours.
_rebound: dict[Function, Function] = {}


def rebound_functions(module: ModuleType, **names: Any) -> dict[str, Any]:
    """The globals of a module of NumPy's, its functions rebound; `names` are some besides `np`."""
    inside = vars(module) | {"np": _numpy} | names
    for key, func in vars(module).items():
        # Behind NumPy's dispatch is the Python function.
        own = getattr(func, "_implementation", func)
        if not isinstance(own, FunctionType) or func in RULES or func in COMPOSITIONS:
            continue
        if own.__module__ == module.__name__ and own not in _rebound:
            _rebound[own] = update_wrapper(rebound(own, inside), own)
        inside[key] = _rebound.get(own, func)
    return inside


def rebound_module(module: ModuleType, name: str, **names: Any) -> ModuleType:
    """A module with the public functions of one of NumPy's, rebound.

    What they import from each other when they are called is looked for in our package.
    """
    result = ModuleType(name, f"`{module.__name__}` of tensors: NumPy's own functions.")
    package = name.rpartition(".")[0]
    inside = rebound_functions(module, **names, __package__=package, __spec__=None)
    sys.modules[name] = result
    public = [key for key in module.__all__ if not isinstance(inside[key], type)]
    vars(result).update({key: inside[key] for key in public}, __all__=public)
    return result


def _concatenator(of_arrays: Any) -> Any:
    """`numpy.r_` or `numpy.c_` for tensors."""
    numpys = type(of_arrays)
    getitem = numpys.__getitem__
    arrays = {"array": _array, "linspace": linspace, "_nx": _numpy, "np": _numpy}
    inside = getitem.__globals__ | arrays
    body = rebound(getitem, inside)

    class Concatenator(numpys):  # type: ignore[misc, valid-type]
        def __getitem__(self, key: Any) -> Any:
            if isinstance(key, str) or any(
                [isinstance(part, str) and part in ("r", "c") for part in _parts(key)]
            ):
                raise TypeError(
                    f"{name} makes no matrices of tensors (the directive {key!r}): tensors have "
                    "none. Join along an axis: 'axis,ndmin'."
                )
            return body(self, key)

    name = f"mygrad.{'r_' if of_arrays is np.r_ else 'c_'}"
    Concatenator.__name__ = numpys.__name__
    Concatenator.__doc__ = (
        f"`numpy.{name[-2:]}` of tensors, which get their gradients: ``mg.{name[-2:]}[x, y]``."
    )
    return Concatenator()


def _parts(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


r_ = _concatenator(np.r_)
c_ = _concatenator(np.c_)
