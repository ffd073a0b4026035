"""Every engine against the oracle, against itself under any splitting of the work, and in time."""

import _thread
import contextlib
import math
import signal
from concurrent.futures import ThreadPoolExecutor

import naive
import numba
import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from random_circuits import DT, Twin, examples, twins
from scipy import sparse

from neurosim import (
    Circuit,
    Hebb,
    InputError,
    SimulationError,
    backend,
    plastic,
    power,
    scheduling,
    stack,
)
from neurosim.program import compile_program

EXAMPLES = examples(30)
SEEDS = st.integers(0, 2**32 - 1)


class Cpu:
    """How the suite runs a circuit on an engine; another engine joins `ENGINES` with its own."""

    device = "cpu"
    threads = (1,) if numba.config.DISABLE_JIT else (1, 2, 3)

    def activities(self, circuit, inputs):
        return circuit.activities(**inputs)

    def simulate(self, circuit, inputs=None, **options):
        return circuit.simulate(inputs, device=self.device, **options)

    def is_exact(self, circuit):
        return compile_program(circuit, DT).exact


ENGINES = [Cpu()]

# Sizes at which work is split, made so small that small circuits are split too.  SPLITS never
# change a bit; the other LAYOUTS make sums in another order.
SPLITS = {
    "as it comes": {},
    "small chunks": {"scheduling.BUFFER": 16},
    "short stretches": {"feeds.FRAMES": 64},
    "small pieces": {"scheduling.AT_ONCE": 1},
    "middling pieces": {"scheduling.AT_ONCE": 2500},
    "shared steps": {
        "scheduling.AT_ONCE": 2500,
        "scheduling.BUFFER": 16,
        "backend.WORTH_THREADS": 0,
        "backend.WORTH_SHARING": 0,
    },
}
LAYOUTS = SPLITS | {
    "narrow blocks": {"scheduling.CACHE": 4096, "scheduling.WIDEST": 4},
    "own groups": {"scheduling.BUFFER": 16, "program.SMALL": 2, "lowering.FEW_ENTRIES": 0},
    "large layouts": {"lowering.FEW_ENTRIES": 0},
}
if numba.config.ENABLE_CUDASIM:  # what the CUDA engine cuts, and lays out in other ways
    from neurosim.kernels.cuda import tick
    from neurosim.kernels.cuda_jit import THREADS

    def three_blocks(kernel, arguments, wanted):
        """A launcher of a stage at a time: the simulator lets no more than one block wait."""

        def launch(*given, stream=0):
            if kernel is tick:
                kernel[3, THREADS](*given)
                return
            circuit, work, first, last = given
            for stage in range(first, last):
                kernel[3, THREADS](circuit, work, stage, stage + 1)

        return launch

    SPLITS |= {
        "a step a stretch": {"cuda.running.AT_ONCE": 1, "cuda.running.VALUES": 1},
        "three blocks": {"cuda.running.launcher": three_blocks},
    }
    products = {"cuda.layout.SIDE_BY_SIDE": 1, "cuda.layout.PRODUCT_FROM": 0}
    large = {"program.SMALL": 2, "lowering.FEW_ENTRIES": 0}
    LAYOUTS |= SPLITS | {
        "lanes": large | {"cuda.layout.A_LANE": 1},
        "products": large | products,
    }


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.device)
def engine(request):
    with pytest.MonkeyPatch.context() as patch:  # so many threads may run on any machine
        patch.setattr("neurosim.backend.most_threads", lambda: request.param.threads[-1])
        yield request.param


@contextlib.contextmanager
def laid_out(how: str, circuit: Circuit):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LAYOUTS[how].items():
            patch.setattr(f"neurosim.{name}", value)
        circuit.programs.clear()  # what it was cut into before
        yield
    circuit.programs.clear()


def close(found, expected, relative=1e-12):
    """Equal to a relative error, of each value or of the largest beside it."""
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=relative, atol=relative * scale)


def same(found, expected):
    """Equal bit for bit."""
    assert set(found) == set(expected)
    for name in found:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def fairly(ask):
    """The oracle's answer, or another example where rounding or overflow decides it."""
    try:
        values = np.array(ask(), dtype=float)
    except (naive.UnsureError, OverflowError):
        reject()
    assume(np.abs(values).max(initial=0) < 1e9)
    return values


def statically(twin: Twin, frame):
    return fairly(lambda: naive.evaluate(twin.cells, frame))


def in_time(twin: Twin, shown, trials, steps, **options):
    frames = [[twin.frame(shown, (b, k)) for k in range(steps)] for b in range(trials)]
    values = fairly(
        lambda: [
            naive.simulate(twin.cells, frames[b], DT, trial=b, **options) for b in range(trials)
        ]
    )
    return values.reshape(trials, steps, len(twin.cells))


def run(engine, twin: Twin, shown, **options):
    """A simulation, or another example where the activity explodes."""
    options = {"dt": DT, "record": twin.names} | options
    try:
        return engine.simulate(twin.circuit, shown, **options)
    except SimulationError:
        reject()


def agrees(circuit: Circuit, name: str, found, values, relative=1e-12):
    """Compare a population's activity with the oracle's values: binary bit for bit."""
    population = circuit.population(name)
    expected = np.asarray(values)[..., population.start : population.stop].reshape(found.shape)
    if population.is_binary:
        np.testing.assert_array_equal(found, expected, err_msg=name)
    else:
        close(found, expected, relative)


# ------------------------------------------------------------------ static calls


@settings(max_examples=2 * EXAMPLES)
@given(st.one_of(twins(), twins(("binary",)), twins(("rate",), delays=True)), SEEDS)
def test_a_static_call_is_what_the_oracle_says(engine, twin, seed):
    shown = twin.shown(np.random.default_rng(seed))
    expected = statically(twin, twin.frame(shown))
    found = engine.activities(twin.circuit, shown)
    for population in twin.circuit.populations:
        name = population.name
        agrees(twin.circuit, name, np.asarray(found[name]), expected)


@settings(max_examples=EXAMPLES)
@given(twins(), SEEDS, st.integers(0, 9), st.sampled_from([*LAYOUTS]))
def test_a_batch_is_its_trials_one_by_one(engine, twin, seed, trials, how):
    shown = twin.shown(np.random.default_rng(seed), trials)
    expected = [statically(twin, twin.frame(shown, (k,))) for k in range(trials)]
    expected = np.array(expected).reshape(trials, len(twin.cells))
    with laid_out(how, twin.circuit):
        batch = engine.activities(twin.circuit, shown)
    for name in twin.names:
        agrees(twin.circuit, name, batch[name], expected)


def test_unbatched_inputs_are_the_same_in_every_trial(engine, rng):
    circuit = Circuit("pair")
    x, y = circuit.inputs("x", "y", shape=(3,))
    circuit.output(circuit.rate("z", excite=x + 2 * y))
    batch, one = rng.random((5, 3)), rng.random(3)
    found = engine.activities(circuit, {"x": batch, "y": one})["z"]
    np.testing.assert_array_equal(found, batch + 2 * one)


# ------------------------------------------------------------------ in time


@settings(max_examples=2 * EXAMPLES)
@given(
    st.one_of(
        twins(delays=True, recurrent=True),
        twins(("binary",), delays=True, recurrent=True),
        twins(noise=True, delays=True),
    ),
    SEEDS,
    st.sampled_from([*LAYOUTS]),
)
def test_a_simulation_is_what_the_oracle_says(engine, twin, seed, how):
    trials, steps = 2, 5
    shown = twin.shown(np.random.default_rng(seed), trials, steps)
    expected = in_time(twin, shown, trials, steps, seed=seed)
    names = [p.name for p in twin.circuit.populations if p.role in ("neurons", "input")]
    with laid_out(how, twin.circuit):
        record = run(engine, twin, shown, steps=steps, seed=seed, record=names)
    for name in names:
        agrees(twin.circuit, name, record[name], expected)


@settings(max_examples=EXAMPLES)
@given(twins(noise=True, delays=True, recurrent=True), SEEDS, st.integers(1, 7))
def test_neither_threads_nor_splitting_change_a_bit(engine, twin, seed, trials):
    options = {"steps": 5, "seed": seed}
    shown = twin.shown(np.random.default_rng(seed), trials, 5)
    expected = run(engine, twin, shown, threads=1, **options)
    for how in SPLITS:
        with laid_out(how, twin.circuit):
            for threads in (None, *engine.threads):
                same(run(engine, twin, shown, threads=threads, **options), expected)


@pytest.mark.compiled
def test_runs_side_by_side_do_not_touch_each_other(engine, rng):
    circuit = Circuit("shared")
    x = circuit.inputs("x", shape=(70,), real=True)
    z = circuit.rate("z", drive=rng.normal(size=(70, 70)) @ x, tau=0.01, noise=0.1)
    circuit.connect(z, subtract=rng.random((70, 70)) @ z)
    circuit.output(z)
    shown = rng.random((8, 70))

    def one(k):
        threads = engine.threads[k % len(engine.threads)]
        return engine.simulate(circuit, shown[k % 8], steps=40, seed=k % 8, threads=threads)["z"]

    expected = [one(k) for k in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for k, found in enumerate(pool.map(one, range(24))):
            np.testing.assert_array_equal(found, expected[k % 8])


@pytest.fixture
def ctrl_c():
    """Ctrl-C as on a terminal: what runs in a shell's background is started without it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("kind", ["step", "trials", "static"])
def test_an_interrupt_is_answered_between_the_pieces_of_a_run(engine, rng, kind, monkeypatch):
    circuit = Circuit("long")
    x = circuit.inputs("x", shape=(10,), real=True)
    circuit.output(circuit.rate("z", drive=rng.normal(size=(10, 10)) @ x, tau=0.01))
    one = rng.random(10)
    work = {
        "step": lambda: engine.simulate(circuit, one, steps=20, threads=1),
        "trials": lambda: engine.simulate(circuit, one, steps=20, trials=600, threads=2),
        "static": lambda: circuit(np.broadcast_to(one, (2560, 10))),
    }[kind]
    monkeypatch.setattr("neurosim.scheduling.AT_ONCE", 1)
    pieces = []
    run_together = backend.run_together

    def pressed(calls, barrier):
        pieces.append(calls)
        run_together(calls, barrier)
        if len(pieces) == 2:
            _thread.interrupt_main()

    monkeypatch.setattr(backend, "run_together", pressed)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert len(pieces) == 2
    work()
    assert len(pieces) > 4  # there was more to do


def test_compiled_code_runs_no_longer_than_told(engine, rng, monkeypatch):
    circuit = Circuit("long")
    x = circuit.inputs("x", shape=(10,), real=True)
    circuit.output(circuit.rate("z", drive=rng.normal(size=(10, 10)) @ x, tau=0.01))
    calls = []
    monkeypatch.setattr("neurosim.backend.run_together", lambda *given: calls.append(given))
    program = compile_program(circuit, DT)
    step = scheduling._work(program, 256, 10)
    monkeypatch.setattr("neurosim.scheduling.AT_ONCE", 5 * step)
    engine.simulate(circuit, rng.random(10), steps=20, trials=600, dt=DT, threads=1)
    assert len(calls) == 4 * 3  # stretches of five steps, blocks of 256 trials
    calls.clear()
    circuit(rng.random((2560, 10)))
    assert len(calls) == 2  # five blocks at a time


def test_what_takes_longer_runs_fewer_steps_before_an_interrupt_is_answered(rng):
    def steps(kind, drive):
        circuit = Circuit("timed")
        x = circuit.inputs("x", shape=(100,), real=True)
        circuit.output(getattr(circuit, kind)("z", drive=drive(rng.normal(size=(100, 100)), x)))
        return scheduling.steps_at_once(compile_program(circuit, DT), 1, 100)

    plain = steps("rate", lambda w, x: w @ x)
    assert steps("binary", lambda w, x: w @ x) < plain  # its sums are rounded: they keep an order
    assert steps("rate", lambda w, x: sparse.csr_array(w) @ x) < plain / 2
    assert steps("rate", lambda w, x: plastic(w @ x, Hebb(0.1))) < plain / 5


@settings(max_examples=EXAMPLES)
@given(twins(noise=True, delays=True, recurrent=True), SEEDS)
def test_a_run_in_two_parts_is_one_run(engine, twin, seed):
    trials, steps, part = 2, 7, 1 + seed % 5
    shown = twin.shown(np.random.default_rng(seed), trials, steps)
    whole = run(engine, twin, shown, steps=steps, seed=seed)
    first = {name: values[:, :part] for name, values in shown.items()}
    rest = {name: values[:, part:] for name, values in shown.items()}
    one = run(engine, twin, first, steps=part, seed=seed)
    two = run(engine, twin, rest, steps=steps - part, seed=seed, initial=one.final_state)
    same({n: np.concatenate([one[n], two[n]], axis=1) for n in one}, whole)
    np.testing.assert_array_equal(np.concatenate([one.times, two.times]), whole.times)
    same(two.final_state.values, whole.final_state.values)
    same(two.final_state.lines, whole.final_state.lines)
    assert two.final_state.step == whole.final_state.step == steps


@settings(max_examples=max(2, EXAMPLES // 2))
@given(twins(noise=True, delays=True), SEEDS, st.integers(1, 5))
def test_every_nth_sample_is_that_sample(engine, twin, seed, every):
    shown = twin.shown(np.random.default_rng(seed), 2, 7)
    whole = run(engine, twin, shown, steps=7, seed=seed)
    with laid_out("short stretches", twin.circuit):
        thin = run(engine, twin, shown, steps=7, seed=seed, every=every)
    same(thin, {name: values[:, every - 1 :: every] for name, values in whole.items()})
    np.testing.assert_array_equal(thin.times, whole.times[every - 1 :: every])
    same(thin.final_state.values, whole.final_state.values)


@settings(max_examples=max(2, EXAMPLES // 2))
@given(twins(noise=True, delays=True), SEEDS)
def test_trials_are_independent_of_one_another(engine, twin, seed):
    shown = twin.shown(np.random.default_rng(seed), 6, 4)
    many = run(engine, twin, shown, steps=4, seed=seed)
    few = run(engine, twin, {n: v[:2] for n, v in shown.items()}, steps=4, seed=seed)
    for name in few:
        close(many[name][:2], few[name])


@pytest.mark.parametrize("targets", [10, 20], ids=["rows", "dense"])
def test_identical_trials_answer_identically(engine, targets, rng):
    """Also the one that is left over beside a block of the widest."""
    circuit = Circuit("same")
    x = circuit.inputs("x", shape=(20,), real=True)
    z = circuit.rate("z", drive=rng.normal(size=(targets, 20)) @ x, transfer="tanh")
    circuit.output(circuit.rate("y", drive=rng.normal(size=(targets, targets)) @ z))
    trials = scheduling.WIDEST + 1
    found = engine.activities(circuit, {"x": np.broadcast_to(rng.normal(size=20), (trials, 20))})
    for values in found.values():
        np.testing.assert_array_equal(values, np.broadcast_to(values[0], values.shape))


@settings(max_examples=max(2, EXAMPLES // 2))
@given(twins(("rate",), delays=True), SEEDS)
def test_float32_is_close_to_float64(engine, twin, seed):
    assume(all(cell.get("transfer", [""])[0] != "step" for cell in twin.cells))
    shown = twin.shown(np.random.default_rng(seed), 2, 4)
    double = run(engine, twin, shown, steps=4)
    single = run(engine, twin, shown, steps=4, dtype="float32")
    for name in double:
        assert single[name].dtype == np.float32
        close(single[name], double[name], 2e-5)


@settings(max_examples=max(2, EXAMPLES // 2))
@given(twins(("binary",), delays=True, recurrent=True), SEEDS)
def test_float32_is_exact_for_binary_neurons(engine, twin, seed):
    shown = twin.shown(np.random.default_rng(seed), 2, 4)
    double = run(engine, twin, shown, steps=4)
    assume(engine.is_exact(twin.circuit))
    same(run(engine, twin, shown, steps=4, dtype="float32"), double)


def test_inputs_may_be_constant_arrays_in_time_or_functions(engine):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x", shape=(2,))))
    movie = np.arange(8.0).reshape(4, 2)
    options = {"steps": 4, "dt": DT}
    shown = engine.simulate(circuit, movie, **options)["z"]
    np.testing.assert_array_equal(shown, movie[None])
    called = engine.simulate(circuit, lambda t: movie[round(t / DT)], **options)["z"]
    np.testing.assert_array_equal(called, shown)
    for trials in (1, 3):
        several = engine.simulate(circuit, np.stack([movie] * trials), **options)["z"]
        np.testing.assert_array_equal(several, np.repeat(shown, trials, axis=0))
    constant = engine.simulate(circuit, movie[1], **options)["z"]
    np.testing.assert_array_equal(constant, np.broadcast_to(movie[1], (1, 4, 2)))


def test_a_function_is_called_once_a_step_at_the_steps_beginning(engine):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
    times = []

    def shown(t):
        times.append(t)
        return t

    first = engine.simulate(circuit, shown, steps=3, dt=DT)
    engine.simulate(circuit, shown, steps=2, dt=DT, initial=first.final_state)
    np.testing.assert_allclose(times, np.arange(5) * DT, rtol=1e-12)


def test_a_function_may_write_into_one_array_again_and_again(engine):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x", shape=2), shape=2))
    kept = np.empty(2)

    def shown(t):
        kept[:] = t
        return kept

    found = engine.simulate(circuit, shown, steps=4, dt=DT)["z"][0, :, 0]
    np.testing.assert_allclose(found, np.arange(4) * DT, rtol=1e-12)


def test_a_connection_costs_one_step_and_its_delay(engine):
    circuit = Circuit("line")
    x = circuit.inputs("x")
    at_once = circuit.rate("at_once", excite=x)
    circuit.output(at_once)
    circuit.output(circuit.rate("late", excite=x.delay(2 * DT)))
    circuit.output(circuit.rate("second", excite=at_once))
    movie = np.array([1.0, 2, 3, 4, 5])
    record = engine.simulate(circuit, movie, steps=5, dt=DT)
    assert record["at_once"][0].tolist() == [1, 2, 3, 4, 5]
    assert record["late"][0].tolist() == [0, 0, 1, 2, 3]
    assert record["second"][0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(record.times, np.arange(1, 6) * DT)


def test_delays_begin_with_what_was_before_the_run(engine):
    circuit = Circuit("line")
    z = circuit.rate("z", tau=1.0)
    chained = z.delay(DT).delay(DT)
    circuit.output(circuit.rate("chained", excite=chained))
    circuit.output(circuit.rate("straight", excite=z.delay(2 * DT)))
    record = engine.simulate(circuit, steps=3, dt=DT, initial={"z": 1.0})
    assert record["straight"][0].tolist()[:2] == [1, 1]
    same({"z": record["chained"]}, {"z": record["straight"]})


def test_a_leaky_cell_follows_its_exponential(engine):
    circuit = Circuit("leaky")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x"), tau=0.02, gain=3))
    record = engine.simulate(circuit, 2.0, duration=0.1, dt=DT)
    close(record["z"][0], 6 * (1 - np.exp(-record.times / 0.02)), 1e-12)


# ------------------------------------------------------------------ noise


@settings(max_examples=max(2, EXAMPLES // 2))
@given(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0.0, 0.004]),
    st.integers(1, 6),
    st.sampled_from([*SPLITS]),
)
def test_noise_is_the_oracles_stream_sample_for_sample(engine, seed, tau, trials, how):
    strength = np.array([0.5, 0.0, 2.0])
    circuit = Circuit("noisy")
    circuit.inputs("unused", shape=(2,))
    circuit.output(circuit.rate("z", transfer="identity", noise=strength, tau=tau, shape=(3,)))
    with laid_out(how, circuit):
        record = engine.simulate(
            circuit, np.zeros(2), steps=4, dt=DT, trials=trials, seed=seed, threads=2
        )
    cells = [{"role": "rate", "synapses": [], "transfer": ("identity", ()), "tau": tau}] * 5
    cells = [{"role": "input"}] * 2 + [c | {"noise": s} for c, s in zip(cells, strength)]  # noqa: B905 - the rest is cut off
    frames = [{0: 0.0, 1: 0.0}] * 4
    expected = [naive.simulate(cells, frames, DT, seed=seed, trial=b) for b in range(trials)]
    close(record["z"], np.array(expected)[:, :, 2:])


@pytest.mark.compiled
@pytest.mark.parametrize("tau", [0.0, 0.01])
@pytest.mark.parametrize("dt", [0.0005, 0.005])
def test_a_linear_cells_deviation_is_gain_times_noise_whatever_dt(engine, tau, dt):
    circuit = Circuit("noisy")
    circuit.output(
        circuit.rate("z", transfer="identity", gain=3.0, noise=0.5, tau=tau, shape=(400,))
    )
    z = engine.simulate(circuit, duration=0.2, dt=dt, seed=5)["z"][0]
    late = z[round(0.1 / dt) :]  # ten time constants from the start
    assert abs(late.std() - 1.5) < 0.06
    assert abs(late.mean()) < 0.1


def test_seeds_differ_and_repeat(engine):
    circuit = Circuit("noisy")
    circuit.output(circuit.rate("z", transfer="identity", noise=1.0, shape=(3,)))
    runs = [engine.simulate(circuit, steps=3, dt=DT, seed=seed)["z"] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.isclose(runs[0], runs[2]).any()


# ------------------------------------------------------------------ what every engine must hold


def test_a_veto_stops_a_neuron_whatever_drives_it(engine):
    circuit = Circuit("veto")
    x, v = circuit.inputs("x", "v", shape=(2,), real=True)
    stop = math.inf * v
    circuit.output(circuit.binary("noisy", excite=x, divide=stop, noise=9.0, threshold=-5.0))
    circuit.output(circuit.binary("low", excite=x, divide=stop, threshold=-5.0, bias=9.0))
    circuit.output(circuit.rate("rate", excite=x, divide=stop, bias=9.0, transfer="logistic"))
    shown = {"x": [8.0, 8.0], "v": [0.0, 0.25]}
    found = engine.activities(circuit, shown)
    assert found["low"].tolist() == [1, 0]
    close(found["rate"], [1 / (1 + math.exp(-17)), 0.5])
    record = engine.simulate(circuit, shown, steps=50, dt=DT, seed=3)
    assert not record["noisy"][0, :, 1].any()
    assert record["noisy"][0, :, 0].any()


def test_finite_and_infinite_weights_stand_in_one_matrix(engine):
    circuit = Circuit("mixed")
    v = circuit.inputs("v", shape=(2,), real=True)
    weights = np.array([[math.inf, 0.5], [0.0, math.inf], [2.0, 1.0]])
    circuit.output(circuit.rate("z", bias=1.0, divide=weights @ v))
    shown = [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]
    expected = [[1, 1, 1], [0, 1, 1 / 3], [0.5, 0, 1 / 3], [0, 0, 1 / 5]]
    close(engine.activities(circuit, {"v": shown})["z"], np.array(expected))


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 1.0])
def test_a_silent_cell_without_semi_saturation_has_no_drive(engine, threshold):
    circuit = Circuit("silent")
    x, y = circuit.inputs("x", "y")
    alone = {"threshold": threshold, "semi_saturation": 0.0}
    circuit.output(circuit.binary("alone", **alone))
    circuit.output(circuit.binary("vetoed", excite=x, divide=math.inf * x, **alone))
    circuit.output(circuit.binary("share", excite=x, divide=x + y, **alone))
    circuit.output(circuit.rate("ratio", excite=x, divide=x + y, semi_saturation=0.0))
    found = engine.activities(circuit, {"x": [0, 0, 1, 1], "y": [0, 1, 0, 1]})
    fires = int(threshold <= 0)
    assert np.all(found["alone"] == fires)
    assert found["vetoed"].tolist() == [fires, fires, 0, 0]
    assert found["ratio"].tolist() == [0, 0, 1, 0.5]
    assert found["share"].tolist() == [fires, fires, threshold <= 1, threshold <= 0.5]


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_a_binary_neuron_decides_as_fractions_do(engine, data):
    number = st.integers(-200, 200).map(lambda n: n / 100)
    positive = st.integers(0, 200).map(lambda n: n / 100)
    n = data.draw(st.integers(1, 6))
    circuit = Circuit("decimal")
    x = circuit.inputs("x", shape=(n,))
    weights, pool = (
        np.array(data.draw(st.lists(w, min_size=n, max_size=n))) for w in (number, positive)
    )
    sigma = data.draw(st.sampled_from([0.1, 0.3, 1.0]))
    shown = np.array(list(np.ndindex(*[2] * n)))
    k = data.draw(st.integers(0, len(shown) - 1))
    # A threshold that one pattern meets exactly, as its decimals say.
    drive = sum((naive.decimal(w) for w, on in zip(weights, shown[k], strict=True) if on), 0)
    theta = float(drive)
    cell = {"role": "binary", "threshold": theta, "semi_saturation": sigma}
    cell["synapses"] = [("drive", j, w) for j, w in enumerate(weights)]
    cell["synapses"] += [("divide", j, w) for j, w in enumerate(pool)]
    z = circuit.binary(
        "z", drive=weights @ x, divide=pool @ x, threshold=theta, semi_saturation=sigma
    )
    circuit.output(z)
    found = engine.activities(circuit, {"x": shown})["z"]
    assert found.tolist() == [naive.fires(cell, pattern.tolist()) for pattern in shown]


def test_decimals_mean_what_they_say(engine):
    circuit = Circuit("decimal")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=0.1 * x + 0.7 * y, threshold=0.8))
    circuit.output(circuit.binary("w", excite=0.3 * x, subtract=0.1 * y, threshold=0.2))
    found = engine.activities(circuit, {"x": [0, 0, 1, 1], "y": [0, 1, 0, 1]})
    assert found["z"].tolist() == [0, 0, 0, 1]
    assert found["w"].tolist() == [0, 0, 1, 1]


def test_whole_numbers_beyond_float32_are_exact(engine):
    circuit = Circuit("wide")
    x, y = circuit.inputs("x", "y")
    large = 2.0**40
    circuit.output(circuit.binary("z", excite=large * x + y, threshold=large + 1))
    found = engine.activities(circuit, {"x": [1, 1, 0], "y": [0, 1, 1]})
    assert found["z"].tolist() == [0, 1, 0]


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_monotone_as_the_design_says(engine, seed):
    rng = np.random.default_rng(seed)
    circuit = Circuit("monotone")
    x, more, less, pool, veto = circuit.inputs(
        "x", "more", "less", "pool", "veto", shape=(4,), real=True
    )
    w = rng.random((5, 4, 4))
    common = {"bias": rng.normal(size=4), "semi_saturation": rng.random(4) + 0.1}

    def channels(k):
        return {
            "excite": w[0] @ x + w[1] @ more,
            "subtract": w[2] @ less,
            "divide": w[3] @ pool + math.inf * veto,
        }

    circuit.binary("binary", threshold=rng.normal(size=4), **channels(0), **common)
    for transfer in ("threshold-linear", "logistic", "tanh", "softplus", "step"):
        circuit.rate(
            f"rate {transfer}", transfer=transfer, gain=rng.random(4) + 0.1, **channels(0), **common
        )
    circuit.rate("u", transfer="identity", **channels(0), **common)
    names = ("x", "more", "less", "pool", "veto")
    base = {name: rng.random(4) * (name != "veto") for name in names}

    def answers(**changes):
        return engine.activities(circuit, base | changes)

    before = answers()
    inhibited = answers(less=base["less"] + rng.random(4))
    vetoed = answers(veto=rng.integers(0, 2, size=4).astype(float))
    excited = answers(more=base["more"] + rng.random(4))
    divided = answers(pool=base["pool"] + rng.random(4))
    for name in before:
        if name.startswith(("binary", "rate")):
            assert (inhibited[name] <= before[name]).all(), name
            assert (excited[name] >= before[name]).all(), name
    assert (vetoed["binary"] <= before["binary"]).all()
    assert (np.abs(divided["u"]) <= np.abs(before["u"])).all()
    assert (np.abs(vetoed["u"]) <= np.abs(before["u"])).all()


@settings(max_examples=max(2, EXAMPLES // 2))
@given(SEEDS)
def test_permuting_neurons_permutes_outputs(engine, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(7)
    weights = rng.integers(-8, 9, size=(7, 7)) / 8
    theta, shown = rng.integers(-4, 9, size=7) / 8, rng.integers(0, 9, size=(3, 7)) / 8

    def circuit(weights, theta):
        made = Circuit("layer")
        x = made.inputs("x", shape=(7,), real=True)
        made.output(made.binary("z", drive=weights @ x, threshold=theta))
        made.output(made.rate("r", drive=weights @ x, threshold=theta))
        return engine.activities(made, {"x": shown})

    straight = circuit(weights, theta)
    permuted = circuit(weights[order], theta[order])
    same({n: permuted[n] for n in "zr"}, {n: straight[n][:, order] for n in "zr"})


@pytest.mark.parametrize("trials", [1, 5])
@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("targets", "sources"), [(5, 3), (66, 67), (71, 130)])
def test_rounded_binary_sums_are_made_in_the_order_of_their_sources(
    engine, targets, sources, kind, binary, trials, rng
):
    """The last bit of each sum, told by the thresholds that just let it pass and do not."""
    weights = rng.normal(size=(targets, sources))
    weights[weights > 1.5] = 0
    shown = rng.integers(0, 2, size=sources) if binary else rng.normal(size=sources)
    exact = np.zeros(targets)
    for j in range(sources):
        exact += weights[:, j] * shown[j]
    circuit = Circuit("ordered")
    x = circuit.inputs("x", shape=(sources,), real=not binary)
    drive = kind(weights) @ x
    circuit.output(circuit.binary("at", drive=drive, threshold=exact))
    circuit.output(circuit.binary("above", drive=drive, threshold=np.nextafter(exact, np.inf)))
    assert not compile_program(circuit, None).exact
    found = engine.activities(circuit, {"x": np.broadcast_to(shown, (trials, sources))})
    assert found["at"].all()
    assert not found["above"].any()


def test_an_exponential_cell_is_the_oracles(engine):
    circuit = Circuit("exponential")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("z", drive=x, gain=0.5, threshold=1.0, transfer="exponential"))
    shown = np.array([-3000.0, -1.0, 0.0, 1.0, 2.5, 400.0])
    expected = [naive.transfer("exponential", (), (value - 1) / 2) for value in shown]
    np.testing.assert_allclose(engine.activities(circuit, {"x": shown})["z"], expected, rtol=1e-13)
    with pytest.raises(SimulationError, match="neuron z: the activity became infinite or NaN"):
        engine.activities(circuit, {"x": 1500.0})


def test_tiny_activities_become_zero(engine):
    circuit = Circuit("fading")
    z = circuit.rate("z", tau=DT, transfer="identity")
    circuit.output(z)
    for dtype, tiny in (("float64", 1e-300), ("float32", 1e-30)):
        z = engine.simulate(circuit, steps=800, dt=DT, initial={"z": 1.0}, dtype=dtype)["z"][0]
        assert z[-1] == 0
        assert z[z != 0].min() >= tiny * (1 - 1e-6)
        close(z[:20], np.exp(-np.arange(1, 21)), 1e-6)


def test_tiny_weights_become_zero(engine):
    circuit = Circuit("faint")
    circuit.output(circuit.rate("z", excite=1e-310 * circuit.inputs("x")))
    assert engine.activities(circuit, {"x": 1e90})["z"] == 0


@pytest.mark.parametrize(
    ("channels", "net"),
    [
        (lambda x, y: {"excite": 1e90 * x, "subtract": 1e90 * y}, 0),
        (lambda x, y: {"excite": 1e90 * x, "divide": 1e90 * y}, 1),
        (lambda x, y: {"subtract": 1e90 * x, "divide": x + y, "semi_saturation": 1e90}, -1e90 / 3),
        (lambda x, y: {"drive": np.resize([1e90, -1e90], 1000) @ stack([x, y] * 500).ravel()}, 0),
    ],
)
def test_the_largest_numbers_there_are_overflow_no_sum(engine, channels, net):
    circuit = Circuit("large")
    x, y = circuit.inputs("x", "y", real=True)
    circuit.output(circuit.binary("z", **channels(x, y), threshold=1e90))
    circuit.output(circuit.rate("r", **channels(x, y), transfer="identity"))
    found = engine.activities(circuit, {"x": 1e90, "y": 1e90})
    assert found["r"] == pytest.approx(net, rel=1e-12, abs=1e170 if net == 0 else 0)
    assert found["z"] == 0


@pytest.mark.parametrize("last", ["excite", "subtract", "divide"])
@pytest.mark.parametrize("kind", ["binary", "rate"])
def test_rates_too_large_to_be_summed_are_no_answer(engine, kind, last):
    """Of two such rates the difference would be ∞ − ∞, or a quotient ∞/∞."""
    circuit = Circuit("large")
    x = circuit.inputs("x", real=True)
    a, b = (circuit.rate(name, excite=x, transfer=power(3)) for name in "ab")
    z = getattr(circuit, kind)("z", excite=1e80 * a)
    circuit.connect(z, **{last: 1e80 * b})
    circuit.output(z)
    assert np.isfinite(engine.activities(circuit, {"x": 1e40})["z"])
    told = r"neuron a: the activity became infinite or NaN, or more than 6e\+226, in a static call"
    with pytest.raises(SimulationError, match=f"{told};"):
        engine.activities(circuit, {"x": 1e80})
    with pytest.raises(SimulationError, match=f"{told}, trial 9;"):
        engine.activities(circuit, {"x": np.array([1.0] * 9 + [1e80])})
    with pytest.raises(SimulationError, match=r"neuron a: .*, at step 0 .*, trial 0"):
        engine.simulate(circuit, 1e80, steps=3, dt=DT)


def test_single_precision_has_less_room(engine):
    circuit = Circuit("large")
    x, y = circuit.inputs("x", "y", real=True)
    circuit.output(circuit.rate("z", excite=1e20 * x, subtract=1e20 * y))
    options = {"steps": 2, "dt": DT, "dtype": "float32"}
    assert engine.simulate(circuit, {"x": 1.0, "y": 1.0}, **options)["z"].max() < 1e14
    for large in (1e18, np.full(2, 1e18, dtype=np.float32)):
        with pytest.raises(InputError, match="too large for float32"):
            engine.simulate(circuit, {"x": large, "y": large}, **options)


def test_an_explosion_names_the_neuron_and_the_step(engine):
    circuit = Circuit("bomb")
    x = circuit.inputs("x")
    z = circuit.rate("z", excite=x, shape=(2,))
    circuit.connect(z[1], excite=1e80 * z[1])
    circuit.output(z)
    with pytest.raises(SimulationError, match=r"neuron z\[1\]: .* at step 3 .*, trial 0") as caught:
        engine.simulate(circuit, 1.0, steps=10, dt=DT)
    assert "\n" not in str(caught.value)


def test_the_first_explosion_is_reported_at_any_number_of_threads(engine):
    circuit = Circuit("bomb")
    x = circuit.inputs("x")
    z = circuit.rate("z", excite=x)
    circuit.connect(z, excite=1e20 * z)
    circuit.output(z)
    shown = np.array([1.0, 0.0, 1e80, 1e40, 1e80, 1.0])[:, None].repeat(30, axis=1)
    for threads in engine.threads:
        for how in SPLITS:
            with (
                laid_out(how, circuit),
                pytest.raises(SimulationError, match=r"step 11 .*, trial 2"),
            ):
                engine.simulate(circuit, shown, steps=30, dt=DT, threads=threads)


def test_populations_of_size_zero_are_allowed(engine):
    circuit = Circuit("empty")
    x = circuit.inputs("x")
    none = circuit.binary("none", shape=(0,))
    circuit.output(circuit.binary("z", excite=x, drive=np.ones((1, 0)) @ none, shape=(1,)))
    circuit.output(none)
    for shown in (0, 1):
        assert engine.activities(circuit, {"x": shown})["z"].tolist() == [shown]
    assert engine.activities(circuit, {"x": [0, 1]})["none"].shape == (2, 0)
    record = engine.simulate(circuit, 1, steps=3, dt=DT)
    assert record["none"].shape == (1, 3, 0)
    assert record["z"][0].ravel().tolist() == [1, 1, 1]


def test_no_steps_and_no_trials_give_empty_records(engine):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
    assert engine.simulate(circuit, 1.0, steps=0, dt=DT)["z"].shape == (1, 0)
    assert engine.activities(circuit, {"x": np.zeros(0)})["z"].shape == (0,)
