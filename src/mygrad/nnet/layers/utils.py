"""Where programs written for the existing MyGrad look for `mygrad.sliding_window_view`."""

from ..._windows import sliding_window_view

__all__ = ["sliding_window_view"]
