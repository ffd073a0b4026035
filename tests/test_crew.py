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


@pytest.mark.compiled
def test_work_of_any_size_is_done_by_the_same_threads(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "5")
    share(lambda: None, 5)
    before = threading.active_count()
    for pieces in (2, 3, 4, 9):
        share(lambda: None, pieces)
    assert threading.active_count() == before


@pytest.mark.compiled
def test_several_threads_of_the_user_share_at_once(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    done = []
    users = [
        threading.Thread(target=lambda: [share(lambda: done.append(1), 3) for _ in range(50)])
        for _ in range(4)
    ]
    for user in users:
        user.start()
    for user in users:
        user.join(timeout=20)
    assert len(done) == 4 * 50 * 3
