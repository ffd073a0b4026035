"""Where each weight of a network stands in Keras's files: numbered by class, not by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import FileError
from ..layers import LSTM, SimpleRNN
from ..layers.layer import Layer, snake_case
from ..model import Model
from ..network import Network
from ..parameters import Parameter

_STEMS: dict[type[Layer], str] = {Model: "functional"}
_INNER: dict[type[Layer], str] = {LSTM: "cell/", SimpleRNN: "cell/"}


@dataclass(frozen=True)
class Place:
    """A layer and where it stands.

    Attributes
    ----------
    path : its group's, ``layers/dense_1``; empty for the network itself
    layer : which it is
    """

    path: str
    layer: Layer

    @property
    def variables(self) -> Iterator[tuple[str, Parameter, str]]:
        """The path of each of its weights, the weight, and what it is called in messages."""
        if isinstance(self.layer, Network):
            return
        inner = _INNER.get(type(self.layer), "")
        for number, parameter in enumerate(self.layer.weights):
            path = f"{self.path}/{inner}vars/{number}"
            yield path, parameter, f"{self.layer}: {parameter.name}"

    @property
    def groups(self) -> Iterator[tuple[str, str]]:
        """The groups that Keras makes for it, and whose name it writes at each."""
        yield f"{self.path}/vars".removeprefix("/"), self.layer.name
        inner = _INNER.get(type(self.layer))
        if inner:
            yield f"{self.path}/{inner}vars", f"{self.layer.name}_cell"


def places(network: Network) -> list[Place]:
    """Return the network and all layers in it, those of networks within it among them.

    Raises
    ------
    FileError
        A layer that stands in two of the networks: a file cannot tell that it is one.
    """
    found = [Place("", network)]
    seen: set[Layer] = set()
    for place in found:  # which grows
        if not isinstance(place.layer, Network):
            continue
        numbers: Counter[str] = Counter()
        for layer in place.layer.layers:
            if layer in seen:
                raise FileError(
                    f"{network}: {layer} stands in two networks of it, which no file can tell; "
                    "save those by themselves"
                )
            seen.add(layer)
            stem = _STEMS.get(type(layer)) or snake_case(type(layer).__name__)
            stem += f"_{numbers[stem]}" * bool(numbers[stem])
            numbers[_STEMS.get(type(layer)) or snake_case(type(layer).__name__)] += 1
            found.append(Place(f"{place.path}/layers/{stem}".removeprefix("/"), layer))
    return found
