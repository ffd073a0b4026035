"""Figures of the experiment `illusions`: the scenes, and what cells say of them at any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits.stimuli import Screen
from neurosim.plotting import COLOURS, FAINT, new_figure, plot_curves, show_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EVEN = 1e-6  # a difference that is none


class Family(NamedTuple):
    """Responses to stimuli of one kind and many sizes in degrees, beside the closed form."""

    name: str
    label: str
    sizes: np.ndarray
    measured: np.ndarray
    closed_form: Callable[[float], float]

    def expected(self, sizes: np.ndarray) -> np.ndarray:
        """Return the closed form's responses to stimuli of these sizes."""
        return np.array([self.closed_form(float(size)) for size in sizes])

    @property
    def error(self) -> float:
        """The largest distance from the closed form."""
        return float(np.abs(self.measured - self.expected(self.sizes)).max())


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


def draw_scenes(scenes: Sequence[Scene]) -> Figure:
    """Return each scene beside the sheet's responses and a profile through them."""
    figure, axes = new_figure(
        len(scenes), 3, width="page", height=6.6, sharex=True, width_ratios=(1, 1, 1.25)
    )
    for (picture, sheet, curve), scene in zip(axes, scenes, strict=True):
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
    figure.suptitle(_account(scenes))
    return figure


def _draw_profile(ax: Axes, scene: Scene) -> None:
    ax.axhline(0, color="0.8", linewidth=0.6)
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


def _account(scenes: Sequence[Scene]) -> str:
    """Return which illusions the cells explain, as the figure's title."""
    names = [scene.name.replace("Hermann", "the Hermann") for scene in scenes]
    explained = [name for name, scene in zip(names, scenes, strict=True) if scene.explained]
    others = [name for name in names if name not in explained]
    if not explained:
        return "Center–surround cells explain none of these illusions"
    told = f"Center–surround cells explain {_listed(explained, 'and')}"
    return f"{told}, not {_listed(others, 'or')}" if others else told


def _listed(names: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def draw_predictions(
    knees: Family, grids: Sequence[Family], disks: Family, stripes: Family
) -> Figure:
    """Return what one cell answers to each illusion at many sizes, beside the closed forms."""
    figure, axes = new_figure(2, 2, width="page", height=4.6)
    panels: tuple[tuple[Sequence[Family], str, str], ...] = (
        ((knees,), "ramp (°)", "line's distance\nfrom the knee (°)"),
        (grids, "street (°)", "crossing − street\n(center gain)"),
        ((disks,), "disk's diameter (°)", "response to the\nbackground (center gain)"),
        ((stripes,), "stripe (°)", "patch in dark − in bright\nstripe (center gain)"),
    )
    for ax, (families, size, response) in zip(axes.flat, panels, strict=True):
        ax.axhline(0, color="0.8", linewidth=0.6)
        sizes = np.linspace(families[0].sizes[0], families[0].sizes[-1], 121)
        curves = {family.label: family.expected(sizes) for family in families}
        lines = plot_curves(ax, sizes, curves, legend=len(families) > 1)
        for family, line in zip(families, lines, strict=True):
            ax.plot(family.sizes, family.measured, "o", color=line.get_color())
        ax.set(xlabel=size, ylabel=response)
        if len(families) > 1:  # room for the names
            low, high = ax.get_ylim()
            ax.set_ylim(low, high + 0.5 * (high - low))
    axes[0, 0].set_title("The wider the ramp, the nearer its lines are to its knees")
    axes[0, 1].set_title(_below("One crossing: smudges are predicted for", grids[0], "streets"))
    axes[1, 0].set_title(_below("A bright background darkens", disks, "disks"))
    axes[1, 1].set_title(_below("White's illusion comes out the wrong way for", stripes, "stripes"))
    figure.suptitle(
        "What the cells say of an illusion depends on its size "
        "(lines: closed forms, dots: simulated cells)"
    )
    return figure


def _below(what: str, family: Family, things: str) -> str:
    """Return for which sizes the responses are below 0, as a title."""
    sizes, values = family.sizes, family.measured
    below = values < 0
    if below.all():
        return f"{what} all {things} shown"
    if not below.any():
        return f"{what} none of the {things} shown"
    k = int(below.argmax())
    if k and below[k:].all():
        start = np.interp(0, [values[k], values[k - 1]], [sizes[k], sizes[k - 1]])
        return f"{what} {things} wider than {start:.2g}°"
    return f"{what} some of the {things} shown"
