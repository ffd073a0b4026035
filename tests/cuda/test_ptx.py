"""Every CUDA kernel compiles and links for real cards, in a process without the simulator."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.cuda.simulator.kernel import FakeCUDAKernel

from neurosim.kernels import cuda as engine
from neurosim.kernels import cuda_bits, cuda_borders, cuda_divisive, cuda_patches, cuda_pooling

SCRIPT = Path(__file__).with_name("ptx.py")
KERNELS = {
    name
    for module in (engine, cuda_bits, cuda_borders, cuda_divisive, cuda_patches, cuda_pooling)
    for name, value in vars(module).items()
    if isinstance(value, FakeCUDAKernel)
}
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
    named = {
        "find_difference", "run_bits", "run_bits_in_time", "run_few", "run_many", "tick",
        "add_patches", "divide_drives", "drive_slopes", "extend_images", "pool_largest",
        "pool_mean", "return_to_images", "return_to_largest", "return_to_mean",
        "semi_saturation_slopes", "sum_divided", "sum_drives", "write_patches",
    }  # fmt: skip
    assert named == KERNELS
    built = {name for name, for_, *_ in compiled if for_ == capability}
    assert built == KERNELS | {"products"}


@pytest.mark.parametrize("real", ["float64", "float32"])
@pytest.mark.parametrize("places", ["uint16", "uint32"])
def test_for_all_types_of_tables(compiled, real, places):
    types = [types for name, _, _, types, _ in compiled if name == "run_few"]
    assert any(f"array({real}, 1d, C)" in t and f"array({places}, 1d, C)" in t for t in types)


def test_images_of_both_precisions(compiled):
    for name in ("write_patches", "add_patches", "pool_largest", "return_to_largest", "sum_drives"):
        kinds = {types for found, _, _, types, _ in compiled if found == name}
        assert len(kinds) == 2, name


def test_a_product_is_rounded_before_it_is_added(compiled):
    # As on the CPU: binary neurons must agree on inputs that are no whole numbers too.
    assert [fused for name, _, fused, *_ in compiled if name == "products"] == [0] * 4


def test_grids_that_wait_are_launched_as_a_whole(compiled):
    for name, *_, cooperative in compiled:
        assert cooperative == (name in ("run_few", "run_many")), name
