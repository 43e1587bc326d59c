"""For all tests and examples: the names that examples use, and Hypothesis' settings."""

import os

import hypothesis
import numpy as np
import pytest

import mygrad as mg

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default")
)


@pytest.fixture(autouse=True)
def _names_of_examples(doctest_namespace):
    doctest_namespace.update(np=np, mg=mg)
