"""Running a circuit in time: steps that leave a `Record`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_inputs, match_arguments
from .backend import check_device, check_threads, device_for, execute, longest_stretch
from .bits.choice import for_steps
from .calls import as_array, not_finite
from .delays import check_delays
from .errors import InputError, unknown
from .feeds import Feed, stretches
from .plasticity import by_name
from .program import compile_program
from .sources import Arithmetic
from .states import State, allocated, final_state, initial_state, initial_trials, initial_weights
from .timing import MOST, positive, steps_in, whole

if TYPE_CHECKING:
    from .circuit import Circuit


class Record(Mapping[str, np.ndarray]):
    """What a simulation recorded: ``record["lgn"]`` is (trials, time, *shape).

    Sample i stands for the time `record.times[i]`, the end of a step.  An input's sample is what
    it showed during that step.  An output that is a number of bits is recorded as integers.

    Attributes
    ----------
    times : (samples,), seconds
    dt : seconds a step
    seed : of the noise
    weights : what the plastic connections have learned at the end, by the name of their target
        and channel: (trials, *target, sources), or (trials, synapses) of a sparse one
    device : what it ran on, "cpu" or "cuda"
    final_state : a `State`, to continue from
    """

    def __init__(
        self, times: np.ndarray, dt: float, seed: int, arrays: dict[str, np.ndarray],
        final_state: State, weights: Mapping[str, np.ndarray], device: str,
    ):  # fmt: skip
        self.times = times
        self.dt = dt
        self.seed = seed
        self.weights = weights
        self.device = device
        self.final_state = final_state
        self._arrays = arrays

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            raise InputError(
                f"{unknown('recorded population', name, self._arrays)}; name others with record="
            )
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    # `Mapping` has these two by catching a KeyError; ours is an InputError.
    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was recorded of a population, or `default`."""
        return self._arrays.get(name, default)

    def __repr__(self) -> str:
        held = ", ".join(f"{name} {array.shape}" for name, array in self._arrays.items())
        return f"<record of {len(self.times)} samples: {held}>"


def simulate(
    circuit: Circuit,
    inputs: Any = None,
    duration: float | None = None,
    dt: float = 1e-3,
    *,
    steps: int | None = None,
    trials: int | None = None,
    seed: int = 0,
    record: Iterable[str] = (),
    every: int = 1,
    initial: Mapping[str, Any] | State | None = None,
    dtype: str = "float64",
    threads: int | None = None,
    device: str = "cpu",
    progress: bool = False,
) -> Record:
    """Do what `Circuit.simulate` says."""
    asked, device = device, check_device(device)
    threads = check_threads(threads)
    dt = positive(dt, "dt", "seconds")
    count = steps_in(circuit, duration, steps, dt)
    every = min(whole(every, "every", 1), count + 1)  # beyond the run's end there is no sample
    seed = whole(seed, "seed", 0, 2**64)
    program = compile_program(circuit, dt, dtype)
    given = match_arguments(circuit, *as_inputs(inputs))
    begin = initial.step if isinstance(initial, State) else 0
    feeds = [
        Feed(circuit, p, given[p.name], count, begin, dt, program.most)
        for p in circuit.input_populations
    ]
    trials = _trials(circuit, trials, feeds, initial)
    recorded = _recorded(circuit, record)
    check_delays(circuit, recorded.values(), dt)
    places = np.concatenate([np.zeros(0, dtype=np.int64), *(i.ravel() for i in recorded.values())])
    first_step, state, ring = initial_state(circuit, program, initial, trials)
    samples = count // every
    needs = (
        f"{circuit}: {samples:,} samples of {places.size:,} values in {trials:,} trials (record "
        "less with every=)"
    )
    flat = allocated((trials, samples, places.size), program.dtype, needs)
    inputs = program.places_of(circuit.input_populations)
    device = device_for(device, program, asked)
    words = for_steps(circuit, program, trials, count)  # 64 trials each
    learned = initial_weights(circuit, program, initial, trials)
    longest = longest_stretch(program, trials, places.size, device)
    done = 0
    for length in stretches(feeds, count, longest, progress):
        movie = [feed.frames(first_step + done, done, length, dt) for feed in feeds]
        moment: dict[str, Any] = {
            "every": every, "phase": done % every, "state": state, "ring": ring,
            "first_step": first_step + done, "threads": threads,
        }  # fmt: skip
        if words is not None:
            run = words.execute(
                trials, length, movie, inputs, program.place[places], device=device, **moment
            )
        else:
            run = execute(
                program, trials, length, movie, inputs, program.place[places], keep_final=True,
                seed=seed, learned=learned, device=device, **moment,
            )  # fmt: skip
        if run.fault:
            raise not_finite(circuit, program, run.fault)
        if length == count:
            flat = run.record
        else:
            flat[:, done // every : (done + length) // every] = run.record
        state = run.final
        done += length
    times = (first_step + (np.arange(samples) + 1) * every) * dt
    weights = {} if learned is None else by_name(circuit, learned)
    final = final_state(circuit, program, state, ring, first_step + count, weights)
    return Record(times, dt, seed, _by_name(circuit, recorded, flat), final, weights, device)


def _by_name(
    circuit: Circuit, recorded: Mapping[str, np.ndarray], flat: np.ndarray
) -> dict[str, np.ndarray]:
    """Return what was recorded, (trials, samples, values), apart by name and in shape."""
    bits = {o.name: o.bits for o in circuit.outputs}
    bounds = np.cumsum([index.size for index in recorded.values()])[:-1]
    arrays = {}
    for (name, index), part in zip(recorded.items(), np.split(flat, bounds, axis=2), strict=True):
        shaped = part.reshape(*part.shape[:2], *index.shape)
        arrays[name] = as_array(shaped, bits.get(name), circuit.holds_binary(index))
    return arrays


def _trials(circuit: Circuit, trials: int | None, feeds: list[Feed], initial: Any) -> int:
    found = {f"input {f.population.name!r}": f.trials for f in feeds if f.trials is not None}
    found |= initial_trials(circuit, initial)
    if trials is not None:
        found["trials="] = whole(trials, "trials", 1, MOST)
    counts = set(found.values())
    if len(counts) > 1:
        told = ", ".join(f"{what}: {count}" for what, count in found.items())
        raise InputError(f"{circuit}: the numbers of trials differ ({told})")
    return counts.pop() if counts else 1


def _recorded(circuit: Circuit, names: Iterable[str]) -> dict[str, np.ndarray]:
    if isinstance(names, str | Arithmetic) or not isinstance(names, Iterable):
        names = [names]
    recorded = {o.name: o.index for o in circuit.outputs}
    for name in names:
        if not isinstance(name, str):
            raise InputError(
                f"{circuit}: record= takes the names of populations, as ['z'] (got {name!r})"
            )
        index = circuit.population(name).index
        if name in recorded and not np.array_equal(recorded[name].ravel(), index.ravel()):
            raise InputError(
                f"{circuit}: record= names population {name!r}, but an output has that name too; "
                "give the output another: output(…, 'name')"
            )
        recorded.setdefault(name, index)
    if not recorded:
        raise InputError(f"{circuit} has no output and record= names nothing: nothing to record")
    return recorded
