"""Movies as inputs: the frames of any stretch, shown for whole steps, and refusals."""

import numpy as np
import pytest

from neurosim import Circuit, InputError
from neurosim.movies import Movie


def repeater() -> Circuit:
    circuit = Circuit("repeater")
    x = circuit.inputs("x", shape=3, real=True)
    circuit.output(circuit.rate("y", excite=x, transfer="identity"))
    return circuit


def counting(count=None, frame=0.002) -> Movie:
    def make(first, frames):
        return np.arange(first, first + frames)[:, None] + np.array([0.0, 0.25, 0.5])

    return Movie(make, (3,), frame, count)


def test_a_movie_is_shown_as_its_frames_would_be():
    run = repeater().simulate(counting(), steps=9, dt=1e-3)
    expected = np.arange(9)[:, None] // 2 + np.array([0.0, 0.25, 0.5])
    np.testing.assert_array_equal(run["y"][0], expected)


def test_a_run_goes_on_where_the_movie_was(rng):
    frames = rng.normal(size=(50, 3))
    movie = Movie.of(frames, 0.003)
    whole = repeater().simulate(movie, steps=147)
    first = repeater().simulate(movie, steps=70)
    second = repeater().simulate(movie, steps=77, initial=first.final_state)
    parts = np.concatenate([first["y"], second["y"]], axis=1)
    np.testing.assert_array_equal(parts, whole["y"])


def test_a_movie_may_have_trials(rng):
    frames = rng.normal(size=(20, 4, 3))
    run = repeater().simulate(Movie.of(frames, 1e-3), steps=20)
    np.testing.assert_array_equal(run["y"], frames.swapaxes(0, 1))


def test_frames_may_be_lists():
    movie = Movie.of([[0, 1, 2], [3, 4, 5]], 1e-3)
    assert movie.shape == (3,)
    run = repeater().simulate(Movie(lambda f, n: [[7, 8, 9]] * n, [3], 1e-3), steps=2)
    np.testing.assert_array_equal(run["y"][0], [[7, 8, 9]] * 2)
    np.testing.assert_array_equal(repeater().simulate(movie, steps=2)["y"][0], movie.frames(0, 2))


def test_blocks_hold_every_frame_once():
    movie = counting(10)
    assert [len(block) for block in movie.blocks(4)] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(list(movie.blocks(4))), movie.frames(0, 10))
    assert len(list(movie)) == len(movie) == 10
    assert len(counting().cut(7)) == 7


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: repeater().simulate(counting(3), steps=7), "movie ends after 0.006 s, the run"),
        (lambda: repeater().simulate(counting(frame=0.0025), steps=2), "take dt=0.00125"),
        (lambda: repeater().simulate(counting(frame=1e-4), steps=2), "take dt=0.0001"),
        (
            lambda: repeater().simulate(Movie.of(np.zeros((5, 4)), 1e-3), steps=2),
            r"has shape \(3,\); the movie's frames have shape \(4,\)",
        ),
        (
            lambda: repeater().simulate(Movie(lambda f, n: 1 / 0, (3,), 1e-3), steps=2),
            "input 'x': what makes its movie raised ZeroDivisionError at frame 0: division by zero",
        ),
        (lambda: counting(3).frames(1, 3), "the movie has 3 frames of 0.002 s; frames 1 to 3"),
        (lambda: counting(3).cut(4), "the movie has 3 frames, not 4"),
        (lambda: len(counting()), r"the movie has no end: take so many frames of it with cut"),
        (lambda: Movie(lambda f, n: np.zeros((n, 2)), (3,), 0.1).frames(0, 2), "were made as an"),
        (lambda: Movie(np.zeros((5, 3)), (3,), 0.1), r"^a movie is made by a function make"),
        (lambda: Movie(np.zeros, 3, 0.1), r"^a movie's shape is that of one frame, a tuple"),
        (lambda: Movie(np.zeros, (3, -1), 0.1), "^each side of a movie's shape must be a whole"),
        (lambda: Movie(lambda f, n: None, (3,), 0.1).frames(0, 2), r"were made as an array"),
        (lambda: Movie.of("frames", 0.1), r"^a movie's frames are an array of numbers"),
        (lambda: Movie.of([[1], [1, 2]], 0.1), "^a movie's frames must all have one shape"),
        (lambda: Movie.of(np.zeros((0, 3)), 0.1), "^count must be a whole number from 1"),
        (lambda: counting(3).blocks(0), "^most must be a whole number from 1"),
        (lambda: counting(3)(-0.1), r"^time must be finite and at least 0 seconds \(got -0.1\)"),
        (lambda: counting(3)(float("nan")), "^time must be finite and at least 0 seconds"),
        (lambda: counting(3)("noon"), "^time must be a number of seconds"),
        (lambda: counting(frame=0), "^frame must be finite and above 0 seconds"),
    ],
)  # fmt: skip
def test_movies_that_do_not_fit_are_one_clear_error(run, message):
    with pytest.raises(InputError, match=message):
        run()
