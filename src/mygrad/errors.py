"""What mygrad raises and warns with.

::

    MyGradException
    ├── InvalidGradient      a rule or a caller gave something that is no gradient
    ├── InvalidBackprop      the graph that is asked for has been cleared
    ├── AnomalyError         `detect_anomaly` has found a nan or inf
    └── DisconnectedView     a view lost its base (kept for compatibility; never raised)
    SkipGradient             raised by an operation of the user's for a variable without gradient
    DetachedGradientWarning  a gradient stops where it might be missed
"""


class MyGradException(Exception):
    """Base class of the exceptions of this package."""


class InvalidGradient(MyGradException):
    """Something that cannot serve as a gradient was given as one.

    It has the wrong shape or holds no numbers: what an operation or a rule of the user's returned.
    """


class InvalidBackprop(MyGradException):
    """Back-propagation reached a part of the graph that was cleared before.

    ``backward`` clears the graph, and so does ``clear_graph``. If several results share a part of
    it, add them up and call ``backward`` once, or keep the graph until the last call:

    >>> x = mg.tensor(2.0)
    >>> y = x * x
    >>> (3 * y).backward(retain_graph=True)
    >>> (4 * y).backward()
    >>> x.grad
    array(16.)
    """


class AnomalyError(MyGradException, FloatingPointError):
    """`mygrad.detect_anomaly` has found a nan or an infinity.

    Attributes
    ----------
    direction
        ``"forward"`` (an operation), ``"backward"`` or ``"tangent"`` (a pass).
    operation
        Its name; None if a pass was started with a nan or infinity.
    operands
        What it was given: dtypes and shapes, in words.
    line
        File name and number of the user's line that did it; None if it is not known.
    """

    def __init__(
        self,
        message: str,
        direction: str = "forward",
        operation: str | None = None,
        operands: tuple[str, ...] = (),
        line: tuple[str, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.direction = direction
        self.operation = operation
        self.operands = operands
        self.line = line


class DisconnectedView(MyGradException):
    """A view has no base any more; views always keep theirs, so this is never raised."""


class SkipGradient(Exception):
    """``Operation.backward_var`` raises it for a variable to which it contributes no gradient."""


class DetachedGradientWarning(UserWarning):
    """A value that carries a gradient went where gradients cannot follow.

    It was written into a constant tensor or a plain array, or became a number or an array through
    ``float``, ``numpy.asarray`` and the like, which ask no permission. Leaves do not warn, nor do
    the explicit ways: ``t.item()``, ``t.data``, ``t.detach()``. To make it an error:
    ``warnings.simplefilter("error", mygrad.errors.DetachedGradientWarning)``.
    """
