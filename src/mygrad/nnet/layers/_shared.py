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

__all__ = ["array_like", "for_samples"]

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


def for_samples(several: bool) -> Callable[[Function], Function]:
    """Make a function of arrays that has a rule one of tensors and batches.

    With `several`, the second parameter is an operand, too. If the first operand alone is a
    batch, the function does all of it at once, since its first axis is for samples anyway.
    """

    def decorate(func: Function) -> Function:
        @wraps(func)
        def run(x: Any, *args: Any) -> Any:
            if isinstance(x, Name) or (several and isinstance(args[0], Name)):
                return record(run, (x, *args), {})
            if several and isinstance(args[0], Batch):
                raise CannotBatch
            if isinstance(x, Batch):
                k, n, *rest = x.data.shape
                y = run(np.reshape(x.data, (k * n, *rest)), *args)
                return Batch(np.reshape(y, (k, n, *y.shape[1:])))
            return func(x, *args)

        run.__module__ = "mygrad.nnet"
        return run

    return decorate
