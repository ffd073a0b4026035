"""Photographs from files: upright, in grey, and refused where they are none."""

import numpy as np
import pytest
from PIL import Image

from circuits import stimuli
from circuits.stimuli import Screen
from neurosim import FileError, InputError


def test_photographs(tmp_path):
    portrait = stimuli.photograph(longest=64)
    assert max(portrait.shape) == 64
    assert 0 <= portrait.min() < portrait.max() <= 1
    text = tmp_path / "no.png"
    text.write_text("not an image")
    floats = tmp_path / "floats.tiff"
    Image.fromarray(np.full((4, 6), 0.5, dtype=np.float32)).save(floats)
    for path, message in (
        (text, "cannot be read as an image"),
        (tmp_path / "gone.png", "no such file"),
        (floats, "no number in it is known to be white"),
    ):
        with pytest.raises(FileError, match=message):
            stimuli.photograph(path)
    with pytest.raises(InputError, match="longest must be a whole number from 1"):
        stimuli.photograph(longest=0)


def test_a_photograph_stands_as_its_camera_was_held(tmp_path):
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (40, 1))
    turned = Image.Exif()
    turned[0x0112] = 6  # what a phone writes for a portrait
    Image.fromarray(ramp).save(tmp_path / "phone.jpg", exif=turned, quality=95)
    seen = stimuli.photograph(tmp_path / "phone.jpg")
    assert seen.shape == (64, 40)
    assert seen[0].mean() < 0.05 < 0.95 < seen[-1].mean()


def test_sixteen_bits_transparency_and_palettes_keep_their_greys(tmp_path):
    path = tmp_path / "image.png"
    deep = np.full((40, 60), 40_000, dtype=np.uint16)
    deep[0, 0] = 65_535
    Image.fromarray(deep).save(path)
    seen = stimuli.photograph(path, longest=30)
    assert seen.shape == (20, 30)
    assert np.median(seen) == pytest.approx(40_000 / 65_535, abs=1e-6)
    assert 0 <= seen.min() < seen.max() <= 1
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(path)
    assert stimuli.photograph(path).min() == 1
    stripes = Image.new("P", (100, 100))
    stripes.putpalette([0, 0, 0, 255, 255, 255])
    for x in range(0, 100, 2):
        stripes.paste(1, (x, 0, x + 1, 100))
    stripes.save(path)  # nearest neighbours would leave black, white, or stripes
    np.testing.assert_allclose(stimuli.photograph(path, longest=10), 0.5, atol=0.05)


def test_a_natural_image_is_contrast_around_its_mean(tmp_path):
    grey = np.full((6, 8), 40, dtype=np.uint8)
    grey[0, 0] = 255  # more than twice the mean
    Image.fromarray(grey).save(tmp_path / "image.png")
    pattern = np.minimum(grey / grey.mean() - 1, 1)
    seen = stimuli.natural_image(Screen((6, 8)), tmp_path / "image.png")
    np.testing.assert_allclose(seen, pattern, atol=1e-12)
    bright = Screen((6, 8), luminance=20.0)
    seen = stimuli.natural_image(bright, tmp_path / "image.png", contrast=0.3)
    np.testing.assert_allclose(seen, 20 * (1 + 0.3 * pattern), atol=1e-12)


def test_a_natural_image_fills_the_screen_with_its_middle(tmp_path):
    high = np.zeros((90, 30), dtype=np.uint8)
    high[30:60, :15], high[30:60, 15:] = 50, 150
    Image.fromarray(high).save(tmp_path / "image.png")
    seen = stimuli.natural_image(Screen((10, 10)), tmp_path / "image.png")
    np.testing.assert_allclose(seen[:, [0, 2, 7, 9]], [[-0.5, -0.5, 0.5, 0.5]] * 10, atol=1e-6)
    assert stimuli.natural_image(Screen((200, 100))).shape == (200, 100)


def test_a_black_image_and_too_large_a_one_are_refused(tmp_path, monkeypatch):
    Image.new("L", (6, 6)).save(tmp_path / "black.png")
    with pytest.raises(FileError, match=r"black.png' is black all over: there is no mean"):
        stimuli.natural_image(Screen((3, 3)), tmp_path / "black.png")
    with pytest.raises(InputError, match=r"^contrast must be from 0 to 1"):
        stimuli.natural_image(Screen((3, 3)), contrast=1.5)
    with pytest.raises(FileError, match=r"^a file's path is text or a Path \(got 5\)"):
        stimuli.natural_image(Screen((3, 3)), 5)
    with pytest.raises(FileError, match=r"^a file's path is text or a Path \(got None\)"):
        stimuli.movie(None, 0.01)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(FileError, match=r"cannot be read as an image .*bomb"):
        stimuli.natural_image(Screen((3, 3)), tmp_path / "black.png")
