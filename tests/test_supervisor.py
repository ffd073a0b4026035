"""The process that watches: what it limits here, and what it says where a platform lacks that."""

import os
import subprocess
import sys
import threading
import time

import pytest

from neurosim.grading import Limits, supervisor
from neurosim.grading.grades import Grade, PartGrade

ORDER = {"memory": 512, "file": 1 << 20, "seconds": 60.0, "processes": 4, "output": 100}


def test_without_the_systems_limits_it_says_which_are_missing(monkeypatch):
    monkeypatch.setattr(supervisor, "resource", None)
    assert supervisor.limit(ORDER) == ["memory", "size of files"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux, and of others as told")
def test_what_of_processes_is_not_watched_is_named(monkeypatch):
    assert supervisor.unwatched(adopts=True) == []
    assert supervisor.unwatched(adopts=False) == ["the end of processes that leave their session"]
    monkeypatch.delattr(supervisor.os, "killpg")
    assert supervisor.unwatched(adopts=False) == ["the end of processes that it starts"]


class Limitless:
    """A system that has one of the limits, and refuses it."""

    RLIMIT_AS = 9
    RLIM_INFINITY = -1

    @staticmethod
    def getrlimit(kind):
        return -1, -1

    @staticmethod
    def setrlimit(kind, values):
        raise ValueError


def test_limits_that_are_refused_are_named(monkeypatch):
    monkeypatch.setattr(supervisor, "resource", Limitless)
    assert supervisor.limit(ORDER) == ["memory", "size of files", "processor time"]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_orphans_are_adopted_on_linux_alone(monkeypatch, platform):
    monkeypatch.setattr(supervisor.sys, "platform", platform)
    assert not supervisor.become_subreaper()


def test_where_there_is_no_proc_nothing_is_seen_and_that_is_said(monkeypatch):
    monkeypatch.setattr(supervisor.os.path, "isdir", lambda path: False)
    assert "number of processes" in supervisor.unwatched(adopts=True)
    assert supervisor.descendants(os.getpid()) == set()
    assert supervisor.memory_of(0) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_descendants_are_children_and_their_children():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', 'input()'])"
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 20
    while len(supervisor.descendants(child.pid)) < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    (grandchild,) = supervisor.descendants(child.pid)
    assert {child.pid, grandchild} <= supervisor.descendants(os.getpid())
    assert supervisor.memory_of(grandchild) > 1 << 20
    child.communicate(b"\n")
    assert supervisor.descendants(child.pid) == set()


@pytest.mark.parametrize(
    ("code", "order", "why"),
    [
        ("pass", {}, "ended"),
        ("import time; time.sleep(60)", {"seconds": 0.2}, "time"),
        ("import sys, time; print('x' * 200, flush=True); time.sleep(60)", {}, "output"),
        ("import time; time.sleep(60)", {"memory": 1}, "memory"),
    ],
)
def test_it_says_what_ended_a_process(tmp_path, code, order, why):
    if why == "memory" and not sys.platform.startswith("linux"):
        pytest.skip("memory in use is seen in /proc")
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    printed = supervisor.Printed(process.stdout.fileno())
    found, _ = supervisor.watch(
        process, {**ORDER, "begun": str(tmp_path), **order}, printed, threading.Event()
    )
    process.kill()
    process.wait()
    printed.thread.join(5)
    process.stdout.close()
    assert found == why


def test_the_grader_that_is_gone_ends_all(tmp_path):
    process = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    gone = threading.Event()
    gone.set()
    quiet = type("Quiet", (), {"count": 0})
    found, _ = supervisor.watch(process, {**ORDER, "begun": str(tmp_path)}, quiet, gone)
    assert found == "abandoned"
    process.communicate(b"\n")


def test_a_report_says_which_limits_are_missing_and_what_is_left():
    grade = Grade(
        "a.py", "adder", (PartGrade("half", 2, True, "Proved"),), missing=("memory",), left=True
    )
    assert "not limited on this platform: memory" in str(grade)
    assert "a process of this file could not be ended" in str(grade)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"seconds": 0}, "the time limit must be finite and above 0 seconds"),
        ({"seconds": 1e9}, "must be 3600 seconds or less"),
        ({"memory": 100}, "must be 384 MB or more"),
        ({"memory": 1.5}, "the memory limit in MB must be a whole number"),
        ({"processes": 0}, "the limit of processes must be a whole number"),
        ({"output": -1}, "the limit of bytes printed must be a whole number"),
        ({"file": 0}, "the limit of bytes of a file must be a whole number"),
    ],
)
def test_limits_that_nothing_can_keep_are_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        Limits(**settings)
