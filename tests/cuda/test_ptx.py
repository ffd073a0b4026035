"""Every CUDA kernel compiles and links for real cards, in a process without the simulator."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from every_kernel import named_kernels

pytestmark = pytest.mark.xdist_group("ptx")  # compiled once, in one of the processes

SCRIPT = Path(__file__).with_name("ptx.py")
KERNELS = named_kernels().keys()
# The clock of a training is float64 whatever the weights are.
ONLY_EXACT = {f"cuda_optimizers.{name}" for name in ("set_clock", "advance", "correct")}
REQUIRED = os.environ.get("NEUROSIM_PTX") == "required"  # in .ci/run, where it is installed


def missing() -> str | None:
    for package in ("numba-cuda", "nvidia-nvvm", "nvidia-nvjitlink"):
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return f'{package} is not installed: pip install -e ".[test,ptx]"'
    return None


@pytest.fixture(scope="module")
def compiled():
    why = missing()
    if why and not REQUIRED:
        pytest.skip(why)
    assert not why
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_ENABLE_CUDASIM"}
    ended = subprocess.run(
        [sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("capability", [[8, 0], [9, 0]])
def test_every_kernel_compiles_and_links(compiled, capability):
    assert {"cuda.tick", "cuda_bits.run_bits", "cuda_optimizers.step_adam"} < KERNELS
    built = {name for name, for_, *_ in compiled if for_ == capability}
    assert built == KERNELS | {"rounded_products"}


@pytest.mark.parametrize("real", ["float64", "float32"])
@pytest.mark.parametrize("places", ["uint16", "uint32"])
def test_for_all_types_of_tables(compiled, real, places):
    types = [types for name, _, _, types, _ in compiled if name == "cuda.run_few"]
    assert any(f"array({real}, 1d, C)" in t and f"array({places}, 1d, C)" in t for t in types)


def test_a_kernel_of_real_numbers_takes_both_kinds(compiled):
    kinds = {name: set() for name in KERNELS}
    for name, *_, types, _ in compiled:
        kinds.setdefault(name, set()).update(re.findall(r"array\((float\d+)", types))
    for name, found in kinds.items():
        if name not in ONLY_EXACT:
            assert found in (set(), {"float32", "float64"}), name


def test_a_product_is_rounded_before_it_is_added(compiled):
    # As on the CPU: binary neurons must agree on inputs that are no whole numbers too.
    assert [fused for name, _, fused, *_ in compiled if name == "rounded_products"] == [0] * 4


def test_grids_that_wait_are_launched_as_a_whole(compiled):
    for name, *_, cooperative in compiled:
        assert cooperative == (name in ("cuda.run_few", "cuda.run_many")), name
