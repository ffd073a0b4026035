"""The script for machines with a card: its checks run here at small sizes."""

import numpy as np
import pytest

from experiments.benchmarks import gpu, gpu_checks, gpu_network_checks, gpu_networks
from experiments.benchmarks.gpu_checks import Check
from experiments.benchmarks.timing import difference
from neurosim.cuda import bits
from neurosim.kernels import cuda_bits


def raising():
    raise RuntimeError("the first line\nthe second")


def measured(quick):
    return ("a row", *[""] * (len(gpu.HEAD) - 1))


def broken(quick):
    raise KeyError


@pytest.fixture
def made_of(monkeypatch):
    """The script with some checks and some rows."""

    def of(checks, rows=()):
        monkeypatch.setattr(gpu_checks, "checks", lambda quick: iter(checks))
        monkeypatch.setattr(gpu_network_checks, "network_checks", lambda quick: iter(()))
        monkeypatch.setattr(gpu, "networks", lambda quick, verbose: 0)
        monkeypatch.setattr(gpu, "ROWS", rows)
        monkeypatch.setattr(gpu, "card_name", lambda: "a card")
        monkeypatch.setattr(gpu, "is_simulated", lambda: not rows)

    return of


def test_all_its_checks_hold(capsys):
    assert gpu.main(["--checks", "--quick"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) > 20
    assert all(line.endswith(": ok") for line in told)


@pytest.mark.parametrize("found", [0.5, np.nan])
def test_a_check_that_fails_is_the_exit_status(made_of, capsys, found):
    made_of([Check("one", 0.1, lambda: found)])
    assert gpu.main(["--checks"]) == 1
    assert "FAILED, 1e-01 is allowed" in capsys.readouterr().out


@pytest.mark.parametrize("one", [0.0, 1.0])
def test_nan_is_a_difference(one):
    assert np.isnan(difference(one, np.nan))
    assert np.isnan(difference(np.nan, one))


def test_a_check_that_raises_is_told_and_the_others_are_made(made_of, capsys):
    made_of([Check("one", 0, raising), Check("two", 0, lambda: 0.0)])
    assert gpu.main(["--checks"]) == 1
    told = capsys.readouterr()
    assert told.out == "one: RuntimeError: the first line\ntwo: differs by 0.0e+00: ok\n"
    assert told.err == ""
    assert gpu.main(["--checks", "--verbose"]) == 1
    assert "in raising" in capsys.readouterr().err


def test_a_row_that_raises_is_told_and_the_others_are_measured(made_of, capsys):
    made_of([], (broken, measured))
    assert gpu.main([]) == 1
    told = capsys.readouterr().out
    assert "broken: KeyError: \n" in told
    assert "a row" in told
    made_of([], (measured,))
    assert gpu.main([]) == 0


def test_without_pytorch_no_target_is_missed(monkeypatch):
    for side, took in (("our_step", 2.0), ("torch_step", np.nan), ("cupy_step", 3.0), ("floor", 1)):
        monkeypatch.setattr(gpu_networks, side, lambda *_, took=took, **__: took)
    row = gpu_networks.row("a network", "mlp", None, 1.5, 1.0)
    assert dict(zip(gpu_networks.HEAD, row, strict=True))["target"] == "≤ 1.5: no PyTorch"
    monkeypatch.setattr(gpu_networks, "torch_step", lambda *_, graphed: 2.0 if graphed else 1.0)
    assert gpu_networks.row("a network", "lstm", None, 1.5, 1.0)[6] == "≤ 1.5: missed"
    assert gpu_networks.row("a network", "lstm", None, 2.0, 1.0)[6] == "≤ 2: reached"


def test_the_simulator_is_not_measured(made_of, capsys):
    made_of([Check("one", 0, raising)])
    assert gpu.main([]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith("--checks\n")
    assert len(told.err.splitlines()) == 1


# What is launched instead of a kernel: nothing, or what makes all answers 0.
SPOILT = {
    "find_difference": ("tells two circuits", lambda *arguments: None),
    "run_bits": ("given patterns", lambda *arguments: arguments[4].fill(0)),
}


@pytest.mark.parametrize("kernel", SPOILT)
def test_a_kernel_that_does_nothing_fails(monkeypatch, kernel):
    launch = bits.launcher
    name, spoilt = SPOILT[kernel]
    monkeypatch.setattr(
        bits, "launcher",
        lambda f, *given: spoilt if f is getattr(cuda_bits, kernel) else launch(f, *given),
    )  # fmt: skip
    checks = [check for check in gpu_checks.bits(quick=True) if name in check.name]
    assert checks
    assert not any(check.holds(check.differ()) for check in checks)
