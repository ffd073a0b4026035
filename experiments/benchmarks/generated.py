"""What the simulators that generate C++ for each model need before they run beside us."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
import warnings
from typing import Any

import numpy as np

from .floors import threads
from .timing import Side, load


def quiet_brian2() -> Any:
    """Import Brian2 and keep its hints to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        brian2 = load("brian2")
    brian2.prefs.logging.console_log_level = "ERROR"
    return brian2


def annarchy_network(
    weights: Any,
    bias: np.ndarray,
    initial: np.ndarray,
    steps: int,
    dt: float,
    tau: float,
    storage: str,
) -> Side:
    """Build ANNarchy's network of rate neurons with tanh, in float32 on all cores.

    Parameters
    ----------
    weights
        (targets, sources), an array or a sparse one.
    dt, tau
        In seconds; ANNarchy counts milliseconds.
    storage
        ANNarchy's name of the weights' layout: "dense", "lil", …
    """
    annarchy = load("ANNarchy")
    folder = tempfile.TemporaryDirectory(prefix="annarchy")
    # Its build looks for the interpreter on the path, and must find the one with nanobind.
    os.environ["PATH"] = os.pathsep.join((f"{sys.prefix}/bin", os.environ.get("PATH", "")))
    os.environ["VIRTUAL_ENV"] = sys.prefix
    with contextlib.redirect_stdout(io.StringIO()):
        network = annarchy.Network(dt=dt * 1e3)
        network.config(dtype=annarchy.float32, num_threads=threads())
        neuron = annarchy.Neuron(
            parameters=f"tau = {tau * 1e3} : population\nbias = 0.0",
            equations="tau * dr/dt = -r + tanh(bias + sum(exc)) : explicit",
        )
        neurons = network.create(geometry=len(bias), neuron=neuron)
        synapses = network.connect(pre=neurons, post=neurons, target="exc")
        if storage == "dense":
            synapses.from_matrix(weights, storage_format=storage)
        else:  # rows are sources here, and targets above
            synapses.from_sparse(weights.T.tolil(), storage_format=storage)
        begin = time.perf_counter()
        network.compile(directory=f"{folder.name}/")
        compiling = time.perf_counter() - begin
    neurons.bias = bias

    def run() -> np.ndarray:
        neurons.r = initial
        network.simulate(steps * dt * 1e3)
        return np.array(neurons.r)

    side = Side(run, compiling)
    folder._finalizer.atexit = True  # the folder stays as long as the process runs
    return side
