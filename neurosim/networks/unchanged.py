"""Whether a network is trained as at first: what was worked out once for many steps asks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .network import Network
from .optimizers import Optimizer

if TYPE_CHECKING:
    from .model import Model


class Unchanged:
    """What callbacks may change under way, as it is now; an optimizer's options stand apart.

    Parameters
    ----------
    model
        The network.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._optimizer, self._learning = model.optimizer, model.optimizer.parameters
        self._trained = model.trainable_weights
        layers = [part for part in parts(model) if not isinstance(part, Optimizer | Network)]
        self._settings = [(vars(layer), {**vars(layer)}) for layer in layers]

    def holds(self) -> bool:
        """Return whether the same optimizer trains the same weights of layers that are the same.

        An optimizer that began anew meanwhile keeps what it keeps elsewhere.
        """
        model = self._model
        return (
            model.optimizer is self._optimizer
            and model.optimizer.parameters is self._learning
            and model.trainable_weights == self._trained
            and all(now == at_first for now, at_first in self._settings)
        )


def parts(model: Model) -> Iterator[Any]:
    """Return what takes part in a step: the optimizer, the network and all layers within."""
    ahead: list[Any] = [model.optimizer, model]
    while ahead:
        one = ahead.pop()
        yield one
        ahead.extend(getattr(one, "layers", ()))
