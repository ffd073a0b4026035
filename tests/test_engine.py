"""Every engine against the oracle, against itself under any splitting of the work, and in time."""

import math

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_circuits import DT, Twin, twins

import neurosim.backend
import neurosim.lowering
import neurosim.program
import neurosim.simulation
from neurosim import Circuit, SimulationError

EXAMPLES = 30
SEEDS = st.integers(0, 2**32 - 1)


class Cpu:
    """How the suite runs a circuit on an engine; another engine joins `ENGINES` with its own."""

    device = "cpu"
    threads = (1, 2)

    def activities(self, circuit, inputs):
        return circuit.activities(**inputs)

    def simulate(self, circuit, inputs, **options):
        return circuit.simulate(inputs, device=self.device, **options)


ENGINES = [Cpu()]

# Sizes at which work is split, made so small that small circuits are split too.
SPLITS = {
    "as it comes": {},
    "narrow blocks": {"backend.CACHE": 4096, "backend.WIDEST": 4},
    "small chunks": {"backend.BUFFER": 16, "program.SMALL": 2, "lowering.FEW_ENTRIES": 0},
    "laid out": {"lowering.FEW_ENTRIES": 0, "program.SMALL": 0},
    "shared steps": {
        "backend.WORTH_THREADS": 0,
        "backend.WORTH_SHARING": 0,
        "backend.BUFFER": 16,
        "lowering.FEW_ENTRIES": 0,
    },
    "short stretches": {"simulation.FRAMES": 64},
}


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.device)
def engine(request):
    return request.param


def split(patch: pytest.MonkeyPatch, how: str) -> None:
    for name, value in SPLITS[how].items():
        patch.setattr(f"neurosim.{name}", value)


def close(found, expected, relative=1e-12):
    """Equal to a relative error, of each value or of the largest beside it."""
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=relative, atol=relative * scale)


def same(found, expected):
    """Equal bit for bit."""
    assert set(found) == set(expected)
    for name in found:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def statically(twin: Twin, frame):
    return fairly(lambda: naive.evaluate(twin.cells, frame))


def in_time(twin: Twin, frames, **options):
    return np.array(
        fairly(lambda: naive.simulate(twin.cells, frames, DT, **options)), dtype=float
    ).reshape(len(frames), len(twin.cells))


def fairly(ask):
    """The oracle's answer, or another example where rounding or overflow decides it."""
    try:
        values = ask()
    except (naive.Unsure, OverflowError):
        assume(False)
    assume(np.abs(np.array(values, dtype=float)).max(initial=0) < 1e9)
    return values


def agrees(circuit: Circuit, name: str, found, values, relative=1e-12):
    """Compare a population's activity with the oracle's list of values: binary bit for bit."""
    population = circuit.population(name)
    expected = np.array(values)[..., population.start : population.stop]
    expected = expected.reshape(found.shape)
    if population.is_binary:
        np.testing.assert_array_equal(found, expected, err_msg=name)
    else:
        close(found, expected, relative)


# ------------------------------------------------------------------ static calls


@settings(max_examples=2 * EXAMPLES)
@given(st.one_of(twins(), twins(("binary",)), twins(("rate",), delays=True)), SEEDS)
def test_a_static_call_is_what_the_oracle_says(engine, twin, seed):
    given = twin.shown(np.random.default_rng(seed))
    expected = statically(twin, twin.frame(given))
    found = engine.activities(twin.circuit, given)
    for population in twin.circuit.populations:
        name = population.name
        agrees(twin.circuit, name, np.asarray(found[name]), expected)


@settings(max_examples=EXAMPLES)
@given(twins(), SEEDS, st.integers(1, 9), st.sampled_from([*SPLITS]))
def test_a_batch_is_its_trials_one_by_one(engine, twin, seed, trials, how):
    given = twin.shown(np.random.default_rng(seed), trials)
    expected = [statically(twin, twin.frame(given, (k,))) for k in range(trials)]
    with pytest.MonkeyPatch.context() as patch:
        split(patch, how)
        batch = engine.activities(twin.circuit, given)
        for name in twin.names:
            agrees(twin.circuit, name, batch[name], expected)


# ------------------------------------------------------------------ in time


@settings(max_examples=2 * EXAMPLES)
@given(
    st.one_of(
        twins(delays=True, recurrent=True),
        twins(("binary",), delays=True, recurrent=True),
        twins(noise=True, delays=True),
    ),
    SEEDS,
    st.sampled_from([*SPLITS]),
)
def test_a_simulation_is_what_the_oracle_says(engine, twin, seed, how):
    trials, steps = 2, 6
    given = twin.shown(np.random.default_rng(seed), trials, steps)
    names = [p.name for p in twin.circuit.populations if p.role in ("neurons", "input")]
    expected = [
        in_time(twin, [twin.frame(given, (b, k)) for k in range(steps)], seed=seed, trial=b)
        for b in range(trials)
    ]
    with pytest.MonkeyPatch.context() as patch:
        split(patch, how)
        record = engine.simulate(
            twin.circuit, given, steps=steps, dt=DT, seed=seed, record=names, threads=1
        )
    for name in names:
        agrees(twin.circuit, name, record[name], expected)


@settings(max_examples=EXAMPLES)
@given(twins(noise=True, delays=True, recurrent=True), SEEDS, st.integers(1, 7))
def test_neither_threads_nor_splitting_change_a_bit(engine, twin, seed, trials):
    steps = 5
    given = twin.shown(np.random.default_rng(seed), trials, steps)
    options = {"steps": steps, "dt": DT, "seed": seed, "record": twin.names}

    def run(threads):
        try:
            return engine.simulate(twin.circuit, given, threads=threads, **options)
        except SimulationError:
            return assume(False)

    expected = run(1)
    for threads in engine.threads[1:]:
        same(run(threads), expected)
    for how in ("short stretches", "shared steps"):
        with pytest.MonkeyPatch.context() as patch:
            split(patch, how)
            if how == "shared steps":
                patch.setattr(neurosim.lowering, "FEW_ENTRIES", neurosim.lowering.FEW_ENTRIES)
                patch.undo()
                patch.setattr(neurosim.backend, "BUFFER", 16)
                patch.setattr(neurosim.backend, "WORTH_THREADS", 0)
                patch.setattr(neurosim.backend, "WORTH_SHARING", 0)
            same(run(None), expected)
            for threads in engine.threads:
                same(run(threads), expected)
