"""Finds the command that was typed, and turns how it ends into an exit status.

NumPy, Numba and Matplotlib are imported by the commands that need them, a command by its use.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from ..catalogue import catalogue
from ..options import Parser, UsageError, nearest

# Each is a module beside this one, whose function `command` takes the words after the command's
# name and the package of the experiments, and returns the exit status. Here: how it is typed.
COMMANDS = {
    "list": "neurosim list",
    "run": "neurosim run NAME [--PARAM VALUE ...] [--quick] [--out FOLDER]",
    "report": "neurosim report [NAME ...] [--out FILE] [--quick] [--seed N] [--jobs N]",
    "grade": "neurosim grade FILE.py ... --against EXERCISE",
}


def main(words: Sequence[str] | None = None, package: str = "experiments") -> int:
    """Run the command.

    Parameters
    ----------
    words
        The command line after ``neurosim``; by default the process's own.
    package
        The package whose modules and packages are the experiments.

    Returns
    -------
    int
        The exit status.
    """
    words = sys.argv[1:] if words is None else words
    for stream in (sys.stdout, sys.stderr):
        # A console in cp1252 or ASCII shows '?' for 中文; it must not end the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = _command(words, package)(words[1:], package)
        sys.stdout.flush()  # here, where a reader that has left is no accident
        return status
    except UsageError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt as interrupt:
        print("; ".join(["neurosim: interrupted", *interrupt.args]), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # `neurosim list | head`: the reader has left, and the flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _command(words: Sequence[str], package: str) -> Callable[[Sequence[str], str], int]:
    """Return the command that the first word names."""
    if not words:
        *names, last = (f"'neurosim {name}'" for name in COMMANDS)
        what = f"{', '.join(names)} or {last}"
        raise UsageError(f"neurosim: say what to do: {what}; --help says more")
    if words[0] in COMMANDS:
        return import_module(f".{words[0]}", __package__).command
    parser = Parser(
        "neurosim",
        usage="\n       ".join(COMMANDS.values()),
        description="Neural circuits whose every claim is checked.",
        epilog="'neurosim run NAME --help' shows an experiment's parameters.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    if words[0].startswith("-"):
        parser.parse_strictly(words[:1])
    if words[0] in catalogue(package):
        raise UsageError(f"neurosim: to run an experiment: neurosim run {' '.join(words)}")
    advice = nearest(words[0], list(COMMANDS)) or "; to run an experiment: neurosim run NAME"
    raise UsageError(f"neurosim: unknown command '{words[0]}'{advice}")


class _Version(argparse.Action):
    """Looks the version up when it is asked for: importing neurosim costs half a second."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from neurosim import __version__

        print(f"neurosim {__version__}")
        parser.exit()
