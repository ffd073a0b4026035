"""The level of the hardware: a circuit, and what its neurons' activities stand for.

Marr, D. (1982). Vision, chapter 1: the physical realization, of which one algorithm may have many.
`encode` and `decode` are the code in which a circuit is told its inputs and gives its answer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arguments import as_inputs, match_arguments
from ..circuit import Circuit
from ..errors import InputError, NeurosimError
from ..movies import Movie
from ..timing import positive, steps_in
from ..wording import short
from .agreement import agree, copied
from .computation import Case
from .signatures import arguments_of

if TYPE_CHECKING:
    from ..simulation import Record

VALUES = 1 << 22  # inputs and samples of a run of many cases at once
SHOWN = 1 << 16  # samples of all neurons up to which a run's course is recorded


class Fault(NamedTuple):
    """No answer, and why there is none."""

    message: str


class Implementation:
    """A circuit of neurons, with the code of its inputs and outputs.

    Parameters
    ----------
    circuit
        Called as it is, or run in time where `duration` is given.
    encode
        Given the computation's inputs, one argument for each, returns the circuit's: one value, a
        tuple in order, or a mapping by name; where it runs in time as `Circuit.simulate` takes
        them.  Left out, the circuit takes the computation's inputs, under the same names.
    decode
        Given the circuit's outputs, one argument for each, returns the computation's answer; in
        time each is (samples, *shape).  Left out, the answer is the output, or a tuple of several.
    realizes
        Name of the algorithm whose steps it takes; left out, only what it computes is claimed.
    reads
        By name, functions of the activities (a mapping from each population's name, as
        `Circuit.activities` returns it): where the algorithm's `quantities` of these names are to
        be found.
    duration, dt
        Seconds that it runs, and seconds a step; left out, it is called.
    name
        Left out, the circuit's.
    drawn
        A smaller circuit of the same kind, which stands for this one in drawings.

    Raises
    ------
    InputError
        No circuit, or one without output; no functions; a duration that is no whole number of
        steps; `reads` without `realizes`, or of a circuit that runs in time.
    CircuitError
        A recurrent circuit without a duration.
    """

    def __init__(
        self,
        circuit: Circuit,
        *,
        encode: Callable[..., Any] | None = None,
        decode: Callable[..., Any] | None = None,
        realizes: str | None = None,
        reads: Mapping[str, Callable[[Mapping[str, Any]], Any]] | None = None,
        duration: float | None = None,
        dt: float = 1e-3,
        name: str | None = None,
        drawn: Circuit | None = None,
    ):
        for given in (circuit, circuit if drawn is None else drawn):
            if not isinstance(given, Circuit):
                raise InputError(
                    f"an implementation is a Circuit with encode= and decode= (got {short(given)})"
                )
        self.circuit = circuit
        self.name = circuit.name if name is None else name
        self.drawn = drawn
        self.encode = encode
        self.decode = decode
        self.realizes = realizes
        self.reads = dict(reads or {})
        for what, function in {"encode": encode, "decode": decode, **self.reads}.items():
            if function is not None and not callable(function):
                raise InputError(f"{self}: {what} must be a function (got {short(function)})")
        if not circuit.outputs:
            raise InputError(f"{self} has no output: declare one with output(…)")
        self.dt = positive(dt, "dt", "seconds")
        self.steps = None if duration is None else steps_in(circuit, duration, None, self.dt)
        self.seed = 0  # of the noise, where its neurons have any
        self.only_last = False  # samples of a run
        if self.steps is None:
            from ..layering import layers_of

            layers_of(circuit)  # a recurrent circuit is refused
        if self.reads and (realizes is None or self.steps is not None):
            raise InputError(
                f"{self}: reads= finds an algorithm's quantities in the neurons: say which one it "
                "realizes, and call the circuit, without duration="
            )

    @property
    def inputs(self) -> tuple[str, ...] | None:
        """What it takes: the arguments of `encode`, else the circuit's inputs."""
        if self.encode is None:
            return tuple(p.name for p in self.circuit.input_populations)
        return arguments_of(self.encode)

    @property
    def runs_in_time(self) -> bool:
        """Whether it is simulated rather than called."""
        return self.steps is not None

    @property
    def is_random(self) -> bool:
        """Whether it runs with noise, so that another run may answer otherwise."""
        return self.runs_in_time and has_noise(self.circuit)

    def seeded(self, seed: int) -> Implementation:
        """Return a copy whose noise has a seed."""
        other = copy.copy(self)
        other.seed = seed
        return other

    def changed(self, circuit: Circuit) -> Implementation:
        """Return a copy with another circuit of the same inputs and outputs: a lesioned one."""
        other = copy.copy(self)
        other.circuit = circuit
        return other

    def answers(self, cases: Sequence[Case]) -> list[Any]:
        """Return the answer to each case, or the `Fault` where there is none."""
        answers: list[Any] = []
        waiting: dict[int, dict[str, Any]] = {}
        part, last, inputs = 0, None, None

        def answer() -> None:
            results = self._run_all(list(waiting.values()), part)
            for place, outputs in zip(waiting, results, strict=True):
                answers[place] = self._decoded(outputs)
            waiting.clear()

        for case in cases:
            if case is not last or inputs is None:  # one that is repeated is encoded once
                last, inputs = case, self.encoded(case)
            answers.append(inputs)
            if isinstance(inputs, Fault):
                continue
            waiting[len(answers) - 1] = inputs
            if len(waiting) * self._values(inputs) >= VALUES:
                answer()
                part += 1
        if waiting:
            answer()
        return answers

    def check_pure(self, cases: Sequence[Case]) -> None:
        """Ask `encode` and `decode` twice, the second time in another order.

        Raises
        ------
        InputError
            Another answer than before.
        """
        if self.encode is not None:
            first = [self.encoded(case) for case in cases]
            for case, inputs in zip(reversed(cases), reversed(first), strict=True):
                self._check_same("encode", case, inputs, self.encoded(case))
        if self.decode is not None:
            given = [
                inputs for case in cases if not isinstance(inputs := self.encoded(case), Fault)
            ]
            outputs = self._run_all(given, 0) if given else []
            answers = [self._decoded(one) for one in outputs]
            for one, answer in zip(reversed(outputs), reversed(answers), strict=True):
                self._check_same("decode", one, answer, self._decoded(one))

    def settled(self, cases: Sequence[Case], steps: int, seed: int) -> list[Any]:
        """Return the answers as `answers` does, of a run of so many steps with its noise.

        A circuit that is otherwise called answers with what its outputs are at the end.
        """
        running = self.seeded(seed)
        if self.steps is None:
            running.steps, running.only_last = steps, True
        return running.answers(cases)

    def encoded(self, case: Case) -> dict[str, Any] | Fault:
        """Return the circuit's inputs by name."""
        given = copied(case)
        try:
            inputs: Any = given if self.encode is None else self.encode(*given)
        except Exception as error:  # whatever a user's function may raise
            return Fault(f"encode raised {type(error).__name__}: {error}")
        try:
            named = match_arguments(self.circuit, *as_inputs(inputs))
        except NeurosimError as error:
            return Fault(f"encode: {error}")
        for name, value in named.items():
            try:
                np.asarray(value)
            except ValueError:  # rows of different lengths
                return Fault(f"encode: input {name!r} is no array of numbers: {short(value)}")
        return named

    def activities(self, case: Case) -> dict[str, Any] | Fault:
        """Return every population's activity in a call, by name."""
        inputs = self.encoded(case)
        if isinstance(inputs, Fault):
            return inputs
        try:
            return self.circuit.activities(**inputs)
        except NeurosimError as error:
            return Fault(str(error))

    def course(self, case: Case) -> dict[str, Any]:
        """Return what each population does in a run, (steps, *shape), by name.

        The outputs alone, by their own names, where all of it would be much; nothing where the
        circuit has no answer.
        """
        inputs = self.encoded(case)
        if isinstance(inputs, Fault):
            return {}
        populations = self.circuit.neuron_populations
        few = sum(p.size for p in populations) * (self.steps or 1) <= SHOWN
        names = [p.name for p in populations] if few else []
        shown = names or [o.name for o in self.circuit.outputs]
        try:
            record = self._record(self._stacked([inputs]) or inputs, (0,), record=names)
        except NeurosimError:
            return {}
        return {name: record[name][0] for name in shown}

    def read(self, name: str, activities: Mapping[str, Any]) -> Any:
        """Return a quantity that stands in the activities, or the `Fault`."""
        try:
            return self.reads[name](activities)
        except Exception as error:  # whatever a user's function may raise
            return Fault(f"reads[{name!r}] raised {type(error).__name__}: {error}")

    def __str__(self) -> str:
        return f"circuit {self.name!r}"

    def __repr__(self) -> str:
        return f"<implementation by {self.circuit!r}>"

    def _check_same(self, what: str, given: Any, one: Any, other: Any) -> None:
        if isinstance(one, Fault) and isinstance(other, Fault):
            return
        if isinstance(one, dict) and isinstance(other, dict):  # a movie is no value to compare
            one, other = (
                {k: v for k, v in side.items() if not (isinstance(v, Movie) or callable(v))}
                for side in (one, other)
            )
        if not agree(one, other):
            raise InputError(
                f"{self}: {what} is no pure function: for {short(given)} it returned {short(one)}, "
                f"and asked again {short(other)}; it must give the same to the same (no "
                "randomness, no memory)"
            )

    def _values(self, inputs: Mapping[str, Any]) -> int:
        """Return how many numbers a run holds: its inputs, and what is recorded."""
        size = sum(np.size(v) for v in inputs.values() if not isinstance(v, Movie))
        recorded = sum(o.index.size for o in self.circuit.outputs)
        return size + recorded * (1 if self.steps is None or self.only_last else self.steps)

    def _run_all(self, inputs: list[dict[str, Any]], part: int) -> list[Any]:
        """Return the outputs for each of many inputs: together where that can be done."""
        try:
            stacked = self._stacked(inputs)
            if stacked is not None:
                return self._run(stacked, len(inputs), (part,))
        except NeurosimError:  # of one of them; alone, each tells its own
            pass
        results: list[Any] = []
        for i, one in enumerate(inputs):
            try:
                results += self._run(self._stacked([one]) or one, 1, (part, i))
            except NeurosimError as error:
                results.append(Fault(str(error)))
        return results

    def _stacked(self, inputs: list[dict[str, Any]]) -> dict[str, np.ndarray] | None:
        """Return inputs with a leading axis of trials; None where they are no such arrays."""
        stacked = {}
        for population in self.circuit.input_populations:
            values = [one[population.name] for one in inputs]
            if any(isinstance(v, Movie) or callable(v) for v in values):
                return None
            arrays = [np.asarray(v) for v in values]
            own = 0 if population.bits is not None else len(population.shape)
            if self.steps is not None:  # one axis more would be time, not trials
                arrays = [a[None] if a.ndim == own else a for a in arrays]
                longest = max(len(a) for a in arrays)
                arrays = [
                    np.broadcast_to(a, (longest, *a.shape[1:])) if len(a) == 1 else a
                    for a in arrays
                ]
                if longest == 1:
                    arrays = [np.broadcast_to(a, (self.steps, *a.shape[1:])) for a in arrays]
            if len({a.shape for a in arrays}) != 1:
                return None
            stacked[population.name] = np.stack(arrays)
        return stacked

    def _run(
        self, inputs: dict[str, Any], count: int, which: tuple[int, ...]
    ) -> list[tuple[Any, ...]]:
        """Return the outputs, in order, of each of so many trials; each run has its own noise."""
        names = [o.name for o in self.circuit.outputs]
        if self.steps is not None:
            every = self.steps if self.only_last else 1
            record = self._record(inputs, which, every=every)
            columns = [record[name][:, -1] if self.only_last else record[name] for name in names]
        else:
            outputs = self.circuit.evaluate(inputs)
            columns = [outputs] if len(names) == 1 else list(outputs)
        return [tuple(_plain(column[i]) for column in columns) for i in range(count)]

    def _record(self, inputs: dict[str, Any], which: tuple[int, ...], **options: Any) -> Record:
        """Return a run, with the noise of its own that its number says."""
        seed = int(np.random.default_rng([self.seed, *which]).integers(2**63))
        return self.circuit.simulate(inputs, steps=self.steps, dt=self.dt, seed=seed, **options)

    def _decoded(self, outputs: Any) -> Any:
        if isinstance(outputs, Fault):
            return outputs
        if self.decode is None:
            return outputs[0] if len(outputs) == 1 else outputs
        try:
            return self.decode(*outputs)
        except Exception as error:  # whatever a user's function may raise
            return Fault(f"decode raised {type(error).__name__}: {error}")


def has_noise(circuit: Circuit) -> bool:
    """Return whether any neuron has noise of its own."""
    return any(p.neurons and np.any(p.neurons.noise) for p in circuit.neuron_populations)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
