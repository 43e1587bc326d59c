"""Linear algebra on tensors: `mygrad.linalg.norm` is `numpy.linalg.norm`, and so on.

Decompositions are not unique, and so not all that is computed from them has a derivative:

- Vectors that belong to equal eigenvalues or singular values are arbitrary among themselves. A
  loss that depends on them is refused with a `LinAlgError`; one of the values alone is not.
- So are columns that only complete a basis (`full_matrices=True`, `mode="complete"`).
- `cholesky`, `eigh`, `eigvalsh` and ``hermitian=True`` read one triangle of a matrix, and the
  gradient is in that triangle; it stands for both.

>>> x = mg.tensor([[2.0, 0.0], [1.0, 2.0]])
>>> mg.linalg.eigvalsh(x)[1].backward()
>>> x.grad
array([[0.5, 0. ],
       [1. , 0.5]])
>>> vectors = mg.linalg.eigh(mg.tensor(np.eye(2))).eigenvectors
>>> vectors.sum().backward()
Traceback (most recent call last):
numpy.linalg.LinAlgError: numpy.linalg.eigh: the loss depends on vectors that belong to ...
"""

from typing import Any

import numpy as np

from ._api import mirrors
from ._functions import apply

__all__ = ["norm"]

globals().update(mirrors(np.linalg, __name__))


def norm(
    x: Any,
    ord: Any = None,
    axis: Any = None,
    keepdims: bool = False,
    *,
    nan_to_num: bool = True,
    constant: bool | None = None,
) -> Any:
    """Return the norm of a vector or matrix; see `numpy.linalg.norm`.

    Parameters
    ----------
    x, ord, axis, keepdims
        As in `numpy.linalg.norm`.
    nan_to_num
        Accepted for compatibility: where the norm has no derivative, its gradient is finite
        (zero at the zero vector).
    constant
        True makes the result a constant; None makes it one if `x` is.

    Returns
    -------
    Tensor
        The norm, or those along `axis`.

    Examples
    --------
    >>> x = mg.tensor([3.0, 4.0])
    >>> mg.linalg.norm(x).backward()
    >>> x.grad
    array([0.6, 0.8])
    """
    return apply(np.linalg.norm, (x, ord, axis, keepdims), {}, constant)
