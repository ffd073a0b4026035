"""Files that loop, eat, fork, exit, raise or cheat: the grader goes on, and nothing runs on."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from many_gates import EXERCISE as MANY
from many_gates import NAMES
from stuck_gates import EXERCISE as STUCK
from two_gates import EXERCISE

from neurosim.errors import FileError
from neurosim.grading import Limits, confinement, supervisor
from neurosim.grading.marking import grade

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="what is left running is found in /proc"
)

LIMITS = Limits(seconds=10.0, memory=512, output=100_000, processes=6)

GOOD = """
import os
assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
from neurosim import Circuit

def made(threshold):
    circuit = Circuit("gate")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=x + y, threshold=threshold))
    return circuit

def both():
    return made(2)

either = made(1)
"""

# A process that leaves its session twice over, clears its environment and ignores signals.
DAEMON = """
import os, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    code = "import signal, time\\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\\ntime.sleep(600)"
    os.execve(sys.executable, [sys.executable, "-S", "-c", code, "TOKEN"], {})
"""


def running(token: str) -> list[int]:
    """The processes whose environment or command line has a token, our own aside."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            said = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            if token.encode() in said and state != "Z" and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def is_daemon_in(processes: list[int], token: str) -> bool:
    """Whether one of them is the daemon's own program: the token is its last argument."""
    for process in processes:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            if words[-2:] == [token.encode(), b""]:
                return True
    return False


@pytest.fixture
def token(monkeypatch, request):
    """What marks all processes of a test, which must be gone after it."""
    mark = f"{os.getpid()}x{abs(hash(request.node.nodeid)):x}"
    monkeypatch.setattr(confinement.secrets, "token_hex", lambda _: mark)
    yield mark
    assert running(mark) == []


@pytest.fixture
def graded(tmp_path, token):
    def run(source, limits=LIMITS, exercise=EXERCISE, name="student.py"):
        path = tmp_path / name
        if isinstance(source, str):
            source = source.replace("TOKEN", token).encode()
        path.write_bytes(source)
        return grade(path, exercise, limits)

    return run


def test_a_good_file_earns_everything(graded):
    result = graded(GOOD)
    assert (result.score, result.points, result.problem) == (3, 3, "")
    assert [part.told for part in result.parts] == [
        "Proved: circuit 'gate' equals its specification on all 4 inputs."
    ] * 2
    assert not result.fault
    assert not result.left


# The whole file fails: it is said once, and not tried again for each part.
UNREAD = {
    "loop": ("while True: pass", "stopped after 1 s, before it was read: does a loop never end?"),
    "sleep": ("import time; time.sleep(600)", "stopped after 1 s"),
    "memory by and by": (
        "x = []\nwhile True: x.append(bytearray(1 << 24))",
        "(--memory MB allows more)",
    ),
    "print": ("while True: print('x' * 1000)", "stopped: it printed more than 100,000 bytes"),
    "sys.exit": ("import sys; sys.exit(0)", "SystemExit in line 1: the file ended the program"),
    "os._exit": ("import os; os._exit(0)", "its process ended itself with status 0 before it was"),
    "raise": ("def f():\n    return 1 / 0\nf()", "ZeroDivisionError in line 2: division by zero"),
    "kill": ("import os; os.kill(os.getpid(), 9)", "its process was ended by SIGKILL before it"),
    "SIGTERM": (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
        "stopped after 1 s",
    ),
    "syntax": ("def f(:\n", "SyntaxError: invalid syntax (student.py, line 1)"),
    "zero byte": (b"x = 1\0", "null bytes"),
    "big5": ("name = '邊緣'\n".encode("big5"), "; save the file as UTF-8"),
    "utf-16": ("x = 1\n".encode("utf-16"), "; save the file as UTF-8"),
    "latin-1": (b"name = '\xe9'\n", "SyntaxError: (unicode error) 'utf-8' codec can't decode"),
    "import": ("import nowhere_at_all", "ModuleNotFoundError in line 1: No module named 'nowhere_"),
    "hostile error": (
        "class E(Exception):\n    def __str__(self): raise E\nraise E",
        "E in line 3",
    ),
    "fork and wait": ("import os\nos.fork()\nwhile True: pass", "stopped after 1 s"),
    "fork bomb": (
        "import os, time\nwhile True:\n    os.fork()",
        "stopped: it started more than 6 processes",
    ),
    "memory of many": (
        "import os, time\nfor _ in range(3):\n    if not os.fork(): break\n"
        "x = b'x' * (1 << 28)\ntime.sleep(9)",
        "stopped: it took more than 512 MB of memory",
    ),
    "file without end": (
        "f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 20))",
        "OSError in line 2",
    ),
    "terminal": ("raise ValueError('\\x1b[2J' * 300)", "ValueError in line 1: [2J"),
    "daemon, then loop": (DAEMON + "\nwhile True: pass", "stopped after 1 s"),
    "kills its watcher": (
        "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(600)",
        "it ended the process that watches it",
    ),
}


@pytest.mark.parametrize("name", list(UNREAD))
def test_a_file_that_cannot_be_read_is_said_once(graded, name):
    source, told = UNREAD[name]
    began = time.monotonic()
    result = graded(source, replace(LIMITS, seconds=1.0) if "after 1 s" in told else LIMITS)
    assert time.monotonic() - began < 60  # 600 would be a sleep waited for
    assert result.score == 0
    assert told in result.problem
    assert "\x1b" not in str(result)
    assert [part.told for part in result.parts] == ["", ""]
    assert str(result).count(result.problem.splitlines()[0]) == 1


# One part fails, and the others keep their points: what stands in a function of each part's name.
PARTS = {
    "loop": ("while True: pass", "stopped after 2 s, before loop was made"),
    "leave": ("import os; os._exit(0)", "its process ended itself with status 0 before leave was"),
    "end": ("import sys; sys.exit('bye')", "end(): SystemExit: the file ended the program itself"),
    "fail": ("raise ValueError('no')", "fail(): ValueError: no"),
    "nothing": ("pass", "nothing() returned None, no Circuit; end the function with 'return circ"),
    "something": ("return 3", "something() returned 3, no Circuit"),
    "arguments": ("return made()", "arguments(): TypeError: made() missing 1 required"),
    "others": (
        "c = Circuit('c'); a, b, d = c.inputs('a', 'b', 'd')\n"
        "    c.output(c.binary('z', excite=a + b + d, threshold=2)); return c",
        "Circuit 'c' has 3 inputs (a, b, d), the exercise has 2 inputs (x, y)",
    ),
    "silent": (
        "c = Circuit('c'); c.inputs('x', 'y'); return c",
        "has no outputs, the exercise has 1 output (z); declare it with circuit.output(z)",
    ),
    "graded": (
        "c = Circuit('c'); x, y = c.inputs('x', 'y')\n"
        "    c.output(c.rate('z', excite=x + y)); return c",
        "output 'z' is any number; the exercise has 0 or 1 there: give output() a single binary n",
    ),
    "inside": (
        "c = Circuit('c'); x, y = c.inputs('x', 'y')\n"
        "    c.output(c.binary('z', excite=c.rate('r', excite=x + y))); return c",
        "input 'x' is any number; the exercise has 0 or 1 there: use binary neurons, or declare",
    ),
    "neuron": (
        "c = Circuit('c'); x, y = c.inputs('x', 'y')\n    return c.binary('z', excite=x + y)",
        "no Circuit; end the function with 'return circuit'",
    ),
    "wrong": ("return made(1)", "expected: z = 0\n  got:      z = 1"),
    "recurrent": (
        "c = Circuit('c'); x, y = c.inputs('x', 'y'); z = c.binary('z', excite=x + y)\n"
        "    c.output(c.connect(z, excite=z)); return c",
        "Circuit 'c' is recurrent (z → z)",
    ),
    "huge": (
        "c = Circuit('c'); x, y = c.inputs('x', 'y')\n"
        "    c.output(c.binary('z', excite=x, shape=(9000, 9000))); return c",
        "; it may take 512 MB (--memory MB allows more)",
    ),
    "right": ("return made(2)", "Proved"),
}


@pytest.fixture(scope="module")
def of_many(tmp_path_factory):
    """One file in which all of them go wrong, but one."""
    path = tmp_path_factory.mktemp("many") / "student.py"
    bodies = (f"\n\ndef {name}():\n    {body}\n" for name, (body, _) in PARTS.items())
    path.write_text(GOOD + "".join(bodies))
    return grade(path, MANY, replace(LIMITS, seconds=2.0))


def test_every_part_is_tried():
    assert tuple(PARTS) == NAMES


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_part_that_fails_takes_only_its_own_points(of_many, number):
    part = of_many.parts[number]
    assert part.passed == (part.title == "right")
    assert PARTS[part.title][1] in re.sub(r" in line \d+", "", part.told)


def test_a_fault_of_the_examiner_is_told_as_such(of_many):
    assert of_many.fault
    assert "the examiner failed, not the circuit: ZeroDivisionError" in of_many.parts[-1].told
    assert of_many.problem == ""
    assert of_many.score == 1


def test_an_examination_that_is_killed_takes_only_its_own_points(graded):
    result = graded(GOOD, exercise=STUCK)
    assert [part.passed for part in result.parts] == [False, True]
    assert "ended by SIGKILL before the circuit was examined" in result.parts[0].told


def test_an_error_names_the_line_of_the_file(graded):
    result = graded("from neurosim import Circuit\n\n\ndef both():\n    return 1 / 0\n")
    assert result.parts[0].told == "both(): ZeroDivisionError in line 5: division by zero"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("n", "both(n) cannot be called as the exercise does (missing a required argument: 'n'); "
              "it is called without arguments: begin it 'def both():'"),
        ("n=1", "both() returned 3, no Circuit"),
    ],
)  # fmt: skip
def test_a_function_of_other_arguments_is_told_how_it_is_called(graded, arguments, told):
    assert graded(f"def both({arguments}): return 3").parts[0].told == told


def test_a_line_that_is_printed_without_end_is_shown_once(graded):
    assert graded("while True: print('x' * 1000)").problem.count("it printed: x") == 1


def test_a_name_that_neurosim_lacks_has_nothing_to_do_with_the_folder(graded):
    problem = graded("from neurosim import Ciruit\n").problem
    assert "cannot import name 'Ciruit'" in problem
    assert "folder" not in problem


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("boths = 3", ["the file defines no 'both' (did you mean 'boths'?)", "no 'either'"]),
        ("", ["the file defines no 'both'", "the file defines no 'either'"]),
        (
            "both = 3\neither = None",
            ["'both' is 3; it must be a Circuit, or a", "'either' is None"],
        ),
    ],
)
def test_a_file_without_the_names_earns_nothing(graded, source, told):
    result = graded(source)
    assert result.score == 0
    for part, expected in zip(result.parts, told, strict=True):
        assert expected in part.told


# What a file does to its own process earns no points that the circuit does not earn.
CHEATS = {
    "patches": """
import sys, two_gates, neurosim.verification, neurosim.grading.assertion
neurosim.verification.check = lambda *a, **k: True
neurosim.grading.assertion.assert_implements = lambda *a, **k: "Proved"
two_gates.assert_implements = two_gates._and = lambda *a: "Proved"
Circuit.__call__ = lambda self, x, y: x & y
""",
    "channels": """
import os, pathlib
answer = '{"passed": true, "told": "", "fault": false}'
for name in ("0.json", "account.json", "circuit.json"):
    pathlib.Path(name).write_text(answer)
with open(f"/proc/{os.getppid()}/fd/1", "w") as channel:
    channel.write('{"why": [], "status": 1e999}\\n' + answer + "\\n")
""",
}


@pytest.mark.parametrize("name", list(CHEATS))
def test_the_verdict_is_not_the_students_to_give(graded, name):
    result = graded(GOOD.replace("made(2)", "made(1)") + CHEATS[name])
    assert [part.earned for part in result.parts] == [0, 2]
    assert "expected: z = 0" in result.parts[0].told


@pytest.mark.parametrize(
    "addition",
    [
        "import builtins\nbuiltins.len = builtins.open = builtins.isinstance = None\n",
        "import json, os\njson.dumps = os._exit = os.replace = Circuit.__init__ = None\n",
    ],
)
def test_a_file_that_breaks_python_breaks_only_its_own_process(graded, addition):
    result = graded(GOOD + addition)
    assert not result.fault
    assert result.score == 0
    assert result.problem or all(part.told for part in result.parts)


# What leaves a daemon, a child and a thread running, and is right for all that.
LEAVES = """
import os, subprocess, sys, threading, time
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)", "TOKEN"])
threading.Thread(target=time.sleep, args=(600,)).start()
print("hello")
sys.stdout.close()
os.close(1)
os.close(2)
"""


def test_what_a_good_file_leaves_running_is_ended(graded):
    result = graded(GOOD + DAEMON + LEAVES)
    assert result.score == 3
    assert not result.left


@pytest.mark.parametrize(
    "make", ["os.mkfifo(p)", "os.symlink('/dev/zero', p)", "os.mkdir(p)", "open(p, 'w').write('{')"]
)
def test_a_result_that_is_no_file_of_ours_is_not_read(graded, make):
    result = graded(
        "import os\nos.remove('account.json')\n"
        f"for p in ('circuit.json', 'account.json'): {make}\nos._exit(0)\n"
    )
    assert result.score == 0
    assert "status 0" in result.problem


def test_folders_in_folders_do_not_stop_the_grader(graded, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    deep = "import os\nfor _ in range(2000): os.mkdir('a'); os.chdir('a')\n"
    assert graded(GOOD + deep).score == 3
    assert [path.name for path in tmp_path.iterdir()] == ["student.py"]


@pytest.mark.parametrize("name", ["numpy.py", "account.json"])
def test_a_file_may_have_any_name(graded, name):
    assert graded("import numpy\n" + GOOD, name=name).score == 3


def test_the_students_folder_is_not_imported_from(graded, tmp_path):
    (tmp_path / "friend.py").write_text("both = 1")
    (tmp_path / "numpy.py").write_text("raise SystemExit")
    assert "only the one file is graded" in graded("import numpy, friend").problem


def test_secrets_of_the_environment_do_not_reach_the_student(graded, monkeypatch):
    monkeypatch.setenv("SOME_PASSWORD", "hunter2")
    assert "KeyError" in graded("import os; os.environ['SOME_PASSWORD']").problem


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_grader_leaves_nothing_running(tmp_path, token, signal_number):
    path = tmp_path / "student.py"
    path.write_text(DAEMON.replace("TOKEN", token) + "\nimport time; time.sleep(600)")
    code = (
        "import sys; from pathlib import Path; from neurosim.grading import Limits, confinement\n"
        f"confinement.secrets.token_hex = lambda _: {token!r}\n"
        "from neurosim.grading.marking import grade; import two_gates\n"
        f"grade(Path({str(path)!r}), two_gates.EXERCISE, Limits(seconds=300))"
    )
    path_list = os.pathsep.join(str(Path(entry or ".").absolute()) for entry in sys.path)
    # A grader that is killed cannot remove its folder: it is made among the test's own.
    environment = {**os.environ, "PYTHONPATH": path_list, "TMPDIR": str(tmp_path)}
    grader = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    # The grader, its watcher, the student's process and the daemon, whose parent is gone.
    while not (len(running(token)) == 4 and is_daemon_in(running(token), token)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(grader.pid, signal_number)
    grader.wait(30)
    deadline = time.monotonic() + 10  # of a killed grader, its watcher ends all by itself
    while running(token) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(token) == []


def test_what_an_ended_watcher_leaves_is_said_where_it_cannot_be_killed(graded, monkeypatch):
    nobody = 2**31 - 1
    monkeypatch.setattr(confinement, "marked", lambda marker: {nobody})
    monkeypatch.setattr(confinement, "SWEEPING", 0.05)
    result = graded("import os\nos.kill(os.getppid(), 9)\nos._exit(0)")
    assert result.left
    assert "could not be ended" in str(result)


@pytest.mark.parametrize("what", ["nothing", "folder", "pipe", "large"])
def test_what_is_no_file_of_a_student_is_refused(tmp_path, what):
    path = tmp_path / "student.py"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "large":
        path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(FileError, match=r"student\.py"):
        grade(path, EXERCISE, LIMITS)


def test_processes_that_take_all_the_time_are_what_is_told(monkeypatch, tmp_path):
    (tmp_path / "begun").touch()
    times, below = iter([0, 1, 1, 99]), iter([{1}, set(range(1, 9))])
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(monotonic=times.__next__, sleep=id))
    monkeypatch.setattr(supervisor, "descendants", lambda root: next(below))
    monkeypatch.setattr(supervisor, "memory_of", lambda process: 0)
    order = {"begun": tmp_path / "begun", "seconds": 1, "output": 9, "processes": 6, "memory": 9}
    running, printed = SimpleNamespace(poll=lambda: None), SimpleNamespace(count=0)
    assert supervisor.watch(running, order, printed, threading.Event()) == ("processes", 0)
