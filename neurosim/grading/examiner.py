"""The examiner's process: reads circuits as data and measures them; no student's code runs here.

Run as a script by `confinement.confined`: a circuit may be so large that it takes all memory.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .exercise import Part

MOST_TOLD = 8000  # characters: a circuit's names may be long


class Request(TypedDict):
    """Which circuits, by which parts of which exercise.

    `circuits` are files by the part's number; `verdicts` is the folder where the answers are
    written, each as soon as it is there, as JSON files of the same numbers.
    """

    path: list[str]
    begun: str
    exercise: str
    circuits: dict[str, str]
    verdicts: str


class Verdict(TypedDict):
    """Whether a part is passed, and what is to be said; `fault` where the examiner failed."""

    passed: bool
    fault: bool
    told: str


def main() -> None:
    """Do what the request in the first argument says."""
    request: Request = json.loads(sys.argv[1])
    sys.path[:] = request["path"]
    from neurosim.atomic import write_whole
    from neurosim.grading.exercise import Exercise
    from neurosim.grading.warming import warm_up

    exercise: Exercise = import_module(request["exercise"]).EXERCISE
    warm_up()
    Path(request["begun"]).touch()
    for number, circuit in request["circuits"].items():
        verdict = examined(exercise.parts[int(number)], circuit)
        write_whole(Path(request["verdicts"], f"{number}.json"), json.dumps(verdict).encode())
    os._exit(0)


def examined(part: "Part", path: str) -> Verdict:
    """Return the verdict on the circuit in a file by one part."""
    from neurosim.circuit import Circuit
    from neurosim.errors import NeurosimError

    try:
        circuit = Circuit.load(path)
        part.interface.check(circuit, "the exercise")
        return Verdict(passed=True, fault=False, told=part.examine(circuit))
    except (AssertionError, NeurosimError) as error:
        return Verdict(passed=False, fault=False, told=str(error)[:MOST_TOLD])
    except MemoryError:
        told = "the circuit takes more memory than it may (--memory MB allows more)"
        return Verdict(passed=False, fault=False, told=told)
    except Exception as error:
        told = f"the examiner failed, not the circuit: {type(error).__name__}: {error}"
        return Verdict(passed=False, fault=True, told=told)


if __name__ == "__main__":
    main()
