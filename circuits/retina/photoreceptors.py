"""Photoreceptors that adapt: they answer to contrast alike over decades of luminance."""

from __future__ import annotations

from neurosim import Circuit, convolve
from neurosim.neurons import power
from neurosim.timing import positive

from .fields import gaussian

EXPONENT = 0.74  # of the macaque's cones (Valeton & van Norren 1983)


def photoreceptors(
    shape: tuple[int, int],
    *,
    exponent: float = EXPONENT,
    dark: float = 0.01,
    surroundings: float | None = 1.0,
    tau: float = 0.1,
    pixel: float = 0.1,
    border: str = "reflect",
) -> Circuit:
    """Return photoreceptors: an image of luminances in, a sheet of responses from 0 to 1 out.

    R = Iⁿ/(Iⁿ + σⁿ) (Naka & Rushton 1966), where σ = σ₀ + the mean luminance around and of late:
    divisive inhibition by a cell that is wide and slow.  In light far above σ₀ a receptor that
    sees the contrast c answers (1 + c)ⁿ/((1 + c)ⁿ + 1) whatever the light (Weber's law), ½ to the
    mean itself.  A run begins in the dark; ``initial={"adaptation": L}`` begins it adapted to L.

    Parameters
    ----------
    shape
        Rows and columns of the image, which is not negative, and of the sheet.
    exponent
        n; of cones 0.74 (Valeton & van Norren 1983).
    dark
        σ₀, the luminance that half saturates a receptor in the dark, in the image's units.
    surroundings
        Standard deviation in degrees of the Gaussian over which luminance is averaged; None: each
        receptor adapts to its own light alone.
    tau
        Seconds, the time constant of the average.
    pixel
        Degrees a pixel.
    border
        What lies beyond the image, as `neurosim.convolve`.

    Raises
    ------
    CircuitError
        A shape, an exponent, a pixel or a τ that is not possible.
    InputError
        Surroundings or a σ₀ that are not above 0.
    """
    circuit = Circuit("photoreceptors")
    image = circuit.inputs("image", shape=shape, real=True)
    around = image
    if surroundings is not None:
        weights = gaussian(positive(surroundings, "surroundings", "degrees"), pixel)
        around = convolve(image, weights, border=border)
    adapted = circuit.rate("adaptation", excite=around, tau=tau)
    light = circuit.rate("light", excite=image, transfer=power(exponent))
    half = circuit.rate(
        "half saturation", excite=adapted, bias=positive(dark, "dark"), transfer=power(exponent)
    )
    response = circuit.rate("response", excite=light, divide=light + half, semi_saturation=0.0)
    circuit.output(response)
    return circuit
