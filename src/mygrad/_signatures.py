"""What `inspect.signature` and `help` say of functions that are made of NumPy's."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any

__all__ = ["Mirrored"]

_CONSTANT = Parameter("constant", Parameter.KEYWORD_ONLY, default=None, annotation=bool | None)
_SELF = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)


class Mirrored:
    """Stands as ``__wrapped__`` behind a function that is made of NumPy's `func`.

    `inspect` asks it for the signature. To make those of all functions when they are imported would
    take milliseconds.

    Parameters
    ----------
    func
        NumPy's function.
    constant
        Does the function take `constant`?
    is_method
        Is the first parameter `self`?
    """

    __slots__ = ("__wrapped__", "constant", "is_method")

    def __init__(
        self, func: Callable[..., Any], constant: bool = True, is_method: bool = False
    ) -> None:
        self.__wrapped__ = func
        self.constant = constant
        self.is_method = is_method

    @property
    def __signature__(self) -> Signature:
        """NumPy's parameters, and `constant`."""
        try:
            found = [*signature(self.__wrapped__).parameters.values()]
        except ValueError:
            # Older versions of NumPy do not tell those of compiled functions.
            found = [
                Parameter("args", Parameter.VAR_POSITIONAL),
                Parameter("kwargs", Parameter.VAR_KEYWORD),
            ]
        if self.is_method:
            if found[0].kind is not Parameter.VAR_POSITIONAL:
                del found[0]
            kind = _SELF.kind
            if any([p.kind is Parameter.POSITIONAL_ONLY for p in found]):
                kind = Parameter.POSITIONAL_ONLY
            found.insert(0, _SELF.replace(kind=kind))
        if self.constant:
            at = len(found) - (found[-1].kind is Parameter.VAR_KEYWORD)
            found.insert(at, _CONSTANT)
        return Signature(found)
