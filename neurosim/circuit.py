"""Circuit: inputs, neurons, connections and outputs; callable, so that circuits compose.

A circuit is written once and then only read: calling, simulating and checking never change it.
What runs, checks, draws or saves it stands in its own module and is reached through the methods
below; how it is built and read, in `building` and `parts`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .building import Builder
from .connections import Connection
from .errors import CircuitError, spelled, unknown
from .neurons import Rate
from .sources import Arithmetic, Source
from .wiring import check_divisors, check_rules, check_silence

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .margins import Margins
    from .patterns import Domain
    from .settling import Settled, SettlingTime
    from .simulation import Record
    from .states import State
    from .truth_tables import TruthTable
    from .verification import CheckResult


class Circuit(Builder):
    """A circuit of binary and rate neurons.

    Parameters
    ----------
    name
        What it is called in errors, drawings and, inlined, before its neurons' names.

    Examples
    --------
    >>> xor = Circuit("xor")
    >>> x, y = xor.inputs("x", "y")
    >>> either = xor.binary("either", excite=x + y, threshold=1)
    >>> both = xor.binary("both", excite=x + y, threshold=2)
    >>> _ = xor.output(xor.binary("z", excite=either, subtract=both, threshold=1))
    >>> xor(1, 0)
    1
    """

    # ---------------------------------------------------------------- running and composing

    def __call__(self, /, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Compute the outputs, or, given sources of another circuit, inline this one there.

        Parameters
        ----------
        *args, **kwargs
            One value for each declared input, by position or name.  A value of the input's own
            number of dimensions is one trial; with one more, a leading axis of trials.
        name
            The instance's name when it is inlined; left out: the circuit's, numbered.

        Returns
        -------
        The output, or a named tuple of several.  Numbers in give plain ints and floats; a static
        call is the noise-free steady value, delays ignored.

        Raises
        ------
        CircuitError
            A recurrent circuit (use `simulate` or `settle`); a source of an unrelated circuit.
        InputError
            A missing or unknown input, a shape or a value that does not fit.
        """
        from .arguments import match_arguments
        from .calls import evaluate
        from .composition import inline

        given = match_arguments(self, args, kwargs)
        if any(_holds_source(value) for value in given.values()):
            return inline(self, given, name)
        if name is not None:
            raise CircuitError(f"{self}: name= is for inlining; no source was given")
        return evaluate(self, given)

    @spelled
    def evaluate(
        self,
        inputs: Any = None,
        *,
        dtype: str = "float64",
        threads: int | None = None,
        device: str = "cpu",
    ) -> Any:
        """Compute the outputs as a call does, with a choice of precision and threads.

        Parameters
        ----------
        inputs
            One value for each input: a mapping by name, a tuple in order, or one value for one
            input; as in a call, one more leading axis is trials.
        dtype, threads, device
            As `simulate`.
        """
        from .arguments import as_inputs, match_arguments
        from .calls import evaluate

        given = match_arguments(self, *as_inputs(inputs))
        return evaluate(self, given, dtype=dtype, threads=threads, device=device)

    def activities(self, /, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what every population does in a static call: inputs, constants and neurons.

        Parameters
        ----------
        *args, **kwargs
            As in a call.

        Returns
        -------
        Each population's activity by name: a number, or an array of its shape; with a leading
        axis of trials where an input has one.

        Raises
        ------
        CircuitError, InputError
            As a call.
        """
        from .arguments import match_arguments
        from .calls import activities

        return activities(self, match_arguments(self, args, kwargs))

    @spelled
    def simulate(
        self,
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
        """Run a circuit in time.

        Step k computes every neuron at (k+1)·dt from the states and inputs at k·dt: a connection
        costs one dt plus its delay.

        Parameters
        ----------
        inputs
            For each input its value: constant (the input's own dimensions), in time (one more), per
            trial and in time (two more), a function of the time in seconds that returns a constant
            one, also one a trial, or a `movies.Movie`, whose frames last a whole number of steps.
            A mapping by name, a tuple in order, or one value for one input.
        duration, steps
            Seconds, a whole number of steps; or the number of steps itself.
        dt
            Seconds a step.
        trials
            How many, where no input says so.
        seed
            Of the noise, an integer from 0 to 2^64 − 1.
        record
            Populations to record beside the outputs.
        every
            Record each so-manieth step.
        initial
            Activities to start from by name (0 elsewhere), or another run's `final_state`.
        dtype
            "float64", or "float32" for rates in half the memory.
        threads
            How many of the CPU's; left out, by the amount of work.  The result never depends on it.
        device
            "cpu"; "cuda", an NVIDIA card (extra: cuda13 or cuda12), which binary neurons agree with
            bit for bit and float64 rates to 1e-12; "auto", "cuda" where it can be had.
        progress
            Show a progress bar on a terminal.

        Raises
        ------
        InputError
            Inputs, times or names that do not fit; a device that cannot be had or has no memory.
        SimulationError
            A rate became infinite or NaN; the message names the neuron and the step.
        """
        from .simulation import simulate

        return simulate(
            self, inputs, duration, dt, steps=steps, trials=trials, seed=seed, record=record,
            every=every, initial=initial, dtype=dtype, threads=threads, device=device,
            progress=progress,
        )  # fmt: skip

    @spelled
    def settle(
        self,
        inputs: Any = None,
        *,
        tolerance: float = 1e-9,
        dt: float = 1e-3,
        max_steps: int | None = None,
        initial: Mapping[str, Any] | State | None = None,
        update: str = "synchronous",
        seed: int = 0,
    ) -> Settled:
        """Run one trial with constant inputs until every activity is where its input draws it.

        Parameters
        ----------
        inputs
            One value for each input: a mapping by name, a tuple in order, or one value for one
            input.
        tolerance
            How far from f(gain·(u − θ)) an activity may be, whatever its time constant; binary
            neurons must not change at all.  The steady state itself may be farther: a cell that
            excites itself with weight w is within tolerance/(1 − w) of it.
        dt, max_steps
            Seconds a step, and how many steps (asynchronous: sweeps) to try; left out, 10,000
            beside those that values can wait in delays.
        initial
            Activities to start from by name (0 elsewhere), or a simulation's `final_state`.
        update
            "synchronous": all neurons at once, as `simulate`.  "asynchronous": one at a time in a
            seeded random order, anew each sweep, as a Hopfield network; for circuits without time
            constants and delays.
        seed
            Of the order: a whole number from 0 to 2^64 − 1.

        Raises
        ------
        SimulationError
            It does not settle: the message says the period of its cycle, or which neuron still
            moves.
        InputError
            A circuit with noise; bad numbers; inputs that do not fit.
        """
        from .settling import settle

        return settle(
            self, inputs, tolerance=tolerance, dt=dt, max_steps=max_steps, initial=initial,
            update=update, seed=seed,
        )  # fmt: skip

    def answer(self, values: list[Any]) -> Any:
        """Return the outputs as a call does: one as itself, several as a named tuple."""
        if len(values) == 1:
            return values[0]
        return named_tuple(tuple(o.name for o in self._outputs), values)

    # ---------------------------------------------------------------- verification

    @spelled
    def truth_table(self) -> TruthTable:
        """Return the outputs for every pattern of binary inputs, the first most significant.

        Raises
        ------
        InputError
            An input that is not binary; more than 2^16 patterns (`check` goes further); no output.
        CircuitError
            A recurrent circuit.
        """
        from .truth_tables import truth_table

        return truth_table(self)

    @spelled
    def check(
        self,
        spec: Callable[..., Any] | Circuit,
        *,
        vectorized: bool = False,
        domain: Domain | None = None,
        tolerance: float = 0.0,
        samples: int | None = None,
        seed: int = 0,
        device: str = "cpu",
    ) -> CheckResult:
        """Compare a circuit with its specification on every input pattern, or on a sample.

        Parameters
        ----------
        spec
            A function of the inputs in their order: it gets Python ints (floats for real inputs,
            arrays for shaped ones) and returns a number (an array for a shaped output), or a tuple
            for several outputs.  Or another circuit with inputs and outputs of the same shapes.
        vectorized
            The function is called once for many patterns: it takes int64 arrays (floats for real
            inputs) with a leading axis of patterns, and returns such arrays, or one number for all.
        domain
            For each real input the range (low, high) to sample it from, by name; not below 0 where
            it divides.  Inputs of 0 and 1 need none.
        tolerance
            By how much a graded output may differ, above 0 where there is one.  Outputs of whole
            numbers must be equal.
        samples
            How many inputs to sample, at least 1; left out, every pattern is tried up to 2^24 (2^32
            if `spec` is vectorized or a circuit), and 100,000 are sampled beyond that or for real
            inputs.
        seed
            Of the sample: a whole number from 0 to 2^64 − 1.
        device
            Where circuits run: "cpu", "cuda", or "auto", which is "cuda" where that can be had.
            Two binary circuits are compared on the card itself.

        Returns
        -------
        A `CheckResult`: true if no difference was found, and else with a counterexample.

        Raises
        ------
        InputError
            An answer of `spec` that is no number, outside the output's range, or of another shape,
            or an error that it raised; a circuit whose inputs or outputs differ in shape; real
            inputs without a domain; a graded output without a tolerance; any other argument out of
            its range; a device that cannot be had.
        CircuitError
            A recurrent circuit.
        """
        from .verification import check

        return check(
            self, spec, vectorized=vectorized, domain=domain, tolerance=tolerance,
            samples=samples, seed=seed, device=device,
        )  # fmt: skip

    @spelled
    def margins(self) -> Margins:
        """Return how far each threshold and weight may move, alone and all at once.

        A number means its shortest decimal, as in a run; an interval's ends are rounded so that no
        number outside it counts as inside.

        Raises
        ------
        InputError
            Neurons that are not binary; inputs that take other numbers than 0 and 1; more than 2^16
            input patterns; no output.
        CircuitError
            A recurrent circuit.
        """
        from .margins import margins

        return margins(self)

    @spelled
    def settling_time(self, *, dt: float = 1e-3, max_steps: int | None = None) -> SettlingTime:
        """Return the steps from rest until the outputs are right for good, for every input pattern.

        Parameters
        ----------
        dt, max_steps
            Seconds a step, and how many steps to try; left out, 1000 beside those that values can
            wait in delays.

        Raises
        ------
        SimulationError
            An input pattern for which the circuit does not settle; the message names it.
        InputError
            Inputs that are not binary, or more than 2^16 patterns; a circuit with noise.
        """
        from .settling import settling_time

        return settling_time(self, dt=dt, max_steps=max_steps)

    # ---------------------------------------------------------------- showing and keeping

    def __repr__(self) -> str:
        inputs = ", ".join(p.name for p in self.input_populations)
        outputs = ", ".join(o.name for o in self._outputs)
        count = sum(p.size for p in self.neuron_populations)
        plural = "s" * (count != 1)
        return f"<circuit {self.name}({inputs}) → {outputs or 'no output'}, {count} neuron{plural}>"

    def summary(self) -> str:
        """Return a table of its populations and projections as text."""
        from .description import summary

        return summary(self)

    @spelled
    def draw(
        self,
        *,
        ax: Axes | None = None,
        inputs: Any = None,
        activities: Mapping[str, Any] | None = None,
        depth: int | None = None,
        title: str | None = None,
        legend: bool = True,
    ) -> Figure:
        """Draw a circuit: excitation →, subtraction ⊣, division ⊘, and a veto ⊘ filled, ∞.

        Parameters
        ----------
        ax
            Axes to draw into; left out, a new figure as large as the circuit needs.
        inputs
            Values of a static call (one, a tuple of several, or a mapping by name): the neurons
            show their activities, and wires from silent ones fade.
        activities
            The same from values of your own, by population, as `Circuit.activities` returns them.
        depth
            How many levels of inlined circuits are opened, 0 for none; deeper ones are boxes.  Left
            out: as many as are still legible.
        title
            Left out, the circuit's name; "" for none.
        legend
            Whether the endings are explained below.

        Returns
        -------
        The figure, its letters of 8 points or more; on a page of 17 cm those of one wider than 22
        cm become smaller than 6, and `depth` makes it narrower.  A circuit of very many neurons is
        drawn small, with the names of its inputs and outputs only.

        Raises
        ------
        InputError
            Activities that do not fit, or of several trials; both `inputs` and `activities`; axes
            that are none, a depth below 0.
        CircuitError
            `inputs` for a recurrent circuit: settle it, and give its `activities`.
        """
        from .plotting import draw_circuit

        return draw_circuit(
            self, ax=ax, inputs=inputs, activities=activities, depth=depth, title=title,
            legend=legend,
        )  # fmt: skip

    def _repr_html_(self) -> str:
        from .description import html

        return html(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a circuit to one JSON file.

        The file is written beside its place and then moved there, with an old file's rights: a
        failure leaves an old file as it was.  What `load` would refuse is not written.

        Raises
        ------
        FileError
            The folder cannot be written to, or the circuit is larger than a file may hold.
        """
        from .files import save

        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Circuit:
        """Read a circuit that `save` wrote; nothing in the file is executed."""
        from .files import load

        return load(path)

    # ---------------------------------------------------------------- changed copies

    def without(self, *neurons: str | Source) -> Circuit:
        """Return a copy in which some neurons are silent: a lesion.

        Parameters
        ----------
        neurons
            Names of populations; or some of a population's neurons, as ``circuit["v1"][..., 3]``.

        Returns
        -------
        A circuit in which constants of 0 stand for them; its inputs take what they took before.
        Where only some of a population's neurons are silent, 0 is heard, and given as output, for
        each of them; what drives them can still be measured there.

        Raises
        ------
        CircuitError
            A name that nothing has, or neurons that are none of this circuit.
        """
        copy = self._copy()
        for position, population in enumerate(self._populations):
            if population.role == "input":  # what it takes must not change with the neurons
                real = None if population.bits else not self.takes_binary(population)
                copy._populations[position] = replace(population, real=real)
        places: list[np.ndarray] = []
        for given in neurons:
            if isinstance(given, Source):
                places.append(self._neurons_at(given))
                continue
            population = self.population(given)
            if population.role != "neurons":
                raise CircuitError(f"{self}: {given!r} is no population of neurons")
            copy._populations[self._by_name[given]] = replace(
                population, role="constant", neurons=None, values=np.zeros(population.shape)
            )
        silent = {i for i, p in enumerate(copy._populations) if p.role != "neurons"}
        copy._projections = [p for p in copy._projections if p.target not in silent]
        if places:
            copy._silence(np.concatenate(places))
        copy._changed()
        return copy

    def _neurons_at(self, source: Source) -> np.ndarray:
        """Return the places of some neurons, in a row."""
        self.check_own(source)
        for position in self.positions_of(source.index):
            if self._populations[position].role != "neurons":
                name = self._populations[position].name
                raise CircuitError(f"{self}: {source} is not of neurons alone: {name!r} is none")
        return source.index.ravel()

    def _silence(self, places: np.ndarray) -> None:
        """Let a constant of 0 be heard instead of the values at some places."""
        silence = self.add_constant(0.0, "silence")
        heard = np.arange(self.size)
        heard[places] = silence.index
        self._projections = [
            replace(p, connection=self.adopted(p.connection, heard)) for p in self._projections
        ]
        self._outputs = [replace(o, index=heard[o.index]) for o in self._outputs]
        self._populations = [
            p if p.delayed is None else replace(p, delayed=heard[p.delayed])
            for p in self._populations
        ]
        self._origins = {
            name: (heard[index], seconds) for name, (index, seconds) in self._origins.items()
        }

    def with_parameters(self, /, **changes: Mapping[str, Any]) -> Circuit:
        """Return a copy with other parameters: ``with_parameters(z=dict(threshold=2))``.

        Parameters
        ----------
        changes
            For each population of neurons the parameters that change, as `binary` or `rate` takes
            them.  A name with a dot: ``with_parameters(**{"xor.z": dict(threshold=2)})``.

        Returns
        -------
        The copy; this circuit stays as it is.

        Raises
        ------
        CircuitError
            A name that nothing has, or that is no population of neurons; a parameter that its
            neurons do not have, or that they refuse; on `divide` something that can be negative; a
            transfer function whose slope a plastic connection cannot tell.
        """
        copy = self._copy()
        for name, parameters in changes.items():
            population = self.population(name)
            if population.neurons is None:
                raise CircuitError(f"{self}: {name!r} is no population of neurons")
            if not isinstance(parameters, Mapping):
                raise CircuitError(
                    f"{self}: with_parameters() takes parameters by name, "
                    f"{name}=dict(threshold=2) (got {parameters!r})"
                )
            known = [*population.neurons.parameters()]
            known += ["transfer"] if isinstance(population.neurons, Rate) else []
            for parameter in parameters:
                if parameter not in known:
                    raise CircuitError(
                        f"{self}, {name!r}: {unknown('parameter', str(parameter), known)}"
                    )
            neurons = replace(population.neurons, **parameters)
            checked = neurons.checked(f"{self}, neuron {name!r}", population.shape)
            copy._populations[self._by_name[name]] = replace(population, neurons=checked)
            copy._changed()
            check_silence(copy, self._by_name[name])
            check_rules(copy, self._by_name[name])
        check_divisors(copy)
        return copy

    def with_outputs(self, /, **outputs: Any) -> Circuit:
        """Return a copy with other outputs: ``with_outputs(cell=circuit["on"][3, 4])``.

        Parameters
        ----------
        outputs
            By name, sources of this circuit, as `output` takes them.

        Raises
        ------
        CircuitError
            No source, or one of another circuit.
        """
        copy = self._copy()
        copy._outputs = []
        for name, given in outputs.items():
            copy.output(Source(copy, self._as_source(given).index), name)
        copy._changed()
        return copy

    def with_weights(self, record: Record, trial: int = 0) -> Circuit:
        """Return a copy whose plastic connections have the weights that a run ended with.

        Parameters
        ----------
        record
            Of a simulation of this circuit.
        trial
            Which of its trials.

        Raises
        ------
        InputError
            A record of another circuit; a trial that it does not have.
        """
        from .plasticity import with_weights

        return with_weights(self, record, trial)

    def with_connections(self, connections: Mapping[int, Connection]) -> Circuit:
        """Return a copy with some projections' connections replaced, by their position."""
        copy = self._copy()
        for position, connection in connections.items():
            copy._projections[position] = replace(
                copy._projections[position], connection=connection
            )
        copy._changed()
        return copy

    def _copy(self) -> Circuit:
        copy = Circuit(self.name)
        copy.size = self.size
        copy._populations = list(self._populations)
        copy._starts = list(self._starts)
        copy._outputs = list(self._outputs)
        copy._by_name = dict(self._by_name)
        copy._instances = dict(self._instances)
        copy._terminals = dict(self._terminals)
        copy._lines = dict(self._lines)
        copy._origins = dict(self._origins)
        # A connection's source knows its circuit; the copy's must know the copy.
        copy._projections = [
            replace(p, connection=copy.adopted(p.connection)) for p in self._projections
        ]
        return copy


def named_tuple(names: tuple[str, ...], values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values as a named tuple; a name that is no identifier becomes its position, _0."""
    made: tuple[Any, ...] = _outputs_type(names)(*values)
    return made


@lru_cache(maxsize=1024)
def _outputs_type(names: tuple[str, ...]) -> Any:
    def rebuilt(self: Any) -> tuple[Any, ...]:  # a pickle would look for the class by its name
        return named_tuple, (names, tuple(self))

    fields = {"__slots__": (), "__reduce__": rebuilt}
    return type("Outputs", (namedtuple("Outputs", names, rename=True),), fields)


def _holds_source(value: Any) -> bool:
    if isinstance(value, Arithmetic):
        return True
    return isinstance(value, list | tuple) and any(isinstance(v, Source) for v in value)
