"""The cognitron (Fukushima 1975): sheets of cells that learned patterns without a teacher.

`neurosim.learning.cognitron_rule` lets it learn images; what it learned is a circuit here.
"""

from .layers import cognitron
from .reproduction import reverse_reproduction

__all__ = ["cognitron", "reverse_reproduction"]
