"""From a scene to a plan: how large each item is, where it goes, how its wires run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..description import number_text
from .blocks import Block
from .captions import notes_of, text_size, threshold_of, wire_label
from .ends import Round, Shape, Slab, Spot
from .layout import Body, Layout, Line, lay_out
from .marks import SheetOutline
from .scene import Item, Scene, Wire, scene_of

if TYPE_CHECKING:
    from ..circuit import Circuit

MOST_ITEMS = 64  # neurons, sheets and boxes that are still drawn with their names
WIDEST = 14.0  # inches, of a drawing whose instances are all opened unasked
MOST_SMALL = 300  # the same of a compact drawing
WIDEST_SMALL = 24.0
MOST_ALIKE = 4  # wires between two populations that each repeat the same label
HALO = 0.02  # inches around a caption's letters that hide what is behind
MOST_WEIGHTS = 40  # written on wires; of more, the wires' widths tell


@dataclass(frozen=True)
class Look:
    """Sizes in inches, letters in points."""

    radius: float = 0.22
    gap: float = 0.6
    names: float = 9.0
    notes: float = 8.0
    inner: bool = True  # names, notes and labels of what is within
    ends: float = 1.0  # size of the wires' endings
    line: float = 1.3

    @property
    def leading(self) -> float:
        """Height of a line of caption."""
        return 0.165


FULL = Look()
COMPACT = Look(radius=0.085, gap=0.32, inner=False, ends=0.62, line=0.8)


@dataclass
class Plan:
    """Everything a drawing needs to know but its colours."""

    scene: Scene
    look: Look
    layout: Layout
    labels: dict[Wire, str]
    crowded: bool  # weights are told by the wires' widths
    inside: dict[int, str] = field(default_factory=dict)  # what stands in an item
    captions: dict[int, list[str]] = field(default_factory=dict)  # and under it
    shapes: list[Shape] = field(default_factory=list)


def plan_for(
    circuit: Circuit, depth: int | None, with_values: bool, look: Look | None = None
) -> Plan:
    """Return the plan of a circuit's drawing.

    Parameters
    ----------
    depth
        How many levels of instances are opened.  None: as many as fit, with names, on a page;
        a circuit that is too large even so is drawn small and without inner names.
    with_values
        Whether activities will stand where thresholds do.
    look
        With a depth, how large everything is; left out, as large as so many items allow.
    """
    if depth is not None:
        scene = scene_of(circuit, depth)
        usual = FULL if _extent(scene) <= MOST_ITEMS else COMPACT
        return _Planner(scene, look or usual, with_values).plan
    deepest = max((len(item.path) for item in scene_of(circuit).items), default=0)
    scenes = [scene_of(circuit, level) for level in range(deepest, -1, -1)]
    for look, most, widest in ((FULL, MOST_ITEMS, WIDEST), (COMPACT, MOST_SMALL, WIDEST_SMALL)):
        for scene in scenes:
            if _extent(scene) <= most:
                # Values need more room; they must not close what is open without them.
                plan = _Planner(scene, look, with_values=False).plan
                if plan.layout.width <= widest or scene is scenes[-1]:
                    return _Planner(scene, look, with_values).plan if with_values else plan
    return _Planner(scenes[-1], COMPACT, with_values).plan


def _extent(scene: Scene) -> int:
    return sum(item.kind != "output" for item in scene.items)


class _Planner:
    """Measures a scene and lays it out."""

    def __init__(self, scene: Scene, look: Look, with_values: bool):
        self.scene = scene
        self.look = look
        self.with_values = with_values
        self.looped = {w.source for w in scene.wires if w.source == w.target}
        self.inside: dict[int, str] = {}
        self.captions: dict[int, list[str]] = {}
        weighted = [w for w, weight in scene.weights.items() if weight not in (None, 1.0)]
        self.crowded = len(weighted) > MOST_WEIGHTS
        inputs = [item.name for item in scene.items if item.kind == "input"]
        longest = max((text_size(name, look.names)[0] for name in inputs), default=0.0)
        # All inputs have their names in their circles, or none.
        self.named_inside = look.inner and not with_values and longest <= 1.6 * look.radius
        labels = self._labels()
        bodies = [
            Body(replace(self._block(i), row=_row_of(item)), item.path)
            for i, item in enumerate(scene.items)
        ]
        lines = {w: line_of(w) for w in scene.wires if w.source != w.target}
        lengths: dict[Line, float] = {}
        for wire, line in lines.items():
            long = text_size(labels[wire], look.notes)[0]
            lengths[line] = max(lengths.get(line, 0.0), long)
        layout = lay_out(
            bodies, list(dict.fromkeys(lines.values())), self._beside(), lengths, look.gap,
            titles=look.inner,
        )  # fmt: skip
        self.plan = Plan(scene, look, layout, labels, self.crowded, self.inside, self.captions)
        self.plan.shapes = [self._shape(i) for i in range(len(scene.items))]

    # ------------------------------------------------------------ words

    def _labels(self) -> dict[Wire, str]:
        """Return every wire's label; many wires with the same words say them once."""
        scene = self.scene
        if not self.look.inner:
            return dict.fromkeys(scene.wires, "")
        labels = {}
        fans: dict[tuple[object, ...], list[Wire]] = {}
        for wire, weight in scene.weights.items():
            kinds = scene.kinds[wire]
            shown = None if self.crowded else weight
            labels[wire] = wire_label(shown, wire.channel, wire.delay, kinds)
            ends = (scene.items[i].population for i in (wire.source, wire.target))
            fans.setdefault((*map(id, ends), wire.channel), []).append(wire)
        for fan in fans.values():
            words = {labels[wire] for wire in fan}
            is_fan = any(scene.kinds[wire] for wire in fan)
            if len(words) == 1 and words != {""} and (is_fan or len(fan) > MOST_ALIKE):
                once = fan[len(fan) // 2]
                labels |= dict.fromkeys(fan, "")
                labels[once] = words.pop() if is_fan else f"all {words.pop()}"
        for wire, name in scene.terminals.items():
            if wire.channel != "output":  # whose own name stands at its end
                labels[wire] = ", ".join(filter(None, (name, labels[wire])))
        return labels

    def _beside(self) -> list[tuple[int, int]]:
        """Return the pairs that drive each other, one of them with inhibition."""
        channels: dict[tuple[int, int], set[str]] = {}
        for wire in self.scene.wires:
            channels.setdefault((wire.source, wire.target), set()).add(wire.channel)
        pairs = []
        for (a, b), there in channels.items():
            back = channels.get((b, a))
            if a < b and back and (there | back) - {"excite"}:
                pairs.append((a, b))
        return pairs

    # ------------------------------------------------------------ sizes

    def _block(self, i: int) -> Block:
        item = self.scene.items[i]
        if item.kind == "output":
            width = text_size(item.name, self.look.names)[0]
            if self.with_values:
                width += text_size(" = −0.0000", self.look.names)[0]
            return Block(0.0, width + 0.1, 0.11, 0.11, place="last")
        if item.kind == "box":
            return self._box_block(i, item)
        if item.kind == "sheet":
            return self._sheet_block(i, item)
        if item.kind == "input":
            return self._input_block(i, item)
        return self._neuron_block(i, item)

    def _box_block(self, i: int, item: Item) -> Block:
        look = self.look
        into = {(w.source, w.port) for w in self.scene.wires if w.target == i}
        out = {w.port for w in self.scene.wires if w.source == i}
        height = max(0.52, 0.2 * max(len(into), len(out)))
        width = max(0.8, text_size(item.name, look.names)[0] + 0.3)
        notes = notes_of(item, with_threshold=False)
        if look.inner:
            width = max(width, text_size(notes[0], look.notes)[0] + 0.3)
            self.captions[i] = notes
        self.inside[i] = item.name
        return Block(width / 2, width / 2, height / 2, height / 2)

    def _sheet_block(self, i: int, item: Item) -> Block:
        assert item.population is not None
        across, up = SheetOutline.of(item.population.shape).reach
        captions = [item.name, *self._wrapped(notes_of(item, with_threshold=True))]
        captions += [""] if self.with_values else []  # for the range of the activities
        is_input = item.population.role == "input"
        if self.look.inner or is_input:
            self.captions[i] = captions
            across = max(across, *(self._width(n, text) for n, text in enumerate(captions)))
        down = up + 0.06 + self.look.leading * len(self.captions.get(i, []))
        up += 0.3 if i in self.looped else 0.0
        return Block(across, across, up, down, place="first" if is_input else "free")

    def _input_block(self, i: int, item: Item) -> Block:
        radius = self.look.radius
        wide = text_size(item.name, self.look.names)[0]
        if self.named_inside:
            self.inside[i] = item.name
            return Block(radius, radius, radius, radius, place="first")
        self.captions[i] = [item.name]  # at the left
        high = max(radius, 0.09)
        return Block(radius + 0.07 + wide, radius, high, high, place="first")

    def _neuron_block(self, i: int, item: Item) -> Block:
        look = self.look
        constant = item.kind == "constant"
        radius = look.radius * (0.7 if constant else 1.0)
        up = radius + (0.3 * look.ends if i in self.looped else 0.0)
        if not look.inner:
            return Block(radius, radius, up, radius, place="late" if constant else "free")
        if constant:
            assert item.population is not None
            assert item.population.values is not None
            self.inside[i] = number_text(float(item.population.values.ravel()[item.element]))
            return Block(radius, radius, up, radius, place="late")
        captions = [item.name]
        notes = notes_of(item, with_threshold=True)
        if not self.with_values and item.population is not None and item.population.is_binary:
            threshold = threshold_of(item)
            if text_size(threshold, look.notes)[0] <= 1.7 * radius:
                self.inside[i] = threshold
                notes = notes_of(item, with_threshold=False)
        captions += self._wrapped(notes)
        self.captions[i] = captions
        half = max(radius, *(self._width(n, text) for n, text in enumerate(captions)))
        return Block(half, half, up, radius + 0.03 + look.leading * len(captions))

    def _wrapped(self, notes: list[str]) -> list[str]:
        """Return notes in lines of a few words each."""
        lines: list[str] = []
        for part in notes:
            if lines and len(lines[-1]) + len(part) < 18:
                lines[-1] += ", " + part
            else:
                lines.append(part)
        return lines

    def _width(self, line: int, text: str) -> float:
        """Return half the width of a caption's line: first the name, then notes."""
        return text_size(text, self.look.names if line == 0 else self.look.notes)[0] / 2

    def _shape(self, i: int) -> Shape:
        item, at = self.scene.items[i], self.plan.layout.anchors[i]
        if item.kind == "output":
            return Spot(at, 0.0, 0.1)
        if item.kind == "box":
            block = self._box_block(i, item)
            half = block.right
            return Slab(at, half, block.up, lambda _, right: at[0] + (half if right else -half))
        if item.kind == "sheet":
            outline = outline_at(item, at)
            return Slab(at, outline.reach[0], outline.height / 2, outline.side)
        radius = self.look.radius * (0.7 if item.kind == "constant" else 1.0)
        under = self.captions.get(i, []) if item.kind == "neuron" else []
        caption = max((self._width(n, text) for n, text in enumerate(under)), default=0.0)
        return Round(at, radius, radius, caption + HALO if under else 0.0)


def _row_of(item: Item) -> str | None:
    """Return what the neurons have in common that are drawn in their order, where it goes."""
    population = item.population
    return population.name if population is not None and population.size > 1 else None


def line_of(wire: Wire) -> Line:
    """Return the line that a wire runs along; wires of one bundle share what they can."""
    bundle = (wire.source, wire.port, wire.channel, wire.delay)
    return Line(wire.source, wire.target, bundle)


def outline_at(item: Item, centre: tuple[float, float]) -> SheetOutline:
    """Return the outline of a sheet, where it is."""
    assert item.population is not None
    return replace(SheetOutline.of(item.population.shape), centre=centre)
