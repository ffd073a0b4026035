"""The ``neurosim`` command: list the experiments and run them.

Exit status: 0 where every claim holds, 1 where one does not, 2 for bad usage (one line on stderr
says what is wrong), 130 after Ctrl-C. NumPy, Numba and Matplotlib are imported by ``run`` alone.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .catalogue import Entry, catalogue
from .options import Parser, UsageError, add_options, nearest

if TYPE_CHECKING:
    from neurosim.result import Result

DEFAULT_FOLDER = Path("neurosim-out")


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


def list_experiments(words: Sequence[str], package: str) -> int:
    """List the experiments: lecture row, name, title."""
    Parser("neurosim list", description="List the experiments by lecture row.").parse_strictly(
        words
    )
    entries = catalogue(package).values()
    width = max((len(entry.name) for entry in entries), default=0)
    print(f"row  {'name':{width}}  title")
    for entry in entries:
        row = "" if entry.row is None else entry.row
        title = " · ".join(filter(None, (entry.title, entry.chinese)))
        print(f"{row:>3}  {entry.name:{width}}  {title}")
    return 0


def run_experiment(words: Sequence[str], package: str) -> int:
    """Run one experiment, save its figures, and print its claims."""
    entry, parser, common = _chosen(words, package)
    # With --json, stdout is the object and nothing else, whatever an experiment prints.
    aside = contextlib.redirect_stdout(sys.stderr) if common.json else contextlib.nullcontext()
    with aside:
        module = import_module(entry.module)
    from neurosim.errors import NeurosimError

    add_options(parser, module.run, f"{module.run.__doc__ or module.__doc__}")
    parameters = parser.parse_strictly(words)
    for name in ("name", "out", "json"):
        del parameters[name]
    _check_seed(parameters.get("seed"), entry)

    folder = common.out or DEFAULT_FOLDER / entry.name
    new = [at for at in (folder, *folder.parents) if not at.exists()]
    try:
        _check_writable(folder)
        with aside:
            result = _finished_or_kept(module.run, parameters, folder)
        paths = result.save(folder)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.strerror else error
        raise UsageError(f"neurosim run {entry.name}: {what}") from error
    except NeurosimError as error:
        raise UsageError(f"neurosim run {entry.name}: {error}") from error
    finally:
        _remove_if_empty(new)

    if common.json:
        print(result.to_json(figures=[path for path in paths if path.suffix == ".png"]))
    else:
        print(result)
        for path in paths:
            print(path)
    return 0 if result.holds else 1


Command = Callable[[Sequence[str], str], int]
COMMANDS: dict[str, Command] = {"list": list_experiments, "run": run_experiment}


def _command(words: Sequence[str], package: str) -> Command:
    """Return the command that the first word names."""
    names = " or ".join(f"'neurosim {name}'" for name in COMMANDS)
    if not words:
        raise UsageError(f"neurosim: say what to do: {names}; --help says more")
    if words[0] in COMMANDS:
        return COMMANDS[words[0]]
    parser = Parser(
        "neurosim",
        usage="neurosim list | neurosim run NAME [--PARAM VALUE ...] [--quick] [--out FOLDER]",
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


def _chosen(words: Sequence[str], package: str) -> tuple[Entry, Parser, argparse.Namespace]:
    """Return the experiment named, a parser that knows it, and the options all of them share."""
    common = Parser("neurosim run", add_help=False)
    common.add_argument("name", nargs="?", metavar="NAME", help=argparse.SUPPRESS)
    common.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help=f"Where figures and tables go. (default: {DEFAULT_FOLDER}/NAME)",
    )  # fmt: skip
    common.add_argument("--json", action="store_true", help="Print the result as JSON alone.")
    chosen, rest = common.parse_known_args(words)
    if chosen.name is None:
        if {"-h", "--help"} & set(rest):
            Parser(
                "neurosim run",
                usage="neurosim run NAME [--PARAM VALUE ...] [--quick] [--out FOLDER] [--json]",
                parents=[common],
                description=run_experiment.__doc__,
                epilog="'neurosim list' shows the names, 'neurosim run NAME --help' what --PARAM "
                "can be; --quick does less of everything, for a first look.",
            ).parse_args(["--help"])
        raise UsageError("neurosim run: which experiment? 'neurosim list' shows the names")
    entries = catalogue(package)
    if chosen.name not in entries:
        advice = nearest(chosen.name.lower(), list(entries))
        if not advice and words[0].startswith("-"):  # the value of an option was taken for a name
            name = next((word for word in words if word in entries), "NAME")
            others = " ".join(word for word in words if word != name)
            raise UsageError(
                f"neurosim run: the experiment's name comes first: neurosim run {name} {others}"
            )
        advice = advice or "; 'neurosim list' shows the names"
        raise UsageError(f"neurosim run: unknown experiment '{chosen.name}'{advice}")
    entry = entries[chosen.name]
    parser = Parser(
        f"neurosim run {entry.name}",
        usage=f"neurosim run {entry.name} [--PARAM VALUE ...] [--quick] [--out FOLDER] [--json]",
        description=entry.title,
        parents=[common],
    )
    return entry, parser, chosen


def _check_seed(seed: object, entry: Entry) -> None:
    """Refuse what NumPy's generators take no seed from."""
    if isinstance(seed, int) and seed < 0:
        raise UsageError(
            f"neurosim run {entry.name}: --seed must be a whole number from 0 on (got {seed})"
        )


def _check_writable(folder: Path) -> None:
    """Fail before the work, not after it, where the folder cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"neurosim run: --out takes a folder, and {folder} is a file")
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def _remove_if_empty(folders: Sequence[Path]) -> None:
    """Remove folders that were made for files which then were not: the innermost first."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _finished_or_kept(
    run: Callable[..., "Result"], parameters: dict[str, Any], folder: Path
) -> "Result":
    """Return the experiment's result; on Ctrl-C, save what it had and say so."""
    try:
        return run(**parameters)
    except KeyboardInterrupt as interrupt:
        unfinished = _result_under_way(interrupt.__traceback__)
        paths = unfinished.save(folder) if unfinished else []
        if not paths:
            raise
        raise KeyboardInterrupt(f"what was finished is in {folder}") from None


def _result_under_way(trace: TracebackType | None) -> "Result | None":
    """Return the Result that the interrupted run() filled, found in its frames."""
    from neurosim.result import Result

    while trace:
        for value in trace.tb_frame.f_locals.values():
            if isinstance(value, Result):
                return value
        trace = trace.tb_next
    return None
