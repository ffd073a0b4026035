"""The circuits of a drawing: each as large as it must be to be legible, beside one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ..plotting.drawing import Vignette, vignette
from .headings import PAD, Heading
from .implementation import Fault, Implementation

if TYPE_CHECKING:
    from ..circuit import Circuit
    from .computation import Case

TALL = 2.6  # inches, the height of a circuit at most
WIDE = 0.62  # of the width of all, that one takes at most
NAMED = 1.6  # inches, that a name needs at least


@dataclass(frozen=True)
class _Panel:
    """One circuit: what stands above it, and its drawing."""

    heading: Heading
    picture: Vignette
    width: float


class CircuitPanels:
    """Circuits in rows, as many in each as have room.

    Parameters
    ----------
    width
        Inches, of all.
    case
        Whose activities are shown.
    """

    def __init__(self, circuits: Iterable[Implementation], case: Case | None, width: float):
        self.width = width
        self.rows: list[list[_Panel]] = []
        for implementation in circuits:
            panel = self._panel(implementation, case)
            taken = sum(other.width for other in self.rows[-1]) if self.rows else width
            if taken + panel.width > width:
                self.rows.append([])
            self.rows[-1].append(panel)

    @property
    def height(self) -> float:
        """Inches."""
        return sum(self._head(row) + self._tall(row) for row in self.rows)

    def draw(self, ax: Axes) -> None:
        """Draw the circuits into axes whose unit is an inch, y downward."""
        if not self.rows:
            Heading.of("", ["no circuit"], self.width).draw(ax)
        across, down = ax.get_xlim()[1], ax.get_ylim()[0]
        top = 0.0
        for row in self.rows:
            head, tall = self._head(row), self._tall(row)
            spare = (self.width - sum(panel.width for panel in row)) / len(row)
            left = 0.0
            for panel in row:
                panel.heading.draw(ax, (left, top))
                room = panel.width + spare - 0.1
                box = (left / across, 1 - (top + head + tall) / down, room / across, tall / down)
                panel.picture.draw(ax.inset_axes(box))
                left += panel.width + spare
            top += head + tall

    def _panel(self, implementation: Implementation, case: Case | None) -> _Panel:
        circuit = implementation.drawn or implementation.circuit
        activities = None
        if case is not None and implementation.drawn is None and not implementation.runs_in_time:
            found = implementation.activities(case)
            activities = None if isinstance(found, Fault) else found
        picture = vignette(circuit, (WIDE * self.width, TALL), activities)
        width = min(self.width, max(NAMED, picture.width + 2 * PAD))
        told = [_neurons_text(implementation.circuit)]
        if implementation.drawn is not None:
            told[0] += f"; drawn: one with {_neurons_text(implementation.drawn)}"
        if not picture.named:
            told[0] += "; no room for names"
        if implementation.realizes is not None:
            told.append(f"realizes {implementation.realizes}")
        return _Panel(Heading.of(implementation.name, told, width - 0.1), picture, width)

    def _head(self, row: list[_Panel]) -> float:
        return max(panel.heading.height for panel in row)

    def _tall(self, row: list[_Panel]) -> float:
        """Return the height of a row's drawings."""
        return max(panel.picture.height for panel in row) + PAD


def _neurons_text(circuit: Circuit) -> str:
    units = sum(p.size for p in circuit.neuron_populations)
    return f"{units} neuron{'s' * (units != 1)}"
