import io
import sys

import pytest

from neurosim.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("work", [3, range(3), iter(range(3))])
def test_it_yields_the_work_and_is_silent_in_a_pipe(work, capfd):
    assert list(progress(work, "training")) == [0, 1, 2]
    assert capfd.readouterr() == ("", "")


def test_a_terminal_sees_the_description_on_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(progress(iter("ab"), "training", total=2)) == ["a", "b"]
    assert "training" in sys.stderr.getvalue()


def test_a_notebook_sees_it_too(monkeypatch):
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    assert not stream.isatty()
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(progress(2, "training")) == [0, 1]
    assert "training" in stream.getvalue()
