"""Layers of neural networks."""

from .conv import conv_nd, conv_transpose_nd
from .pooling import avg_pool, max_pool

__all__ = ["avg_pool", "conv_nd", "conv_transpose_nd", "max_pool"]
