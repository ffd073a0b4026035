"""The cognitron (Fukushima 1975): sheets of cells that learn patterns without a teacher.

`neurosim.learning.cognitron_rule` lets it learn images; what it learned is a circuit here.
`CognitronClassifier` names what it sees, by scikit-learn's conventions (extra: sklearn).
"""

from typing import TYPE_CHECKING, Any

from .layers import cognitron
from .reproduction import reverse_reproduction

if TYPE_CHECKING:
    from .classifier import CognitronClassifier

__all__ = ["CognitronClassifier", "cognitron", "reverse_reproduction"]


def __getattr__(name: str) -> Any:
    """Load what needs scikit-learn where it is asked for."""
    if name != "CognitronClassifier":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .classifier import CognitronClassifier
    except ModuleNotFoundError as error:
        if error.name != "sklearn":
            raise
        raise ImportError(
            f"{name} needs scikit-learn, which is not installed: pip install 'neurosim[sklearn]'"
        ) from None
    return CognitronClassifier
