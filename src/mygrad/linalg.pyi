"""Made by tools/make_stubs.py with NumPy 2.4."""

from typing import Any, Literal, NamedTuple, overload, type_check_only

from numpy.linalg import matrix_rank as matrix_rank

from ._tensor import Tensor

__all__ = ["norm"]

@type_check_only
class SlogdetResult(NamedTuple):
    sign: Tensor
    logabsdet: Tensor

@type_check_only
class SVDResult(NamedTuple):
    U: Tensor
    S: Tensor
    Vh: Tensor

@type_check_only
class QRResult(NamedTuple):
    Q: Tensor
    R: Tensor

@type_check_only
class EighResult(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor

@type_check_only
class EigResult(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor

def cholesky(a: Any, /, *, upper: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.cholesky` of tensors."""

def cond(x: Any, p: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.cond` of tensors."""

def cross(x1: Any, x2: Any, /, *, axis: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.cross` of tensors."""

def det(a: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.det` of tensors."""

def diagonal(x: Any, /, *, offset: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.diagonal` of tensors."""

def eig(a: Any, *, constant: bool | None = ...) -> EigResult:
    """`numpy.linalg.eig` of tensors."""

def eigh(a: Any, UPLO: Any = ..., *, constant: bool | None = ...) -> EighResult:
    """`numpy.linalg.eigh` of tensors."""

def eigvals(a: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.eigvals` of tensors."""

def eigvalsh(a: Any, UPLO: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.eigvalsh` of tensors."""

def inv(a: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.inv` of tensors."""

def lstsq(a: Any, b: Any, rcond: Any = ..., *, constant: bool | None = ...) -> Any:
    """`numpy.linalg.lstsq` of tensors."""

def matmul(x1: Any, x2: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.matmul` of tensors."""

def matrix_norm(
    x: Any, /, *, keepdims: Any = ..., ord: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.linalg.matrix_norm` of tensors."""

def matrix_power(a: Any, n: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.matrix_power` of tensors."""

def matrix_transpose(x: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.matrix_transpose` of tensors."""

def multi_dot(arrays: Any, *, out: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.multi_dot` of tensors."""

def norm(
    x: Any,
    ord: Any = ...,
    axis: Any = ...,
    keepdims: Any = ...,
    *,
    nan_to_num: Any = ...,
    constant: bool | None = ...,
) -> Tensor: ...
def outer(x1: Any, x2: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.outer` of tensors."""

def pinv(
    a: Any, rcond: Any = ..., hermitian: Any = ..., *, rtol: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.linalg.pinv` of tensors."""

@overload
def qr(
    a: Any, mode: Literal["reduced", "complete"] = ..., *, constant: bool | None = ...
) -> QRResult: ...
@overload
def qr(a: Any, mode: Literal["r"], *, constant: bool | None = ...) -> Tensor: ...
@overload
def qr(a: Any, mode: Literal["raw"], *, constant: bool | None = ...) -> tuple[Tensor, Tensor]: ...
def slogdet(a: Any, *, constant: bool | None = ...) -> SlogdetResult:
    """`numpy.linalg.slogdet` of tensors."""

def solve(a: Any, b: Any, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.solve` of tensors."""

@overload
def svd(
    a: Any,
    full_matrices: bool = ...,
    compute_uv: Literal[True] = ...,
    hermitian: bool = ...,
    *,
    constant: bool | None = ...,
) -> SVDResult: ...
@overload
def svd(
    a: Any,
    full_matrices: bool,
    compute_uv: Literal[False],
    hermitian: bool = ...,
    *,
    constant: bool | None = ...,
) -> Tensor: ...
@overload
def svd(
    a: Any,
    full_matrices: bool = ...,
    *,
    compute_uv: Literal[False],
    hermitian: bool = ...,
    constant: bool | None = ...,
) -> Tensor: ...
def svdvals(x: Any, /, *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.svdvals` of tensors."""

def tensordot(x1: Any, x2: Any, /, *, axes: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.tensordot` of tensors."""

def tensorinv(a: Any, ind: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.tensorinv` of tensors."""

def tensorsolve(a: Any, b: Any, axes: Any = ..., *, constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.tensorsolve` of tensors."""

def trace(x: Any, /, *, offset: Any = ..., dtype: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.trace` of tensors."""

def vecdot(x1: Any, x2: Any, /, *, axis: Any = ..., constant: bool | None = ...) -> Tensor:
    """`numpy.linalg.vecdot` of tensors."""

def vector_norm(
    x: Any, /, *, axis: Any = ..., keepdims: Any = ..., ord: Any = ..., constant: bool | None = ...
) -> Tensor:
    """`numpy.linalg.vector_norm` of tensors."""
