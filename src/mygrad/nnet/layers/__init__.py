"""Layers, as functions of their inputs and parameters."""

from .attention import scaled_dot_product_attention
from .batchnorm import batchnorm
from .dropout import dropout
from .embedding import embedding
from .gru import gru
from .lstm import lstm
from .norms import group_norm, layer_norm

__all__ = [
    "batchnorm",
    "dropout",
    "embedding",
    "group_norm",
    "gru",
    "layer_norm",
    "lstm",
    "scaled_dot_product_attention",
]
