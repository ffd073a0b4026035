"""What runs where, as a page of the documentation: the command is `COMMAND`.

Each row is a small circuit with one feature; each engine is asked to run it, and what it says
where it does not is what the table shows.  The CUDA engine runs on a card, or in the simulator.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from neurosim import Circuit, Delta, Hebb, NeurosimError, convolve, plastic
from neurosim.bits.compiler import compile_bits, compile_steps
from neurosim.program import compile_program

from . import operation_features
from .table import aligned

YES, NO = "yes", "no: "
DT = 1e-3
COLUMNS = (
    "CPU, call",
    "CPU, in time",
    "bits, call",
    "bits, in time",
    "CUDA, call",
    "CUDA, in time",
)
HEAD = """\
# What runs where

Made by `{command}`.

Each row is a small circuit, run on each engine; what an engine says where it does not is below the
table. The bit engine takes binary circuits by itself, where it is faster than the CPU engine; the
CUDA engine runs where `device="cuda"` or `"auto"` asks for it. None does silently what another was
asked for. A static call leaves out noise, delays and learning.
"""
OPERATIONS = """\
## Operations of networks

Each is computed, and its gradients, on each device.
"""
COMMAND = "NUMBA_ENABLE_CUDASIM=1 python -m experiments.benchmarks.features --out docs/engines.md"


def circuits() -> dict[str, Circuit]:
    """Return a circuit for each feature, by the words for it."""
    weights = np.array([[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]])
    return {
        "binary neurons, excitation and subtraction": _made(
            lambda c, x: c.binary("z", drive=weights @ x, threshold=0.25), binary=True
        ),
        "an absolute veto": _made(
            lambda c, x: c.binary("z", excite=x[0], divide=np.inf * x[1]), binary=True
        ),
        "division in a binary neuron": _made(
            lambda c, x: c.binary("z", excite=x[0], divide=x[1], threshold=0.5), binary=True
        ),
        "weights without a common decimal": _made(
            lambda c, x: c.binary("z", drive=np.array([1e9, np.pi, -1e-9]) @ x), binary=True
        ),
        "binary neurons that hear any number": _made(lambda c, x: c.binary("z", excite=x)),
        "rate neurons": _made(lambda c, x: c.rate("z", drive=weights @ x, tau=0.01)),
        "division in a rate neuron, 0/0 = 0": _made(
            lambda c, x: c.rate("z", excite=x, divide=x, semi_saturation=0)
        ),
        "sparse weights": _made(
            lambda c, x: c.rate("z", drive=sparse.csr_array(weights) @ x, transfer="tanh")
        ),
        "convolutions": _made(
            lambda c, x: c.rate("z", excite=convolve(x, np.ones(3) / 3, border="reflect"))
        ),
        "delays": _made(lambda c, x: c.rate("z", excite=x.delay(3 * DT))),
        "delays of binary neurons": _made(
            lambda c, x: c.binary("z", excite=x.delay(3 * DT)), binary=True
        ),
        "noise": _made(lambda c, x: c.rate("z", excite=x, noise=0.1)),
        "noise on binary neurons": _made(lambda c, x: c.binary("z", excite=x, noise=0.1), True),
        "recurrence": _made(_recurrent),
        "recurrence of binary neurons": _made(_recurrent_binary, binary=True),
        "plastic connections, Hebb's rule": _made(
            lambda c, x: c.rate("z", excite=plastic(x, Hebb(0.1)))
        ),
        "plastic connections, a teacher": _made(
            lambda c, x: c.rate("z", excite=plastic(x, Delta(0.1, x)))
        ),
    }


def _made(build: Callable[[Circuit, Any], Any], binary: bool = False) -> Circuit:
    circuit = Circuit("feature")
    x = circuit.inputs("x", shape=(3,), real=not binary)
    circuit.output(build(circuit, x))
    return circuit


def _recurrent(circuit: Circuit, x: Any) -> Any:
    z = circuit.rate("z", excite=x, tau=0.01)
    return circuit.connect(z, subtract=0.5 * z)


def _recurrent_binary(circuit: Circuit, x: Any) -> Any:
    z = circuit.binary("z", excite=x)
    return circuit.connect(z, excite=z)


def table(circuits: dict[str, Circuit]) -> str:
    """Return the table, and under it what each engine says of what it does not run."""
    lines: list[Sequence[str]] = [("feature", *COLUMNS)]
    for feature, circuit in circuits.items():
        cells = [_by_bits_in_calls(circuit), _by_bits_in_time(circuit)]
        on = {
            device: (_called(circuit, device), _simulated(circuit, device))
            for device in ("cpu", "cuda")
        }
        lines.append((feature, *on["cpu"], *cells, *on["cuda"]))
    notes: dict[str, int] = {}
    short = [
        tuple(
            f"no ({notes.setdefault(cell, len(notes) + 1)})" if cell.startswith(NO) else cell
            for cell in line
        )
        for line in lines
    ]
    told = [f"{number}. {text.removeprefix(NO)}" for text, number in notes.items()]
    return "\n".join([aligned(short), "", *told])


def _tried(run: Callable[[], object]) -> str:
    try:
        run()
    except NeurosimError as error:
        return NO + str(error)
    return YES


def _called(circuit: Circuit, device: str) -> str:
    return _tried(lambda: circuit.evaluate(np.ones(3), device=device))


def _simulated(circuit: Circuit, device: str) -> str:
    return _tried(lambda: circuit.simulate(np.ones(3), steps=4, dt=DT, device=device))


def _by_bits_in_calls(circuit: Circuit) -> str:
    found: list[Any] = []
    places = np.concatenate([output.index.ravel() for output in circuit.outputs])
    refused = _tried(lambda: found.append(compile_bits(circuit, places)))
    return refused if refused != YES else _said(found[0])


def _by_bits_in_time(circuit: Circuit) -> str:
    return _said(compile_steps(circuit, compile_program(circuit, DT)))


def _said(made: Any) -> str:
    return NO + made if isinstance(made, str) else YES


def main(words: Sequence[str] | None = None) -> int:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks.features")
    parser.add_argument("--out", type=Path, metavar="FILE.md")
    out = parser.parse_args(words).out
    page = document()
    if out is None:
        sys.stdout.write(page)
    else:
        part = out.with_name(f"{out.name}.part")
        part.write_text(page, encoding="utf-8")
        part.replace(out)
    return 0


def document() -> str:
    """Return the page."""
    return (
        f"{HEAD.format(command=COMMAND)}\n{table(circuits())}\n\n"
        f"{OPERATIONS}\n{operation_features.table()}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
