"""A run on the card: what `backend.execute` does, by the CUDA engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend import TINY, Run, joined
from ..kernels import tables
from ..kernels.cuda import Work, run_few, run_many, tick
from ..kernels.cuda_jit import launcher, view
from ..kernels.random import seed_words
from .availability import arrays, to_host
from .graphs import captured
from .layout import SIDE_BY_SIDE, Layout, layout
from .memory import Need, nbytes_of
from .turns import turn

if TYPE_CHECKING:
    from ..program import Program

VALUES = 1 << 26  # values of a static call's trials that are computed at a time
NO_FAULT = np.iinfo(np.int64).max
AT_ONCE = 200_000_000_000  # multiplications, about, before Ctrl-C is looked at: a second at most
SHARED = 20  # times as many of them a second, where many trials share the weights that are read
STEP = 1_000_000  # of them that a step costs, however little there is to do
RECORDED = 1 << 28  # bytes that a stretch of steps may record


def execute(
    program: Program,
    trials: int,
    steps: int,
    movie: Sequence[np.ndarray],
    places: np.ndarray,
    recorded: np.ndarray,
    *,
    every: int = 1,
    phase: int = 0,
    state: np.ndarray | None = None,
    ring: np.ndarray | None = None,
    keep_final: bool = False,
    first_step: int = 0,
    seed: int = 0,
) -> Run:
    """Run a Program on the card; parameters and answer as `backend.execute`.

    Of several faults it reports that of the earliest step, of those the first trial's.

    Raises
    ------
    InputError
        Too little memory on the card.
    """
    size = program.state.size
    moment = {"every": every, "phase": phase, "first_step": first_step, "seed": seed}
    records, finals = [], []
    with turn(), np.errstate(all="ignore"):
        plan = layout(program, trials)
        need = _need(program, plan, trials, (phase + steps) // every * recorded.size, movie)
        batch = trials
        if program.static:  # a call's trials have nothing in common: any number at a time
            # Half of those that fit: CuPy's libraries take some memory too.
            batch = max(1, min(trials, VALUES // max(1, size), need.fit() // 2))
        need.check(batch)
        for low in range(0, trials, batch):
            high = min(low + batch, trials)
            stretch = _Stretch(
                program, plan, (low, high), steps,
                [part[low:high] if len(part) > 1 else part for part in movie],
                state[low:high] if state is not None and len(state) > 1 else state,
                None if ring is None else ring[low:high],
                places, recorded, moment,
            )  # fmt: skip
            try:
                stretch.move_there()
                fault = stretch.run()
                records.append(stretch.record())
                finals.append(stretch.final() if keep_final else np.empty((0, size)))
                if ring is not None:
                    ring[low:high] = stretch.ring()
            except MemoryError:  # CuPy's: others took it meanwhile, or it is in pieces
                raise need.too_large() from None
            if fault:
                break
    return Run(_joined(records), _joined(finals), fault)


def steps_at_once(program: Program, trials: int, recorded: int) -> int:
    """Return the most steps that the card may run before Ctrl-C is looked at."""
    each = program.cost / (SHARED if trials >= SIDE_BY_SIDE else 1)
    work = STEP + trials * (each + recorded)
    nbytes = max(1, trials * recorded * program.dtype.itemsize)
    return max(1, min(int(AT_ONCE / work), RECORDED // nbytes))


def _need(
    program: Program, plan: Layout, trials: int, kept: int, movie: Sequence[np.ndarray]
) -> Need:
    """Return what trials take there: state, once more turned over, sums, rings and the record.

    Parameters
    ----------
    kept
        Values of a trial's record.
    """
    values = (2 if program.static else 3) * program.state.size + plan.sums
    values += 2 * program.ring + kept
    moments = max((part.shape[1] for part in movie), default=1)
    shown = moments * sum(part.shape[2] for part in movie)
    shared = all(len(part) == 1 for part in movie)
    nbytes = program.dtype.itemsize
    return Need(
        trials, program.state.size, nbytes * shown if shared else 0,
        nbytes * (values + (0 if shared else shown)), nbytes_of(program),
    )  # fmt: skip


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


@dataclass(frozen=True)
class _Leg:
    """Stages [first, last) of a stretch, counted from the clock, and the products after them."""

    first: int
    last: int
    products: list[Callable[[], Any]]

    def multiply(self) -> None:
        """Make the products."""
        for product in self.products:
            product()


class _Stretch:
    """Some steps of some trials: their arrays on the card, and the launches."""

    def __init__(
        self, program: Program, plan: Layout, trials: tuple[int, int], steps: int,
        movie: list[np.ndarray], state: np.ndarray | None, ring: np.ndarray | None,
        places: np.ndarray, recorded: np.ndarray, moment: dict[str, int],
    ):  # fmt: skip
        self.program, self.plan, self.steps = program, plan, steps
        self.first, self.width = trials[0], trials[1] - trials[0]
        self.state_given, self.ring_given = state, ring
        self.inputs, self.recorded, self.moment = places, recorded, moment
        self.places = program.state.size
        self.samples = (moment["phase"] + steps) // moment["every"]
        shown = joined(movie, program.dtype)
        self.moments, self.shared = shown.shape[1], len(shown) == 1
        self.shown = np.ascontiguousarray(shown.transpose(1, 2, 0)).ravel()

    def move_there(self) -> None:
        """Move what it begins with to the card."""
        xp, real, moment = arrays(), self.program.dtype, self.moment
        self.values = self._begun()
        self.sums = xp.empty(self.plan.sums * self.width, dtype=real)
        self.waiting = xp.zeros((self.program.ring, self.width), dtype=real)
        if self.ring_given is not None:
            self.waiting[:] = xp.asarray(self.ring_given).T
        self.kept = xp.empty(self.width * self.samples * self.recorded.size, dtype=real)
        self.fault = xp.full(1, NO_FAULT, dtype=np.int64)
        self.work = Work(
            values=view(self.values),
            sums=view(self.sums),
            movie=view(xp.asarray(self.shown)),
            places=view(xp.asarray(self.inputs)),
            ring=view(self.waiting.reshape(-1)),
            recorded=view(xp.asarray(self.recorded)),
            record=view(self.kept),
            fault=view(self.fault),
            clock=view(xp.zeros(1, dtype=np.int64)),
            trials=self.width,
            moments=self.moments,
            shared=int(self.shared),
            first_trial=self.first,
            first_step=moment["first_step"],
            every=moment["every"],
            phase=moment["phase"],
            clashes=int(self._clashes()),
            seed=seed_words(moment["seed"]),
            tiny=TINY[real],
            most=real.type(self.program.most),
        )
        self.products = self._products()

    def run(self) -> tuple[int, int, int] | None:
        """Do all steps; return the step, trial and place of the first fault."""
        launch, work, stages = self._launcher(), self.work, self.plan.stages
        go = partial(launch, self.plan.circuit, work)
        turns, legs = len(self.values), self._legs()
        each = len(legs) // 2  # of a turn of all arrays of values
        steps = self.steps if legs else 0
        begun = min(steps, turns)  # where it has got then is where it is after each turn
        repeats, rest = divmod(steps - begun, turns)
        here = (begun + rest) * each // turns
        for leg in legs[: min(here, each)]:
            go(leg.first, leg.last)
            leg.multiply()
        if repeats:
            self._repeat(go, legs[each:], repeats)
        for leg in legs[each:here]:
            go(leg.first, leg.last)
            leg.multiply()
        done = legs[here - 1].last if here else 0
        go(done, (self.steps - repeats * turns) * stages)
        fault = int(self.fault[0])  # waits for the card
        if fault == NO_FAULT:
            return None
        rest, place = divmod(fault, self.places)
        step, trial = divmod(rest, self.width)
        return work.first_step + step, work.first_trial + trial, place

    def record(self) -> np.ndarray:
        """Return what was recorded, (trials, samples, values)."""
        return to_host(self.kept).reshape(self.width, self.samples, self.recorded.size)

    def final(self) -> np.ndarray:
        """Return the state vectors after the last step, (trials, state)."""
        last = self.values[self.steps % len(self.values)]
        return to_host(last.reshape(self.places, self.width).T)

    def ring(self) -> np.ndarray:
        """Return what the delay lines hold, (trials, ring)."""
        return to_host(self.waiting.T)

    def _begun(self) -> Any:
        """Return the values before the first step, twice in time."""
        xp, program = arrays(), self.program
        start = program.state[None] if self.state_given is None else self.state_given
        values = xp.zeros((1 if program.static else 2, self.places * self.width), program.dtype)
        laid = values[0].reshape(self.places, self.width)
        if program.static:  # all others are computed
            laid[xp.asarray(program.constants)] = xp.asarray(start[:, program.constants]).T
        else:
            laid[:] = xp.asarray(start).T
            values[1] = values[0]
        return values

    def _clashes(self) -> bool:
        """Return whether a recorded place is an input or in a delay line: those are shown anew."""
        lines = self.program.tables.lines
        starts, sizes = lines[:, tables.LINE_START], lines[:, tables.LINE_SIZE]
        shown = [np.arange(a, a + n) for a, n in zip(starts, sizes, strict=True)]
        return bool(np.isin(self.recorded, np.concatenate([self.inputs, *shown])).any())

    def _repeat(self, go: Callable[..., None], legs: list[_Leg], times: int) -> None:
        """Go on by a turn of all arrays of values, so many times; the clock counts them."""
        clock, stages = self.work.clock, len(self.values) * self.plan.stages
        count = launcher(tick, (clock, stages), 1)
        made = [(captured(partial(go, leg.first, leg.last)), leg.multiply) for leg in legs]
        counted = captured(partial(count, clock, stages))
        for _ in range(times):
            for launch, multiply in made:
                launch()
                multiply()
            counted()

    def _legs(self) -> list[_Leg]:
        """Return what comes before each product of two turns of all arrays of values."""
        turns, legs, at = len(self.values), [], 0
        for k in range(2 * turns):
            for stage, made in sorted(self.products.items()):
                last = k * self.plan.stages + stage
                legs.append(_Leg(at, last, made[k % turns]))
                at = last
        return legs

    def _products(self) -> dict[int, list[list[Callable[[], Any]]]]:
        """Return the products before each stage that has some, from either array of values."""
        xp, width = arrays(), self.width

        def product(values: Any, weights: Any, source: int, at: int) -> Callable[[], Any]:
            rows, columns = weights.shape
            x = values[source * width : (source + columns) * width].reshape(columns, width)
            out = self.sums[at * width : (at + rows) * width].reshape(rows, width)
            return lambda: xp.dot(weights, x, out=out)

        return {
            stage: [
                [product(values, p.weights, p.source, p.at) for p in made] for values in self.values
            ]
            for stage, made in self.plan.products.items()
        }

    def _launcher(self) -> Callable[..., None]:
        moved = self.inputs.size + self.recorded.size
        wanted = max(self.plan.threads, moved) * self.width
        kernel = run_many if self.plan.many else run_few
        return launcher(kernel, (self.plan.circuit, self.work, 0, 0), wanted)
