"""Warnings that name the user's line, however deep in mygrad or NumPy they come up."""

import os
import sys
import warnings
from types import FrameType

import numpy as np

__all__ = ["user_frame", "warn_user"]

_TESTING = os.path.join(os.path.dirname(np.__file__), "testing", "")
#: Code whose lines are not the user's.
_INSIDE = tuple(os.path.join(os.path.dirname(file), "") for file in (__file__, np.__file__))


def user_frame() -> FrameType:
    """The innermost frame that is neither mygrad's nor NumPy's."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame = frame.f_back
    return frame


def warn_user(message: str, category: type[Warning]) -> None:
    """Warn at the innermost line that is neither mygrad's nor NumPy's.

    Not within ``numpy.testing`` and Matplotlib, which compare and draw numbers and give none back.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        if frame.f_code.co_filename.startswith(_TESTING):
            return
        frame = frame.f_back
    if str(frame.f_globals.get("__name__")).startswith("matplotlib."):
        return
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        frame.f_globals.get("__name__"),
        frame.f_globals.setdefault("__warningregistry__", {}),
    )
