"""Neural networks."""

from . import layers
from .layers import avg_pool, conv_nd, conv_transpose_nd, max_pool

__all__ = ["avg_pool", "conv_nd", "conv_transpose_nd", "layers", "max_pool"]
