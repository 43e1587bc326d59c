"""What mygrad raises and warns with.

::

    MyGradException
    ├── InvalidGradient      a rule or a caller gave something that is no gradient
    ├── InvalidBackprop      the graph that is asked for has been cleared
    └── DisconnectedView     a view lost its base (kept for compatibility; never raised)
    DetachedGradientWarning  a derivative is dropped on the user's explicit word
"""


class MyGradException(Exception):
    """Base class of the exceptions of this package."""


class InvalidGradient(MyGradException):
    """Something that cannot serve as a gradient was given as one."""


class InvalidBackprop(MyGradException):
    """Back-propagation reached a part of the graph that was cleared before."""


class DisconnectedView(MyGradException):
    """A view has no base any more; views always keep theirs, so this is never raised."""


class DetachedGradientWarning(UserWarning):
    """A value that carries a gradient was stored where gradients cannot follow."""
