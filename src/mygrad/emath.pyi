"""Made by tools/make_stubs.py with NumPy 2.4."""

from typing import Any

from ._tensor import Tensor

__all__: list[str] = []

def arccos(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.arccos` of tensors."""

def arcsin(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.arcsin` of tensors."""

def arctanh(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.arctanh` of tensors."""

def log(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.log` of tensors."""

def log10(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.log10` of tensors."""

def log2(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.log2` of tensors."""

def logn(n: Any, x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.logn` of tensors."""

def power(x: Any, p: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.power` of tensors."""

def sqrt(x: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.lib.scimath.sqrt` of tensors."""
