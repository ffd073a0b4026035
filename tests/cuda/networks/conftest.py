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
        tests = super().collect()
        for name, reason in LEFT_OUT.get(self.path.stem, {}).items():
            meant = [test for test in tests if _is_named(test, name)]
            assert meant, f"{self.path.stem} has no {name}"
            for test in meant:
                test.add_marker(pytest.mark.skip(reason=reason))
        return tests


def _is_named(test, name):
    return name == test.originalname or ("[" in name and test.name.startswith(name))


def pytest_collect_file(file_path, parent):
    return Suites.from_parent(parent, path=file_path) if file_path == HERE / "suites.py" else None
