"""The same rate network in the simulators that generate and compile C++ for every model."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from .floors import threads
from .timing import Side, load

if TYPE_CHECKING:
    from .rate_network import Network


def brian2_side(network: Network, dt: float, tau: float) -> Side:
    """Build Brian2's network as a C++ program, the fastest of its targets here.

    Its sums over synapses stay on one core whatever its OpenMP setting.  The program's own clock
    is read: its loop alone, without its start.

    Parameters
    ----------
    network
        With dense weights.
    dt, tau
        In seconds.
    """
    warnings.filterwarnings("ignore", module="brian2")  # about NumPy, on import and while running
    brian2 = load("brian2")
    brian2.prefs.logging.console_log_level = "ERROR"
    brian2.prefs.logging.delete_log_on_exit = False  # its folder is gone by then
    brian2.prefs.core.default_float_dtype = np.float32
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-ffast-math", "-march=native"]
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.defaultclock.dt = dt * brian2.second
    neurons = brian2.NeuronGroup(
        network.size,
        "dy/dt = (tanh(total + bias) - y) / tau : 1\n total : 1\n bias : 1",
        method="euler",
        namespace={"tau": tau * brian2.second},
    )
    neurons.y = network.initial
    neurons.bias = network.bias
    synapses = brian2.Synapses(neurons, neurons, "w : 1\n total_post = w * y_pre : 1 (summed)")
    # In the order of the sources: neighbours then add to different targets, four times faster.
    sources, targets = np.divmod(np.arange(network.size**2), network.size)
    synapses.connect(i=sources, j=targets)
    synapses.w = network.weights.T.ravel()
    simulation = brian2.Network(neurons, synapses)
    simulation.run(network.steps * dt * brian2.second, namespace={})
    begin = time.perf_counter()
    brian2.device.build(directory=tempfile.mkdtemp(prefix="brian2"), run=False)
    compiling = time.perf_counter() - begin

    def run() -> np.ndarray:
        brian2.device.run(with_output=False)
        return np.array(neurons.y[:])

    return Side(run, compiling, measured=lambda: float(brian2.device._last_run_time))


def annarchy_side(network: Network, dt: float, tau: float, storage: str) -> Side:
    """Build ANNarchy's network in float32, its loops on all cores.

    Parameters
    ----------
    network
        With dense or sparse weights.
    dt, tau
        In seconds; ANNarchy counts milliseconds.
    storage
        ANNarchy's name of the weights' layout: "dense", "lil", …
    """
    # Its build asks the interpreter on the path for nanobind, and must find this one.
    os.environ["PATH"] = os.pathsep.join((f"{sys.prefix}/bin", os.environ.get("PATH", "")))
    os.environ["VIRTUAL_ENV"] = sys.prefix
    with contextlib.redirect_stdout(io.StringIO()):
        annarchy = load("ANNarchy")
        simulation = annarchy.Network(dt=dt * 1e3)
        simulation.config(dtype=annarchy.float32, num_threads=threads())
        neuron = annarchy.Neuron(
            parameters=f"tau = {tau * 1e3} : population\nbias = 0.0",
            equations="tau * dr/dt = -r + tanh(bias + sum(exc)) : explicit",
        )
        neurons = simulation.create(geometry=network.size, neuron=neuron)
        synapses = simulation.connect(pre=neurons, post=neurons, target="exc")
        if storage == "dense":
            synapses.from_matrix(network.weights, storage_format=storage)
        else:  # a sparse one must be (sources, targets), and of SciPy's older class
            synapses.from_sparse(sparse.lil_matrix(network.weights.T), storage_format=storage)
        begin = time.perf_counter()
        simulation.compile(directory=tempfile.mkdtemp(prefix="annarchy") + "/")
        compiling = time.perf_counter() - begin
    neurons.bias = network.bias

    def run() -> np.ndarray:
        neurons.r = network.initial
        simulation.simulate(network.steps * dt * 1e3)
        return np.array(neurons.r)

    return Side(run, compiling)
