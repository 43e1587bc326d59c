"""The contents of the table: importing this package registers all rules."""

from . import constant, elementwise, index, join, norm, product, reduce, shape

__all__ = ["constant", "elementwise", "index", "join", "norm", "product", "reduce", "shape"]
