"""The kernel of a convolution that changes nothing."""

from typing import Any

import numpy as np

from ..._creation import tensor
from ..._tensor import Tensor
from ._random import fans, shape_of

__all__ = ["dirac"]


def dirac(*shape: Any, dtype: Any = np.float32, constant: bool | None = None) -> Tensor:
    """Return the kernel of a convolution that passes channels on unchanged.

    Output `i` is input `i`, as far as there are both.

    Parameters
    ----------
    *shape
        The shape of a weight, ``(outputs, inputs, *kernel)``, as integers or as one tuple.
    dtype
        The dtype of the tensor.
    constant
        True makes the tensor a constant.

    Returns
    -------
    Tensor
        A leaf.

    Raises
    ------
    ValueError
        If the shape has less than two dimensions.

    Examples
    --------
    >>> mg.nnet.initializers.dirac(2, 1, 3)
    Tensor([[[0., 1., 0.]],
            [[0., 0., 0.]]], dtype=float32)
    """
    shape = shape_of(shape)
    fans(shape, "dirac")
    kernel = np.zeros(shape, dtype)
    middle: Any = [n // 2 for n in shape[2:]]
    channels = np.arange(min(shape[:2]))
    kernel[(channels, channels, *middle)] = 1
    return tensor(kernel, constant=constant)
