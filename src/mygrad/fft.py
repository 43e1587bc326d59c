"""Fourier transforms of tensors: `mygrad.fft.fft` is `numpy.fft.fft`, and so on.

>>> x = mg.tensor([1.0, 2.0, 3.0, 4.0])
>>> power = np.abs(mg.fft.rfft(x)) ** 2
>>> power[1].backward()
>>> x.grad
array([-4., -4.,  4.,  4.])
"""

import numpy as np

from ._api import mirrors

__all__ = ["fftfreq", "rfftfreq"]

from numpy.fft import fftfreq, rfftfreq

globals().update(mirrors(np.fft, __name__))
