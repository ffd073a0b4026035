"""The errors a user can meet: each says what was given, the rule, and what to do.

All of them are `ValueError`, so that a script which catches that keeps working.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class NeurosimError(ValueError):
    """The family's head: anything neurosim refuses; its message is always one line."""

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))


class CircuitError(NeurosimError):
    """A circuit that cannot be built: a name, a shape, a weight, a parameter or a cycle."""


class InputError(NeurosimError):
    """Values that a circuit cannot be run on: their shape, range, kind or number."""


class SimulationError(NeurosimError):
    """A run that went wrong: a rate became infinite or NaN, or the circuit did not settle."""


class FitError(NeurosimError):
    """A fit that did not converge, or that the measurements do not determine."""


class ConvergenceError(NeurosimError):
    """A method in steps that went astray: it diverged, or it met what it cannot step from.

    Attributes
    ----------
    step : at which step it was seen, from 1; 0 where it could not start
    """

    def __init__(self, message: str, step: int):
        super().__init__(message)
        self.step = step


class DeviceError(NeurosimError):
    """A card that failed while it worked, or was taken away."""


class FileError(NeurosimError):
    """A file that cannot be read or written, or that is not what it claims to be."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known name closest to `name`, or ``""``."""
    match = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""


def unknown(
    kind: str, name: str, known: Iterable[str], others: Mapping[str, str] | None = None,
    most: int = 12,
) -> str:  # fmt: skip
    """Return the sentence for a name that nothing has, with what was meant, or the nearest match.

    Parameters
    ----------
    others
        What words that other programs use are called here.
    most
        How many of the known names are listed.
    """
    known = list(known)
    listed = ", ".join(known[:most]) + (", …" if len(known) > most else "") or "none"
    meant = (others or {}).get(name)
    advice = f" (here that is {meant})" if meant else nearest(name, known)
    return f"no {kind} is called {name!r}{advice}; there are: {listed}"


# What other programs, and papers, call the parameters of neurons and of learning.
ELSEWHERE = {
    "inhibit": "subtract= or divide=",
    "inhibition": "subtract= or divide=",
    "excitation": "excite=",
    "input": "excite=, or drive= for signed weights",
    "inputs": "excite=, or drive= for signed weights",
    "weight": "on the source: excite=2 * x",
    "weights": "on the source: excite=W @ x",
    "sigma": "semi_saturation=",
    "theta": "threshold=",
    "veto": "an infinite weight: divide=math.inf * x",
    "activation": "transfer=",
    "size": "shape=",
    "rate": "step=",
    "step_size": "step=",
    "learning_rate": "rate=, or step= of gradient_descent",
    "lr": "rate=, or step= of gradient_descent",
    "epochs": "passes=",
    "max_iter": "passes=, or steps=",
    "tol": "tolerance=",
}

# What was meant by values without a keyword.
WITHOUT_KEYWORD = {"draw": "; to write the drawing to a file: draw().savefig('circuit.png')"}


def spelled(function: Callable[P, T]) -> Callable[P, T]:
    """Say what is wrong where a call does not fit the function's parameters.

    A keyword that it does not have is answered with the nearest that it has, too many values
    without keywords with the keywords that take them.
    """
    parameters = [p for name, p in signature(function).parameters.items() if name != "self"]
    known = [p.name for p in parameters if p.kind != p.VAR_POSITIONAL]
    placed = [p.name for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]
    named = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY]
    any_number = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    is_method = "self" in signature(function).parameters
    others = {word: meant for word, meant in ELSEWHERE.items() if named_in(meant, known)}

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        for name in kwargs:
            if name not in known:
                if is_method and "inputs" in known and name in input_names(args[0]):
                    given = ", ".join(f"{n!r}: …" for n in input_names(args[0]))
                    raise InputError(
                        f"{args[0]}: {function.__name__}() takes the inputs in one dict: "
                        f"{function.__name__}({{{given}}}, …); {name!r} was given by itself"
                    )
                kind = f"parameter of {function.__name__}()"
                what = unknown(kind, name, known, others, most=len(known))
                raise InputError(f"{args[0]}: {what}" if is_method else what)
        values = args[1:] if is_method else args
        for name in placed[: len(values)]:
            if name in kwargs:
                several = "; several inputs stand in one dict or tuple" * ("inputs" in placed)
                raise InputError(
                    f"{f'{args[0]}: ' if is_method else ''}{function.__name__}(): {name} was "
                    f"given twice, by its place and by its name{several}"
                )
        if len(values) > len(placed) and not any_number:
            owner = f"{args[0]}: " if is_method else ""
            taken = f"takes {' and '.join(placed)}" if placed else "takes nothing"
            taken += ", several in one dict or tuple," * (placed == ["inputs"])
            shown = ", ".join(f"{name}=" for name in named[:5]) + ", …" * (len(named) > 5)
            got = f"{len(values)} value{'s' * (len(values) > 1)}"
            raise InputError(
                f"{owner}{function.__name__}() {taken} without a keyword (got {got}); the others "
                f"are named: {shown}{WITHOUT_KEYWORD.get(function.__name__, '')}"
            )
        return function(*args, **kwargs)

    return checked


def one_name(older: str, name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Refuse a method's call that gives a parameter by an older name and by its own too."""

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        place = list(signature(method).parameters).index(name)

        @wraps(method)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            if kwargs.get(older) is not None and (name in kwargs or place < len(args)):
                raise InputError(
                    f"{args[0]}: {older} and {name} say the same, and both were given; give {name} "
                    "alone"
                )
            return method(*args, **kwargs)

        return checked

    return decorate


def input_names(circuit: Any) -> list[str]:
    """Return what a circuit's inputs are called; of anything else, nothing."""
    return [p.name for p in getattr(circuit, "input_populations", ())]


def named_in(advice: str, known: Iterable[str]) -> bool:
    """Return whether an advice names a parameter that is known: one that is written `name=`."""
    return any(f"{name}=" in advice for name in known)
