"""Movies from files: the frames as they are, one at a time, and files that are refused."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from circuits import stimuli
from circuits.stimuli import Screen
from neurosim import Circuit, FileError, InputError


@pytest.fixture
def frames(rng):
    return rng.integers(0, 256, (6, 12, 16), dtype=np.uint8)


def pages(path, frames, **options):
    first, *others = (Image.fromarray(frame) for frame in frames)
    first.save(path, save_all=True, append_images=others, **options)


def kept_as(kind, frames, folder):
    path = folder / f"movie{kind}"
    if kind == ".npy":
        np.save(path, frames)
    elif kind == "":
        path.mkdir()
        (path / ".hidden").write_text("left out")
        for k, frame in enumerate(frames):
            Image.fromarray(frame).save(path / f"{k:03}.png")
    else:
        pages(path, frames, **({"lossless": True} if kind == ".webp" else {}))
    return path


@pytest.mark.parametrize("kind", [".gif", ".png", ".webp", ".tiff", ".npy", ""])
def test_every_kind_of_file_holds_its_frames(kind, frames, tmp_path):
    movie = stimuli.movie(kept_as(kind, frames, tmp_path), 0.04)
    assert (len(movie), movie.shape, movie.frame) == (6, (12, 16), 0.04)
    np.testing.assert_allclose(movie.frames(0, 6), frames / 255, atol=1e-7)
    for first, count in ((4, 2), (1, 1), (0, 3), (5, 0)):  # there and back
        seen = movie.frames(first, count)
        np.testing.assert_allclose(seen, frames[first : first + count] / 255, atol=1e-7)


@pytest.mark.compiled
def test_files_stand_in_the_order_of_the_numbers_in_their_names(tmp_path):
    for number in (10, 9, 100):
        Image.new("L", (3, 2), number).save(tmp_path / f"frame{number}.png")
    seen = stimuli.movie(tmp_path, 0.1).frames(0, 3)[:, 0, 0]
    np.testing.assert_allclose(255 * seen, [9, 10, 100])


def test_a_circuit_sees_a_movie_from_a_file(frames, tmp_path):
    circuit = Circuit("sheet")
    image = circuit.inputs("image", shape=(12, 16), real=True)
    circuit.output(circuit.rate("y", excite=image))
    record = circuit.simulate(stimuli.movie(kept_as(".gif", frames, tmp_path), 2e-3), steps=12)
    np.testing.assert_allclose(record["y"][0], np.repeat(frames / 255, 2, axis=0))


@pytest.mark.parametrize(
    ("values", "grey"),
    [
        (np.array([[[0, 65535, 13107]]], dtype=">u2"), [0, 1, 0.2]),
        (np.array([[[False, True, True]]]), [0, 1, 1]),
        (np.array([[[0, 1, 0.25]]]), [0, 1, 0.25]),
        (np.asfortranarray(np.array([[[0, 1, 0.5]]], dtype=np.float16)), [0, 1, 0.5]),
    ],
)
def test_an_arrays_white_is_that_of_its_numbers(values, grey, tmp_path):
    np.save(tmp_path / "a.npy", values)
    seen = stimuli.movie(tmp_path / "a.npy", 0.1).frames(0, 1)
    np.testing.assert_allclose(seen, [[grey]], atol=1e-7)


def test_long_frames_are_made_smaller(frames, tmp_path):
    movie = stimuli.movie(kept_as(".gif", frames, tmp_path), 0.04, longest=8)
    assert movie.shape == (6, 8)
    np.testing.assert_allclose(movie.frames(0, 6).mean(), frames.mean() / 255, rtol=0.02)


def test_one_frame_is_held_at_a_time(tmp_path):
    np.save(tmp_path / "long.npy", np.zeros((400, 100, 100), dtype=np.uint8))
    for k in range(3):
        Image.effect_noise((100, 100), 50).save(tmp_path / f"{k}.png")
    movie = stimuli.movie(tmp_path / "long.npy", 0.01)
    movie.frames(0, 1)
    tracemalloc.start()
    for _ in movie.blocks(4):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * 8 * 100 * 100  # bytes: a few frames, of 400


def test_a_natural_movie_is_contrast_around_the_mean_of_all_its_frames(frames, tmp_path):
    path = kept_as(".npy", frames, tmp_path)
    grey = frames / 255
    pattern = np.minimum(grey / grey.mean() - 1, 1)
    screen = Screen((12, 16), frame=0.02)
    movie = stimuli.natural_movie(screen, path)
    assert movie.frame == 0.02
    np.testing.assert_allclose(movie.frames(2, 3), pattern[2:5], atol=1e-6)
    bright = Screen((12, 16), luminance=30.0)
    seen = stimuli.natural_movie(bright, path, contrast=0.5).frames(0, 6)
    np.testing.assert_allclose(seen, 30 * (1 + 0.5 * pattern), atol=1e-4)


def test_a_natural_movie_fills_its_screen(tmp_path):
    wide = np.zeros((2, 20, 60), dtype=np.uint8)
    wide[:, :, 20:40] = 200  # only the middle is seen
    wide[:, 10:, 20:40] = 100
    np.save(tmp_path / "wide.npy", wide)
    seen = stimuli.natural_movie(Screen((10, 10)), tmp_path / "wide.npy").frames(0, 1)[0]
    np.testing.assert_allclose(seen[[1, -2]], [[1 / 3] * 10, [-1 / 3] * 10], atol=1e-6)


def different_sizes(folder):
    for k, size in enumerate([(8, 6), (8, 6), (9, 6)]):
        Image.new("L", size).save(folder / f"{k}.png")
    return folder


def a_bomb_on_the_second_page(folder):
    path = folder / "bomb.tiff"
    pages(path, np.zeros((2, 4, 4), dtype=np.uint8))
    content = bytearray(path.read_bytes())
    for tag in (b"\x00\x01", b"\x01\x01"):  # the last width and height, 16 bits each
        place = content.rindex(tag + b"\x04\x00\x01\x00\x00\x00")
        content[place + 8 : place + 12] = (60_000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def an_array_that_claims_too_much(folder):
    path = folder / "long.npy"
    np.save(path, np.zeros((2, 3, 4), dtype=np.uint8))
    path.write_bytes(path.read_bytes().replace(b"(2, 3, 4)", b"(9, 9, 9)"))
    return path


def a_wide_array(folder):
    path = folder / "wide.npy"
    wide = np.lib.format.open_memmap(path, "w+", np.uint8, (1, 10_000, 10_000))
    del wide
    return path


def saved(name, values):
    def save(folder):
        np.save(folder / name, values)
        return folder / name

    return save


def written(name, content):
    def write(folder):
        (folder / name).write_bytes(content)
        return folder / name

    return write


def a_broken_header(folder):
    path = saved("broken.npy", np.zeros((1, 2, 2)))(folder)
    path.write_bytes(path.read_bytes().replace(b"'shape': (", b"'shape': [", 1))
    return path


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda folder: folder / "gone.gif", "gone.gif': there is no such file$"),
        (lambda folder: folder / "gone.npy", "gone.npy': there is no such file$"),
        (lambda folder: folder, "holds no images; give a folder with one image a frame$"),
        (written("notes.txt", b"words"), "notes.txt' cannot be read as a movie .*; give an anim"),
        (written("film.mp4", b"\0\0\0\x18ftypmp42"), "film.mp4' cannot be read as a movie"),
        (written("film.gif", b"GIF89a\x04\0\x04\0"), "film.gif.* cannot be read as a movie"),
        (written("film.npy", b""), "film.npy' cannot be read as a movie"),
        (a_broken_header, "broken.npy' cannot be read as a movie"),
        (different_sizes, "frame 2 is 9 × 6 pixels, frame 0 8 × 6; give frames of one size$"),
        (a_bomb_on_the_second_page, "frame 1 is 60000 × 60000 pixels, frame 0 4 × 4; give fra"),
        (an_array_that_claims_too_much, "long.npy' cannot be read as a movie"),
        (a_wide_array, "frames of 100,000,000 pixels; give frames of at most 89,478,485$"),
        (saved("o.npy", np.array([[[None]]])), "o.npy' cannot be read as a movie .*Python objects"),
        (saved("i.npy", np.zeros((1, 2, 2), int)), "is an array of int64 of shape .*; give one of"),
        (saved("flat.npy", np.zeros((2, 2))), r"is an array of float64 of shape \(2, 2\); give"),
        (saved("none.npy", np.zeros((0, 2, 2))), "none.npy"),
        (saved("two.npy", np.full((1, 2, 2), 2.5)), r"frame 0: floats are grey .* \(got 2.5\)$"),
        (saved("nan.npy", np.full((1, 2, 2), np.nan)), r"floats are grey values.* \(got nan\)$"),
        (saved("black.npy", np.zeros((1, 2, 2))), "black.npy' is black all over: there is no mean"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_movie_is_one_clear_error(made, message, tmp_path):
    with pytest.raises(FileError, match=message) as refused:
        stimuli.natural_movie(Screen((4, 4)), made(tmp_path))
    assert "\n" not in str(refused.value)


def test_a_stranger_among_the_images_is_named(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "0.png")
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(FileError, match=r"holds 'notes.txt', which is no image; give a folder of"):
        stimuli.movie(tmp_path, 0.04)
    (tmp_path / "notes.txt").unlink()
    (tmp_path / "more.png").mkdir()
    with pytest.raises(FileError, match=r"holds 'more.png', which is no image"):
        stimuli.movie(tmp_path, 0.04)


def test_a_broken_frame_is_named(frames, tmp_path):
    path = kept_as("", frames, tmp_path)
    (path / "003.png").write_bytes(b"no")
    movie = stimuli.movie(path, 0.04)
    with pytest.raises(FileError, match=r"003.png' cannot be read as an image"):
        movie.frames(2, 2)


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (0, {}, "^frame must be finite and above 0 seconds"),
        (0.1, {"longest": 0}, "^longest must be a whole number from 1"),
    ],
)
def test_numbers_that_cannot_be_are_named(frame, options, message, frames, tmp_path):
    with pytest.raises(InputError, match=message):
        stimuli.movie(kept_as(".gif", frames, tmp_path), frame, **options)
    with pytest.raises(InputError, match=r"^contrast must be from 0 to 1"):
        stimuli.natural_movie(Screen((4, 4)), tmp_path / "movie.gif", contrast=2)
