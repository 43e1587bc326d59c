"""Made by tools/make_stubs.py with NumPy 2.4."""

from typing import Any, Protocol, overload, type_check_only

import numpy as np
from numpy import all as all
from numpy import allclose as allclose
from numpy import any as any
from numpy import argmax as argmax
from numpy import argmin as argmin
from numpy import argpartition as argpartition
from numpy import argsort as argsort
from numpy import argwhere as argwhere
from numpy import around as around
from numpy import array2string as array2string
from numpy import array_equal as array_equal
from numpy import array_equiv as array_equiv
from numpy import array_repr as array_repr
from numpy import array_str as array_str
from numpy import bitwise_and as bitwise_and
from numpy import bitwise_count as bitwise_count
from numpy import bitwise_invert as bitwise_invert
from numpy import bitwise_left_shift as bitwise_left_shift
from numpy import bitwise_not as bitwise_not
from numpy import bitwise_or as bitwise_or
from numpy import bitwise_right_shift as bitwise_right_shift
from numpy import bitwise_xor as bitwise_xor
from numpy import bool_ as bool_
from numpy import can_cast as can_cast
from numpy import ceil as ceil
from numpy import common_type as common_type
from numpy import count_nonzero as count_nonzero
from numpy import diag_indices_from as diag_indices_from
from numpy import digitize as digitize
from numpy import double as double
from numpy import e as e
from numpy import einsum_path as einsum_path
from numpy import equal as equal
from numpy import euler_gamma as euler_gamma
from numpy import fix as fix
from numpy import flatnonzero as flatnonzero
from numpy import float16 as float16
from numpy import float32 as float32
from numpy import float64 as float64
from numpy import floor as floor
from numpy import floor_divide as floor_divide
from numpy import gcd as gcd
from numpy import greater as greater
from numpy import greater_equal as greater_equal
from numpy import half as half
from numpy import inf as inf
from numpy import int8 as int8
from numpy import int16 as int16
from numpy import int32 as int32
from numpy import int64 as int64
from numpy import intp as intp
from numpy import invert as invert
from numpy import isclose as isclose
from numpy import iscomplex as iscomplex
from numpy import iscomplexobj as iscomplexobj
from numpy import isfinite as isfinite
from numpy import isin as isin
from numpy import isinf as isinf
from numpy import isnan as isnan
from numpy import isnat as isnat
from numpy import isneginf as isneginf
from numpy import isposinf as isposinf
from numpy import isreal as isreal
from numpy import isrealobj as isrealobj
from numpy import lcm as lcm
from numpy import left_shift as left_shift
from numpy import less as less
from numpy import less_equal as less_equal
from numpy import lexsort as lexsort
from numpy import logical_and as logical_and
from numpy import logical_not as logical_not
from numpy import logical_or as logical_or
from numpy import logical_xor as logical_xor
from numpy import longdouble as longdouble
from numpy import may_share_memory as may_share_memory
from numpy import min_scalar_type as min_scalar_type
from numpy import nan as nan
from numpy import nanargmax as nanargmax
from numpy import nanargmin as nanargmin
from numpy import ndim as ndim
from numpy import newaxis as newaxis
from numpy import nonzero as nonzero
from numpy import not_equal as not_equal
from numpy import pi as pi
from numpy import ravel_multi_index as ravel_multi_index
from numpy import result_type as result_type
from numpy import right_shift as right_shift
from numpy import rint as rint
from numpy import round as round
from numpy import searchsorted as searchsorted
from numpy import shape as shape
from numpy import shares_memory as shares_memory
from numpy import sign as sign
from numpy import signbit as signbit
from numpy import single as single
from numpy import size as size
from numpy import spacing as spacing
from numpy import tril_indices_from as tril_indices_from
from numpy import triu_indices_from as triu_indices_from
from numpy import trunc as trunc
from numpy import uint8 as uint8
from numpy import uint16 as uint16
from numpy import uint32 as uint32
from numpy import uint64 as uint64
from numpy import uintp as uintp
from numpy import unravel_index as unravel_index

from . import computational_graph as computational_graph
from . import emath as emath
from . import errors as errors
from . import fft as fft
from . import linalg as linalg
from . import nnet as nnet
from . import operation_base as operation_base
from . import polynomial as polynomial
from . import random as random
from . import special as special
from . import tensor_base as tensor_base
from . import testing as testing
from . import typing as typing
from ._anomaly import detect_anomaly as detect_anomaly
from ._creation import arange as arange
from ._creation import array as array
from ._creation import asarray as asarray
from ._creation import astensor as astensor
from ._creation import empty as empty
from ._creation import empty_like as empty_like
from ._creation import eye as eye
from ._creation import full as full
from ._creation import full_like as full_like
from ._creation import geomspace as geomspace
from ._creation import identity as identity
from ._creation import kaiser as kaiser
from ._creation import linspace as linspace
from ._creation import logspace as logspace
from ._creation import ones as ones
from ._creation import ones_like as ones_like
from ._creation import tensor as tensor
from ._creation import zeros as zeros
from ._creation import zeros_like as zeros_like
from ._custom import checkpoint as checkpoint
from ._custom import custom_jvp as custom_jvp
from ._custom import custom_vjp as custom_vjp
from ._io import load as load
from ._io import save as save
from ._modes import mem_guard_active as mem_guard_active
from ._modes import mem_guard_off as mem_guard_off
from ._modes import mem_guard_on as mem_guard_on
from ._modes import no_autodiff as no_autodiff
from ._modes import turn_memory_guarding_off as turn_memory_guarding_off
from ._modes import turn_memory_guarding_on as turn_memory_guarding_on
from ._rebound import c_ as c_
from ._rebound import r_ as r_
from ._tensor import Tensor as Tensor
from ._transforms import egrad as egrad
from ._transforms import elementwise_grad as elementwise_grad
from ._transforms import grad as grad
from ._transforms import grad_and_aux as grad_and_aux
from ._transforms import hessian as hessian
from ._transforms import hvp as hvp
from ._transforms import jacobian as jacobian
from ._transforms import jvp as jvp
from ._transforms import linearize as linearize
from ._transforms import stop_gradient as stop_gradient
from ._transforms import value_and_grad as value_and_grad
from ._transforms import vjp as vjp
from ._ufunc_objects import ufunc as ufunc
from ._windows import sliding_window_view as sliding_window_view
from .operation_base import execute_op as execute_op

__version__: str

def __dir__() -> list[str]: ...

@type_check_only
class _Ufunc4(Protocol):
    def __call__(
        self,
        x: Any,
        /,
        *,
        out: Any = ...,
        where: Any = ...,
        casting: Any = ...,
        order: Any = ...,
        dtype: Any = ...,
        subok: Any = ...,
        signature: Any = ...,
        constant: bool | None = ...,
    ) -> tuple[Tensor, Tensor]: ...
    def accumulate(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    def at(self, target: Any, indices: Any, /, *operands: Any) -> None: ...
    @property
    def identity(self) -> Any: ...
    @property
    def nargs(self) -> int: ...
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def ntypes(self) -> int: ...
    def outer(self, a: Any, b: Any, /, *, constant: bool | None = ..., **kwargs: Any) -> Any: ...
    def reduce(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        keepdims: Any = ...,
        initial: Any = ...,
        where: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    def reduceat(
        self,
        array: Any,
        indices: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    @property
    def resolve_dtypes(self) -> Any: ...
    @property
    def signature(self) -> str | None: ...
    @property
    def types(self) -> Any: ...

@type_check_only
class _Ufunc3(Protocol):
    def __call__(
        self,
        x1: Any,
        x2: Any,
        /,
        *,
        out: Any = ...,
        where: Any = ...,
        casting: Any = ...,
        order: Any = ...,
        dtype: Any = ...,
        subok: Any = ...,
        signature: Any = ...,
        constant: bool | None = ...,
    ) -> tuple[Tensor, Tensor]: ...
    def accumulate(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    def at(self, target: Any, indices: Any, /, *operands: Any) -> None: ...
    @property
    def identity(self) -> Any: ...
    @property
    def nargs(self) -> int: ...
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def ntypes(self) -> int: ...
    def outer(self, a: Any, b: Any, /, *, constant: bool | None = ..., **kwargs: Any) -> Any: ...
    def reduce(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        keepdims: Any = ...,
        initial: Any = ...,
        where: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    def reduceat(
        self,
        array: Any,
        indices: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Any: ...
    @property
    def resolve_dtypes(self) -> Any: ...
    @property
    def signature(self) -> str | None: ...
    @property
    def types(self) -> Any: ...

@type_check_only
class _Ufunc2(Protocol):
    def __call__(
        self,
        x1: Any,
        x2: Any,
        /,
        *,
        out: Any = ...,
        where: Any = ...,
        casting: Any = ...,
        order: Any = ...,
        dtype: Any = ...,
        subok: Any = ...,
        signature: Any = ...,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def accumulate(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def at(self, target: Any, indices: Any, /, *operands: Any) -> None: ...
    @property
    def identity(self) -> Any: ...
    @property
    def nargs(self) -> int: ...
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def ntypes(self) -> int: ...
    def outer(self, a: Any, b: Any, /, *, constant: bool | None = ..., **kwargs: Any) -> Tensor: ...
    def reduce(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        keepdims: Any = ...,
        initial: Any = ...,
        where: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def reduceat(
        self,
        array: Any,
        indices: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    @property
    def resolve_dtypes(self) -> Any: ...
    @property
    def signature(self) -> str | None: ...
    @property
    def types(self) -> Any: ...

@type_check_only
class _Ufunc1(Protocol):
    def __call__(
        self,
        x: Any,
        /,
        *,
        out: Any = ...,
        where: Any = ...,
        casting: Any = ...,
        order: Any = ...,
        dtype: Any = ...,
        subok: Any = ...,
        signature: Any = ...,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def accumulate(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def at(self, target: Any, indices: Any, /, *operands: Any) -> None: ...
    @property
    def identity(self) -> Any: ...
    @property
    def nargs(self) -> int: ...
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def ntypes(self) -> int: ...
    def outer(self, a: Any, b: Any, /, *, constant: bool | None = ..., **kwargs: Any) -> Tensor: ...
    def reduce(
        self,
        array: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        keepdims: Any = ...,
        initial: Any = ...,
        where: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    def reduceat(
        self,
        array: Any,
        indices: Any,
        axis: Any = ...,
        dtype: Any = ...,
        out: Any = ...,
        *,
        constant: bool | None = ...,
    ) -> Tensor: ...
    @property
    def resolve_dtypes(self) -> Any: ...
    @property
    def signature(self) -> str | None: ...
    @property
    def types(self) -> Any: ...

abs: _Ufunc1
absolute: _Ufunc1
acos: _Ufunc1
acosh: _Ufunc1
add: _Ufunc2

def add_sequence(*variables: Any, constant: bool | None = ...) -> Tensor: ...
def amax(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.max` of tensors."""

def amin(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.min` of tensors."""

def angle(z: Any, deg: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.angle` of tensors."""

def append(arr: Any, values: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.append` of tensors."""

def apply_along_axis(
    func1d: Any, axis: Any, arr: Any, *args: Any, constant: bool | None = ..., **kwargs: Any
) -> Tensor:
    """`numpy.apply_along_axis` of tensors."""

def apply_over_axes(func: Any, a: Any, axes: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.apply_over_axes` of tensors."""

arccos: _Ufunc1
arccosh: _Ufunc1

def arccot(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def arccoth(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def arccsc(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def arccsch(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def arcsec(a: Any, *, constant: bool | None = ...) -> Tensor: ...

arcsin: _Ufunc1
arcsinh: _Ufunc1
arctan: _Ufunc1
arctan2: _Ufunc2
arctanh: _Ufunc1

def array_split(
    ary: Any, indices_or_sections: Any, axis: Any = ..., *, constant: bool | None = ...
) -> list[Tensor]:
    """`numpy.array_split` of tensors."""

asin: _Ufunc1
asinh: _Ufunc1

def astype(
    x: Any, dtype: Any, /, *, copy: Any = ..., device: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.astype` of tensors."""

atan: _Ufunc1
atan2: _Ufunc2
atanh: _Ufunc1

def atleast_1d(*arys: Any, constant: bool | None = ...) -> Any:
    """`numpy.atleast_1d` of tensors."""

def atleast_2d(*arys: Any, constant: bool | None = ...) -> Any:
    """`numpy.atleast_2d` of tensors."""

def atleast_3d(*arys: Any, constant: bool | None = ...) -> Any:
    """`numpy.atleast_3d` of tensors."""

def average(
    a: Any,
    axis: Any = ...,
    weights: Any = ...,
    returned: Any = ...,
    *,
    keepdims: Any = ...,
    constant: bool | None = ...,
) -> Any:
    """`numpy.average` of tensors."""

def bincount(
    x: Any, /, weights: Any = ..., minlength: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.bincount` of tensors."""

def block(arrays: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.block` of tensors."""

def broadcast_arrays(
    *args: Any, subok: Any = ..., constant: bool | None = ...
) -> tuple[Tensor, ...]:
    """`numpy.broadcast_arrays` of tensors."""

def broadcast_to(
    array: Any, shape: Any, subok: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.broadcast_to` of tensors."""

cbrt: _Ufunc1

def choose(
    a: Any, choices: Any, out: Any = ..., mode: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.choose` of tensors."""

def clip(
    a: Any,
    a_min: Any = ...,
    a_max: Any = ...,
    out: Any = ...,
    *,
    min: Any = ...,
    max: Any = ...,
    constant: bool | None = ...,
    **kwargs: Any,
) -> Tensor:
    """`numpy.clip` of tensors."""

def column_stack(tup: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.column_stack` of tensors."""

def compress(
    condition: Any, a: Any, axis: Any = ..., out: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.compress` of tensors."""

def concat(
    arrays: Any,
    /,
    axis: Any = ...,
    out: Any = ...,
    *,
    dtype: Any = ...,
    casting: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.concatenate` of tensors."""

def concatenate(
    arrays: Any,
    /,
    axis: Any = ...,
    out: Any = ...,
    *,
    dtype: Any = ...,
    casting: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.concatenate` of tensors."""

conj: _Ufunc1
conjugate: _Ufunc1

def convolve(a: Any, v: Any, mode: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.convolve` of tensors."""

def copy(a: Any, order: Any = ..., subok: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.copy` of tensors."""

copysign: _Ufunc2

def copyto(dst: Any, src: Any, casting: Any = ..., where: Any = ...) -> None:
    """`numpy.copyto` of tensors."""

def corrcoef(
    x: Any, y: Any = ..., rowvar: Any = ..., *, dtype: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.corrcoef` of tensors."""

def correlate(a: Any, v: Any, mode: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.correlate` of tensors."""

cos: _Ufunc1
cosh: _Ufunc1

def cot(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def coth(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def cov(
    m: Any,
    y: Any = ...,
    rowvar: Any = ...,
    bias: Any = ...,
    ddof: Any = ...,
    fweights: Any = ...,
    aweights: Any = ...,
    *,
    dtype: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.cov` of tensors."""

def cross(
    a: Any,
    b: Any,
    axisa: Any = ...,
    axisb: Any = ...,
    axisc: Any = ...,
    axis: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.cross` of tensors."""

def csc(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def csch(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def cumprod(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.cumprod` of tensors."""

def cumsum(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.cumsum` of tensors."""

def cumulative_prod(
    x: Any,
    /,
    *,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    include_initial: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.cumulative_prod` of tensors."""

def cumulative_sum(
    x: Any,
    /,
    *,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    include_initial: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.cumulative_sum` of tensors."""

deg2rad: _Ufunc1
degrees: _Ufunc1

def delete(arr: Any, obj: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.delete` of tensors."""

def diag(v: Any, k: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.diag` of tensors."""

def diagflat(v: Any, k: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.diagflat` of tensors."""

def diagonal(
    a: Any, offset: Any = ..., axis1: Any = ..., axis2: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.diagonal` of tensors."""

def diff(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    prepend: Any = ...,
    append: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.diff` of tensors."""

divide: _Ufunc2
divmod: _Ufunc3

def dot(a: Any, b: Any, out: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.dot` of tensors."""

def dsplit(ary: Any, indices_or_sections: Any, *, constant: bool | None = ...) -> list[Tensor]:
    """`numpy.dsplit` of tensors."""

def dstack(tup: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.dstack` of tensors."""

def ediff1d(
    ary: Any, to_end: Any = ..., to_begin: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.ediff1d` of tensors."""

def einsum(
    *operands: Any, out: Any = ..., optimize: Any = ..., constant: bool | None = ..., **kwargs: Any
) -> Tensor:
    """`numpy.einsum` of tensors."""

exp: _Ufunc1
exp2: _Ufunc1

def expand_dims(a: Any, axis: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.expand_dims` of tensors."""

expm1: _Ufunc1

def extract(condition: Any, arr: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.extract` of tensors."""

fabs: _Ufunc1

def fill_diagonal(a: Any, val: Any, wrap: Any = ...) -> None:
    """`numpy.fill_diagonal` of tensors."""

def flip(m: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.flip` of tensors."""

def fliplr(m: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.fliplr` of tensors."""

def flipud(m: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.flipud` of tensors."""

float_power: _Ufunc2
fmax: _Ufunc2
fmin: _Ufunc2
fmod: _Ufunc2
frexp: _Ufunc4

def gradient(
    f: Any, *varargs: Any, axis: Any = ..., edge_order: Any = ..., constant: bool | None = ...
) -> Any:
    """`numpy.gradient` of tensors."""

heaviside: _Ufunc2

def histogram(
    a: Any,
    bins: Any = ...,
    range: Any = ...,
    density: Any = ...,
    weights: Any = ...,
    *,
    constant: bool | None = ...,
) -> Any:
    """`numpy.histogram` of tensors."""

def histogram2d(
    x: Any,
    y: Any,
    bins: Any = ...,
    range: Any = ...,
    density: Any = ...,
    weights: Any = ...,
    *,
    constant: bool | None = ...,
) -> Any:
    """`numpy.histogram2d` of tensors."""

def histogram_bin_edges(
    a: Any, bins: Any = ..., range: Any = ..., weights: Any = ..., *, constant: bool | None = ...
) -> Any:
    """`numpy.histogram_bin_edges` of tensors."""

def histogramdd(
    sample: Any,
    bins: Any = ...,
    range: Any = ...,
    density: Any = ...,
    weights: Any = ...,
    *,
    constant: bool | None = ...,
) -> Any:
    """`numpy.histogramdd` of tensors."""

def hsplit(ary: Any, indices_or_sections: Any, *, constant: bool | None = ...) -> list[Tensor]:
    """`numpy.hsplit` of tensors."""

def hstack(
    tup: Any, *, dtype: Any = ..., casting: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.hstack` of tensors."""

hypot: _Ufunc2

def i0(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.i0` of tensors."""

def imag(val: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.imag` of tensors."""

def inner(a: Any, b: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.inner` of tensors."""

def insert(
    arr: Any, obj: Any, values: Any, axis: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.insert` of tensors."""

def interp(
    x: Any,
    xp: Any,
    fp: Any,
    left: Any = ...,
    right: Any = ...,
    period: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.interp` of tensors."""

def ix_(*args: Any, constant: bool | None = ...) -> tuple[Tensor, ...]:
    """`numpy.ix_` of tensors."""

def kron(a: Any, b: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.kron` of tensors."""

ldexp: _Ufunc2
log: _Ufunc1
log10: _Ufunc1
log1p: _Ufunc1
log2: _Ufunc1
logaddexp: _Ufunc2
logaddexp2: _Ufunc2
matmul: _Ufunc2

def matrix_transpose(x: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.matrix_transpose` of tensors."""

matvec: _Ufunc2

def max(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.max` of tensors."""

maximum: _Ufunc2

def mean(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.mean` of tensors."""

def median(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    keepdims: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.median` of tensors."""

def meshgrid(
    *xi: Any, copy: Any = ..., sparse: Any = ..., indexing: Any = ..., constant: bool | None = ...
) -> tuple[Tensor, ...]:
    """`numpy.meshgrid` of tensors."""

def min(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.min` of tensors."""

minimum: _Ufunc2
mod: _Ufunc2
modf: _Ufunc4

def moveaxis(a: Any, source: Any, destination: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.moveaxis` of tensors."""

def multi_matmul(tensors: Any, *, constant: bool | None = ...) -> Tensor: ...

multiply: _Ufunc2

def multiply_sequence(*variables: Any, constant: bool | None = ...) -> Tensor: ...
def nan_to_num(
    x: Any,
    copy: Any = ...,
    nan: Any = ...,
    posinf: Any = ...,
    neginf: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nan_to_num` of tensors."""

def nancumprod(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.nancumprod` of tensors."""

def nancumsum(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.nancumsum` of tensors."""

def nanmax(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanmax` of tensors."""

def nanmean(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanmean` of tensors."""

def nanmedian(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    keepdims: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanmedian` of tensors."""

def nanmin(
    a: Any,
    axis: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanmin` of tensors."""

def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    method: Any = ...,
    keepdims: Any = ...,
    *,
    weights: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanpercentile` of tensors."""

def nanprod(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanprod` of tensors."""

def nanquantile(
    a: Any,
    q: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    method: Any = ...,
    keepdims: Any = ...,
    *,
    weights: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanquantile` of tensors."""

def nanstd(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    mean: Any = ...,
    correction: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanstd` of tensors."""

def nansum(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nansum` of tensors."""

def nanvar(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    mean: Any = ...,
    correction: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.nanvar` of tensors."""

negative: _Ufunc1
nextafter: _Ufunc2

def outer(a: Any, b: Any, out: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.outer` of tensors."""

def pad(
    array: Any, pad_width: Any, mode: Any = ..., *, constant: bool | None = ..., **kwargs: Any
) -> Tensor:
    """`numpy.pad` of tensors."""

def partition(
    a: Any,
    kth: Any,
    axis: Any = ...,
    kind: Any = ...,
    order: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.partition` of tensors."""

def percentile(
    a: Any,
    q: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    method: Any = ...,
    keepdims: Any = ...,
    *,
    weights: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.percentile` of tensors."""

def permute_dims(a: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.transpose` of tensors."""

def piecewise(
    x: Any, condlist: Any, funclist: Any, *args: Any, constant: bool | None = ..., **kw: Any
) -> Tensor:
    """`numpy.piecewise` of tensors."""

def place(arr: Any, mask: Any, vals: Any) -> None:
    """`numpy.place` of tensors."""

def poly(seq_of_zeros: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.poly` of tensors."""

def polyadd(a1: Any, a2: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.polyadd` of tensors."""

def polyder(p: Any, m: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.polyder` of tensors."""

def polydiv(u: Any, v: Any, *, constant: bool | None = ...) -> tuple[Tensor, Tensor]:
    """`numpy.polydiv` of tensors."""

def polyfit(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = ...,
    full: Any = ...,
    w: Any = ...,
    cov: Any = ...,
    *,
    constant: bool | None = ...,
) -> Any:
    """`numpy.polyfit` of tensors."""

def polyint(p: Any, m: Any = ..., k: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.polyint` of tensors."""

def polymul(a1: Any, a2: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.polymul` of tensors."""

def polysub(a1: Any, a2: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.polysub` of tensors."""

def polyval(p: Any, x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.polyval` of tensors."""

positive: _Ufunc1
pow: _Ufunc2
power: _Ufunc2

def prod(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.prod` of tensors."""

def ptp(
    a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.ptp` of tensors."""

def put(a: Any, ind: Any, v: Any, mode: Any = ...) -> None:
    """`numpy.put` of tensors."""

def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """`numpy.put_along_axis` of tensors."""

def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """`numpy.putmask` of tensors."""

def quantile(
    a: Any,
    q: Any,
    axis: Any = ...,
    out: Any = ...,
    overwrite_input: Any = ...,
    method: Any = ...,
    keepdims: Any = ...,
    *,
    weights: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.quantile` of tensors."""

rad2deg: _Ufunc1
radians: _Ufunc1

def ravel(a: Any, order: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.ravel` of tensors."""

def real(val: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.real` of tensors."""

def real_if_close(a: Any, tol: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.real_if_close` of tensors."""

reciprocal: _Ufunc1
remainder: _Ufunc2

def repeat(a: Any, repeats: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.repeat` of tensors."""

def reshape(
    a: Any, /, shape: Any, order: Any = ..., *, copy: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.reshape` of tensors."""

def resize(a: Any, new_shape: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.resize` of tensors."""

def roll(a: Any, shift: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.roll` of tensors."""

def rollaxis(a: Any, axis: Any, start: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.rollaxis` of tensors."""

def roots(p: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.roots` of tensors."""

def rot90(m: Any, k: Any = ..., axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.rot90` of tensors."""

def sec(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def sech(a: Any, *, constant: bool | None = ...) -> Tensor: ...
def select(
    condlist: Any, choicelist: Any, default: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.select` of tensors."""

def setdiff1d(
    ar1: Any, ar2: Any, assume_unique: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.setdiff1d` of tensors."""

def setxor1d(
    ar1: Any, ar2: Any, assume_unique: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.setxor1d` of tensors."""

sin: _Ufunc1

def sinc(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.sinc` of tensors."""

sinh: _Ufunc1

def sort(
    a: Any,
    axis: Any = ...,
    kind: Any = ...,
    order: Any = ...,
    *,
    stable: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.sort` of tensors."""

def sort_complex(a: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.sort_complex` of tensors."""

def split(
    ary: Any, indices_or_sections: Any, axis: Any = ..., *, constant: bool | None = ...
) -> list[Tensor]:
    """`numpy.split` of tensors."""

sqrt: _Ufunc1
square: _Ufunc1

def squeeze(a: Any, axis: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.squeeze` of tensors."""

def stack(
    arrays: Any,
    axis: Any = ...,
    out: Any = ...,
    *,
    dtype: Any = ...,
    casting: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.stack` of tensors."""

def std(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    mean: Any = ...,
    correction: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.std` of tensors."""

subtract: _Ufunc2

def sum(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    keepdims: Any = ...,
    initial: Any = ...,
    where: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.sum` of tensors."""

def swapaxes(a: Any, axis1: Any, axis2: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.swapaxes` of tensors."""

def take(
    a: Any,
    indices: Any,
    axis: Any = ...,
    out: Any = ...,
    mode: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.take` of tensors."""

def take_along_axis(
    arr: Any, indices: Any, axis: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.take_along_axis` of tensors."""

tan: _Ufunc1
tanh: _Ufunc1

def tensordot(a: Any, b: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.tensordot` of tensors."""

def tile(A: Any, reps: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.tile` of tensors."""

def trace(
    a: Any,
    offset: Any = ...,
    axis1: Any = ...,
    axis2: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.trace` of tensors."""

def transpose(a: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.transpose` of tensors."""

def trapezoid(
    y: Any, x: Any = ..., dx: Any = ..., axis: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.trapezoid` of tensors."""

def tril(m: Any, k: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.tril` of tensors."""

def trim_zeros(
    filt: Any, trim: Any = ..., axis: Any = ..., *, constant: bool | None = ...
) -> Tensor:
    """`numpy.trim_zeros` of tensors."""

def triu(m: Any, k: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.triu` of tensors."""

true_divide: _Ufunc2

def union1d(ar1: Any, ar2: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.union1d` of tensors."""

def unique(
    ar: Any,
    return_index: Any = ...,
    return_inverse: Any = ...,
    return_counts: Any = ...,
    axis: Any = ...,
    *,
    equal_nan: Any = ...,
    sorted: Any = ...,
    constant: bool | None = ...,
) -> Any:
    """`numpy.unique` of tensors."""

def unique_all(x: Any, *, constant: bool | None = ...) -> Any:
    """`numpy.unique_all` of tensors."""

def unique_counts(x: Any, *, constant: bool | None = ...) -> Any:
    """`numpy.unique_counts` of tensors."""

def unique_inverse(x: Any, *, constant: bool | None = ...) -> Any:
    """`numpy.unique_inverse` of tensors."""

def unique_values(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.unique_values` of tensors."""

def unstack(x: Any, /, *, axis: Any = ..., constant: bool | None = ...) -> tuple[Tensor, ...]:
    """`numpy.unstack` of tensors."""

def unwrap(
    p: Any, discont: Any = ..., axis: Any = ..., *, period: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.unwrap` of tensors."""

def vander(x: Any, N: Any = ..., increasing: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.vander` of tensors."""

def var(
    a: Any,
    axis: Any = ...,
    dtype: Any = ...,
    out: Any = ...,
    ddof: Any = ...,
    keepdims: Any = ...,
    *,
    where: Any = ...,
    mean: Any = ...,
    correction: Any = ...,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.var` of tensors."""

def vdot(a: Any, b: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.vdot` of tensors."""

vecdot: _Ufunc2
vecmat: _Ufunc2

def vsplit(ary: Any, indices_or_sections: Any, *, constant: bool | None = ...) -> list[Tensor]:
    """`numpy.vsplit` of tensors."""

def vstack(
    tup: Any, *, dtype: Any = ..., casting: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.vstack` of tensors."""

@overload
def where(condition: Any, /) -> tuple[np.ndarray[Any, Any], ...]: ...
@overload
def where(condition: Any, x: Any, y: Any, /, *, constant: bool | None = ...) -> Tensor: ...
