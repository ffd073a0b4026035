"""Networks that were trained become circuits: each layer's cells as the simulator's neurons."""

from .network import to_circuit

__all__ = ["to_circuit"]
