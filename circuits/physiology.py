"""Tuning as a physiologist measures it: a unit of any circuit, a quantity by name, stimuli shown.

``tuning(circuit["cell"], "orientation", screen=screen, frequency=2.0)`` shows drifting gratings of
many orientations and returns the harmonics of the unit's answers to each.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any, NamedTuple

import numpy as np

from neurosim import InputError, Movie, Source
from neurosim.errors import unknown
from neurosim.kernels.threads import most_threads
from neurosim.measuring import Electrode, Tuning, harmonics
from neurosim.measuring.threads import in_order
from neurosim.progress import progress
from neurosim.timing import positive

from .checking import record
from .stimuli import (
    Screen,
    annulus,
    bar,
    counterphase_grating,
    drifting_grating,
    edge,
    grating,
    spot,
)
from .stimuli.gratings import USUAL_FREQUENCY
from .stimuli.screen import number

WORTH_THREADS = 2_048  # pixels from which a stimulus is more than Python's work around it
MANY = 2_000  # stimuli beyond which progress is shown
MOST_CYCLES = 64  # that are looked through for a whole number of frames
CYCLE = "temporal_frequency"


class Quantity(NamedTuple):
    """What a tuning may be to: the stimulus's parameter, its unit, where it is usually measured."""

    parameter: str
    unit: str
    stimulus: str
    values: Callable[[Screen], np.ndarray]


def _octaves(screen: Screen) -> np.ndarray:
    """From a cycle over the screen to what its pixels show, two an octave."""
    finest = 0.25 / screen.pixel
    coarsest = min(1 / min(screen.width, screen.height), finest)
    return coarsest * 2 ** np.arange(0, math.log2(finest / coarsest) + 1e-9, 0.5)


def _sizes(screen: Screen) -> np.ndarray:
    return np.linspace(screen.pixel, min(screen.width, screen.height), 24)


def _places(screen: Screen) -> np.ndarray:
    return np.linspace(-screen.width / 2, screen.width / 2, 25)


QUANTITIES = {
    "orientation": Quantity("orientation", "°", "drifting grating", lambda _: _turn(180)),
    "direction": Quantity("direction", "°", "drifting grating", lambda _: _turn(360)),
    "spatial frequency": Quantity("frequency", "cycles/°", "drifting grating", _octaves),
    "temporal frequency": Quantity(
        CYCLE, "Hz", "drifting grating",
        lambda screen: 2.0 ** np.arange(-5, 1) / (8 * screen.frame),
    ),
    "phase": Quantity("phase", "°", "grating", lambda _: _turn(360)),
    "contrast": Quantity(
        "contrast", "", "drifting grating", lambda _: 2.0 ** np.arange(-6, 0.25, 0.5)
    ),
    "diameter": Quantity("diameter", "°", "spot", _sizes),
    "outer diameter": Quantity("outer", "°", "annulus", _sizes),
    "inner diameter": Quantity("inner", "°", "annulus", _sizes),
    "width": Quantity("width", "°", "bar", _sizes),
    "length": Quantity("length", "°", "bar", _sizes),
    "position": Quantity("position", "°", "edge", _places),
}  # fmt: skip
STIMULI: dict[str, Callable[..., Any]] = {
    "drifting grating": drifting_grating,
    "counterphase grating": counterphase_grating,
    "grating": grating,
    "spot": spot,
    "annulus": annulus,
    "bar": bar,
    "edge": edge,
}


def tuning(
    unit: Source,
    quantity: str | Sequence[str],
    values: Any = None,
    *,
    screen: Screen,
    stimulus: str | None = None,
    settle: float = 0.5,
    duration: float = 0.5,
    shows: str | None = None,
    held: Mapping[str, Any] | None = None,
    dt: float | None = None,
    seed: int = 0,
    dtype: str = "float64",
    **parameters: Any,
) -> Tuning:
    """Measure what a unit answers to stimuli that differ in a quantity, or in several.

    Stimuli are made one after the other, a block of frames at a time, so that memory does not
    grow with their number.  A drifting grating is shown for the fewest cycles that are a whole
    number of frames.  A circuit that takes time (see `neurosim.measuring.Electrode`) first sees
    the stimulus for `settle` seconds, unmeasured.

    Parameters
    ----------
    unit
        One neuron of any circuit that sees images: ``circuit["on"][32, 32]``.
    quantity
        "orientation", "direction" (of drift), "spatial frequency", "temporal frequency", "phase",
        "contrast", "diameter", "outer diameter", "inner diameter", "width", "length",
        "position"; several of them for every combination.
    values
        Of the quantity, (n,); of several a sequence of such.  Left out, a usual range.
    screen
        Whose pixels are the circuit's, with the frame's length and the mean luminance.
    stimulus
        "drifting grating", "counterphase grating", "grating", "spot", "annulus", "bar" or "edge";
        left out, as the first quantity is usually measured.
    settle, duration
        Seconds, of a circuit that takes time: before the measurement, and of a stimulus that
        stands still.
    shows, held, dt, seed, dtype
        As `neurosim.measuring.Electrode`; each stimulus meets noise of its own, of the seeds from
        this one on.
    parameters
        What the stimulus has besides, as its function in `circuits.stimuli` takes it:
        frequency=2.0, contrast=0.5, at=(1.0, 0.0) …

    Raises
    ------
    InputError
        An unknown quantity or stimulus, one that the stimulus does not have, a parameter that it
        lacks, no values, values that cannot be shown; a temporal frequency of which no few cycles
        are a whole number of frames.

    Examples
    --------
    >>> curve = tuning(cell["cell"], "orientation", screen=screen, frequency=2.0)
    >>> curve.best, curve.ratio
    """
    if not isinstance(quantity, str | Sequence) or not quantity:
        raise InputError(f"a tuning needs a quantity, such as 'orientation' (got {quantity!r})")
    names = (quantity,) if isinstance(quantity, str) else tuple(quantity)
    for name in names:
        if not isinstance(name, str) or name not in QUANTITIES:
            raise InputError(unknown("quantity", str(name), QUANTITIES))
    if len(set(names)) < len(names):
        raise InputError(f"each quantity is varied once (got {', '.join(names)})")
    chosen = [QUANTITIES[name] for name in names]
    shown = chosen[0].stimulus if stimulus is None else stimulus
    if not isinstance(shown, str) or shown not in STIMULI:
        raise InputError(unknown("stimulus", str(shown), STIMULI))
    record(screen, Screen, "screen")
    settle = number(settle, "settle", "seconds", least=0)
    duration = positive(duration, "duration", "seconds")
    ranges = _ranges(names, chosen, values, screen)
    _check_parameters(shown, names, chosen, parameters)
    electrode = Electrode(unit, shows=shows, held=held, dt=dt, seed=seed, dtype=dtype)
    if unit.size != 1:
        raise InputError(f"tuning is of one unit, {unit} has {unit.size}: take one, unit[i, j]")
    found = np.empty((*(len(r) for r in ranges), 3), dtype=complex)
    places = list(itertools.product(*(range(len(r)) for r in ranges)))

    def measured(numbered: tuple[int, tuple[int, ...]]) -> np.ndarray:
        number, place = numbered
        varied = {q.parameter: r[k] for q, r, k in zip(chosen, ranges, place, strict=True)}
        movie, skipped, cycles = _shown(
            electrode, shown, screen, {**parameters, **varied}, settle, duration
        )
        own = (electrode.seed + number) % 2**64  # each stimulus meets noise of its own
        answers = electrode.responses(movie, seed=own, threads=1)[skipped:]
        return harmonics(answers.reshape(-1), cycles)

    threads = most_threads() if math.prod(electrode.shape) >= WORTH_THREADS else 1
    answers = in_order(measured, enumerate(places), threads)
    if len(places) > MANY:
        answers = iter(progress(answers, "tuning", len(places)))
    for place, answer in zip(places, answers, strict=True):
        found[place] = answer
    return Tuning(names, tuple(q.unit for q in chosen), ranges, found)


def _shown(
    electrode: Electrode, stimulus: str, screen: Screen, parameters: Mapping[str, Any],
    settle: float, duration: float,
) -> tuple[Movie, int, int]:  # fmt: skip
    """Return a stimulus, how many of its frames are not measured, and its cycles in the others."""
    settings = dict(parameters)
    direction = settings.pop("direction", None)
    if direction is not None:
        settings["orientation"] = direction + 90  # gratings drift a quarter turn clockwise
    made = STIMULI[stimulus](screen, **settings)
    wait = settle if electrode.takes_time else 0.0
    if isinstance(made, Movie):
        cycles, frames = _whole_cycles(abs(settings.get(CYCLE, USUAL_FREQUENCY)), screen.frame)
        unit = frames if cycles else 1
        skipped = math.ceil(wait / (unit * screen.frame)) * unit
        return made.cut(skipped + frames), skipped, cycles
    skipped = math.ceil(wait / screen.frame)
    frames = math.ceil(duration / screen.frame) if electrode.takes_time else 1

    def still(first: int, count: int) -> np.ndarray:
        return np.broadcast_to(made, (count, *made.shape))

    return Movie(still, made.shape, screen.frame, skipped + frames), skipped, 0


def _whole_cycles(frequency: float, frame: float) -> tuple[int, int]:
    """Return the fewest cycles that are a whole number of frames, and how many frames those are."""
    if frequency == 0:
        return 0, 1
    if frequency * frame > 0.25:
        raise InputError(
            f"a temporal frequency of {frequency:g} Hz is too fast for frames of {frame:g} s, "
            f"which show {0.25 / frame:g} Hz at most: take shorter ones"
        )
    period = 1 / (frequency * frame)
    for cycles in range(1, MOST_CYCLES + 1):
        frames = round(cycles * period)
        if math.isclose(frames, cycles * period, rel_tol=1e-9):
            return cycles, frames
    raise InputError(
        f"up to {MOST_CYCLES} cycles of {frequency:g} Hz are no whole number of frames of "
        f"{frame:g} s; take {1 / (round(period) * frame):g} Hz"
    )


def _ranges(
    names: tuple[str, ...], chosen: list[Quantity], values: Any, screen: Screen
) -> tuple[np.ndarray, ...]:
    if values is None:
        return tuple(q.values(screen) for q in chosen)
    if len(names) == 1:
        given = [values]
    elif isinstance(values, Sequence | np.ndarray) and len(values) == len(names):
        given = list(values)
    else:
        raise InputError(f"values are one range for each of {', '.join(names)} (got {values!r})")
    ranges = []
    for name, one in zip(names, given, strict=True):
        try:
            found = np.asarray(one, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"the values of {name} must be numbers (got {one!r})") from None
        if found.ndim != 1 or not found.size:
            raise InputError(
                f"the values of {name} must be a row of one or more numbers (got "
                f"{'none' if not found.size else f'shape {found.shape}'})"
            )
        if not np.isfinite(found).all():
            raise InputError(f"the values of {name} must be finite (got {one!r})")
        ranges.append(found)
    return tuple(ranges)


def _check_parameters(
    stimulus: str, names: tuple[str, ...], chosen: list[Quantity], parameters: Mapping[str, Any]
) -> None:
    """Refuse what the stimulus does not have, what is varied already, and what is missing."""
    known = dict(signature(STIMULI[stimulus]).parameters)
    known.pop("screen")
    known.pop("count", None)
    has = {*known, *(["direction"] if "drifting" in stimulus else [])}
    for name, quantity in zip(names, chosen, strict=True):
        if quantity.parameter not in has:
            raise InputError(
                f"the stimulus {stimulus!r} has no {name}: choose another with stimulus="
            )
        if quantity.parameter in parameters:
            raise InputError(f"{quantity.parameter}= is what is varied: leave it out")
    for name in parameters:
        if name not in has:
            raise InputError(unknown(f"parameter of {stimulus!r}", name, sorted(has)))
    given = {*parameters, *(q.parameter for q in chosen)}
    if {"orientation", "direction"} <= given:
        raise InputError("a direction has its orientation: give one of them")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in given:
            raise InputError(f"the stimulus {stimulus!r} needs {name}=")


def _turn(degrees: int) -> np.ndarray:
    """Return 16 angles of a whole turn, or half a one."""
    return np.arange(16) * degrees / 16
