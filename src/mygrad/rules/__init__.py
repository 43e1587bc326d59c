"""The contents of the table: importing this package registers all rules."""

from . import (
    constant,
    declined,
    elementwise,
    emath,
    fft,
    index,
    join,
    linalg,
    norm,
    product,
    reduce,
    selection,
    sets,
    shape,
    special,
    statistics,
)

__all__ = [
    "constant",
    "declined",
    "elementwise",
    "emath",
    "fft",
    "index",
    "join",
    "linalg",
    "norm",
    "product",
    "reduce",
    "selection",
    "sets",
    "shape",
    "special",
    "statistics",
]
