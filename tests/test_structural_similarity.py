"""Structural similarity: closed forms, a plain loop over windows, and scikit-image's answers."""

import numpy as np
import pytest

from experiments.reconstruction.similarity import structural_similarity
from neurosim import InputError


def by_windows(image, other, span):
    """The paper's formula, window by window."""
    x = np.arange(-5, 6)
    weights = np.exp(-(x**2) / (2 * 1.5**2))
    weights = np.outer(weights, weights) / weights.sum() ** 2
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    found = []
    for row in range(image.shape[0] - 10):
        for column in range(image.shape[1] - 10):
            a = image[row : row + 11, column : column + 11]
            b = other[row : row + 11, column : column + 11]
            p, q = (weights * a).sum(), (weights * b).sum()
            both = (weights * (a - p) * (b - q)).sum()
            own, others = (weights * (a - p) ** 2).sum(), (weights * (b - q) ** 2).sum()
            luminance = (2 * p * q + c1) / (p * p + q * q + c1)
            found.append(luminance * (2 * both + c2) / (own + others + c2))
    return np.mean(found)


@pytest.mark.parametrize("span", [1.0, 255.0])
def test_it_is_the_papers_formula_over_all_windows(rng, span):
    images = span * rng.random((2, 13, 15))
    others = images + span * rng.normal(0, 0.3, images.shape)
    expected = [by_windows(a, b, span) for a, b in zip(images, others, strict=True)]
    np.testing.assert_allclose(structural_similarity(images, others, span), expected, rtol=1e-10)


def test_uniform_images_differ_in_luminance_alone():
    dark, light = np.full((1, 11, 11), 0.2), np.full((1, 11, 11), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    np.testing.assert_allclose(structural_similarity(dark, light), expected, rtol=1e-6)


def test_the_same_is_1_and_the_negative_is_below_0(rng):
    images = rng.random((3, 16, 16))
    np.testing.assert_allclose(structural_similarity(images, images), 1, rtol=1e-12)
    assert (structural_similarity(images, 1 - images) < 0).all()


@pytest.mark.parametrize(
    ("images", "others", "span", "message"),
    [
        (np.zeros((2, 11, 11)), np.zeros((2, 11, 12)), 1, r"of one shape.*got \(2, 11, 11\) and"),
        (np.zeros((11, 11)), np.zeros((11, 11)), 1, r"\(images, rows, columns\)"),
        (np.zeros((2, 10, 11)), np.zeros((2, 10, 11)), 1, r"11 pixels a side or more"),
        (np.zeros((2, 11, 11)), np.zeros((2, 11, 11)), 0, r"span must be above 0 \(got 0\)"),
    ],
)
def test_what_cannot_be_compared_is_refused(images, others, span, message):
    with pytest.raises(InputError, match=message):
        structural_similarity(images, others, span)


@pytest.mark.peers
def test_scikit_image_finds_the_same(rng):
    metrics = pytest.importorskip(
        "skimage.metrics", reason="scikit-image is not installed (extra: peers)"
    )
    images = rng.random((4, 28, 20))
    others = np.clip(images + rng.normal(0, 0.3, images.shape), 0, 1)
    expected = [
        metrics.structural_similarity(
            a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0
        )
        for a, b in zip(images, others, strict=True)
    ]
    np.testing.assert_allclose(structural_similarity(images, others), expected, rtol=1e-10)
