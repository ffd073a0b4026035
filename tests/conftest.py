"""One seeded source of randomness, and Hypothesis without a deadline."""

import hypothesis
import numpy as np
import pytest

# The first call of a compiled function takes seconds; derandomized, a failure is one for everyone.
hypothesis.settings.register_profile("neurosim", deadline=None, derandomize=True)
hypothesis.settings.load_profile("neurosim")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20250301)
