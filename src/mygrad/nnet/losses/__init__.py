"""Losses. Labels are integers, scores have the shape (N, C).

The result is the mean over the examples (or elements); ``reduction=`` asks for the sum, or for the
losses themselves. That is what the focal losses return if not asked.
"""

from .binary_crossentropy import binary_crossentropy
from .focal_loss import focal_loss, softmax_focal_loss
from .margin_ranking_loss import margin_ranking_loss
from .multiclass_hinge import multiclass_hinge
from .negative_log_likelihood import negative_log_likelihood
from .regression import huber, mse
from .softmax_crossentropy import softmax_crossentropy

__all__ = [
    "binary_crossentropy",
    "focal_loss",
    "huber",
    "margin_ranking_loss",
    "mse",
    "multiclass_hinge",
    "negative_log_likelihood",
    "softmax_crossentropy",
    "softmax_focal_loss",
]
