"""Every kernel on the card beside its twin on the CPU: the same arguments go through both."""

import inspect
import re
from copy import deepcopy
from types import FunctionType

import numpy as np
import pytest
import test_cuda_bits
import test_twins
from every_kernel import named_kernels
from kernel_cases import CASES, Arguments

from neurosim import kernels
from neurosim.cuda import bits, convolution, launches, network_kernels, parts, running
from neurosim.kernels.cuda_jit import THREADS
from neurosim.networks.engines import CPU, card, on_device, to_host

SUBJECTS = ("convolution", "pooling", "divisive", "recurrent")  # laid out by a module a device


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """Rows are summed, and images convolved, in several pieces, as larger ones are."""
    monkeypatch.setattr(parts, "SUMMING", THREADS)
    monkeypatch.setattr(convolution, "PATCH_BYTES", 400)


def found_by(on, case, given, rng, dtype):
    """What a case finds on a device, as arrays of NumPy's."""
    with on_device(on.device):
        found = case.call(Arguments(on, deepcopy(rng), dtype), *given)
        return [one._replace(values=to_host(one.values)) for one in found]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_the_card_finds_what_the_cpu_finds(rng, name, dtype):
    case = CASES[name]
    for given in case.given:
        ours = found_by(card(), case, given, rng, dtype)
        theirs = found_by(CPU, case, given, rng, dtype)
        for one, other in zip(ours, theirs, strict=True):
            assert one.values.dtype == other.values.dtype
            if not one.ulps:
                np.testing.assert_array_equal(one.values, other.values, err_msg=str(given))
                continue
            apart = one.ulps * np.finfo(one.values.dtype).eps
            np.testing.assert_allclose(
                one.values, other.values, rtol=apart, atol=apart * one.size, err_msg=str(given)
            )


def functions_of(module):
    """The public functions that a module defines."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


HELD = {name for case in CASES.values() for name in case.holds}


def test_every_kernel_that_is_as_the_cpus_has_a_case():
    there = {
        name: value
        for name, value in vars(network_kernels).items()
        if isinstance(value, FunctionType) and not name.startswith("_")
    }
    twins = there.keys() & set(kernels.__all__)
    assert {"activate", "add_rows"} < twins
    for name, function in there.items():
        told = re.match(r"As `kernels\.(\w+)`", inspect.getdoc(function) or "")
        assert (told[1] if told else None) == (name if name in twins else None)
    assert twins <= HELD


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_layout_that_is_as_the_cpus_has_a_case(subject):
    here, there = (functions_of(getattr(on, subject)) for on in (CPU, card()))
    assert here.keys() == there.keys()
    for name in there:
        assert f"{subject}.{name}" in HELD
        parameters = (list(inspect.signature(one[name]).parameters) for one in (here, there))
        assert len({*map(tuple, parameters)}) == 1


# Tests of what is no network's, each with what it is given, and the kernels that it launches.
ELSEWHERE = {
    "trials side by side": (
        test_twins.test_products_of_several_steps_repeat, {}, {"cuda.run_many", "cuda.tick"},
    ),
    "few trials": (
        test_twins.test_constant_inputs_of_several_trials_and_shared_ones, {}, {"cuda.run_few"},
    ),
    "patterns": (
        test_cuda_bits.test_listed_patterns, {"first": 0, "pieces": None}, {"cuda_bits.run_bits"},
    ),
    "two programs": (
        test_cuda_bits.test_the_first_difference_is_found, {"pieces": None},
        {"cuda_bits.run_bits", "cuda_bits.find_difference"},
    ),
    "bits in time": (test_cuda_bits.test_steps, {}, {"cuda_bits.run_bits_in_time"}),
}  # fmt: skip
NAMES = {kernel: name for name, kernel in named_kernels().items()}


@pytest.mark.parametrize("subject", ELSEWHERE)
def test_a_kernel_that_is_held_elsewhere_is_launched_there(monkeypatch, rng, subject):
    test, given, expected = ELSEWHERE[subject]
    launched = set()
    for module in (running, bits):
        launcher = module.launcher
        monkeypatch.setattr(
            module, "launcher",
            lambda kernel, *others, launcher=launcher: (
                launched.add(NAMES[kernel]) or launcher(kernel, *others)
            ),
        )  # fmt: skip
    wanted = inspect.signature(test).parameters
    test(**given, **({"rng": rng} if "rng" in wanted else {}))
    assert launched == expected


def test_every_kernel_is_launched_by_a_case_or_held_elsewhere(monkeypatch, rng):
    launched, compiled = set(), launches._compiled
    monkeypatch.setattr(
        launches, "_compiled",
        lambda kernel, given: launched.add(NAMES[kernel]) or compiled(kernel, given),
    )  # fmt: skip
    for case in CASES.values():
        for given in case.given:
            found_by(card(), case, given, rng, "float64")
    elsewhere = {name for *_, expected in ELSEWHERE.values() for name in expected}
    assert not launched & elsewhere
    assert launched | elsewhere == named_kernels().keys()
