"""One value throughout."""

from typing import Any

from ..._creation import full
from ..._tensor import Tensor
from ._random import shape_of

__all__ = ["constant"]


# The name of the keyword is that of the function: so it is everywhere else.
def constant(
    *shape: Any, value: Any = 0.0, dtype: Any = None, constant: bool | None = None
) -> Tensor:
    """Return a tensor of one value.

    Parameters
    ----------
    *shape
        The shape, as integers or as one tuple.
    value
        The value.
    dtype
        The dtype; that of the value if not given.
    constant
        True makes the tensor a constant.

    Returns
    -------
    Tensor
        A leaf.

    Examples
    --------
    >>> mg.nnet.initializers.constant(2, 2, value=0.5)
    Tensor([[0.5, 0.5],
            [0.5, 0.5]])
    """
    return full(shape_of(shape), value, dtype, constant=constant)
