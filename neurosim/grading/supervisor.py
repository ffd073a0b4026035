"""Watches one process and all that it starts, and leaves none of them running.

It is run as a script, in a process of its own between the grader and the student's process, and
imports nothing but the standard library.  On Linux it is the *subreaper* of all processes below
it: one that leaves its session, or whose parent dies, becomes its child, so that nothing is left
when there is no child any more.  Its input is a pipe that the grader holds open: when that closes,
because the grader was interrupted or killed, everything ends.

The one argument is a JSON object, the keys those of `Order`; the last line printed is one, of the
keys of `neurosim.grading.confinement.Ended`.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TypedDict

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

POLL = 0.005  # seconds between looks at the process
LOOK = 0.05  # and at those that it started: that costs more
START = 180.0  # seconds that may pass until the limit's clock is started
LAST = 10.0  # seconds for the killed to be gone
KEPT = 1 << 12  # bytes that are kept of what was printed last
PR_SET_CHILD_SUBREAPER = 36
MEGABYTE = 1 << 20


class Order(TypedDict):
    """What to run, where, with which environment and limits (see `limits.Limits`)."""

    command: list[str]
    folder: str
    environment: dict[str, str]
    begun: str  # the file whose appearance starts the clock
    seconds: float
    memory: int
    processes: int
    output: int
    file: int


class Printed:
    """What a process prints: read to the end, counted, the last of it kept."""

    def __init__(self, descriptor: int):
        self.descriptor = descriptor
        self.count = 0
        self.last = b""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(self.descriptor, 1 << 16):
                self.count += len(piece)
                self.last = (self.last + piece)[-KEPT:]


def main() -> None:
    """Run the order in the first argument, and print how it ended."""
    order: Order = json.loads(sys.argv[1])
    gone = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(gone,), daemon=True).start()
    adopts = become_subreaper()
    missing = limit(order) + unwatched(adopts)
    began = time.monotonic()
    process = subprocess.Popen(
        order["command"], cwd=order["folder"], env=order["environment"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    printed = Printed(process.stdout.fileno())
    why, most = watch(process, order, printed, gone)
    seconds = time.monotonic() - began
    others = len(descendants(os.getpid()) - {process.pid}) if adopts else 0
    clean = end_all(process)
    printed.thread.join(1.0)
    told = {
        "why": why,
        "status": process.returncode,
        "seconds": seconds,
        "memory": most / MEGABYTE,
        "printed": printed.last.decode("utf-8", "replace"),
        "others": others,
        "clean": clean,
        "missing": missing,
    }
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(told), flush=True)
    os._exit(0)  # threads that still read do not hold it up


def _wait_for_end_of_input(gone: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1 << 10):
            pass
    gone.set()


def limit(order: Order) -> list[str]:
    """Limit this process, and so all that it starts; return what cannot be limited here."""
    if resource is None:
        return ["memory", "size of files"]
    missing = []
    memory = order["memory"] * MEGABYTE
    for name, what, value in (
        ("RLIMIT_AS", "memory", memory),
        ("RLIMIT_FSIZE", "size of files", order["file"]),
        # Should this process be killed, the clock of the processor still ends what computes.
        ("RLIMIT_CPU", "processor time", int(order["seconds"] + START)),
        ("RLIMIT_CORE", "", 0),
    ):
        try:
            kind = getattr(resource, name)
            most = resource.getrlimit(kind)[1]
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (value, value))
        except (AttributeError, ValueError, OSError):
            missing += [what] if what else []
    if sys.platform == "darwin" and "memory" not in missing:
        missing.append("memory")  # the call succeeds there and limits nothing
    return missing


def unwatched(adopts: bool) -> list[str]:
    """Return what of the processes below this one cannot be seen or ended here."""
    missing = [] if os.path.isdir("/proc") else ["number of processes"]
    if not hasattr(os, "killpg"):  # Windows
        missing.append("the end of processes that it starts")
    elif not adopts:
        missing.append("the end of processes that leave their session")
    return missing


def become_subreaper() -> bool:
    """Make orphans below this process its children; return whether that can be had here."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        prctl = ctypes.CDLL(None, use_errno=True).prctl
        return bool(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def watch(
    process: subprocess.Popen, order: Order, printed: Printed, gone: threading.Event
) -> tuple[str, int]:
    """Wait until a process ends or breaks a limit; return why, and the most memory seen."""
    deadline, started = time.monotonic() + START, False
    look, most = 0.0, 0
    while True:
        now = time.monotonic()
        if not started and os.path.lexists(order["begun"]):
            started, deadline = True, now + order["seconds"]
        if process.poll() is not None:
            return "ended", most
        if gone.is_set():
            return "abandoned", most
        if printed.count > order["output"]:
            return "output", most
        late = now > deadline
        if now > look or late:  # what is late may be so because its processes take all the time
            below = descendants(os.getpid())
            used = sum(map(memory_of, below))
            most = max(most, used)
            if len(below) > order["processes"]:
                return "processes", most
            if used > order["memory"] * MEGABYTE:
                return "memory", most
            took = time.monotonic() - now
            look = now + max(LOOK, 20 * took)  # at most a twentieth of a processor
        if late:
            return "time", most
        time.sleep(POLL)


def descendants(root: int) -> set[int]:
    """Return all processes below one, as /proc shows them; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", "rb") as file:
                    # The name in parentheses may hold anything; state and parent follow it.
                    state, parent = file.read().rpartition(b")")[2].split()[:2]
                if state != b"Z":
                    children.setdefault(int(parent), []).append(int(name))
    found: set[int] = set()
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def memory_of(pid: int) -> int:
    """Return how many bytes of a process are in memory; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def end_all(process: subprocess.Popen) -> bool:
    """Kill a process and all below this one; return whether all of them are gone."""
    if not hasattr(os, "killpg"):  # Windows
        process.kill()
        process.wait()
        return True
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + LAST
    while time.monotonic() < deadline:
        stopped: set[int] = set()
        # First all of them are stopped, so that none starts another while the others are killed.
        while found := descendants(os.getpid()) - stopped:
            _signal_all(found, signal.SIGSTOP)
            stopped |= found
        _signal_all(stopped, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True  # there is no child, and so nothing below
        time.sleep(POLL)
    return False


def _signal_all(pids: set[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


if __name__ == "__main__":
    main()
