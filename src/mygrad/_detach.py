"""Where NumPy or Python would take the number of a tensor, and drop its gradient in silence."""

from ._modes import tracking
from ._state import Name, View, root_of, stored_value
from ._value import CLEARED, Value
from ._warn import warn_user
from .errors import DetachedGradientWarning

__all__ = ["notice"]

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

    Leaves have none: their numbers are the user's own, and no computation is cut off.
    """
    home = t._home
    v: Value | None
    if home is None:
        v = t._value
    elif isinstance(home, View):
        v = None if home.constant else stored_value(root_of(home))
    else:
        v = home.value
    if v is not None and v.rule is not None and v.rule is not CLEARED and tracking():
        warn_user(_MESSAGE, DetachedGradientWarning)
