"""What layers over the last axes of arrays have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..._batch import Batch, CannotBatch
from ..._operands import prepare
from ..._record import record
from ..._state import Name
from ...rules.shape import as_array

__all__ = ["array_like", "bilinear", "of_last_axes"]

Function = Callable[..., Any]


def array_like(x: Any, name: str) -> Any:
    """An operand that has a shape and a dtype of numbers: a tensor or an array.

    Raises
    ------
    TypeError
        If it holds no numbers, or is an array of another library.
    """
    x = as_array(x)
    data = prepare(x)[0]
    if not isinstance(data, np.ndarray) and not isinstance(data, np.generic):
        raise TypeError(f"{name} must be a tensor or array of NumPy's; got {type(data).__name__}")
    if data.dtype.kind not in "biufc":
        raise TypeError(f"{name} must be an array of numbers; its dtype is {data.dtype}")
    return x


def bilinear(*places: tuple[int, int]) -> Callable[[Function], Function]:
    """Make a function of two arrays that has a rule one of tensors and batches.

    For each operand, one of its axes and the axis of the result that it becomes. A batch of
    arrays is one array that is longer there: more samples, say, or more filters.
    """

    def decorate(func: Function) -> Function:
        @wraps(func)
        def run(x: Any, y: Any, *args: Any) -> Any:
            if isinstance(x, Name) or isinstance(y, Name):
                return record(run, (x, y, *args), {})
            if not isinstance(x, Batch) and not isinstance(y, Batch):
                return func(x, y, *args)
            if isinstance(x, Batch) and isinstance(y, Batch):
                raise CannotBatch
            if isinstance(x, Batch):
                k, (axis, becomes) = len(x.data), places[0]
                z = run(_merged(x.data, axis), y, *args)
            else:
                k, (axis, becomes) = len(y.data), places[1]
                z = run(x, _merged(y.data, axis), *args)
            apart = (*z.shape[:becomes], k, z.shape[becomes] // k, *z.shape[becomes + 1 :])
            return Batch(np.moveaxis(np.reshape(z, apart), becomes, 0))

        return run

    return decorate


def _merged(data: Any, axis: int) -> Any:
    """The arrays of a batch one behind the other along an axis."""
    data = np.moveaxis(data, 0, axis)
    shape = data.shape
    return np.reshape(data, (*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :]))


def of_last_axes(func: Function) -> Function:
    """Make a function of an array's last axes that has a rule one of tensors and batches."""

    @wraps(func)
    def run(x: Any, *args: Any) -> Any:
        if isinstance(x, Name):
            return record(run, (x, *args), {})
        return Batch(run(x.data, *args)) if isinstance(x, Batch) else func(x, *args)

    return run
