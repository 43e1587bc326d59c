"""`numpy.emath` on tensors: results are complex where real ones would be nan.

>>> x = mg.tensor([-4.0, 1.0])
>>> y = mg.emath.sqrt(x)
>>> y
Tensor([0.+2.j, 1.+0.j])
>>> np.sum(np.abs(y) ** 2).backward()
>>> x.grad
array([-1.,  1.])
"""

import numpy as np

from ._api import mirrors

__all__: list[str] = []

globals().update(mirrors(np.emath, __name__))
