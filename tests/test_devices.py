"""Which device a run takes, and what is said where it cannot be had."""

import logging
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from experiments.benchmarks import gpu
from neurosim import Circuit, InputError, backend
from neurosim.backend import check_device
from neurosim.cuda import availability, turns


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    """No simulator, and nothing known yet of this machine; the same again for other tests."""
    monkeypatch.delenv("NUMBA_ENABLE_CUDASIM", raising=False)
    availability.why_not.cache_clear()
    backend._tell.cache_clear()
    yield
    availability.why_not.cache_clear()
    backend._tell.cache_clear()


class CUDARuntimeError(RuntimeError):
    pass


@pytest.fixture
def machine(monkeypatch):
    """A machine with some packages, and with or without what runs on a card."""

    def has(*packages, driver="no such device", compiler=True, runtime=None, age=None):
        def devices():
            if runtime:
                raise CUDARuntimeError(runtime)
            return 1

        cupy = ModuleType("cupy")
        cupy.cuda = SimpleNamespace(
            runtime=SimpleNamespace(getDeviceCount=devices, CUDARuntimeError=CUDARuntimeError)
        )
        monkeypatch.setattr(
            availability, "find_spec", lambda name: name if name in packages else None
        )
        monkeypatch.setattr(availability, "_driver_trouble", lambda: driver)
        monkeypatch.setattr(availability, "_has_compiler", lambda: compiler)
        monkeypatch.setattr(availability, "_age", lambda: age)
        monkeypatch.setitem(sys.modules, "cupy", cupy if "cupy" in packages else None)

    return has


@pytest.fixture
def numbas(monkeypatch):
    """A numba.cuda with some functions; Numba's own is not what numba-cuda makes of it."""

    def has(**functions):
        module = ModuleType("neurosim.kernels.cuda_jit")
        module.cuda = SimpleNamespace(**functions)
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return has


@pytest.fixture
def relay():
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
    return circuit


MISSING = [
    (
        (),
        r"^device 'cuda' needs .* and numba-cuda, .* \"neurosim\[cuda13\]\" .*device='cpu'$",
    ),
    (("numba_cuda",), r"^device 'cuda' needs .* and CuPy, .* pip install \"neurosim\[cuda13\]\""),
    (
        ("numba_cuda", "cupy"),
        r"^device 'cuda' found no NVIDIA card .*\(.* no such device\): use device='cpu'$",
    ),
]


@pytest.mark.parametrize(("packages", "message"), MISSING)
def test_a_card_that_cannot_be_had_is_said(machine, relay, packages, message):
    machine(*packages)
    for run in (
        lambda: relay.simulate(1.0, steps=1, device="cuda"),
        lambda: relay.evaluate(1.0, device="cuda"),
        lambda: relay.check(relay, tolerance=1, domain={"x": (0, 1)}, device="cuda"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            run()
        assert "\n" not in str(caught.value)


def test_a_cupy_that_cannot_be_imported_is_said(machine, monkeypatch):
    machine("numba_cuda", "cupy")
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(InputError, match=r"found a CuPy that does not work \(.*cupy.*\): pip"):
        check_device("cuda")


def test_a_compiler_that_is_missing_is_no_missing_card(machine):
    machine("numba_cuda", "cupy", driver=None, compiler=False)
    with pytest.raises(InputError, match=r"needs NVIDIA's compiler NVVM, .*cuda13.*device='cpu'$"):
        check_device("cuda")


def test_a_driver_too_old_for_cupy_is_said(machine):
    machine("numba_cuda", "cupy", driver=None, runtime="cudaErrorInsufficientDriver: too old")
    expected = r"a driver that CuPy cannot use \(cudaError.*: too old\): pip .*cuda12.*'cpu'$"
    with pytest.raises(InputError, match=expected):
        check_device("cuda")


def test_a_card_too_old_for_the_kernels_is_said(machine):
    machine("numba_cuda", "cupy", driver=None, age="a card too old")
    with pytest.raises(InputError, match=r"found a card too old: pip .*\[cuda12\].*device='cpu'$"):
        check_device("cuda")


@pytest.mark.parametrize("name", [b"Tesla V100", "Tesla V100"])
@pytest.mark.parametrize("capability", [(7, 0), (6, 1), (7, 5), (12, 0)])
def test_a_cards_age_is_its_compute_capability(numbas, name, capability):
    there = SimpleNamespace(name=name, compute_capability=capability)
    numbas(get_current_device=lambda: there)
    sys.modules["neurosim.kernels.cuda_jit"].oldest = lambda: (7, 5)
    told = availability._age()
    if capability >= (7, 5):
        assert told is None
    else:
        has = ".".join(map(str, capability))
        assert told is not None
        assert told.endswith(
            f"installed, Tesla V100 of compute capability {has}, and 7.5 is needed"
        )


@pytest.mark.parametrize(
    ("available", "error", "trouble"),
    [(False, "CUDA driver\nnot found.", "CUDA driver not found"), (False, None, None),
     (True, None, None)],
)  # fmt: skip
def test_numba_is_asked_for_driver_and_compiler_apart(numbas, available, error, trouble):
    numbas(is_available=lambda: available, cuda_error=lambda: error)
    assert availability._driver_trouble() == trouble
    assert availability._has_compiler() == available


def test_cupy_works_where_numba_launches(monkeypatch, numbas):
    now = {"device": 0, "streams": ["null", "own"]}  # one current stream a card

    class Device:
        def __init__(self, number=None):
            self.number = now["device"] if number is None else number

        def use(self):
            now["device"] = self.number

    class Stream:
        def __init__(self, name):
            self.name = name

        def use(self):
            now["streams"][now["device"]] = self.name

    Stream.null = Stream("null")
    cupy = ModuleType("cupy")
    cupy.cuda = SimpleNamespace(
        Device=Device, Stream=Stream,
        get_current_stream=lambda: Stream(now["streams"][now["device"]]),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    numbas(get_current_device=lambda: SimpleNamespace(id=1))

    def is_taken():
        return turns._turns._owner == threading.get_ident()

    def in_turn():
        with turns.turn():
            assert now == {"device": 1, "streams": ["null", "null"]}
            assert is_taken()
            raise MemoryError

    with pytest.raises(MemoryError):
        in_turn()
    assert now == {"device": 0, "streams": ["null", "own"]}
    assert not is_taken()


def test_an_explicit_cpu_asks_for_nothing(monkeypatch, relay):
    monkeypatch.setattr(availability, "find_spec", None)  # not to be called
    assert check_device("cpu") == "cpu"
    assert relay.simulate(1.0, steps=1).device == "cpu"


def test_auto_takes_what_there_is_and_says_so_once(machine, relay, caplog):
    machine("numba_cuda")
    with caplog.at_level(logging.INFO, logger="neurosim"):
        for _ in range(2):
            assert relay.simulate(1.0, steps=1, device="auto").device == "cpu"
            assert relay.evaluate(1.0, device="auto") == 1
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("device 'auto' takes 'cpu': 'cuda' needs an NVIDIA card and CuPy")


def test_auto_takes_a_card(machine, caplog):
    machine("numba_cuda", "cupy", driver=None)
    with caplog.at_level(logging.INFO, logger="neurosim"):
        assert check_device("auto") == check_device("cuda") == "cuda"
    assert [record.message for record in caplog.records] == ["device 'auto' takes 'cuda'"]


@pytest.mark.parametrize("device", ["gpu", "CUDA", "", None, 0])
def test_unknown_devices(device):
    with pytest.raises(InputError, match="no device is called"):
        check_device(device)


def test_the_benchmark_for_cards_says_that_there_is_none(machine, capsys):
    machine("numba_cuda")
    assert gpu.main([]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("device 'cuda' needs an NVIDIA card and CuPy")
    assert len(told.err.splitlines()) == 1
