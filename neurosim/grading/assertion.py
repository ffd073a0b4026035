"""assert_implements: a circuit is what it should be, or a counterexample is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..circuit import Circuit
from ..errors import InputError
from ..wording import short
from .interface import Interface, counted

if TYPE_CHECKING:
    from ..marr import Computation, Implementation
    from ..marr.checking import Agreement
    from ..verification import CheckResult


class RefutedError(AssertionError):
    """A circuit that is not what it should be; the message is several lines for a student to read.

    Attributes
    ----------
    result : the `CheckResult`, or, of a computation, the `Agreement`; with the counterexample
    trace : what each neuron on the way to the first wrong output did, in the order of layers
    hints : what explains the mistakes, each true of every input
    """

    def __init__(
        self,
        headline: str,
        told: Mapping[str, str],
        result: CheckResult | Agreement,
        trace: Sequence[str] = (),
        hints: Sequence[str] = (),
        where: str = "",
    ):
        lines = [headline]
        lines += [f"  {name + ':':9} {values}" for name, values in told.items() if values]
        way = f"on the way to {where}" if where else "on the way"
        lines += [f"  {way}:", *(f"    {line}" for line in trace)] if trace else []
        lines += [f"  hint: {hint}" for hint in hints]
        super().__init__("\n".join(lines))
        self.result = result
        self.trace = list(trace)
        self.hints = list(hints)


def assert_implements(
    circuit: Circuit | Implementation,
    spec: Callable[..., Any] | Circuit | Computation,
    **settings: Any,
) -> CheckResult | Agreement:
    """Return the proof that a circuit is what it should be, or raise with a counterexample.

    Parameters
    ----------
    circuit
        Without cycles; for a computation also an `Implementation`, a circuit with its code.
    spec
        A function of the circuit's inputs, or another circuit, as `Circuit.check` takes it.  Or a
        `Computation`, which is held against the circuit on its own domain, its axioms too.
    settings
        What `Circuit.check` takes besides: vectorized, domain, tolerance, samples, seed, device;
        for a computation what `Marr.check` takes: samples, seed.

    Returns
    -------
    The `CheckResult`, or, of a computation, the `Agreement`: proved, or, of a sample, not refuted.

    Raises
    ------
    RefutedError
        An `AssertionError`: the input, what was expected, what came, what each neuron on the way
        did, and a hint where one is true of every input.
    InputError
        No circuit; other inputs or outputs than the specification has, counted and named; as
        `Circuit.check`.
    CircuitError
        A recurrent circuit.

    Examples
    --------
    >>> assert_implements(xor, lambda x, y: x ^ y)
    """
    from ..marr import Computation

    if isinstance(spec, Computation):
        return _assert_computes(circuit, spec, settings)
    if not isinstance(circuit, Circuit):
        call = "; call it, and give the circuit that it returns" if callable(circuit) else ""
        raise InputError(f"assert_implements() takes a Circuit (got {short(circuit)}){call}")
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    from ..layering import layers_of
    from ..verification import check

    layers_of(circuit)  # a recurrent circuit is refused first
    _check_alike(circuit, spec, settings)
    result = check(circuit, spec, **settings)
    found = result.counterexample
    if found is None:
        return result
    from .counterexamples import values_text, wrong_answers
    from .hints import answers, hints
    from .trace import trace

    table = answers(circuit, spec, settings.get("vectorized", False)) if result.exhaustive else None
    wrong = ""
    if table is not None:
        wrong = f" on {int(table.wrong.sum()):,} of {table.wrong.size:,} inputs"
    first = wrong_answers(circuit, found.expected, found.got, result.tolerance)
    assert first.place is not None
    way = trace(circuit, found.inputs, [first.place])
    told = {"input": values_text(found.inputs), "expected": first.expected, "got": first.got}
    alone = [output.name for output in circuit.outputs] == [first.where]
    headline = f"circuit {result.circuit!r} does not do what it should{wrong}"
    explained = hints(table) if table is not None else []
    raise RefutedError(headline, told, result, way, explained, "" if alone else first.where)


def _assert_computes(
    given: Circuit | Implementation, computation: Computation, settings: Mapping[str, Any]
) -> Agreement:
    """Hold a circuit against a computation on its domain."""
    from ..marr import Implementation, Marr
    from ..marr.implementation import Fault
    from ..marr.traces import circuit_lines, value_text
    from .counterexamples import values_text

    if not isinstance(given, Circuit | Implementation):
        raise InputError(
            f"assert_implements() takes a Circuit or an Implementation (got {short(given)})"
        )
    levels = Marr(given.name, computation=computation, implementations=[given])
    agreement = levels.check(**settings)
    if agreement:
        return agreement
    refuted = [verdict for verdict in agreement.verdicts if not verdict.holds]
    own = next((verdict for verdict in refuted if verdict.level == str(computation)), None)
    if own is not None:
        raise InputError(f"the specification contradicts itself: {own}")
    verdict = refuted[0]
    (implementation,) = levels.implementations.values()
    failure = verdict.failure
    assert failure is not None
    told = {"input": values_text(failure.case)}
    if failure.applied:
        told["but"] = "; ".join(failure.applied)
    else:
        got = failure.got
        told["expected"] = value_text(failure.expected)
        told["got"] = f"none: {got.message}" if isinstance(got, Fault) else value_text(got)
    way = [] if failure.applied else circuit_lines(implementation, tuple(failure.case.values()))
    headline = f"{verdict.level} does not do what it should: it does not {_bare(verdict.statement)}"
    raise RefutedError(headline, told, agreement, way)


def _bare(statement: str) -> str:
    """Return a statement's verb without its s: "computes …" as "compute …"."""
    verb, _, rest = statement.partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def _check_alike(circuit: Circuit, spec: Any, settings: Mapping[str, Any]) -> None:
    """Refuse a circuit with other inputs or outputs than its specification has."""
    if isinstance(spec, Circuit):
        Interface.of(spec).check(circuit, f"the specification, {spec},")
        return
    if not callable(spec):
        raise InputError(
            f"assert_implements() takes a specification, a function or a circuit (got "
            f"{short(spec)})"
        )
    names = _parameters(spec)
    inputs = [p.name for p in circuit.input_populations]
    if names is not None and len(names) != len(inputs):
        raise InputError(
            f"{circuit} has {counted('input', inputs)}, the specification takes "
            f"{counted('input', names)}"
        )
    outputs = [o.name for o in circuit.outputs]
    parts = _parts_of_an_answer(circuit, spec, settings)
    if parts is not None and parts != len(outputs):
        raise InputError(
            f"{circuit} has {counted('output', outputs)}, the specification answers {parts} "
            f"value{'s' * (parts != 1)}"
        )


def _parameters(function: Callable[..., Any]) -> list[str] | None:
    """Return what a function must be given, or None where it does not say."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind != p.POSITIONAL_OR_KEYWORD or p.default is not p.empty for p in parameters):
        return None
    return [p.name for p in parameters]


def _parts_of_an_answer(
    circuit: Circuit, spec: Callable[..., Any], settings: Mapping[str, Any]
) -> int | None:
    """Return how many outputs a specification answers, or None where one answer does not tell."""
    from ..patterns import as_arguments, checked_domain, enumerated, sampled

    binary = all(circuit.takes_binary(p) for p in circuit.input_populations)
    try:
        if binary:
            arrays: Mapping[str, np.ndarray] = enumerated(circuit, 0, 1)
        else:
            arrays = sampled(circuit, 0, 1, 0, checked_domain(circuit, settings.get("domain")))
        arguments = as_arguments(circuit, arrays)
        if not settings.get("vectorized", False):
            arguments = [a.tolist()[0] if a.ndim == 1 else a[0] for a in arguments]
        answer = spec(*arguments)
    except Exception:  # check() says what is wrong with it
        return None
    several = isinstance(answer, tuple | list)
    if len(circuit.outputs) == 1:
        single = circuit.outputs[0].index.ndim == 0 or circuit.outputs[0].bits is not None
        return len(answer) if isinstance(answer, tuple) and single else None
    return len(answer) if several else 1
