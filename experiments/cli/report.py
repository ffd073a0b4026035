"""``neurosim report``: run experiments and write one page of all that they found."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..catalogue import Entry, catalogue
from ..options import Parser, UsageError, check_seed, nearest, whole_number
from ..reporting.costs import seconds_of
from ..reporting.crew import run_apart
from ..reporting.worker import Job
from .output import DEFAULT_FOLDER, writable

if TYPE_CHECKING:
    from neurosim.report import Chapter, Failure, Outcome

DEFAULT_FILE = DEFAULT_FOLDER / "report.html"
Outcomes = dict[str, "Outcome | Failure"]


def command(words: Sequence[str], package: str) -> int:
    """Run experiments, each in a process of its own, and write one page of what they found."""
    asked, entries = _asked(words, package)
    jobs = [Job(entry, asked.seed, asked.quick) for entry in entries]
    with writable(asked.out.parent, "neurosim report"):
        outcomes: Outcomes = {}
        try:
            _run_all(jobs, asked.jobs, outcomes)
        except KeyboardInterrupt:
            if not outcomes:
                raise
            _write(asked.out, jobs, outcomes)
            raise KeyboardInterrupt(f"what was finished is in {asked.out}") from None
        chapters = _write(asked.out, jobs, outcomes)
    others = [chapter for chapter in chapters if chapter.verdict != "holds"]
    for chapter in others:
        print(f"{chapter.subject.name}: {_why(chapter)}")
    print(f"{len(chapters) - len(others)} of {len(chapters)} experiments: every claim holds.")
    print(asked.out)
    return 1 if others else 0


def _asked(words: Sequence[str], package: str) -> tuple[Namespace, list[Entry]]:
    """Return the options, and the experiments that are to run, in the lecture's order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parser = Parser(
        "neurosim report",
        usage="neurosim report [NAME ...] [--out FILE] [--quick] [--seed N] [--jobs N]",
        description=command.__doc__,
        epilog="'neurosim list' shows the names; without one, all experiments run.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="What to run.")
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_FILE, metavar="FILE",
        help=f"Where the page goes. (default: {DEFAULT_FILE})",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="Less of everything.")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="Seed of all that take one.")
    parser.add_argument(
        "--jobs", type=whole_number, default=cores or 1, metavar="N",
        help=f"How many run at once. (default: {cores or 1}, the processors here)",
    )  # fmt: skip
    asked = Namespace(**parser.parse_strictly(words))
    check_seed(asked.seed, "neurosim report")
    if asked.jobs < 1:
        raise UsageError(f"neurosim report: --jobs must be 1 or more (got {asked.jobs})")
    _check_file(asked.out)
    entries = catalogue(package)
    for name in asked.names:
        if name not in entries:
            advice = nearest(name.lower(), list(entries)) or "; 'neurosim list' shows the names"
            raise UsageError(f"neurosim report: unknown experiment '{name}'{advice}")
    chosen = set(asked.names or entries)
    return asked, [entry for name, entry in entries.items() if name in chosen]


def _check_file(out: Path) -> None:
    """Refuse, before the work, what cannot be a file's name."""
    try:
        is_folder = out.is_dir()
    except OSError as error:  # too long a name, or a folder that may not be looked into
        raise UsageError(f"neurosim report: {out}: {error.strerror}") from error
    if is_folder:
        raise UsageError(f"neurosim report: --out takes a file, and {out} is a folder")


def _run_all(jobs: Sequence[Job], at_once: int, outcomes: Outcomes) -> None:
    """Run all, and note each outcome as it comes: Ctrl-C keeps those that came before."""
    from neurosim.progress import progress

    total = sum(seconds_of(job.entry.name) for job in jobs)
    with (
        tempfile.TemporaryDirectory(prefix="neurosim-") as folder,
        progress(total, "report") as bar,
    ):
        bar.bar_format = "{desc} {percentage:3.0f}% |{bar:20}| {elapsed}, {remaining} left{postfix}"
        bar.smoothing = 0  # the time left by all that was done, not by the last

        def show(running: Sequence[Job]) -> None:
            names = ", ".join(job.entry.name for job in running)
            bar.set_postfix_str(f"{len(outcomes)}/{len(jobs)} done, at {names}")

        with closing(run_apart(jobs, at_once, Path(folder), show)) as found:
            for job, outcome in found:
                outcomes[job.entry.name] = outcome
                bar.update(seconds_of(job.entry.name))


def _write(out: Path, jobs: Sequence[Job], outcomes: Outcomes) -> list[Chapter]:
    """Write the page; return its chapters."""
    from neurosim.atomic import write_whole
    from neurosim.report import Chapter, Subject, origin_here, page_of

    chapters = []
    for job in jobs:
        entry, outcome = job.entry, outcomes.get(job.entry.name)
        subject = Subject(
            entry.name, entry.title, entry.chinese, entry.row, entry.question, entry.equation,
            entry.levels, _again(job, outcome),
        )  # fmt: skip
        chapters.append(Chapter(subject, outcome))
    write_whole(out, page_of(chapters, origin_here()).encode(errors="replace"))
    return chapters


def _again(job: Job, outcome: Outcome | Failure | None) -> str:
    """Return what runs a job again: with the options that it took, as far as that is known."""
    from neurosim.report import Outcome

    quick, seed = job.quick, job.seed
    if isinstance(outcome, Outcome):
        quick = quick and "quick" in outcome.parameters
        seed = seed if outcome.seed == seed else None
    words = ["neurosim", "run", job.entry.name, *(["--quick"] if quick else [])]
    words += ["--seed", str(seed)] if seed is not None else []
    return " ".join(words)


def _why(chapter: Chapter) -> str:
    """Return in a line why not every claim of a chapter holds."""
    from neurosim.report import Failure

    if chapter.outcome is None:
        return "not run"
    if isinstance(chapter.outcome, Failure):
        return chapter.outcome.message.partition("\n")[0]
    failed = [claim.claim for claim in chapter.outcome.claims if not claim.holds]
    return f"{len(failed)} of {len(chapter.outcome.claims)} claims do not hold: {'; '.join(failed)}"
