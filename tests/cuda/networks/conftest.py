"""The suites of the networks again, as they stand, where operations run on the card."""

from pathlib import Path

import pytest
from suites import LEFT_OUT, SUITES

from neurosim.networks.engines import on_device

HERE = Path(__file__).parent
TESTS = HERE.parents[1]


@pytest.fixture(autouse=True)
def _on_the_card():
    with on_device("cuda"):
        yield


class Suites(pytest.File):
    """The list of suites: each a module that stands elsewhere."""

    def collect(self):
        for name in SUITES:
            path = TESTS / f"{name}.py"
            yield Suite.from_parent(self, path=path, nodeid=f"{self.parent.nodeid}/{path.name}")


class Suite(pytest.Module):
    """A module of tests, without those that make no sense on a card."""

    def collect(self):
        left_out = LEFT_OUT.get(self.path.stem, {})
        tests = super().collect()
        unknown = left_out.keys() - {getattr(test, "originalname", None) for test in tests}
        assert not unknown, f"{self.path.stem} has no {unknown}"
        for test in tests:
            if test.originalname in left_out:
                test.add_marker(pytest.mark.skip(reason=left_out[test.originalname]))
        return tests


def pytest_collect_file(file_path, parent):
    return Suites.from_parent(parent, path=file_path) if file_path == HERE / "suites.py" else None
