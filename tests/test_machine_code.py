"""Compiled kernels: no old code, no run that fails for want of a folder, one answer."""

import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
import threading
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from test_files import varied

from neurosim.kernels import machine_code

ROOT = Path(__file__).parents[1]
KERNELS = ROOT / "neurosim" / "kernels"


def python(code: str, *arguments, cwd=ROOT, timeout=240, **environment):
    """Run Python anew, warnings as errors; returns what it printed."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def fresh(folder: Path):
    """The cache's module as a new process would import it from a copy of the kernels."""
    spec = importlib.util.spec_from_file_location("fresh", folder / "machine_code.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kernels(tmp_path):
    folder = tmp_path / "kernels"
    folder.mkdir()
    for path in KERNELS.glob("*.py"):
        shutil.copy(path, folder)
    return folder


# ------------------------------------------------------------------ no old code


@pytest.mark.parametrize("name", sorted(path.name for path in KERNELS.glob("*.py")))
def test_editing_any_kernel_source_leaves_the_old_folder(kernels, name):
    before = fresh(kernels).fingerprint()
    with (kernels / name).open("a") as file:
        file.write("\n# edited\n")
    assert fresh(kernels).fingerprint() != before


def test_a_new_and_a_lost_source_count_too(kernels):
    found = {fresh(kernels).fingerprint()}
    (kernels / "more.py").write_text("")
    found.add(fresh(kernels).fingerprint())
    (kernels / "more.py").rename(kernels / "other.py")
    found.add(fresh(kernels).fingerprint())
    assert len(found) == 3


def test_numbas_settings_count_too(kernels, monkeypatch):
    found = {fresh(kernels).fingerprint()}
    for setting in ("BOUNDSCHECK", "OPT", "DEBUGINFO"):
        with monkeypatch.context() as patch:
            patch.setenv(f"NUMBA_{setting}", "changed")
            found.add(fresh(kernels).fingerprint())
    assert len(found) == 4


@pytest.mark.slow
def test_an_edited_rule_is_run_at_once(tmp_path):
    """Compiles the engine three times: the callee stands in another file than the kernel."""
    shutil.copytree(ROOT / "neurosim", tmp_path / "neurosim")
    code = """
from neurosim import Circuit
circuit = Circuit()
circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
print(circuit(3.0))
"""
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert python(code, cwd=tmp_path, **environment) == "3.0"
    rules = tmp_path / "neurosim" / "kernels" / "rules.py"
    text = rules.read_text("utf-8")
    head = "def net_input("
    assert head in text
    changed = text.replace(
        head, "def net_input(drive, pool, vetoed):\n    return drive * 2\n\n\ndef old("
    )
    rules.write_text(changed, "utf-8")
    circuit = code.replace("excite=", "semi_saturation=2.0, excite=")
    assert python(circuit, cwd=tmp_path, **environment) == "6.0"
    rules.write_text(text, "utf-8")
    assert python(circuit, cwd=tmp_path, **environment) == "1.5"
    assert len(list((tmp_path / "cache" / "neurosim").iterdir())) == 2


# ------------------------------------------------------------------ folders


def test_where_nothing_can_be_written_nothing_fails():
    """No folder at all, not even for temporary files: compiled anew in each process."""
    code = """
import tempfile
tempfile._candidate_tempdir_list = lambda: ["/dev/null/nowhere"]
from neurosim import Circuit
from neurosim.kernels import machine_code
assert machine_code.cache_folder() is None
circuit = Circuit()
circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
print(circuit(3.0))
"""
    nowhere = dict.fromkeys(
        ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "TMPDIR"), "/dev/null/nowhere"
    )
    assert python(code, **nowhere) == "3.0"


def test_folders_are_tried_in_order(kernels, tmp_path, monkeypatch):
    asked, users = tmp_path / "asked", tmp_path / "users"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(asked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(users))
    assert asked in fresh(kernels).cache_folder().parents
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/dev/null/nowhere")
    folder = fresh(kernels).cache_folder()
    assert users in folder.parents
    assert folder.name == fresh(kernels).fingerprint()
    assert folder.stat().st_mode & 0o022 == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no owners of files")
def test_code_is_never_taken_from_a_folder_others_may_write_to(kernels, tmp_path, monkeypatch):
    asked, users = tmp_path / "asked", tmp_path / "users"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(asked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(users))
    first = fresh(kernels).cache_folder()
    for folder in (first, first.parent):
        folder.chmod(0o777)
        assert users in fresh(kernels).cache_folder().parents
        folder.chmod(0o700)
    assert fresh(kernels).cache_folder() == first
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)  # everything is somebody else's
    monkeypatch.setenv("HOME", "/dev/null/nowhere")
    assert fresh(kernels).cache_folder() is None


# ------------------------------------------------------------------ object files


@pytest.fixture
def doubled(tmp_path, monkeypatch):
    """A kernel in a module of its own, as two processes would see it."""
    (tmp_path / "doubling.py").write_text(
        "from neurosim.kernels.jit import kernel\n"
        "@kernel\n"
        "def double(x, twice, n):\n"
        "    for i in range(n):\n"
        "        twice[0][i] = x[i] + x[i]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(machine_code, "cache_folder", lambda: folder)

    def call(dtype="float64"):
        answer = np.zeros(3, dtype=dtype)
        machine_code.Kernel("doubling", "double")(np.arange(3, dtype=dtype), (answer,), 3)
        assert answer.tolist() == [0, 2, 4]

    yield call, folder
    sys.modules.pop("doubling", None)


def compile_count(monkeypatch) -> list[str]:
    from neurosim.kernels import jit

    made: list[str] = []
    compile_objects = jit.compile_objects

    def counted(function, arguments, key):
        made.append(function.__name__)
        return compile_objects(function, arguments, key)

    monkeypatch.setattr(jit, "compile_objects", counted)
    return made


@pytest.mark.compiled
def test_what_was_compiled_is_linked_again_from_its_file(doubled, monkeypatch):
    call, folder = doubled
    made = compile_count(monkeypatch)
    call()
    call()
    assert len(made) == len(list(folder.iterdir())) == 1
    call("float32")  # other types are another kernel
    call("float32")
    assert len(made) == len(list(folder.iterdir())) == 2


@pytest.mark.compiled
@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b"", lambda b: b"\xff" + b])
def test_a_damaged_file_is_compiled_anew(doubled, monkeypatch, damage):
    call, folder = doubled
    call()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    made = compile_count(monkeypatch)
    call()
    assert made
    assert path.read_bytes() == whole


@pytest.mark.compiled
@pytest.mark.compiled
def test_a_symbol_that_the_code_lacks_is_compiled_anew(doubled):
    call, folder = doubled
    call()
    (path,) = folder.iterdir()
    symbol, code = machine_code._read(path)
    machine_code._keep(path, symbol + "x", code)
    call()
    assert machine_code._read(path) == (symbol, code)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no owners of files")
def test_a_group_that_may_write_by_default_gets_a_cache(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "new" / "asked"))
    before = os.umask(0o002)
    try:
        assert tmp_path / "new" / "asked" in fresh(kernels).cache_folder().parents
    finally:
        os.umask(before)


@pytest.mark.compiled
def test_without_a_stderr_a_kernel_is_compiled_all_the_same(doubled, monkeypatch):
    call, _ = doubled
    monkeypatch.setattr(sys, "stderr", None)
    call()


@pytest.mark.compiled
def test_a_prepared_argument_is_copied_with_its_arrays():
    numbers = machine_code.Prepared(np.arange(3.0))
    for copy in (pickle.loads(pickle.dumps(numbers)), deepcopy(numbers)):
        assert copy.argument.tolist() == [0, 1, 2]
        assert copy.argument.ctypes.data in copy.values
        assert numbers.argument.ctypes.data not in copy.values


def test_a_full_disk_costs_time_but_no_run(doubled, monkeypatch):
    call, folder = doubled

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    call()
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "argument",
    [
        np.zeros((4, 4))[:, ::2],
        1.5,
        "text",
        None,
        np.complex128(1),
        2**63,
        -(2**63) - 1,
        np.zeros(2, dtype=">f8"),
        (1, (2, 2**64)),
    ],
    ids=repr,
)
def test_what_a_kernel_cannot_take_is_refused(argument):
    kernel = machine_code.Kernel("nowhere", "nothing")
    with pytest.raises(TypeError, match="a kernel takes"):
        machine_code.Prepared(argument)
    if not machine_code.is_disabled():
        with pytest.raises(TypeError, match="a kernel takes"):
            kernel(argument)


@pytest.mark.compiled
def test_sources_edited_since_they_were_imported_leave_no_file(doubled, monkeypatch):
    call, folder = doubled
    call()
    (kept,) = folder.iterdir()
    made = compile_count(monkeypatch)
    monkeypatch.setattr(machine_code, "SOURCES", b"as they were")
    call()
    assert len(made) == 1  # what is on disk belongs to other sources
    kept.unlink()
    call()
    assert not list(folder.iterdir())


@pytest.mark.compiled
def test_what_numbas_settings_in_code_have_made_is_not_kept(doubled, monkeypatch):
    import numba

    call, folder = doubled
    monkeypatch.setattr(numba.config, "LOOP_VECTORIZE", 1 - int(numba.config.LOOP_VECTORIZE))
    own = numba.config.LOOP_VECTORIZE
    call()
    assert not list(folder.iterdir())
    assert own == numba.config.LOOP_VECTORIZE


@pytest.mark.compiled
def test_disabling_compilation_in_code_comes_too_late_and_is_said():
    code = """
import numba
numba.config.DISABLE_JIT = True
from neurosim.kernels import jit
try:
    jit.compile_objects(jit.kernel(lambda: None), (), ())
except RuntimeError as error:
    print(error)
"""
    assert "NUMBA_DISABLE_JIT=1 is set before" in python(code, NUMBA_DISABLE_JIT="0")


@pytest.mark.compiled
def test_kernels_that_compile_at_once_leave_numbas_level_as_it_was(doubled):
    import numba

    call, _ = doubled
    before = numba.config.OPT
    threads = [threading.Thread(target=call, args=(kind,)) for kind in ("float32", "float64")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert before == numba.config.OPT


def test_a_relative_folder_is_the_one_it_was(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "cache")
    monkeypatch.chdir(tmp_path)
    assert fresh(kernels).cache_folder().is_relative_to(tmp_path / "cache")


@pytest.mark.compiled
def test_a_process_that_finds_its_kernels_never_imports_numba():
    code = """
import sys
from neurosim import Circuit
circuit = Circuit()
circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
circuit(3.0)
print("numba" in sys.modules)
"""
    python(code)
    assert python(code) == "False"


# ------------------------------------------------------------------ one answer

SHOWN = {"a": [1, 0, 1], "b": 5, "strict": 1}
RUN = """
import sys
import numpy as np
from neurosim import Circuit
given = np.load(sys.argv[1])
circuit = Circuit.load(sys.argv[2])
inputs = {name: given[name] for name in ("a", "b", "strict", "image")}
record = circuit.simulate(inputs, steps=5, seed=3)
many = circuit.simulate({k: np.stack([np.stack([v] * 5)] * 5) for k, v in inputs.items()}, steps=5)
np.savez(sys.argv[3], **record, **{"many " + k: v for k, v in many.items()})
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Run the varied circuit in a process of its own, under some of Numba's settings."""
    folder = tmp_path_factory.mktemp("answers")
    image = np.random.default_rng(0).random((10, 12))
    np.savez(folder / "given.npz", image=image, **SHOWN)
    varied().save(folder / "varied.json")

    def run(**environment):
        paths = (folder / "given.npz", folder / "varied.json", folder / "answers.npz")
        python(RUN, *paths, **environment)
        with np.load(paths[2]) as arrays:
            return dict(arrays)

    return run


@pytest.mark.compiled
def test_plain_python_gives_the_same_answers(answers):
    compiled, plain = answers(), answers(NUMBA_DISABLE_JIT="1")
    assert set(compiled) == set(plain)
    for name, expected in plain.items():
        if expected.dtype.kind == "i":
            np.testing.assert_array_equal(compiled[name], expected, err_msg=name)
        else:
            scale = max(1, np.abs(expected).max(initial=0))
            np.testing.assert_allclose(
                compiled[name], expected, rtol=1e-12, atol=1e-12 * scale, err_msg=name
            )


BOUNDED = """
import sys
sys.path.insert(0, "tests")
import numpy as np
import pytest
from random_circuits import DT, Twin, _Chooser
from neurosim import Circuit, SimulationError
from neurosim.program import compile_program

# The check must be on: a wrong place is found.
circuit = Circuit()
circuit.output(circuit.rate("z", excite=np.ones((70, 70)) @ circuit.inputs("x", shape=70)))
program = compile_program(circuit, None)
from neurosim.kernels import tables
program.tables.connections[0, tables.SOURCE] = 10**6
with pytest.raises(RuntimeError, match="outside its array"):
    circuit(np.ones(70))

layouts = ({}, {"lowering.FEW_ENTRIES": 0, "scheduling.BUFFER": 16, "program.SMALL": 2})
for seed in range(60):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in layouts[seed % 2].items():
            patch.setattr(f"neurosim.{name}", value)
        chooser = _Chooser(seed, ("binary", "rate"), noise=True, delays=True)
        chooser.inputs()
        for _ in range(4):
            chooser.population()
        chooser.recurrence()
        twin = chooser.twin
        shown = twin.shown(np.random.default_rng(seed), 1 + seed % 6, 4)
        for threads in (1, 2):
            try:
                twin.circuit.simulate(
                    shown, steps=4, dt=DT, record=twin.names, threads=threads
                )
            except SimulationError:
                pass
print("clean")
"""


@pytest.mark.compiled
def test_no_index_leaves_its_array():
    assert python(BOUNDED, NUMBA_BOUNDSCHECK="1") == "clean"


@pytest.mark.compiled
@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt"])
def test_a_thread_that_cannot_start_stops_the_run(error):
    """The threads that did start must not wait for it for ever."""
    code = """
import threading
import numpy as np
import neurosim.backend
from neurosim import Circuit
neurosim.backend.most_threads = lambda: 4
circuit = Circuit()
circuit.output(circuit.rate("z", excite=np.ones((70, 70)) @ circuit.inputs("x", shape=70)))
circuit.simulate(np.ones(70), steps=5, threads=4)
start, started = threading.Thread.start, []

def limited(thread):
    if len(started) == 1:
        raise {error}("can't start new thread")
    started.append(thread)
    start(thread)

threading.Thread.start = limited
try:
    circuit.simulate(np.ones(70), steps=5, threads=4)
except {error} as error:
    print(error)
for thread in started:
    thread.join(5)
print([thread.is_alive() for thread in started], flush=True)
import os
os._exit(0)
"""
    assert python(code.replace("{error}", error)) == "can't start new thread\n[False]"
