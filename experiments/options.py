"""Command-line options built from the signature of an experiment's ``run``."""

import argparse
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

# What every experiment's own of these mean.
SHARED = {
    "seed": "Seed of everything random.",
    "quick": "Less of everything, for a first look.",
}


class UsageError(Exception):
    """Something wrong with the command as it was typed; the message is the one line to show."""


class Paragraphs(argparse.HelpFormatter):
    """Keeps the paragraphs of a description apart, each filled."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        filled = super()._fill_text
        return "\n\n".join(filled(part, width, indent) for part in text.split("\n\n"))


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError instead of printing its usage and exiting."""

    def __init__(self, prog: str, **settings: Any) -> None:
        settings = {"formatter_class": Paragraphs, **settings}
        super().__init__(prog=prog, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self.prog}: {message.removeprefix('argument ')}")

    def parse_strictly(self, words: Sequence[str]) -> dict[str, Any]:
        """Parse, and name the nearest option where one is unknown."""
        parsed, unknown = self.parse_known_intermixed_args(_joined_to_negative_numbers(words))
        if unknown:
            option = unknown[0].partition("=")[0]
            if not option.startswith("-"):
                self.error(f"unexpected argument {option!r}")
            known = [name for name in self._option_string_actions if name.startswith("--")]
            self.error(f"unknown option {option}{nearest(option, known)}")
        return vars(parsed)


def check_seed(seed: object, command: str) -> None:
    """Refuse what NumPy's generators take no seed from."""
    if isinstance(seed, int) and seed < 0:
        raise UsageError(f"{command}: --seed must be a whole number from 0 on (got {seed})")


def nearest(word: str, known: Sequence[str]) -> str:
    """Return ``"; did you mean '…'?"``, or nothing where no known word is like this one."""
    matches = get_close_matches(word, known, n=1)
    return f"; did you mean '{matches[0]}'?" if matches else ""


def add_options(parser: argparse.ArgumentParser, run: Callable[..., Any], help_page: str) -> None:
    """Add an option for each parameter of ``run``: ``n_trials=10`` becomes ``--n-trials``.

    Parameters
    ----------
    parser
        Where to add them.
    run
        Its parameters have defaults and are bool, int, float, str, Path, a Literal, a tuple of
        these (typed as ``1,2,3``), or one of them ``| None``.
    help_page
        A docstring whose Parameters section explains them.

    Raises
    ------
    TypeError
        Where a parameter has no default or is of no such type.
    """
    meanings = SHARED | parameter_meanings(help_page)
    for name, parameter in inspect.signature(run, eval_str=True).parameters.items():
        default = parameter.default
        if default is inspect.Parameter.empty:
            raise TypeError(f"run({name}): an experiment's parameter needs a default.")
        kind = type(default) if parameter.annotation is parameter.empty else parameter.annotation
        shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
        ending = "" if default is None or kind is bool else f"(default: {shown})"
        settings: dict[str, Any] = {
            "default": default,
            "help": f"{meanings.get(name, '')} {ending}".strip().replace("%", "%%"),
        }
        if kind is bool:
            # --quick alone reads better than --quick/--no-quick, but a True must be able to go.
            settings["action"] = argparse.BooleanOptionalAction if default else "store_true"
        else:
            settings["type"], settings["metavar"] = _reader(kind, name)
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, **settings)


def parameter_meanings(docstring: str) -> dict[str, str]:
    """Read the Parameters section of a NumPy-style docstring: a line of text by parameter."""
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)",
        inspect.cleandoc(docstring),
        flags=re.DOTALL | re.MULTILINE,
    )
    meanings: dict[str, str] = {}
    names: list[str] = []
    for line in section[1].splitlines() if section else ():
        if line and not line[0].isspace():
            names = [name.strip() for name in line.partition(":")[0].split(",")]
        for name in names if line[:1].isspace() else ():
            meanings[name] = f"{meanings.get(name, '')} {line.strip()}".strip()
    return meanings


def prose(docstring: str) -> str:
    """Return what a NumPy-style docstring says before its sections, as paragraphs."""
    return re.split(r"^\S[^\n]*\n-+$", inspect.cleandoc(docstring), flags=re.MULTILINE)[0].strip()


def _reader(kind: Any, name: str) -> tuple[Callable[[str], Any], str]:
    """Return what reads an option's text as this type, and the word for it in the help."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        kinds = [member for member in typing.get_args(kind) if member is not types.NoneType]
        if len(kinds) == 1:
            return _reader(kinds[0], name)
    if typing.get_origin(kind) is typing.Literal:
        return _one_of(typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        read, word = _reader(typing.get_args(kind)[0], name)
        return lambda text: tuple(read(part) for part in text.split(",")), f"{word},…"
    if kind in _READERS:
        return _READERS[kind]
    raise TypeError(f"run({name}): no option can be made for the type {kind}.")


def _one_of(choices: tuple[Any, ...]) -> tuple[Callable[[str], Any], str]:
    words = {str(choice): choice for choice in choices}

    def read(text: str) -> Any:
        if text not in words:
            meant = nearest(text.lower(), list(words))
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(words)}{meant}")
        return words[text]

    return read, "|".join(words)


def whole_number(text: str) -> int:
    """Read an option that is an integer."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    int: (whole_number, "INTEGER"),
    float: (_number, "NUMBER"),
    str: (str, "TEXT"),
    Path: (Path, "PATH"),
}


def _joined_to_negative_numbers(words: Sequence[str]) -> list[str]:
    """Turn ``--x -1e-3`` into ``--x=-1e-3``; argparse would take the number for an option."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and re.match(r"-[\d.]|-inf", word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
