"""``mg.f`` for each function in the table, and the few functions that NumPy does not have."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules  # noqa: F401  (fills the table)
from ._functions import apply
from ._inplace import INPLACE
from ._signatures import Mirrored
from ._table import COMPOSITIONS, CONSTANTS, OUTPUTS, RULES, name_of
from ._ufunc_objects import ufunc

__all__ = ["mirrors"]

Function = Callable[..., Any]


def _named(run: Any, func: Function, home: str, *, constant: bool) -> Function:
    """A function of the module `home` that is called as NumPy's function."""
    run.__name__ = run.__qualname__ = func.__name__
    run.__module__ = home
    run.__wrapped__ = Mirrored(func, constant)
    return run  # type: ignore[no-any-return]


def mirror(func: Function, home: str) -> Function:
    """``mg.f``: as NumPy's function, of any array-likes, and the result is a tensor."""

    def run(*args: Any, constant: bool | None = None, **kwargs: Any) -> Any:
        return apply(func, args, kwargs, constant)

    run.__doc__ = (
        f"`{name_of(func)}` of tensors and all that `mygrad.tensor` takes; gives a tensor.\n\n"
        "Takes all that the NumPy function takes, and the keyword `constant`: True makes the\n"
        "result a constant, None (the default) makes it one if all operands are.\n"
    )
    return _named(run, func, home, constant=True)


def _writer(func: Function, home: str) -> Function:
    """``mg.f`` of a function that writes into its first argument."""

    def run(*args: Any, **kwargs: Any) -> None:
        INPLACE[func](*args, **kwargs)

    run.__doc__ = (
        f"`{name_of(func)}` for tensors: writes into the first argument.\n\n"
        "Gradients follow what is written. An array is written to as well, unless a gradient\n"
        "would be lost by that.\n"
    )
    return _named(run, func, home, constant=False)


def mirrors(module: Any, home: str) -> dict[str, Function]:
    """The functions of a NumPy module that work on tensors, by name; for our module `home`."""
    made: dict[Function, Function] = {}
    found = {}
    for name, func in vars(module).items():
        if name.startswith(("_", "save")) or not callable(func) or isinstance(func, type):
            continue
        if func in RULES or func in COMPOSITIONS or func in OUTPUTS:
            if func not in made:
                made[func] = ufunc(func) if isinstance(func, np.ufunc) else mirror(func, home)
            found[name] = made[func]
        elif func in INPLACE:
            found[name] = _writer(func, home)
        elif func in CONSTANTS:
            found[name] = func
    return found
