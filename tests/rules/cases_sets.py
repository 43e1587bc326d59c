"""Cases of the rules in `mygrad.rules.sets`; see `cases`."""

import numpy as np
from cases import Case, above_1, normal, unit

CASES = [
    Case(np.union1d, normal(), normal()),
    Case(np.union1d, normal(3), np.array([1, 2])),
    Case(np.setdiff1d, normal(), np.array([7.0])),
    Case(np.setdiff1d, normal(4), np.array([7.0]), assume_unique=True),
    Case(np.setxor1d, normal(), normal()),
    Case(np.setxor1d, unit(4), above_1(4), assume_unique=True),
]
