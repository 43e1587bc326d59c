"""Shared by all tests: none of them leaves a mode turned."""

import numpy as np
import pytest

import mygrad as mg


@pytest.fixture(autouse=True)
def _modes_restored():
    before = (bool(mg.no_autodiff), mg.mem_guard_active(), np.geterr())
    yield
    after = (bool(mg.no_autodiff), mg.mem_guard_active(), np.geterr())
    if before[1] != after[1]:
        mg.turn_memory_guarding_on()
    assert after == before, "a test left autodiff, guarding or NumPy's error state changed"
