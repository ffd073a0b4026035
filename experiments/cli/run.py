"""``neurosim run``: run one experiment, save its figures, and print its claims."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..catalogue import Entry, catalogue
from ..options import Parser, UsageError, add_options, check_seed, nearest, prose
from .output import DEFAULT_FOLDER, writable

if TYPE_CHECKING:
    from neurosim.result import Result


def command(words: Sequence[str], package: str) -> int:
    """Run one experiment, save its figures, and print its claims."""
    entry, parser, common = _chosen(words, package)
    # With --json, stdout is the object and nothing else, whatever an experiment prints.
    aside = contextlib.redirect_stdout(sys.stderr) if common.json else contextlib.nullcontext()
    with aside:
        module = import_module(entry.module)
    from neurosim.errors import NeurosimError

    help_page = f"{module.run.__doc__ or module.__doc__}"
    add_options(parser, module.run, help_page)
    parser.description = "\n\n".join([entry.title, entry.question, prose(help_page)])
    parameters = parser.parse_strictly(words)
    for name in ("name", "out", "json"):
        del parameters[name]
    check_seed(parameters.get("seed"), f"neurosim run {entry.name}")

    folder = common.out or DEFAULT_FOLDER / entry.name
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"neurosim run: --out takes a folder, and {folder} is a file")
    with writable(folder, f"neurosim run {entry.name}"):
        try:
            with aside:
                result = _finished_or_kept(module.run, parameters, folder)
        except NeurosimError as error:
            raise UsageError(f"neurosim run {entry.name}: {error}") from error
        paths = result.save(folder)

    if common.json:
        print(result.to_json(figures=[path for path in paths if path.suffix == ".png"]))
    else:
        print(result)
        for path in paths:
            print(path)
    return 0 if result.holds else 1


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
                description=command.__doc__,
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
