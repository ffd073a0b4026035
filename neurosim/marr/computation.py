"""The level of computation: what is computed, and why: an oracle and axioms over a domain.

Marr, D. (1982). Vision, chapter 1.  The axioms are the constraints that single the function out:
for the cash register that nothing bought costs nothing, and that the order of goods, and in which
bags they lie, does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..timing import real
from ..wording import short
from .agreement import agree, copied
from .domains import Domain, Space, as_domain
from .signatures import arguments_of

Case = tuple[Any, ...]


@dataclass(frozen=True, init=False)
class Axiom:
    """A statement about a function that must hold for all values of its variables.

    Parameters
    ----------
    statement
        Given the function and then the variables, returns whether it holds (True or False, or an
        array of these that must all be True); or a tuple of two values that must agree.
        ``lambda add, a, b: add(a, b) == add(b, a)``.
    domains
        Of variables that are no inputs of the computation, by name: ``c=range(16)``.

    Raises
    ------
    InputError
        No function, or one without a variable.

    Notes
    -----
    A case in which the statement applies the function outside the computation's domain says
    nothing, and is left out and counted: with inputs below 16, (9 + 9) + 1 is no sum that was
    declared.
    """

    statement: Callable[..., Any]
    domains: Mapping[str, Any]

    def __init__(self, statement: Callable[..., Any], **domains: Any):
        if not callable(statement):
            raise InputError(
                "an axiom is a function of the computation and its variables, such as "
                f"lambda f, a, b: f(a, b) == f(b, a) (got {short(statement)})"
            )
        object.__setattr__(self, "statement", statement)
        object.__setattr__(self, "domains", dict(domains))


class Computation:
    """What is computed: a function of named inputs over a declared domain, and its axioms.

    Parameters
    ----------
    name
        What it is called: "addition".
    oracle
        The function, with an argument for each input, called as the input.  It must be pure: the
        same input always gives the same answer.
    domain
        For each input the values that it takes, in the oracle's order: a range, a list, `Bits`,
        `Reals` or `Drawn`.
    axioms
        By name, functions as `Axiom` takes them, or an `Axiom` where a variable is no input.
    tolerance
        By how much numbers in an answer may differ and still count as the same; finite and not
        negative.
    formula
        For drawings, in Matplotlib's notation: ``"$total = a + b$"``.

    Raises
    ------
    InputError
        A domain that is missing, or infinite with no way to draw from it; an oracle or an axiom
        that is no function, or whose arguments are not the domain's.
    """

    def __init__(
        self,
        name: str,
        oracle: Callable[..., Any],
        *,
        domain: Mapping[str, Any] | None = None,
        axioms: Mapping[str, Callable[..., Any] | Axiom] | None = None,
        tolerance: float = 0.0,
        formula: str = "",
    ):
        self.name = name
        self.oracle = oracle
        self.formula = formula
        if not callable(oracle):
            raise InputError(f"{self}: the oracle must be a function (got {short(oracle)})")
        self.tolerance = self._tolerance(tolerance)
        self.space = Space(self._domains(domain))
        self.axioms = {name: self._axiom(name, given) for name, given in (axioms or {}).items()}
        self._variables = {name: self._space_of(name) for name in self.axioms}

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs' names, in order."""
        return self.space.names

    def variables(self, axiom: str) -> Space:
        """Return the domains of an axiom's variables: an input's own, or what the axiom says."""
        return self._variables[axiom]

    def answer(self, case: Case) -> Any:
        """Return what the oracle answers.

        Raises
        ------
        InputError
            The oracle raised an error, or changed what it was given.
        """
        given = copied(case)
        try:
            answer = self.oracle(*given)
        except Exception as error:  # whatever a user's function may raise
            raise InputError(
                f"{self}: the oracle raised {type(error).__name__}: {error} for {self.told(case)}"
            ) from error
        if not agree(given, case) and agree(copied(case), case):  # else no change can be told
            raise InputError(
                f"{self}: the oracle changed its input, {self.told(case)}; work on a copy of it"
            )
        return answer

    def check_pure(self, case: Case, answer: Any) -> None:
        """Ask again.

        Raises
        ------
        InputError
            Another answer than before.
        """
        again = self.answer(case)
        if not agree(answer, again):
            raise InputError(
                f"{self}: the oracle is no pure function: for {self.told(case)} it answered "
                f"{short(answer)}, and asked again {short(again)}; a computation gives the same "
                "answer to the same input (no randomness, no memory)"
            )

    def agrees(self, one: Any, other: Any) -> bool:
        """Return whether two answers are the same to within the tolerance."""
        return agree(one, other, self.tolerance)

    def told(self, case: Case) -> str:
        """Return a case in words: ``a = 3, b = 5``."""
        return ", ".join(
            f"{name} = {short(value)}" for name, value in zip(self.inputs, case, strict=True)
        )

    def __str__(self) -> str:
        return f"computation {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self}({', '.join(self.inputs)}), {len(self.axioms)} axioms>"

    def _tolerance(self, tolerance: Any) -> float:
        try:
            number = real(tolerance)
        except (TypeError, ValueError):
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise InputError(
                f"{self}: the tolerance must be a finite number from 0 (got {tolerance!r})"
            )
        return number

    def _domains(self, domain: Any) -> dict[str, Domain]:
        if not domain:
            named = arguments_of(self.oracle)
            example = ", ".join(f"{name!r}: range(16)" for name in named or ("a", "b"))
            raise InputError(
                f"{self} has no domain; say for each input which values it takes: "
                f"domain={{{example}}}"
            )
        if not isinstance(domain, Mapping):
            raise InputError(
                f"{self}: the domain is a mapping from each input's name to its values (got "
                f"{short(domain)})"
            )
        domains = {
            str(name): as_domain(given, f"{self}, input {name!r}") for name, given in domain.items()
        }
        named = arguments_of(self.oracle, len(domains))
        if named is not None and named != tuple(domains):
            raise InputError(
                f"{self}: the oracle takes {', '.join(named) or 'nothing'}, the domain is of "
                f"{', '.join(domains)}; they must be the same, in the same order"
            )
        return domains

    def _space_of(self, axiom: str) -> Space:
        given = self.axioms[axiom]
        names = (arguments_of(given.statement) or ())[1:]
        own = {
            name: as_domain(domain, f"{self}, axiom {axiom!r}, variable {name!r}")
            for name, domain in given.domains.items()
        }
        return Space({name: own.get(name) or self.space.domains[name] for name in names})

    def _axiom(self, name: str, given: Any) -> Axiom:
        try:
            axiom = given if isinstance(given, Axiom) else Axiom(given)
        except InputError as error:
            raise InputError(f"{self}, axiom {name!r}: {error}") from None
        named = arguments_of(axiom.statement)
        if named is None or len(named) < 2:
            raise InputError(
                f"{self}, axiom {name!r}: its function takes the computation and then one or more "
                f"variables, by name (got {', '.join(named or ()) or 'none that are named'})"
            )
        known = [*self.inputs, *axiom.domains]
        for variable in named[1:]:
            if variable not in known:
                raise InputError(
                    f"{self}, axiom {name!r} speaks of {variable!r}, which is no input "
                    f"({', '.join(self.inputs)}); say which values it takes: "
                    f"Axiom(…, {variable}=range(16))"
                )
        for variable in axiom.domains:
            if variable not in named[1:]:
                raise InputError(
                    f"{self}, axiom {name!r}: a domain is given for {variable!r}, of which the "
                    "statement does not speak"
                )
        return axiom
