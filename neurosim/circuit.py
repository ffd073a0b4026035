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
        """Run in time; see `neurosim.simulation.simulate`."""
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
        """Run until nothing changes; see `neurosim.settling.settle`."""
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
        """Return the outputs for every input pattern; see `neurosim.truth_tables`."""
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
        """Prove the circuit equal to `spec`, or find a counterexample; see `verification.check`."""
        from .verification import check

        return check(
            self, spec, vectorized=vectorized, domain=domain, tolerance=tolerance,
            samples=samples, seed=seed, device=device,
        )  # fmt: skip

    @spelled
    def margins(self) -> Margins:
        """Return how far thresholds and weights may move; see `neurosim.margins`."""
        from .margins import margins

        return margins(self)

    @spelled
    def settling_time(self, *, dt: float = 1e-3, max_steps: int | None = None) -> SettlingTime:
        """Return how long the outputs take to be right; see `neurosim.settling`."""
        from .settling import settling_time

        return settling_time(self, dt=dt, max_steps=max_steps)

    # ---------------------------------------------------------------- showing and keeping

    def __repr__(self) -> str:
        inputs = ", ".join(p.name for p in self.input_populations)
        outputs = ", ".join(o.name for o in self._outputs)
        count = sum(p.size for p in self.neuron_populations)
        return f"<circuit {self.name}({inputs}) → {outputs or 'no output'}, {count} neurons>"

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
        """Draw it as on the lecture's slides; see `neurosim.plotting.draw_circuit`."""
        from .plotting import draw_circuit

        return draw_circuit(
            self, ax=ax, inputs=inputs, activities=activities, depth=depth, title=title,
            legend=legend,
        )  # fmt: skip

    def _repr_html_(self) -> str:
        from .description import html

        return html(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the circuit to one plain JSON file; see `neurosim.files`."""
        from .files import save

        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Circuit:
        """Read a circuit that `save` wrote; nothing in the file is executed."""
        from .files import load

        return load(path)

    # ---------------------------------------------------------------- changed copies

    def without(self, *names: str) -> Circuit:
        """Return a copy in which some neurons are silent: a lesion.

        Parameters
        ----------
        names
            Of populations of neurons.

        Returns
        -------
        A circuit in which constants of 0 stand for them; its inputs take what they took before.

        Raises
        ------
        CircuitError
            A name that nothing has, or that is no population of neurons.
        """
        copy = self._copy()
        for position, population in enumerate(self._populations):
            if population.role == "input":  # what it takes must not change with the neurons
                real = None if population.bits else not self.takes_binary(population)
                copy._populations[position] = replace(population, real=real)
        for name in names:
            population = self.population(name)
            if population.role != "neurons":
                raise CircuitError(f"{self}: {name!r} is no population of neurons")
            copy._populations[self._by_name[name]] = replace(
                population, role="constant", neurons=None, values=np.zeros(population.shape)
            )
        silent = {i for i, p in enumerate(copy._populations) if p.role != "neurons"}
        copy._projections = [p for p in copy._projections if p.target not in silent]
        copy._changed()
        return copy

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
