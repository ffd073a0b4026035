"""The four illusions on one screen, what sheets of cells answer, and whether that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians
from circuits.stimuli import Screen
from neurosim.plotting import COLOURS, FAINT, mark_zero, new_figure, plot_curves, show_image

from .cells import brightness_cells
from .hermann_grid import PERIOD, STREET
from .mach_bands import RAMP
from .simultaneous_contrast import DISK
from .white_illusion import PATCH, STRIPE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Center radii of the screen.  Whole numbers of streets and of stripes fit, so that its mirror
# images, which the cells at its border see, go on as they do.
WIDTH, HEIGHT = 39, 26
EVEN = 1e-6  # a difference that is none


class Scene(NamedTuple):
    """An illusion on a screen, a sheet's signed responses, and where they are compared.

    Attributes
    ----------
    seen : what observers report, in a few words
    first : the first of the places, in words
    places : degrees right of the middle, of which observers see the first brighter
    equal : degrees across the equal patches around both places; 0: there are none
    """

    name: str
    seen: str
    first: str
    screen: Screen
    stimulus: np.ndarray
    responses: np.ndarray
    places: tuple[float, float]
    equal: float = 0.0

    @property
    def profile(self) -> np.ndarray:
        """Responses along the horizontal through the middle, (columns,)."""
        middle = len(self.responses) // 2
        return self.responses[middle - 1 : middle + 1].mean(axis=0)

    @property
    def compared(self) -> np.ndarray:
        """Responses at both places."""
        return np.interp(self.places, self.screen.x[0], self.profile)

    @property
    def explained(self) -> bool:
        """Whether the cells answer more where observers see more light."""
        first, second = self.compared
        return bool(first - second > EVEN)


def answer_scenes(
    field: DifferenceOfGaussians, balanced: DifferenceOfGaussians, pixel: float
) -> list[Scene]:
    """Each illusion, the sheets' answer to it, and where to look."""
    a = field.center
    screen = Screen((round(HEIGHT * a / pixel), round(WIDTH * a / pixel)), pixel)
    mach = stimuli.mach_bands(screen, RAMP * a)
    grid = stimuli.hermann_grid(screen, STREET * a, PERIOD * a)
    disks = stimuli.simultaneous_contrast(screen, DISK * a)
    white = stimuli.white_illusion(screen, STRIPE * a, PATCH * a)
    even, uneven = (brightness_cells(screen.shape, f, pixel) for f in (balanced, field))
    bands, patches = even(np.stack((mach, white)))
    streets, spots = uneven(np.stack((grid, disks)))
    quarter, patch = WIDTH * a / 4, 2.5 * STRIPE * a
    return [
        Scene(
            "Mach bands", "lines at the ends of the ramp", "at the bright line", screen, mach,
            bands, (RAMP * a / 2, -RAMP * a / 2),
        ),
        Scene(
            "Hermann grid", "smudges where streets cross", "between crossings", screen, grid,
            streets, (PERIOD * a / 2, 0.0),
        ),
        Scene(
            "simultaneous contrast", "the left disk looks brighter", "in the left disk", screen,
            disks, spots, (-quarter, quarter), DISK * a,
        ),
        Scene(
            "White's illusion", "the left patch looks brighter", "in the left patch", screen,
            white, patches, (-patch, patch), STRIPE * a,
        ),
    ]  # fmt: skip


def draw_scenes(shown: Sequence[Scene]) -> Figure:
    """Return each scene beside the sheet's responses and a profile through them."""
    figure, axes = new_figure(
        len(shown), 3, width="page", height=6.6, sharex=True, width_ratios=(1, 1, 1.25)
    )
    for (picture, sheet, curve), scene in zip(axes, shown, strict=True):
        right, up = scene.screen.width / 2, scene.screen.height / 2
        extent = (-right, right, -up, up)
        black_to_white = (float(scene.stimulus.min()), float(scene.stimulus.max()))
        title = f"{scene.name[0].upper()}{scene.name[1:]}: {scene.seen}"
        show_image(
            picture, scene.stimulus, title, bar=False, limits=black_to_white, signed=False,
            extent=extent,
        )  # fmt: skip
        show_image(sheet, scene.responses, "ON − OFF cells", signed=True, extent=extent)
        for ax in (picture, sheet):
            ax.set_yticks([])
            ax.annotate(  # where the profile runs
                "", (-right, 0), xytext=(-9, 0), textcoords="offset points",
                arrowprops={"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.8, "shrinkA": 0,
                            "shrinkB": 0, "mutation_scale": 6},
            )  # fmt: skip
        _draw_profile(curve, scene)
    for ax in axes[-1]:
        ax.set_xlabel("x (°)")
    figure.align_ylabels(axes[:, 2])
    figure.suptitle(_account(shown))
    return figure


def _draw_profile(ax: Axes, scene: Scene) -> None:
    mark_zero(ax)
    for place in scene.places:
        if scene.equal:
            ax.axvspan(place - scene.equal / 2, place + scene.equal / 2, color="0.9", linewidth=0)
        else:
            ax.axvline(place, color=FAINT, linewidth=0.8, linestyle=":")
    plot_curves(ax, scene.screen.x[0], {"response": scene.profile}, legend=False)
    ax.plot(scene.places, scene.compared, "o", color=COLOURS["vermillion"])
    ax.set_ylabel("response\n(center gain)")
    ax.set_title(_finding(scene))


def _finding(scene: Scene) -> str:
    """Return what a profile says of an illusion, as its title."""
    first, second = scene.compared
    if scene.name == "Hermann grid":
        if scene.explained:
            return "Less at crossings: explains it, but expects it of wavy streets too"
        return "No less at crossings: the model fails"
    more = "More" if first > second else "Less"
    how = "explains it" if scene.explained else "the model fails"
    return f"{more} {scene.first}: {how}"


def _account(shown: Sequence[Scene]) -> str:
    """Return which illusions the cells explain, as the figure's title."""
    names = [scene.name.replace("Hermann", "the Hermann") for scene in shown]
    explained = [name for name, scene in zip(names, shown, strict=True) if scene.explained]
    others = [name for name in names if name not in explained]
    if not explained:
        return "Center–surround cells explain none of these illusions"
    told = f"Center–surround cells explain {_listed(explained, 'and')}"
    return f"{told}, not {_listed(others, 'or')}" if others else told


def _listed(names: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1])))
