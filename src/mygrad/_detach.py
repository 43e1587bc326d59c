"""Where NumPy or Python would take the number of a tensor, and drop its gradient in silence."""

from contextvars import ContextVar

from ._modes import tracking
from ._state import Name, View, root_of, stored_value
from ._value import CLEARED, Input, Value
from ._warn import warn_user
from .errors import DetachedGradientWarning

__all__ = ["Refused", "data_follows", "notice", "notice_input", "refuse", "refusing"]


class Refused(TypeError):
    """A rule of the user's is not of the kind that can be differentiated."""


#: Is it an error, in this context? So it is where nobody would look for a warning's cause.
refusing: ContextVar[bool] = ContextVar("mygrad_refusing", default=False)

#: Is ``t.data`` a tensor, in this context? So it is in operations of the user's (`Operation`),
#: which compute with it, while they are differentiated.
data_follows: ContextVar[bool] = ContextVar("mygrad_data_follows", default=False)

# The same words at each place: NumPy may ask several times for one conversion, and Python
# shows a warning once for each line and text.
_MESSAGE = (
    "A tensor that carries a gradient became a plain number or array: its gradient stops here. "
    "To keep it, use functions of NumPy or mygrad on the tensor itself, mygrad.array for "
    "tensors in lists, and a tensor as the target of an assignment. To stop it, say so: t.item(), "
    "t.data or t.detach()."
)


def notice(t: Name) -> None:
    """Warn if a tensor that is about to become a plain number or array has a live creator.

    Leaves have none: their numbers are the user's own, and no computation is cut off. That is
    not so of the inputs of a transform.
    """
    home = t._home
    v: Value | None
    if home is None:
        v = t._value
    elif isinstance(home, View):
        v = None if home.constant else stored_value(root_of(home))
    else:
        v = home.value
    if v is None or v.rule is CLEARED or not tracking():
        return
    if v.rule is not None or v.__class__ is Input:
        if refusing.get():
            raise Refused(
                "A rule of the user's was differentiated, and made a plain number or array of a "
                "tensor that carries a gradient: its derivative would be wrong. Write the rule in "
                "NumPy functions of the tensors that it gets. (For a first derivative alone, stay "
                "in reverse mode.)"
            )
        warn_user(_MESSAGE, DetachedGradientWarning)


def refuse(t: Name) -> None:
    """`notice` where the user says that numbers are meant: in a rule, those of arrays were."""
    if refusing.get():
        notice(t)


def notice_input(t: Name) -> None:
    """`notice` where tensors become leaves: that is meant, but not of inputs, and not in rules."""
    is_input = t._home.__class__ is not View and stored_value(t).__class__ is Input
    if is_input or refusing.get():
        notice(t)
