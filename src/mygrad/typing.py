"""Names for annotations of functions that take tensors.

================= ==========================================================
`ArrayLike`        what `mygrad.tensor` takes: tensors, arrays, numbers, nested sequences
`DTypeLike`        what stands for a dtype
`DTypeLikeReals`   what stands for a dtype of real numbers
`Shape`            the shape of an array, as NumPy gives it
`ShapeLike`        what stands for a shape: ints, or one int
`Index`            what stands between the brackets of ``t[...]``
`Mask`             what ``where=`` takes
`Real`             a real number of Python's or NumPy's
================= ==========================================================

>>> from mygrad.typing import ArrayLike, Real
>>> def scaled(x: ArrayLike, factor: Real) -> mg.Tensor:
...     return mg.multiply(x, factor)

Type checkers read NumPy's own annotations, by which ``np.sin(t)`` and ``array * t`` are arrays, and
``[1.0, 2.0] * t`` is a list. All of them are tensors; but code that is to be checked says
``mg.sin(t)`` and ``t * array``.
"""

from collections.abc import Sequence
from types import EllipsisType
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from ._tensor import Tensor

__all__ = [
    "ArrayLike",
    "DTypeLike",
    "DTypeLikeReals",
    "Index",
    "Mask",
    "Real",
    "Shape",
    "ShapeLike",
]

Real: TypeAlias = int | float | np.integer[Any] | np.floating[Any]
# NumPy's has no sequences of numbers and arrays side by side, nor can checkers infer their type.
ArrayLike: TypeAlias = Tensor | npt.ArrayLike | Sequence[Any]
DTypeLike: TypeAlias = npt.DTypeLike | None
DTypeLikeReals: TypeAlias = (
    np.dtype[np.integer[Any]]
    | np.dtype[np.floating[Any]]
    | np.dtype[np.bool_]
    | type[bool | int | float | np.integer[Any] | np.floating[Any] | np.bool_]
    | str
    | None
)
Shape: TypeAlias = tuple[int, ...]
ShapeLike: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
Mask: TypeAlias = bool | np.bool_ | npt.NDArray[np.bool_] | Tensor | Sequence[bool]
_OneIndex: TypeAlias = (
    SupportsIndex | slice | EllipsisType | npt.NDArray[Any] | Tensor | Sequence[Any] | None
)
Index: TypeAlias = _OneIndex | tuple[_OneIndex, ...]
