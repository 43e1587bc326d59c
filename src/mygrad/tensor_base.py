"""Where programs written for the existing MyGrad look for what is ``mg.Tensor`` and the like."""

from ._creation import asarray, astensor, tensor
from ._tensor import Tensor

__all__ = ["Tensor", "asarray", "astensor", "tensor"]
