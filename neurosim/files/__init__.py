"""Circuits as files: one plain JSON text, read without running or trusting anything in it.

    {"format": "neurosim circuit", "version": 1, "name": "xor",
     "instances": [],
     "populations": [{"name": "x", "role": "input", "start": 0, "shape": []}, …],
     "projections": [{"to": "z", "channel": "excite", "kind": "one-to-one", …}, …],
     "outputs": [{"name": "z", "from": "z"}]}

One record stands on a line.  A small array is a number or nested lists; a larger one is
``{"dtype": "float64", "shape": [100, 100], "base64": "…"}``, little-endian, in C order.  Sources
(``from``, ``of``) are the name of a whole population, ``{"start": 5, "shape": [3]}`` for
neighbouring places, or an array of places, where a population's places begin at its ``start``.

Every size is checked before anything of that size is made, and the circuit is then rebuilt under
the rules that hold for one written by hand.
"""

from .disk import load, save

__all__ = ["load", "save"]
