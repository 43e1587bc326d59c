"""Losses. Labels are integers, scores have the shape (N, C); the mean is over the examples."""

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
