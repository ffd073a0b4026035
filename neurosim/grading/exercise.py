"""Exercises: what a student is to build, and how it is examined part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..wording import short
from .interface import Interface

if TYPE_CHECKING:
    from ..circuit import Circuit


@dataclass(frozen=True, eq=False)
class Part:
    """One thing that earns points, all of them or none.

    Attributes
    ----------
    title : what it is, in a few words
    points : that it earns
    circuit : the name in the student's file: a Circuit, or a function that returns one
    interface : the inputs and the outputs that it must have
    examine : given the circuit, returns a sentence on what holds, or raises an AssertionError or a
        NeurosimError whose message the student reads
    arguments : what the function is called with, as JSON takes it; parts of the same name and
        arguments share a circuit
    """

    title: str
    points: int
    circuit: str
    interface: Interface
    examine: Callable[[Circuit], str]
    arguments: tuple[Any, ...] = ()

    @property
    def call(self) -> str:
        """How the circuit is asked for: ``adder(4)``, or its name alone."""
        given = ", ".join(map(short, self.arguments))
        return f"{self.circuit}({given})" if given else self.circuit

    @property
    def key(self) -> str:
        """What tells its circuit from those of other parts."""
        return repr((self.circuit, self.arguments))


@dataclass(frozen=True, eq=False)
class Exercise:
    """What a student is asked for.

    Attributes
    ----------
    module : where it stands, as its variable EXERCISE; it is imported again to examine
    name : as it is typed
    title, chinese : what it is called
    task : what the file must define, in the words that a student reads
    starter : a file to start from, as text
    parts : in the order of the report
    """

    module: str
    name: str
    title: str
    chinese: str
    task: str
    starter: str
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """What all parts together earn."""
        return sum(part.points for part in self.parts)
