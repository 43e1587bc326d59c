"""The hyperbolic tangent: the function of that name in `mygrad`."""

from mygrad import tanh

__all__ = ["tanh"]
