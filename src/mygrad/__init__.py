"""Automatic differentiation for NumPy.

>>> x = mg.tensor([1.0, 2.0, 3.0])
>>> f = np.sum(x * x)
>>> f.backward()
>>> x.grad
array([2., 4., 6.])
"""

from importlib import import_module as _import_module
from typing import Any as _Any

import numpy as _np

from . import emath, errors, fft, linalg, operation_base, testing, typing
from ._anomaly import detect_anomaly
from ._api import mirrors as _mirrors
from ._creation import (
    arange,
    array,
    asarray,
    astensor,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    geomspace,
    identity,
    kaiser,
    linspace,
    logspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from ._custom import checkpoint, custom_jvp, custom_vjp
from ._io import load, save
from ._modes import (
    mem_guard_active,
    mem_guard_off,
    mem_guard_on,
    no_autodiff,
    turn_memory_guarding_off,
    turn_memory_guarding_on,
)
from ._more import (
    add_sequence,
    arccot,
    arccoth,
    arccsc,
    arccsch,
    arcsec,
    cot,
    coth,
    csc,
    csch,
    multi_matmul,
    multiply_sequence,
    sec,
    sech,
)
from ._tensor import Tensor
from ._transforms import (
    egrad,
    elementwise_grad,
    grad,
    grad_and_aux,
    hessian,
    hvp,
    jacobian,
    jvp,
    linearize,
    stop_gradient,
    value_and_grad,
    vjp,
)
from ._ufunc_objects import ufunc
from ._windows import sliding_window_view
from .operation_base import execute_op

__version__ = "0.1.0"

# What NumPy itself does for tensors, too, and its constants and dtypes.
from numpy import (
    bincount,
    bool_,
    double,
    e,
    euler_gamma,
    float16,
    float32,
    float64,
    half,
    inf,
    int8,
    int16,
    int32,
    int64,
    intp,
    longdouble,
    nan,
    newaxis,
    pi,
    single,
    uint8,
    uint16,
    uint32,
    uint64,
    uintp,
)

# Like all that creates, these make leaves of numbers.
globals().update(
    _mirrors(_np, __name__) | {"geomspace": geomspace, "linspace": linspace, "logspace": logspace}
)
# NumPy has two functions for each.
amax, amin = globals()["max"], globals()["min"]


# Imported when first used: many need no pictures, random numbers or networks, some have no SciPy.
_LATE_MODULES = ("computational_graph", "nnet", "polynomial", "random", "special", "tensor_base")
_LATE_OBJECTS = ("c_", "r_")


def __getattr__(name: str) -> _Any:
    if name in _LATE_MODULES:
        return _import_module(f"mygrad.{name}")
    if name in _LATE_OBJECTS:
        return getattr(_import_module("mygrad._rebound"), name)
    raise AttributeError(f"module 'mygrad' has no attribute {name!r}")


def __dir__() -> list[str]:
    from importlib.util import find_spec

    names = {*globals(), *_LATE_MODULES, *_LATE_OBJECTS}
    if find_spec("scipy") is None:
        # What is shown is looked at, by `inspect.getmembers` say.
        names -= {"special"}
    return sorted(names)
