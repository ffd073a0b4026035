"""Photographs in folders, one a class: upright, grey, square, and each mistake named."""

import os

import numpy as np
import pytest
from PIL import Image

from circuits import stimuli
from neurosim import FileError, InputError


def save(path, grey, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(grey, dtype=np.uint8)).save(path, **options)


@pytest.fixture
def folder(tmp_path):
    """Three owls and two cats, each of one grey, beside what is left alone."""
    for name, grey in (("a", 10), ("b", 20), ("c", 30)):
        save(tmp_path / "owl" / f"{name}.png", np.full((40, 40), grey))
    for name, grey in (("a", 100), ("b", 200)):
        save(tmp_path / "cat" / f"{name}.png", np.full((30, 60), grey))
    (tmp_path / "LICENCE").write_text("free")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "cat" / ".DS_Store").write_text("hidden")
    return tmp_path


def test_classes_are_the_sub_folders_by_name(folder):
    read = stimuli.labelled_photographs(folder, size=8)
    assert read.classes == ("cat", "owl")
    assert read.labels.tolist() == [0, 0, 1, 1, 1]
    assert read.counts == (2, 3)
    assert read.images.shape == (5, 8, 8)
    expected = np.array([100, 200, 10, 20, 30])[:, None, None] / 255
    np.testing.assert_allclose(read.images, np.broadcast_to(expected, (5, 8, 8)), atol=1e-9)
    assert str(read) == "5 images of 8 × 8 pixels: 2 cat, 3 owl"


def test_the_largest_square_of_the_middle_is_seen_upright(folder):
    wide = np.zeros((20, 60))
    wide[:, 20:30], wide[:, 30:40] = 50, 150  # the middle square
    save(folder / "cat" / "a.png", wide)
    ramp = np.tile(np.linspace(0, 255, 64), (64, 1))
    turned = Image.Exif()
    turned[0x0112] = 6  # what a phone writes for a portrait
    save(folder / "cat" / "b.jpg", ramp, exif=turned, quality=95)
    (folder / "cat" / "b.png").unlink()
    cats = stimuli.labelled_photographs(folder, size=4).images[:2]
    np.testing.assert_allclose(cats[0], np.tile([50, 50, 150, 150], (4, 1)) / 255, atol=1e-9)
    np.testing.assert_allclose(cats[1].mean(axis=1), np.array([1, 3, 5, 7]) / 8, atol=0.02)


def test_at_most_so_many_of_each_class_are_chosen_by_the_seed(folder):
    for n in range(20):
        save(folder / "owl" / f"more{n:02}.png", np.full((8, 8), 40 + n))
    chosen = [stimuli.labelled_photographs(folder, size=2, most=5, seed=seed) for seed in (0, 0, 1)]
    assert chosen[0].counts == (2, 5)
    np.testing.assert_array_equal(chosen[0].images, chosen[1].images)
    assert not np.array_equal(chosen[0].images, chosen[2].images)
    owls = chosen[0].images[2:, 0, 0]
    assert (np.diff(owls) > 0).all()  # each once, by name


def test_what_is_unreadable_is_refused_or_skipped(folder):
    broken = folder / "cat" / "a.png"
    broken.write_text("not an image")
    with pytest.raises(
        FileError, match=r"cat.a.png' cannot be read as an image .* or take unreadable='skip'$"
    ):
        stimuli.labelled_photographs(folder)
    read = stimuli.labelled_photographs(folder, unreadable="skip")
    assert read.counts == (1, 3)
    assert read.skipped == (str(broken),)
    assert str(read).endswith("1 cat, 3 owl; 1 skipped")
    (folder / "cat" / "b.png").write_bytes(b"")
    with pytest.raises(FileError, match=r"cat' has no image: none of its files can be read as one"):
        stimuli.labelled_photographs(folder, unreadable="skip")
    with pytest.raises(InputError, match=r"^unreadable must be 'refuse' or 'skip' \(got 'ask'\)"):
        stimuli.labelled_photographs(folder, unreadable="ask")


def test_names_that_are_no_text_can_be_written(folder):
    try:
        (folder / "cat").rename(folder / os.fsdecode(b"ca\xfft"))
        (folder / os.fsdecode(b"ca\xfft") / "no.png").write_text("not an image")
    except (OSError, UnicodeError):
        pytest.skip("names are text on this system")
    read = stimuli.labelled_photographs(folder, unreadable="skip")
    assert read.classes == (r"ca\udcfft", "owl")
    assert [path.encode().endswith(rb"ca\udcfft/no.png") for path in read.skipped] == [True]


def test_folders_without_classes_are_refused(folder):
    (folder / "dog").mkdir()
    with pytest.raises(FileError, match=r"^the class '.*dog' has no image: it is empty$"):
        stimuli.labelled_photographs(folder)
    with pytest.raises(FileError, match=r"owl' has no sub-folders: at least two are needed, one a"):
        stimuli.labelled_photographs(folder / "owl")
    alone = folder / "dog"
    (alone / "poodle").mkdir()
    with pytest.raises(FileError, match=r"dog' has 1 sub-folder: at least two"):
        stimuli.labelled_photographs(alone)
    with pytest.raises(FileError, match=r"gone' cannot be listed \(No such file or directory\)"):
        stimuli.labelled_photographs(folder / "gone")
    with pytest.raises(FileError, match=r"cannot be listed \(embedded null byte\); give a folder"):
        stimuli.labelled_photographs("a\0b")
    with pytest.raises(FileError, match=r"^a file's path is text or a Path \(got 5\)"):
        stimuli.labelled_photographs(5)
    with pytest.raises(InputError, match="most must be a whole number from 1"):
        stimuli.labelled_photographs(folder, most=0)
