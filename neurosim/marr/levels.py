"""Marr's three levels as one object: a computation, its algorithms, and its implementations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..circuit import Circuit
from ..errors import InputError, spelled, unknown
from ..wording import short
from .algorithm import Algorithm
from .computation import Computation
from .implementation import Implementation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .checking import Agreement
    from .costs import Comparison
    from .degradation import Degradation
    from .traces import SideBySide


class Marr:
    """One capability at Marr's three levels, each of which runs, and is held against the others.

    Parameters
    ----------
    name
        What the capability is called: "cash register".
    computation
        What is computed.
    algorithms
        How: any number of them, of different names.
    implementations
        In what: circuits with their code, of different names; a circuit by itself is one whose
        inputs are the computation's.

    Raises
    ------
    InputError
        Levels whose inputs differ; two of one name; an implementation of an algorithm that is not
        here; anything that is no level.

    Notes
    -----
    Marr, D. (1982). Vision. San Francisco: Freeman, chapter 1.

    Examples
    --------
    >>> from neurosim import Circuit
    >>> nand = Circuit("nand")
    >>> x, y = nand.inputs("x", "y")
    >>> _ = nand.output(nand.binary("z", subtract=x + y, threshold=-1))
    >>> levels = Marr(
    ...     "nand",
    ...     computation=Computation(
    ...         "not both",
    ...         lambda x, y: 1 - x * y,
    ...         domain={"x": range(2), "y": range(2)},
    ...         axioms={"commutativity": lambda f, x, y: f(x, y) == f(y, x)},
    ...     ),
    ...     implementations=[nand],
    ... )
    >>> bool(levels.check())
    True
    """

    def __init__(
        self,
        name: str,
        *,
        computation: Computation,
        algorithms: Sequence[Algorithm] = (),
        implementations: Sequence[Implementation | Circuit] = (),
    ):
        self.name = name
        if not isinstance(computation, Computation):
            raise InputError(
                f"{self}: the computation must be a Computation: an oracle with a domain (got "
                f"{short(computation)})"
            )
        self.computation = computation
        self.algorithms = {a.name: a for a in self._level(algorithms, Algorithm)}
        given = [
            Implementation(i) if isinstance(i, Circuit) else i
            for i in self._sequence(implementations, Implementation)
        ]
        self.implementations = {i.name: i for i in self._level(given, Implementation)}
        for implementation in self.implementations.values():
            self._check_realizes(implementation)
        self._check_inputs()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs' names, in order."""
        return self.computation.inputs

    @spelled
    def check(self, *, samples: int | None = None, seed: int = 0) -> Agreement:
        """Hold every level against the others, and the axioms against all of them.

        Each algorithm and each circuit must answer as the computation does; a circuit that
        realizes an algorithm must also agree with that, in its answer and in the quantities that
        it reads; and every axiom must hold of the oracle, the algorithms and the circuits.

        Parameters
        ----------
        samples
            How many cases to draw, at least 1; where there are no more, all are tried, so that
            what holds is proved.  Left out, that is up to 2^16, and else 10,000 are drawn.
        seed
            Of the sample, and of the noise of circuits that have some and run in time: of these
            nothing is proved.

        Returns
        -------
        An `Agreement`: true if no difference was found, and else with the smallest case that
        fails, and the traces of all levels beside one another.

        Raises
        ------
        InputError
            Nothing to check; an oracle that raises an error; an oracle, an algorithm, or a
            circuit's `encode` or `decode` that is no pure function; an axiom that raises an
            error, returns neither yes or no nor a pair, or never applies the computation inside
            its domain.
        """
        from .checking import check

        return check(self, samples=samples, seed=seed)

    @spelled
    def compare(self) -> Comparison:
        """Return what each level costs, in its own terms, as a table.

        The computation has a size: cases and axioms.  An algorithm takes steps.  A circuit has
        units, synapses, a depth, a range of weights, ticks until it answers, and a safety margin.
        """
        from .costs import compare

        return compare(self)

    @spelled
    def lesion(
        self,
        shares: Sequence[float] = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4),
        *,
        repeats: int = 20,
        cases: int = 256,
        seed: int = 0,
    ) -> Degradation:
        """Silence a share of each circuit's neurons, and count what it still gets right.

        Parameters
        ----------
        shares
            From 0 to 1, of the circuit's neurons; rounded to whole neurons.
        repeats
            How many random sets of neurons, each silenced in all of the cases.
        cases
            How many of the computation's cases are tried: all where there are no more.
        seed
            Of the sets and of the cases.

        Returns
        -------
        A `Degradation`, which draws itself.

        Raises
        ------
        InputError
            No implementation; numbers that cannot be.
        """
        from .degradation import lesion

        return lesion(self, shares, repeats=repeats, cases=cases, seed=seed)

    @spelled
    def noise(
        self,
        deviations: Sequence[float] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5),
        *,
        repeats: int = 20,
        cases: int = 256,
        seed: int = 0,
    ) -> Degradation:
        """Add noise to each neuron's drive, and count what each circuit still gets right.

        Parameters
        ----------
        deviations
            Standard deviations of the noise that every neuron's u gets in every step besides its
            own, in the units of u.
        repeats, cases, seed
            As `lesion`; each repeat has its own noise.

        Raises
        ------
        InputError
            As `lesion`; a circuit that is called and has delays or time constants: say how long
            it runs (duration=).
        """
        from .degradation import noise

        return noise(self, deviations, repeats=repeats, cases=cases, seed=seed)

    def trace(self, *case: Any) -> SideBySide:
        """Return what each level does with one case, beside one another.

        Parameters
        ----------
        case
            A value for each input.

        Raises
        ------
        InputError
            Not as many values as inputs; a case outside the domain.
        """
        from .traces import side_by_side

        names = self.inputs
        if len(case) != len(names):
            raise InputError(f"{self} takes {', '.join(names)}: {len(case)} values were given")
        if case not in self.computation.space:
            raise InputError(
                f"{self}: {self.computation.told(case)} is outside the domain "
                f"({self.computation.space})"
            )
        return side_by_side(self, case)

    @spelled
    def draw(self, *, case: tuple[Any, ...] | None = None) -> Figure:
        """Draw the three levels as three aligned panels.

        Parameters
        ----------
        case
            A case whose course is shown: the oracle's answer, the states of the algorithms, and
            the activities of the circuits' neurons.

        Raises
        ------
        InputError
            As `trace`.
        """
        from .drawing import draw

        return draw(self, case)

    def __str__(self) -> str:
        return f"Marr {self.name!r}"

    def __repr__(self) -> str:
        counts = f"{len(self.algorithms)} algorithms, {len(self.implementations)} implementations"
        return f"<{self}: {self.computation}({', '.join(self.inputs)}), {counts}>"

    def _sequence(self, given: Any, kind: type) -> Sequence[Any]:
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise InputError(
                f"{self}: {kind.__name__.lower()}s= takes a list of them (got {short(given)})"
            )
        return given

    def _level(self, given: Any, kind: type[Any]) -> Sequence[Any]:
        """Return what is all of a kind, and of different names."""
        names: set[str] = set()
        for one in self._sequence(given, kind):
            if not isinstance(one, kind):
                raise InputError(
                    f"{self}: {kind.__name__.lower()}s= takes {kind.__name__} objects (got "
                    f"{short(one)})"
                )
            if one.name in names:
                raise InputError(
                    f"{self}: two {kind.__name__.lower()}s are called {one.name!r}; give one of "
                    "them another name="
                )
            names.add(one.name)
        return given

    def _check_realizes(self, implementation: Implementation) -> None:
        realized = implementation.realizes
        if realized is None:
            return
        if not isinstance(realized, str):
            raise InputError(
                f"{self}, {implementation}: realizes= takes the name of an algorithm (got "
                f"{short(realized)})"
            )
        if realized not in self.algorithms:
            raise InputError(
                f"{self}, {implementation}: {unknown('algorithm', realized, self.algorithms)}"
            )
        for name in implementation.reads:
            known = self.algorithms[realized].quantities
            if name not in known:
                raise InputError(
                    f"{self}, {implementation}, reads: {self.algorithms[realized]} has "
                    f"{unknown('quantity', name, known)}"
                )

    def _check_inputs(self) -> None:
        """Refuse levels of different inputs; all are named, one beneath another."""
        levels = [*self.algorithms.values(), *self.implementations.values()]
        taken = {str(level): level.inputs for level in levels if level.inputs is not None}
        other = [level for level, names in taken.items() if names != self.inputs]
        if other:
            told = "; ".join(
                f"{level} takes {', '.join(names) or 'nothing'}"
                for level, names in {str(self.computation): self.inputs, **taken}.items()
            )
            raise InputError(
                f"{self}: the levels do not take the same inputs in the same order: {told}. "
                f"Either the computation is another one: its oracle= and domain= must name the "
                f"inputs that the others take; or the same inputs are coded otherwise: give "
                f"{' and '.join(other)} an encode= that takes {', '.join(self.inputs)}"
            )
