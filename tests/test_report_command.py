"""``neurosim report`` on experiments made for the test, which end in every way there is."""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.catalogue import catalogue
from experiments.cli import main
from experiments.reporting import costs, crew
from experiments.reporting.worker import Job

ROOT = Path(__file__).parents[1]
NUMBERS = itertools.count()

GOOD = """
import os
import sys
from matplotlib.figure import Figure
from neurosim.result import Result

def run(seed: int = 0, quick: bool = False) -> Result:
    result = Result("good", locals(), seed)
    print("to stdout")
    sys.stderr.write("to stderr")
    threads = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
               "VECLIB_MAXIMUM_THREADS")
    result.claim("one thread", [os.environ[name] for name in threads], ["1"] * 4)
    result.claim("not in the parent", os.getppid() != 1 and "pytest" not in sys.modules)
    figure = Figure(figsize=(1, 1))
    figure.suptitle("Good")
    result.figure("good", figure)
    return result
"""

PLAIN = """
from neurosim.result import Result

def run() -> Result:
    result = Result("plain")
    result.claim("one is two", 1, 2)
    return result
"""

RAISES = """
from neurosim.errors import InputError

def run(seed: int = 0):
    try:
        {}["<absent>"]
    except KeyError as error:
        raise InputError("a reason with <b> in it") from error
"""

ENDINGS = {
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "exits": "os._exit(3)",
    "leaves": "sys.exit('enough')",
    "crashes": "ctypes.string_at(0)",
    "unfit": "raise MemoryError",
}
ENDS = """
import ctypes, os, signal, sys

def run():
    {}
"""

WAITS = """
import os
import time
from pathlib import Path
from neurosim.progress import progress

def run():
    next(iter(progress(2, "waiting")))
    Path("waits.pid").write_text(str(os.getpid()))
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reported")


@pytest.fixture(scope="module")
def package(folder):
    """A package of made-up experiments, under a name that no other test has imported."""
    name = f"reported_{next(NUMBERS)}"
    place = folder / name
    place.mkdir()
    (place / "__init__.py").touch()
    sources = {"good": GOOD, "plain": PLAIN, "raises": RAISES, "waits": WAITS}
    sources |= {name: ENDS.format(line) for name, line in ENDINGS.items()}
    sources["absent"] = "import no_such_module\n\ndef run():\n    pass\n"
    for row, (of, source) in enumerate(sources.items(), start=1):
        head = f"{of} · 一 · lecture row {row}\n\nQuestion: Is it {of}?\nLevels: algorithm\n"
        (place / f"{of}.py").write_text(f'"""{head}"""\n{source}', encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield name
    sys.path.remove(str(folder))


def reported(words, package, capsys):
    status = main(["report", *words], package)
    return status, *capsys.readouterr()


def chapter(page, name):
    return re.search(rf'<article class="chapter" id="{name}".*?</article>', page, re.DOTALL)[0]


def test_experiments_that_hold_are_status_0(package, tmp_path, capsys):
    out = tmp_path / "new" / "page.html"
    words = ["--quick", "good", "--seed", "4", "--out", str(out)]
    status, told, err = reported(words, package, capsys)
    assert (status, err) == (0, "")
    assert told.splitlines() == ["1 of 1 experiments: every claim holds.", str(out)]
    page = out.read_text(encoding="utf-8")
    assert "2 of 2 claims hold" in page
    assert "neurosim run good --quick --seed 4" in page
    assert 'aria-label="Good"' in page
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]


@pytest.mark.compiled
def test_however_one_ends_the_page_comes_out_and_tells(package, tmp_path, capsys):
    out = tmp_path / "page.html"
    names = ["good", "plain", "raises", "absent", *(n for n in ENDINGS if sys.platform != "win32")]
    words = [*names, "--seed", "2", "--jobs", "3", "--out", str(out)]
    status, told, err = reported(words, package, capsys)
    assert (status, err) == (1, "")
    page = out.read_text(encoding="utf-8")
    told_in_all = f"2 of {len(names)} experiments came to an end: <strong>2 of 3 claims hold"
    assert told_in_all in page
    assert "2 of 2 claims hold" in chapter(page, "good")
    assert "neurosim run good --seed 2\n" in chapter(page, "good").replace("<", "\n<")
    assert "neurosim run plain\n" in chapter(page, "plain").replace("<", "\n<")  # takes no seed
    assert "plain: 1 of 1 claims do not hold: one is two" in told
    raises = chapter(page, "raises")
    assert "InputError: a reason with &lt;b&gt; in it" in raises
    assert "KeyError: &#39;&lt;absent&gt;&#39;" in raises
    assert "File &#34;raises.py&#34;" in raises
    assert "File &#34;experiments/reporting/worker.py&#34;" in raises
    assert str(ROOT) not in page
    assert "No module named &#39;no_such_module&#39;" in chapter(page, "absent")
    for name, message in {
        "killed": "was ended by signal SIGKILL, as where memory runs out, before it was done",
        "exits": "ended with exit status 3 before it was done",
        "leaves": "SystemExit: enough",
        "crashes": "was ended by signal SIGSEGV before it was done",
        "unfit": "MemoryError",
    }.items():
        if name in names:
            assert message in chapter(page, name)
            assert f"{name}: " in told
    if "crashes" in names:
        assert "crashes.py" in chapter(page, "crashes")  # the place, as faulthandler tells it


def test_one_whose_process_cannot_be_started_does_not_lose_the_others(
    package, tmp_path, monkeypatch, capsys
):
    started = crew._started

    def refuses(job, folder):
        if job.entry.name != "plain":
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return started(job, folder)

    monkeypatch.setattr(crew, "_started", refuses)
    out = tmp_path / "page.html"
    status, told, err = reported(["good", "plain", "raises", "--out", str(out)], package, capsys)
    assert (status, err) == (1, "")
    assert "good: BlockingIOError: [Errno 11] Resource temporarily unavailable" in told
    assert "1 of 1 claims do not hold" in told
    assert "Resource temporarily unavailable" in chapter(out.read_text("utf-8"), "raises")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["god"], "unknown experiment 'god'; did you mean 'good'?"),
        (["good", "zzzz"], "unknown experiment 'zzzz'; 'neurosim list' shows the names"),
        (["--out", "."], "--out takes a file, and . is a folder"),
        (["--out", "taken/page.html"], "taken"),
        (["--out", 300 * "a"], "aaa: File name too long"),
        (["--jobs", "0"], "--jobs must be 1 or more (got 0)"),
        (["--jobs", "two"], "--jobs: 'two' is not a whole number"),
        (["--seed", "-1"], "--seed must be a whole number from 0 on (got -1)"),
        (["--quik"], "unknown option --quik; did you mean '--quick'?"),
    ],
)
def test_bad_usage_is_one_line_before_any_work(package, tmp_path, monkeypatch, capsys, words, line):
    def never(*_):
        raise AssertionError("it ran")

    monkeypatch.setattr(crew, "_started", never)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").touch()
    status, told, err = reported(words, package, capsys)
    assert (status, told) == (2, "")
    assert err.startswith("neurosim report: ")
    assert line in err
    assert len(err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_found_before_the_work(package, tmp_path, capsys):
    tmp_path.chmod(0o500)
    status, _, err = reported(["good", "--out", str(tmp_path / "a.html")], package, capsys)
    tmp_path.chmod(0o700)
    assert status == 2
    assert str(tmp_path) in err


def test_help_names_every_option(package, capsys):
    with pytest.raises(SystemExit):
        main(["report", "--help"], package)
    told = capsys.readouterr().out
    for word in ("NAME", "--out", "--quick", "--seed", "--jobs", "neurosim-out/report.html"):
        assert word in told.replace("\\", "/")


def begin(package, folder, tmp_path, *words):
    """Begin a report in a process of its own, which leads a group of its own."""
    code = "import sys; from experiments.cli import main; sys.exit(main(sys.argv[2:], sys.argv[1]))"
    path = os.pathsep.join(map(str, (folder, ROOT)))
    return subprocess.Popen(
        [sys.executable, "-c", code, package, "report", *words, "--jobs=2", "--out=kept.html"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)}, start_new_session=True,
    )  # fmt: skip


def await_true(true, seconds=120):
    given = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < given
        time.sleep(0.05)


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")  # one that nobody waits for is dead, too
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_was_finished_and_leaves_nothing_running(package, folder, tmp_path):
    began = begin(package, folder, tmp_path, "plain", "waits", "good")
    place = tmp_path / "waits.pid"

    def two_ended():
        begun = {path.stem for path in tmp_path.glob("neurosim-*/*.log")}
        left = [*tmp_path.glob("neurosim-*/*.pickle")]
        return place.exists() and {"plain", "good"} <= begun and not left

    try:
        await_true(two_ended)  # or one of them, and the other has begun
        os.killpg(began.pid, signal.SIGINT)  # a terminal sends it to all
        told, err = began.communicate(timeout=60)
    finally:
        if began.poll() is None:
            os.killpg(began.pid, signal.SIGKILL)
    assert err == "neurosim: interrupted; what was finished is in kept.html\n"
    assert (began.returncode, told) == (130, "")
    page = (tmp_path / "kept.html").read_text(encoding="utf-8")
    assert "Not run: the report was interrupted before its end." in chapter(page, "waits")
    assert "Not run" not in chapter(page, "plain") or "Not run" not in chapter(page, "good")
    assert not alive(int(place.read_text()))
    assert not [*tmp_path.glob("neurosim-*")]


@pytest.mark.skipif(sys.platform == "win32", reason="looks at processes as POSIX has them")
def test_a_worker_ends_and_leaves_nothing_when_its_parent_is_killed(package, folder, tmp_path):
    began = begin(package, folder, tmp_path, "waits")
    place = tmp_path / "waits.pid"
    try:
        await_true(lambda: place.exists() and place.read_text())
    finally:
        began.kill()
        began.communicate()
    await_true(lambda: not alive(int(place.read_text())))
    assert not [*tmp_path.glob("neurosim-*")]


def test_ctrl_c_before_anything_is_finished_leaves_no_page(package, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(crew, "_started", interrupted)
    out = tmp_path / "new" / "page.html"
    status, _, err = reported(["good", "--out", str(out)], package, capsys)
    assert (status, err) == (130, "neurosim: interrupted\n")
    assert not out.parent.exists()


def test_the_longest_begin_first_and_no_more_at_once_than_asked(package, tmp_path, monkeypatch):
    class Ended:
        sentinel, exitcode = None, 0

        def is_alive(self):
            return False

        def join(self):
            pass

    begun, at_once = [], []
    monkeypatch.setattr(costs, "SECONDS", {"plain": 50, "raises": 20, "good": 1})
    monkeypatch.setattr(crew, "wait", lambda *_: None)
    monkeypatch.setattr(crew, "_started", lambda job, _: begun.append(job.entry.name) or Ended())
    entries = catalogue(package)
    jobs = [Job(entries[name], None, True) for name in ("good", "absent", "raises", "plain")]
    found = crew.run_apart(jobs, 2, tmp_path, lambda running: at_once.append(len(running)))
    names = [job.entry.name for job, _ in found]
    assert begun == ["plain", "raises", "absent", "good"]  # unknown: a little
    assert sorted(names) == sorted(begun)
    assert at_once == [2, 2]


def test_what_is_told_of_costs_is_of_experiments_that_there_are():
    assert set(costs.SECONDS) <= set(catalogue())
