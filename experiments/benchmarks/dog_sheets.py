"""Retina to LGN on photographs' scale: ON and OFF sheets of a DoG, divided by their neighbourhood.

16 images of 512 × 512. The contrast c is center − surround, ON = [c]₊ and OFF = [−c]₊, and each is
divided by s + the Gaussian pool of ON + OFF. All sides use the same truncated kernels and mirror
the image at its border.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy import ndimage

from neurosim import Circuit, convolve, stack

from .floors import multiply_add_rate, threads
from .timing import Benchmark, Floor, Side, load

CENTER, SURROUND, POOL = 1.0, 3.0, 8.0  # standard deviations in pixels
SEMI_SATURATION = 0.1
REACH = 4.0  # standard deviations at which kernels end, SciPy's own choice


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, smaller where `quick`."""
    count, side = (2, 128) if quick else (16, 512)
    images = np.random.default_rng(0).random((count, side, side), dtype=np.float32)
    return [
        Benchmark(
            f"DoG sheets with normalization, {count} images of {side} × {side}",
            ours=lambda: our_side(images),
            peers={
                "SciPy": lambda: scipy_side(images, 1),
                "SciPy, an image a core": lambda: scipy_side(images, threads()),
                "OpenCV": lambda: opencv_side(images),
                "NumPy banded": lambda: matrix_side(images),
                "PyTorch": lambda: torch_side(images),
            },
            floor=lambda: floor(images),
        )
    ]


def gaussian(deviation: float) -> np.ndarray:
    """Return a truncated Gaussian of unit sum over pixels, as SciPy's gaussian_filter has it."""
    radius = int(REACH * deviation + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    return weights / weights.sum()


def floor(images: np.ndarray) -> Floor:
    """Return the time of the multiplications: each kernel's rows and columns at every pixel."""
    taps = sum(2 * gaussian(deviation).size for deviation in (CENTER, SURROUND, POOL))
    rate = multiply_add_rate()
    reason = f"{images.size / 1e6:.2g}M pixels × {taps} multiply–adds at {rate / 1e9:.0f}/ns"
    return Floor(images.size * taps / rate, reason)


def our_side(images: np.ndarray) -> Side:
    """Build the circuit, as a user would; answers (images, ON and OFF, rows, columns)."""
    center, surround, pool = (
        np.outer(line, line) for line in map(gaussian, (CENTER, SURROUND, POOL))
    )
    lgn = Circuit("lgn")
    image = lgn.inputs("image", shape=images.shape[1:], real=True)
    bipolar = lgn.rate(
        "bipolar",
        excite=convolve(image, center, border="reflect"),
        subtract=convolve(image, surround, border="reflect"),
        transfer="identity",
    )
    on = lgn.rate("on", excite=bipolar)
    off = lgn.rate("off", subtract=bipolar)
    contrast = lgn.rate("contrast", excite=on + off)
    pooled = lgn.rate("pool", excite=convolve(contrast, pool, border="reflect"))
    relays = [
        lgn.rate(name, excite=source, divide=pooled, semi_saturation=SEMI_SATURATION)
        for name, source in (("on relay", on), ("off relay", off))
    ]
    lgn.output(stack(relays), "relays")
    return Side(lambda: lgn.evaluate(images, dtype="float32"))


def by_image(
    images: np.ndarray, blur: Callable[[np.ndarray, float], np.ndarray], cores: int
) -> Side:
    """Filter image after image, `cores` at a time; `blur(image, deviation)` is the peer's."""

    def sheets(image: np.ndarray, out: np.ndarray) -> None:
        contrast = blur(image, CENTER)
        contrast -= blur(image, SURROUND)
        pool = blur(np.abs(contrast), POOL)
        pool += np.float32(SEMI_SATURATION)
        contrast /= pool
        np.maximum(contrast, 0, out=out[0])
        np.negative(contrast, out=contrast)
        np.maximum(contrast, 0, out=out[1])

    def run() -> np.ndarray:
        out = np.empty((len(images), 2, *images.shape[1:]), dtype=np.float32)
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(sheets, images, out))
        return out

    return Side(run)


def scipy_side(images: np.ndarray, cores: int) -> Side:
    """SciPy's gaussian_filter, which uses one core, on `cores` images at a time."""
    return by_image(
        images,
        lambda image, deviation: np.asarray(
            ndimage.gaussian_filter(image, deviation, truncate=REACH, mode="reflect")
        ),
        cores,
    )


def opencv_side(images: np.ndarray) -> Side:
    """OpenCV's GaussianBlur, an image on each core: by itself it takes one."""
    cv2 = load("cv2")

    def blur(image: np.ndarray, deviation: float) -> np.ndarray:
        size = (gaussian(deviation).size,) * 2
        return np.asarray(cv2.GaussianBlur(image, size, deviation, borderType=cv2.BORDER_REFLECT))

    return by_image(images, blur, threads())


def matrix_side(images: np.ndarray) -> Side:
    """Products with banded matrices from both sides, which BLAS does on all cores."""
    size = images.shape[1]
    center, surround, pool = (
        ndimage.correlate1d(
            np.eye(size), gaussian(deviation), axis=0, mode="reflect"
        ).astype(np.float32)
        for deviation in (CENTER, SURROUND, POOL)
    )  # fmt: skip

    def run() -> np.ndarray:
        contrast = center @ images @ center.T
        contrast -= surround @ images @ surround.T
        divisor = pool @ np.abs(contrast) @ pool.T
        divisor += np.float32(SEMI_SATURATION)
        contrast /= divisor
        return np.stack([np.maximum(contrast, 0), np.maximum(-contrast, 0)], axis=1)

    return Side(run)


def torch_side(images: np.ndarray) -> Side:
    """PyTorch's conv2d along columns and then along rows, all images at once."""
    torch = load("torch")
    convolution = torch.nn.functional.conv2d
    given = torch.from_numpy(images)[:, None]

    def blur(stack: Any, deviation: float) -> Any:
        line = torch.from_numpy(gaussian(deviation).astype(np.float32))
        # PyTorch's own "reflect" does not repeat the edge.
        mirrored = np.pad(np.arange(stack.shape[-1]), len(line) // 2, mode="symmetric")
        stack = convolution(stack[:, :, mirrored], line[None, None, :, None])
        return convolution(stack[..., mirrored], line[None, None, None, :])

    def run() -> np.ndarray:
        with torch.inference_mode():
            contrast = blur(given, CENTER) - blur(given, SURROUND)
            contrast /= blur(contrast.abs(), POOL) + SEMI_SATURATION
            sheets = torch.cat([contrast.clamp(min=0), (-contrast).clamp(min=0)], dim=1)
            return np.asarray(sheets.numpy())

    return Side(run)
