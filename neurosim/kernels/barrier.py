"""A barrier inside compiled code, for threads that share one run.

A step of a network takes tens of microseconds, and a parallel loop of Numba's costs 2 (omp) to
140 (workqueue) to enter, aborts or kills forked children depending on the layer, and is compiled
apart from the serial one.  Here every thread runs the same kernel from beginning to end and waits
for the others at a counter; a wait costs about 0.2 microseconds.
"""

from __future__ import annotations

import sys

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .jit import inner
from .tables import ABORTED, ARRIVED

PATIENCE = 2000  # looks at the counter before the processor is offered to others

# Offers the processor to another thread; found in the C library when the kernel is loaded.
if sys.platform == "win32":
    offer = types.ExternalFunction("SwitchToThread", types.int32())
else:
    offer = types.ExternalFunction("sched_yield", types.int32())


def _pointer(context, builder, array_type, array, index):
    view = context.make_array(array_type)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, array_type, view, [index])


@intrinsic
def atomic_add(typing, array, index, value):
    """array[index] += value, seen by all threads in one order; returns the value before."""

    def generate(context, builder, signature, arguments):
        pointer = _pointer(context, builder, signature.args[0], *arguments[:2])
        return builder.atomic_rmw("add", pointer, arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def atomic_load(typing, array, index):
    """array[index] as other threads left it."""

    def generate(context, builder, signature, arguments):
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        assert isinstance(pointer.type, ir.PointerType)
        return builder.load_atomic(pointer, "seq_cst", 8)

    return types.int64(array, types.intp), generate


@inner
def wait(barrier, round_, parts):
    """Wait until all parts have come here `round_` times; False if one of them gave up."""
    atomic_add(barrier, ARRIVED, 1)
    looks = 0
    while atomic_load(barrier, ARRIVED) < round_ * parts:
        looks += 1
        if looks > PATIENCE:
            if atomic_load(barrier, ABORTED) != 0:
                return False
            offer()
    return atomic_load(barrier, ABORTED) == 0
