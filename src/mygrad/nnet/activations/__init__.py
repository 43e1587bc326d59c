"""Activation functions. All take tensors and array-likes, element by element if not said.

The result has the dtype of the operand, if that is a floating-point one; of integers it is float64,
but for `relu`, which keeps them.
"""

from .elu import elu
from .gelu import gelu
from .glu import glu
from .hard_tanh import hard_tanh
from .leaky_relu import leaky_relu
from .relu import relu
from .selu import selu
from .sigmoid import sigmoid
from .silu import silu
from .soft_sign import soft_sign
from .softmax import logsoftmax, softmax
from .softplus import softplus
from .tanh import tanh

__all__ = [
    "elu",
    "gelu",
    "glu",
    "hard_tanh",
    "leaky_relu",
    "logsoftmax",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "soft_sign",
    "softmax",
    "softplus",
    "tanh",
]
