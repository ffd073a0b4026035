"""Noise for reverse correlation: dense white noise, sparse noise; and random dots.

Every frame is addressed by the seed and its number (a counter-based generator, NumPy's Philox), so
that a movie is the same whichever stretch of it is made, and none of it has to be kept.
"""

from __future__ import annotations

import math

import numpy as np

from neurosim import InputError, Movie
from neurosim.timing import whole

from .screen import Screen, checked_contrast, number, on_screen

# What a stream is for: the second half of its key, so that kinds of noise are independent.
BINARY, GAUSSIAN, SPARSE, DOTS = range(1, 5)
WORDS = 4  # of 64 bits that one value of the generator's counter makes
SIGNS = (np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * 2.0 - 1.0).astype(
    np.float32
)  # of the bits of each byte


@on_screen
def white_noise(
    screen: Screen, *, seed: int = 0, contrast: float = 1.0, levels: str = "binary",
    count: int | None = None,
) -> Movie:  # fmt: skip
    """Return frames whose pixels are independent of one another and of other frames.

    Parameters
    ----------
    seed
        An integer from 0 to 2^64 − 1.
    contrast
        Of each pixel: ±c with equal chance for "binary" levels; the standard deviation for
        "gaussian" ones, whose few values beyond ±1 are shown as ±1.
    levels
        "binary" or "gaussian".
    count
        Frames; left out, without end.

    Returns
    -------
    Movie
        Of float32 frames, which hold ±1 exactly.

    Raises
    ------
    InputError
        Levels of another name, a seed that cannot be, a contrast outside [0, 1].
    """
    seed, size = whole(seed, "seed", 0, 2**64), screen.shape[0] * screen.shape[1]
    contrast = checked_contrast(contrast)
    if not isinstance(levels, str) or levels not in ("binary", "gaussian"):
        raise InputError(f"levels must be 'binary' or 'gaussian' (got {levels!r})")

    def binary(first: int, frames: int) -> np.ndarray:
        # A whole number of counter values a frame, so that each frame begins at one.
        octets = -(-size // (64 * WORDS)) * 8 * WORDS
        words = _words(seed, BINARY, first * (octets // (8 * WORDS)), frames * octets // 8)
        used = words.view(np.uint8).reshape(frames, octets)[:, : -(-size // 8)]
        return np.take(SIGNS, used, axis=0).reshape(frames, -1)[:, :size]

    def gaussian(first: int, frames: int) -> np.ndarray:
        # Box & Muller: two words make two values.
        values = -(-size // WORDS) * WORDS
        words = _words(seed, GAUSSIAN, first * (values // WORDS), frames * values)
        uniform = ((words >> np.uint64(11)) + 0.5) * 2.0**-53
        radius = np.sqrt(-2 * np.log(uniform[0::2]))
        angle = 2 * math.pi * uniform[1::2]
        made = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        return made.reshape(frames, values)[:, :size].astype(np.float32)

    def make(first: int, frames: int) -> np.ndarray:
        if levels == "binary":
            seen = binary(first, frames)
            if contrast != 1:
                seen = seen * np.float32(contrast)
        else:
            seen = np.clip(np.float32(contrast) * gaussian(first, frames), -1, 1)
        if screen.luminance is not None:
            seen = np.float32(screen.luminance) * (1 + seen)
        return seen.reshape(frames, *screen.shape)

    return Movie(make, screen.shape, screen.frame, count)


@on_screen
def sparse_noise(
    screen: Screen, *, seed: int = 0, contrast: float = 1.0, size: int = 1,
    count: int | None = None,
) -> Movie:  # fmt: skip
    """Return frames with one square each, bright or dark, at a random place (Jones & Palmer 1987).

    Parameters
    ----------
    size
        Pixels a side of the square.

    Raises
    ------
    InputError
        A square larger than the screen; otherwise as `white_noise`.
    """
    seed = whole(seed, "seed", 0, 2**64)
    contrast = checked_contrast(contrast)
    size = whole(size, "size", 1)
    rows, columns = (n - size + 1 for n in screen.shape)
    if min(rows, columns) < 1:
        raise InputError(
            f"a square of {size} pixels is larger than the screen of {screen.shape[0]} × "
            f"{screen.shape[1]}"
        )

    def make(first: int, frames: int) -> np.ndarray:
        words = _words(seed, SPARSE, first, frames * WORDS).reshape(frames, WORDS)
        top, left = (_below(words[:, k], n) for k, n in ((0, rows), (1, columns)))
        sign = np.where(words[:, 2] >> np.uint64(63), 1.0, -1.0)
        seen = np.zeros((frames, *screen.shape))
        each = np.arange(frames)
        for down in range(size):
            for right in range(size):
                seen[each, top + down, left + right] = sign
        return screen.shown(seen, contrast)

    return Movie(make, screen.shape, screen.frame, count)


@on_screen
def random_dots(
    screen: Screen, *, speed: float = 5.0, direction: float = 0.0, coherence: float = 1.0,
    density: float = 2.0, diameter: float = 0.2, lifetime: float = 0.2, seed: int = 0,
    contrast: float = 1.0, count: int | None = None,
) -> Movie:  # fmt: skip
    """Return bright dots of which a part moves together (Newsome & Paré 1988).

    A dot lives for `lifetime`, then starts anew elsewhere; each lives on its own clock.  Signal
    dots move in the direction, the others each in one of its own.  They leave on one side and
    come back on the other.

    Parameters
    ----------
    speed
        Degrees a second.
    direction
        Degrees counterclockwise; 0 is to the right.
    coherence
        Share of signal dots, 0 to 1.
    density
        Dots a square degree.
    diameter
        Degrees of a dot.
    lifetime
        Seconds, at least one frame.

    Raises
    ------
    InputError
        A number out of its range, more than 10^5 dots; otherwise as `white_noise`.
    """
    seed = whole(seed, "seed", 0, 2**64)
    contrast = checked_contrast(contrast)
    speed = number(speed, "speed", "degrees a second", least=0)
    heading = math.radians(number(direction, "direction", "degrees"))
    coherence = number(coherence, "coherence")
    if not 0 <= coherence <= 1:
        raise InputError(f"coherence is a share from 0 to 1 (got {coherence:g})")
    radius = screen.fits(diameter, "diameter") / 2
    frames_lived = number(lifetime, "lifetime", "seconds", least=0) / screen.frame
    if not 1 - 1e-9 <= frames_lived <= MOST_FRAMES:
        raise InputError(
            f"a dot lives for a frame of {screen.frame:g} s or longer, up to {MOST_FRAMES:,} of "
            f"them (got a lifetime of {lifetime:g} s)"
        )
    steps = round(frames_lived)
    dots = round(number(density, "density", "dots a square degree", least=0) * screen.width
                 * screen.height)  # fmt: skip
    if dots > MOST_DOTS:
        raise InputError(f"{dots:,} dots are too many (at most {MOST_DOTS:,}): lower the density")
    phases = np.arange(dots) % steps

    def lives(generation: int) -> np.ndarray:
        words = _words(seed, DOTS, generation * dots, dots * WORDS).reshape(dots, WORDS)
        return (words >> np.uint64(11)) * 2.0**-53

    def places(frame: int) -> tuple[np.ndarray, np.ndarray]:
        generation, age = np.divmod(frame + phases, steps)
        drawn = np.empty((dots, WORDS))
        for one in np.unique(generation):
            here = generation == one
            drawn[here] = lives(int(one))[here]
        angle = np.where(drawn[:, 2] < coherence, heading, 2 * math.pi * drawn[:, 3])
        moved = speed * screen.frame * age
        x = (drawn[:, 0] * screen.width + moved * np.cos(angle)) % screen.width
        y = (drawn[:, 1] * screen.height + moved * np.sin(angle)) % screen.height
        return x - screen.width / 2, y - screen.height / 2

    def make(first: int, frames: int) -> np.ndarray:
        seen = np.zeros((frames, *screen.shape))
        for k in range(frames):
            _draw_dots(seen[k], *places(first + k), radius, screen)
        return screen.shown(seen, contrast)

    return Movie(make, screen.shape, screen.frame, count)


MOST_DOTS = 100_000
MOST_FRAMES = 1 << 40  # that a dot lives


def _draw_dots(
    image: np.ndarray, x: np.ndarray, y: np.ndarray, radius: float, screen: Screen
) -> None:
    """Draw dots with a soft rim of a pixel; where two meet the brighter one is seen."""
    reach = math.ceil(radius / screen.pixel + 1)
    rows, columns = screen.shape
    column = np.rint(x / screen.pixel + (columns - 1) / 2).astype(int)
    row = np.rint((rows - 1) / 2 - y / screen.pixel).astype(int)
    c = column + np.arange(-reach, reach + 1)[:, None]
    across = (c - (columns - 1) / 2) * screen.pixel - x
    within = (c >= 0) & (c < columns)
    for down in range(-reach, reach + 1):
        r = row + down
        inside = within & ((r >= 0) & (r < rows))
        away = np.hypot(across, ((rows - 1) / 2 - r) * screen.pixel - y)
        covered = np.clip((radius - away) / screen.pixel + 0.5, 0, 1)
        np.maximum.at(image, (np.broadcast_to(r, c.shape)[inside], c[inside]), covered[inside])


def _words(seed: int, purpose: int, counter: int, count: int) -> np.ndarray:
    """Return random words of 64 bits from a place in a stream on."""
    stream = np.random.Philox(key=np.array([seed, purpose], dtype=np.uint64), counter=counter)
    return stream.random_raw(count)


def _below(words: np.ndarray, n: int) -> np.ndarray:
    """Return whole numbers from 0 to n − 1, of words of 64 bits."""
    return ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)
