"""Layers, as functions of their inputs and parameters."""

from .attention import scaled_dot_product_attention
from .batchnorm import batchnorm
from .conv import conv_nd, conv_transpose_nd
from .dropout import dropout
from .embedding import embedding
from .gru import gru
from .lstm import lstm
from .norms import group_norm, layer_norm
from .pooling import avg_pool, max_pool

__all__ = [
    "avg_pool",
    "batchnorm",
    "conv_nd",
    "conv_transpose_nd",
    "dropout",
    "embedding",
    "group_norm",
    "gru",
    "layer_norm",
    "lstm",
    "max_pool",
    "scaled_dot_product_attention",
]
