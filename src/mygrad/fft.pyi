"""Made by tools/make_stubs.py with NumPy 2.4."""

from typing import Any

from numpy.fft import fftfreq as fftfreq
from numpy.fft import rfftfreq as rfftfreq

from ._tensor import Tensor

__all__ = ["fftfreq", "rfftfreq"]

def fft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.fft` of tensors."""

def fft2(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.fft2` of tensors."""

def fftn(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.fftn` of tensors."""

def fftshift(x: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.fft.fftshift` of tensors."""

def hfft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.hfft` of tensors."""

def ifft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.ifft` of tensors."""

def ifft2(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.ifft2` of tensors."""

def ifftn(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.ifftn` of tensors."""

def ifftshift(x: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.fft.ifftshift` of tensors."""

def ihfft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.ihfft` of tensors."""

def irfft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.irfft` of tensors."""

def irfft2(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.irfft2` of tensors."""

def irfftn(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.irfftn` of tensors."""

def rfft(
    a: Any,
    n: Any = ...,
    axis: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.rfft` of tensors."""

def rfft2(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.rfft2` of tensors."""

def rfftn(
    a: Any,
    s: Any = ...,
    axes: Any = ...,
    norm: Any = ...,
    out: Any = ...,
    *,
    constant: bool | None = ...,
) -> Tensor:
    """`numpy.fft.rfftn` of tensors."""
