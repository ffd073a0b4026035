"""Threads that stand ready: they work at once, again and again, and what they raise is raised."""

import threading

import pytest

from neurosim.kernels.crew import share


@pytest.mark.compiled
def test_threads_work_at_the_same_time_and_again(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    for _ in range(3):
        together = threading.Barrier(3, timeout=20)
        share(together.wait, 5)  # raises unless three are there


def test_no_more_of_them_than_there_are_pieces():
    called = []
    share(lambda: called.append(threading.current_thread()), 1)
    assert called == [threading.current_thread()]


@pytest.mark.compiled
def test_what_another_thread_raises_is_raised_when_all_have_ended(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "2")
    here, ended = threading.current_thread(), []

    def work():
        if threading.current_thread() is not here:
            raise MemoryError("no scratch")
        ended.append(here)

    with pytest.raises(MemoryError, match="no scratch"):
        share(work, 2)
    assert ended == [here]
    share(lambda: None, 2)  # and the thread still stands ready
