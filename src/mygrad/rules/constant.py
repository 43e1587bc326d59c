"""Functions whose derivative is zero, or that say nothing about the values of floats.

They are given by name: versions of NumPy differ in what they have.
"""

import numpy as np

from .._table import constant

_CONSTANT = """
    equal not_equal less less_equal greater greater_equal
    logical_and logical_or logical_xor logical_not
    isfinite isinf isnan isnat isneginf isposinf isreal iscomplex isclose isin in1d
    all any allclose array_equal array_equiv

    sign signbit floor ceil trunc rint fix round around floor_divide spacing

    bitwise_and bitwise_or bitwise_xor bitwise_count invert left_shift right_shift gcd lcm

    argmax argmin nanargmax nanargmin argsort argpartition lexsort searchsorted digitize
    nonzero flatnonzero argwhere count_nonzero
    diag_indices_from tril_indices_from triu_indices_from ravel_multi_index unravel_index

    shape ndim size result_type common_type can_cast min_scalar_type isrealobj iscomplexobj
    may_share_memory shares_memory einsum_path

    array2string array_repr array_str save savez savez_compressed savetxt
"""

constant(*(getattr(np, name) for name in _CONSTANT.split() if hasattr(np, name)))
constant(np.linalg.matrix_rank)
