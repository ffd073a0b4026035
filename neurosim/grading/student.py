"""The student's process: reads the file, makes one circuit, and writes it down as data.

Run as a script by `confinement.confined`.  No points are given here: what a file does to this
process, to Python's builtins or to neurosim changes nothing but the circuit that is written.
"""

import json
import os
import sys
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict

MOST_TOLD = 600  # characters of an error's message
# What Python says of a file in another encoding, as of Windows in Chinese: Big5, or UTF-16.
UNREADABLE = ("(unicode error) 'utf-8' codec", "source code string cannot contain null bytes")


class Request(TypedDict):
    """What is to be made.

    `source` is the file, `name` what it must define, `arguments` what a function is called with,
    `circuit` where the circuit is written, `account` how it went: a JSON object of the phase that
    was reached and, where that failed, the error; `memory` is the limit in MB.
    """

    path: list[str]
    begun: str
    source: str
    name: str
    arguments: list[Any]
    circuit: str
    account: str
    memory: int


def main() -> None:
    """Do what the request in the first argument says."""
    request: Request = json.loads(sys.argv[1])
    sys.path[:] = request["path"]
    end = os._exit  # a thread of the student's must not hold the process up
    try:
        end(0 if hand_in(request) else 1)
    finally:
        end(3)


def hand_in(request: Request) -> bool:
    """Read the file, make the circuit, write it; return whether all went well."""
    from neurosim.atomic import write_whole
    from neurosim.circuit import Circuit
    from neurosim.errors import nearest
    from neurosim.files import save
    from neurosim.sources import Source
    from neurosim.wording import one_line, short

    def account(phase: str, error: str = "") -> bool:
        text = json.dumps({"phase": phase, "error": error})
        write_whole(Path(request["account"]), text.encode())
        return not error

    source = Path(request["source"])
    module = ModuleType(f"handed_in_{source.stem}")  # even a numpy.py hides nothing
    module.__file__ = str(source)
    account("reading")
    Path(request["begun"]).touch()
    try:
        sys.modules[module.__name__] = module  # where dataclasses and pickle look for it
        exec(compile(source.read_bytes(), source, "exec"), module.__dict__)
    except BaseException as error:
        return account("reading", told(error, source, request["memory"]))
    account("building")
    name = request["name"]
    call = f"{name}({', '.join(map(short, request['arguments']))})"
    if name not in module.__dict__:
        known = [n for n in module.__dict__ if not n.startswith("_")]
        return account("building", f"the file defines no {name!r}{nearest(name, known)}")
    made = module.__dict__[name]
    try:
        if not isinstance(made, Circuit) and callable(made):
            if problem := needed(made, name, request["arguments"]):
                return account("building", one_line(problem)[:MOST_TOLD])
            made = made(*request["arguments"])
            if not isinstance(made, Circuit):
                lacks = made is None or isinstance(made, Source)
                advice = "; end the function with 'return circuit'" if lacks else ""
                return account("building", f"{call} returned {short(made)}, no Circuit{advice}")
        if not isinstance(made, Circuit):
            return account(
                "building",
                f"{name!r} is {short(made)}; it must be a Circuit, or a function that returns one",
            )
        save(made, request["circuit"])
    except BaseException as error:
        return account("building", one_line(f"{call}: {told(error, source, request['memory'])}"))
    return account("done")


def needed(made: Any, name: str, arguments: list[Any]) -> str:
    """Return what is wrong with the arguments that a function asks for; empty if nothing is."""
    try:
        own = signature(made)
    except (TypeError, ValueError):  # it does not say
        return ""
    try:
        own.bind(*arguments)
    except TypeError as error:
        given = ", ".join(map(repr, arguments))
        how = f"as {name}({given})" if arguments else f"without arguments: begin it 'def {name}():'"
        return f"{name}{own} cannot be called as the exercise does ({error}); it is called {how}"
    return ""


def told(error: BaseException, source: Path, memory: int) -> str:
    """Return an error in a line: its kind, its message, and the last line of the file in it."""
    kind = type(error).__name__
    try:
        message = " ".join(str(error).split())[:MOST_TOLD]
    except BaseException:
        message = ""
    if isinstance(error, SystemExit):
        kind, message = (
            "SystemExit",
            f"the file ended the program itself ({message or 'no status'})",
        )
    if isinstance(error, MemoryError):
        limit = f"it may take {memory:,} MB (--memory MB allows more)"
        message = f"{message}; {limit}" if message else limit
    if isinstance(error, ModuleNotFoundError):
        message += "; only the one file is graded, its folder cannot be imported from"
    line = None
    if isinstance(error, SyntaxError | ValueError) and any(c in message for c in UNREADABLE):
        message += "; save the file as UTF-8"
    if isinstance(error, SyntaxError):
        return f"{kind}: {message}"  # which names the line
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(source):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{kind}{f' in line {line}' if line else ''}{f': {message}' if message else ''}"


if __name__ == "__main__":
    main()
