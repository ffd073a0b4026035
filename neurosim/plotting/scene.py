"""What a drawing of a circuit shows: its items and the wires between them, not yet placed.

A small population is one item a neuron, a large one a single sheet; a closed instance is a box.
Delay lines are no items: their delay is written on the wires that leave them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ..connections import Connection, OneToOne
from ..description import ONE_TO_ONE, connection_text, undelayed
from ..populations import Population, Projection

if TYPE_CHECKING:
    from ..circuit import Circuit

Kind = Literal["input", "constant", "neuron", "sheet", "box", "output"]
KINDS: dict[str, Kind] = {"input": "input", "constant": "constant", "neurons": "neuron"}
MOST_CIRCLES = 16  # neurons of a row drawn one by one
MOST_CIRCLES_OF_SHEET = 8  # and of a population with rows and columns


@dataclass
class Item:
    """One thing to be drawn: a neuron, an input, a constant, a sheet, a box, an output's name."""

    kind: Kind
    name: str
    path: tuple[str, ...] = ()  # the instances it is in, outermost first
    population: Population | None = None
    element: int = 0  # which of the population's neurons, in C order
    neurons: int = 0  # in a box


class Wire(NamedTuple):
    """What distinguishes one drawn line from another."""

    source: int
    target: int
    channel: str  # excite, subtract, divide, veto; signal into a box; output
    delay: float  # seconds
    port: int  # which neuron of a box it leaves from; else 0


@dataclass
class Scene:
    """Items, and wires with their weight (None where it is no single one) and their labels."""

    items: list[Item] = field(default_factory=list)
    weights: dict[Wire, float | None] = field(default_factory=dict)
    kinds: dict[Wire, list[str]] = field(default_factory=dict)
    terminals: dict[Wire, str] = field(default_factory=dict)  # what they are to a box: x, carry
    one_to_one: bool = False  # whether sheets have wires without a label that are

    @property
    def wires(self) -> list[Wire]:
        """The wires, in the order they were found."""
        return list(self.weights)

    def add(self, wire: Wire, weight: float | None, kind: str = "") -> None:
        """Add a wire; one that is there already has its weight added or its kind listed."""
        if wire in self.weights:
            before = self.weights[wire]
            self.weights[wire] = None if before is None or weight is None else before + weight
        else:
            self.weights[wire] = weight
        kinds = self.kinds.setdefault(wire, [])
        if kind and kind not in kinds:
            kinds.append(kind)


def scene_of(circuit: Circuit, depth: int | None = None) -> Scene:
    """Return what a drawing of the circuit shows.

    Parameters
    ----------
    depth
        How many levels of instances are opened; deeper ones are boxes.  None opens all.
    """
    return _Builder(circuit, depth).scene


class _Builder:
    """Goes through a circuit once."""

    def __init__(self, circuit: Circuit, depth: int | None):
        self.circuit = circuit
        self.depth = depth
        self.scene = Scene()
        self.boxes: dict[tuple[str, ...], int] = {}
        self.sheets: set[int] = set()  # positions of populations that are, or would be, sheets
        self.home = np.full(circuit.size, -1, dtype=np.int64)  # of each value, its item
        self.port = np.zeros(circuit.size, dtype=np.int64)  # and where it leaves that, if a box
        self.origin, self.late = undelayed(circuit)
        self.members = Counter(
            path for p in circuit.populations if p.role != "delay" for path in _prefixes(p.name)
        )
        for population in circuit.populations:
            if population.role != "delay":
                self._add_population(population)
        for projection in circuit.projections:
            self._add_projection(projection)
        for output in circuit.outputs:
            self._add_output(output.name, output.index)
        self._name_terminals()
        self._drop_idle_constants()

    # ------------------------------------------------------------ items

    def _add_population(self, population: Population) -> None:
        path, name = self._path(population)
        where = slice(population.start, population.stop)
        most = MOST_CIRCLES if len(population.shape) < 2 else MOST_CIRCLES_OF_SHEET
        is_sheet = not 0 < population.size <= most
        if is_sheet:
            self.sheets.add(self.circuit.position(population))
        if self.depth is not None and len(path) > self.depth:
            self.home[where] = self._box(path[: self.depth + 1], population)
            # The neurons of a sheet leave a box together, others one by one.
            self.port[where] = population.start if is_sheet else population.index.ravel()
            return
        if is_sheet:
            self.home[where] = self._item(Item("sheet", name, path, population))
            return
        kind = KINDS[population.role]
        for element in range(population.size):
            label = name if not population.shape else _element_name(name, population, element)
            item = Item(kind, label, path, population, element)
            self.home[population.start + element] = self._item(item)

    def _path(self, population: Population) -> tuple[tuple[str, ...], str]:
        """Return the instances a population is drawn in, and its name there.

        An instance of one population needs no frame: its neuron is called or.z where it stands.
        """
        parts = population.name.split(".")
        level = len(parts) - 1
        while level and self.members[tuple(parts[:level])] == 1:
            level -= 1
        return tuple(parts[:level]), ".".join(parts[level:])

    def _item(self, item: Item) -> int:
        self.scene.items.append(item)
        return len(self.scene.items) - 1

    def _box(self, path: tuple[str, ...], population: Population) -> int:
        if path not in self.boxes:
            self.boxes[path] = self._item(Item("box", path[-1], path[:-1]))
        if population.role == "neurons":
            self.scene.items[self.boxes[path]].neurons += population.size
        return self.boxes[path]

    def _drop_idle_constants(self) -> None:
        """Leave out constants that nothing hears: a drawing shows what acts."""
        scene = self.scene
        heard = {wire.source for wire in scene.weights}
        keep = [i for i, item in enumerate(scene.items) if item.kind != "constant" or i in heard]
        if len(keep) == len(scene.items):
            return
        place = {old: new for new, old in enumerate(keep)}
        moved = {w: w._replace(source=place[w.source], target=place[w.target]) for w in scene.wires}
        scene.items = [scene.items[i] for i in keep]
        scene.weights = {moved[w]: v for w, v in scene.weights.items()}
        scene.kinds = {moved[w]: v for w, v in scene.kinds.items()}
        scene.terminals = {moved[w]: v for w, v in scene.terminals.items()}

    # ------------------------------------------------------------ wires

    def _add_projection(self, projection: Projection) -> None:
        population = self.circuit.populations[projection.target]
        places = projection.connection.source.index.ravel()
        targets = self.home[population.start : population.stop]
        sources = self.home[self.origin[places]]
        heard, hearing = np.unique(sources).tolist(), np.unique(targets).tolist()
        if self._is_within_a_box(heard, hearing):
            return
        ends = {self.scene.items[i].kind for i in hearing}, self._are_sheets(places)
        whole = self._sheets if ends in (({"sheet"}, True), ({"box"}, True)) else self._entries
        for wire, weight in whole(projection, population, places, sources, targets):
            between = {self.scene.items[wire.source].kind, self.scene.items[wire.target].kind}
            kind = ""
            if "sheet" in between and "box" not in between:
                kind, weight = _sheet_label(projection.connection, population.size), None
                self.scene.one_to_one |= not kind
            self.scene.add(wire, weight, kind)

    def _is_within_a_box(self, heard: list[int], hearing: list[int]) -> bool:
        """Return whether all that a projection joins is in one box, where nothing is drawn."""
        return heard == hearing and len(heard) == 1 and self.scene.items[heard[0]].kind == "box"

    def _are_sheets(self, places: np.ndarray) -> bool:
        """Return whether sources are the neurons of sheets, drawn or in boxes."""
        return self.sheets.issuperset(self.circuit.positions_of(self.origin[places]))

    def _sheets(
        self, projection: Projection, population: Population, places: np.ndarray,
        sources: np.ndarray, targets: np.ndarray,
    ) -> Iterator[tuple[Wire, float | None]]:  # fmt: skip
        """From sheets to one sheet or box: one wire a source, delay and sign.

        The weights, which may be very many, are not written out.
        """
        if not targets.size:
            return
        target = int(targets[0])
        into_box = self.scene.items[target].kind == "box"
        ports = self.port[self.origin[places]]
        channels = _channels(projection.channel, projection.connection.weights)
        for source, port, delay in _different(sources, ports, self.late[places]):
            if not (into_box and source == target):
                for channel in ["signal"] if into_box else channels:
                    yield Wire(source, target, channel, delay, port), None

    def _entries(
        self, projection: Projection, population: Population, places: np.ndarray,
        sources: np.ndarray, targets: np.ndarray,
    ) -> Iterator[tuple[Wire, float | None]]:  # fmt: skip
        """With circles or boxes at an end: one wire for each weight that is not 0."""
        matrix = projection.connection.matrix(population.shape).tocoo()
        keep = matrix.data != 0
        rows, columns, weights = matrix.row[keep], matrix.col[keep], matrix.data[keep]
        boxed = np.array([item.kind == "box" for item in self.scene.items])
        ports = self.port[self.origin[places]]
        delays = self.late[places[columns]]
        found = np.column_stack(
            [sources[columns], targets[rows], ports[columns], weights > 0, delays]
        )
        lines, which = np.unique(found, axis=0, return_inverse=True)
        totals = np.bincount(which.ravel(), np.abs(weights), minlength=len(lines))
        for (source, target, port, positive, delay), total in zip(
            lines.tolist(), totals.tolist(), strict=True
        ):
            channel = projection.channel
            if boxed[int(target)]:
                if source == target:
                    continue
                channel = "signal"
            elif channel == "drive":
                channel = "excite" if positive else "subtract"
            yield Wire(int(source), int(target), channel, delay, int(port)), total

    def _add_output(self, name: str, index: np.ndarray) -> None:
        """Add one arrow out for each value, or one for all where they are many or one sheet's."""
        places = index.ravel()
        origins = self.origin[places]
        homes, ports, delays = self.home[origins], self.port[origins], self.late[places]
        kinds = {self.scene.items[home].kind for home in np.unique(homes).tolist()}
        if "sheet" in kinds or not 0 < places.size <= MOST_CIRCLES:
            shared = self._item(Item("output", name))
            for home, port, delay in _different(homes, ports, delays):
                self.scene.add(Wire(home, shared, "output", delay, port), None)
            return
        for number, at in enumerate(np.ndindex(index.shape)):
            element = f"{name}[{', '.join(map(str, at))}]" if at else name
            wire = Wire(
                int(homes[number]), self._item(Item("output", element)), "output",
                float(delays[number]), int(ports[number]),
            )  # fmt: skip
            self.scene.add(wire, None)

    def _name_terminals(self) -> None:
        """Name the wires of closed boxes by the outputs they leave and the inputs they enter."""
        entering: dict[tuple[int, int, float, int], list[str]] = {}
        leaving: dict[tuple[int, int], list[str]] = {}
        for path, box in self.boxes.items():
            terminals = self.circuit.terminals.get(".".join(path))
            if terminals is None:  # a circuit from a file
                continue
            for name, places in _named_elements(terminals.inputs):
                origins = self.origin[places]
                columns = self.home[origins], self.late[places], self.port[origins]
                for home, delay, port in _different(*columns):
                    entering.setdefault((home, box, delay, port), []).append(name)
            for name, places in _named_elements(terminals.outputs):
                for (port,) in _different(self.port[self.origin[places]]):
                    leaving.setdefault((box, port), []).append(name)
        for wire in self.scene.weights:
            source, target, channel, delay, port = wire
            into = entering.get((source, target, delay, port), []) if channel == "signal" else []
            ends = [", ".join(n) for n in (leaving.get((source, port), []), into) if n]
            if ends:
                self.scene.terminals[wire] = " → ".join(ends)


def _named_elements(named: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Return names with their places: one by one where they are few."""
    for name, places in named.items():
        if places.ndim > 0 and places.size <= MOST_CIRCLES:
            for at in np.ndindex(places.shape):
                yield f"{name}[{', '.join(map(str, at))}]", places[at].reshape(1)
        else:
            yield name, places.ravel()


def _different(*columns: np.ndarray) -> list[tuple[Any, ...]]:
    """Return the rows that columns make, each once, in the order they were found."""
    return list(dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True)))


def _prefixes(name: str) -> list[tuple[str, ...]]:
    """Return the paths of all instances that a population is in."""
    parts = name.split(".")
    return [tuple(parts[:level]) for level in range(1, len(parts))]


def _element_name(name: str, population: Population, element: int) -> str:
    at = np.unravel_index(element, population.shape)
    return f"{name}[{', '.join(str(int(i)) for i in at)}]"


def _sheet_label(connection: Connection, targets: int) -> str:
    label = connection_text(connection, targets)
    weights = np.abs(connection.weights)
    if isinstance(connection, OneToOne) and weights.size and np.ptp(weights) == 0:
        weight = float(weights.flat[0])
        if weight == 1:  # the usual: said once, below the drawing
            return "" if label == ONE_TO_ONE else label
        return f"{label} ×{weight:.3g}"
    return label


def _channels(channel: str, weights: np.ndarray) -> list[str]:
    """Return what a projection's wires between sheets are drawn as: `drive` by its signs."""
    if channel != "drive":
        return [channel]
    signs = [s for s, any_ in (("excite", weights > 0), ("subtract", weights < 0)) if any_.any()]
    return signs or ["excite"]
