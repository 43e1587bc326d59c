"""Polynomials with tensors for coefficients or points: `numpy.polynomial`'s own functions.

`mygrad.polynomial.chebyshev.chebval` is `numpy.polynomial.chebyshev.chebval`, and so on for the
modules `polynomial`, `chebyshev`, `hermite`, `hermite_e`, `laguerre` and `legendre`. They give
tensors, and take what `mygrad.tensor` takes. NumPy's are Python programs that make arrays of their
arguments, and so would lose the gradient.

>>> c = mg.tensor([1.0, 2.0, 3.0])
>>> y = mg.polynomial.chebyshev.chebval(0.5, c)
>>> y
Tensor(0.5)
>>> y.backward()
>>> c.grad
array([ 1. ,  0.5, -0.5])
"""

from types import SimpleNamespace as _SimpleNamespace

import numpy.polynomial as _numpys

from ._rebound import rebound_functions as _rebound_functions
from ._rebound import rebound_module as _rebound_module

__all__ = ["chebyshev", "hermite", "hermite_e", "laguerre", "legendre", "polynomial"]

_pu = _SimpleNamespace(**_rebound_functions(_numpys.polyutils))
chebyshev, hermite, hermite_e, laguerre, legendre, polynomial = (
    _rebound_module(getattr(_numpys, name), f"mygrad.polynomial.{name}", pu=_pu) for name in __all__
)
