"""Compiles and links every CUDA kernel as runs call it: needs numba-cuda[cu13], but no card.

Run in a process of its own, without the simulator.  Prints a JSON list of one kernel each: its
module and name, the compute capability, how many sums of products are fused in its PTX, the types
that it was compiled for, and whether its grid is launched as a whole.  Beside the kernels there is
`rounded_products`, which does nothing but add products.
"""

import json
import sys
import types

import numpy as np
from every_kernel import named_kernels
from numba.cuda import dispatcher
from numba.cuda.cudadrv import devices

from circuits.arithmetic import ripple_carry_adder
from neurosim import Circuit, convolve
from neurosim.bits import choice
from neurosim.bits.compiler import compile_bits
from neurosim.cuda import availability, bits, graphs, launches, layout, products, running, turns
from neurosim.kernels import cuda_jit
from neurosim.networks import (
    LSTM,
    SGD,
    Adam,
    BatchNormalization,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    RMSprop,
    Sequential,
    SimpleRNN,
    Tensor,
    ThresholdUnits,
    gradients,
    operations,
)
from neurosim.networks.engines import on_device
from neurosim.patterns import enumerated

CAPABILITIES = ((8, 0), (9, 0))
found = []
done = set()


def compiling(kernel, arguments, wanted):
    """Compile the kernel for these arguments; what it returns launches nothing."""
    signature = tuple(kernel.typeof_pyval(argument) for argument in arguments)
    (name,) = [name for name, known in named.items() if known is kernel]
    if (name, signature) not in done:
        done.add((name, signature))
        for capability in CAPABILITIES:
            # Kernels are compiled and linked for the card there is: let it be this one.
            card = types.SimpleNamespace(compute_capability=capability)
            dispatcher.get_current_device = lambda card=card: card
            context = types.SimpleNamespace(device=card)
            devices.get_context = lambda *_, context=context: context
            built = dispatcher._Kernel(kernel.py_func, signature, **kernel.targetoptions)
            ptx = built.library.get_asm_str()
            assert f".target sm_{capability[0]}{capability[1]}" in ptx
            assert built.library.get_cubin()  # linked: nothing is missing
            fused = ptx.count("fma.rn")
            found.append([name, capability, fused, str(signature), built.cooperative])
    return lambda *_, **__: None


@cuda_jit.kernel
def rounded_products(a, b, out):
    for i in range(len(a)):
        out[0] += cuda_jit.product(a[i], b[i])


named = {**named_kernels(), "rounded_products": rounded_products}


def run_circuits():
    for dtype in ("float64", "float32"):
        for places in (3, 70_000):  # whose numbers take two bytes, and four
            circuit = Circuit("all")
            x = circuit.inputs("x", shape=(places,), real=True)
            circuit.output(circuit.rate("z", excite=x[0] + x[1].delay(1e-3), noise=1.0))
            for trials in (1, layout.SIDE_BY_SIDE)[: 2 if places == 3 else 1]:
                shown = np.zeros((trials, 2, places))
                circuit.simulate(shown, steps=2, dtype=dtype, device="cuda")
    whole = Circuit("whole")
    x = whole.inputs("x", shape=(64,), real=True)
    whole.output(whole.rate("z", drive=np.ones((64, 64)) @ x))
    for dtype in ("float64", "float32"):  # products that repeat
        shown = np.zeros((layout.SIDE_BY_SIDE, 1, 64))
        whole.simulate(shown, steps=6, dtype=dtype, device="cuda")
    sheet = Circuit("sheet")
    sheet.output(sheet.rate("z", excite=convolve(sheet.inputs("x", shape=(9, 9)), np.ones((3, 3)))))
    sheet.simulate(np.zeros((9, 9)), steps=2, device="cuda")
    choice.WORTH_COMPILING = 1  # pattern: this one's gates are made at once
    relay = Circuit("relay")
    x = relay.inputs("x")
    relay.output(relay.binary("z", excite=x + x.delay(1e-3)))
    relay.simulate(np.zeros((64, 2)), steps=2, device="cuda")
    adder = ripple_carry_adder(2)
    program = compile_bits(adder, np.arange(adder.size))
    shifts = np.concatenate([*enumerated(adder, 0, 16).shifts.values()])
    bits.first_difference(program, program, shifts, 0, 16)
    bits.run_planes(program, np.zeros((len(shifts), 1), dtype=np.uint64))


def train_networks():
    words, right = np.zeros((4, 2), int), np.zeros((4, 3), int)
    losses = {
        "categorical_crossentropy": right,
        "sparse_categorical_crossentropy": right[:, 0],
        "binary_crossentropy": right,
    }
    optimizers = [SGD(), SGD(momentum=0.9), RMSprop(), RMSprop(momentum=0.9), Adam()]
    for dtype in ("float64", "float32"):
        for loss, targets in losses.items():
            last = "sigmoid" if loss == "binary_crossentropy" else "softmax"
            for optimizer in optimizers:
                layers = [
                    Input((2,), dtype="int64"), Embedding(5, 3), Flatten(), Dense(4, "relu"),
                    BatchNormalization(), Dropout(0.5), ThresholdUnits(), Dense(3, last),
                ]  # fmt: skip
                network = Sequential(layers, seed=1, dtype=dtype)
                network.compile(type(optimizer)(**optimizer.options), loss)
                network.fit(words, targets, verbose=0, device="cuda")
        reading = Sequential(
            [
                Input((2,), dtype="int64"), Embedding(5, 3, mask_zero=True),
                LSTM(3, return_sequences=True, dropout=0.5), SimpleRNN(2),
            ], seed=1, dtype=dtype,
        )  # fmt: skip
        reading.compile("sgd", "mse")
        reading.fit(words, right[:, :2], verbose=0, device="cuda")


def run_images():
    for dtype in ("float64", "float32"):
        x, kernel = np.ones((2, 5, 5, 3)), np.ones((3, 3, 3, 2))
        with on_device("cuda"):
            for operation, *operands in (
                (operations.conv2d, x, kernel),
                (operations.max_pool2d, x),
                (operations.average_pool2d, x),
                (lambda x: operations.extend(x, (1, 1), (1, 1)), x),
                (operations.divisive_normalization, x, np.ones(3)),
            ):
                tensors = [Tensor(a, dtype=dtype, requires_grad=True) for a in operands]
                y = operation(*tensors)
                gradients(y, tensors, np.ones(y.shape, dtype))


# The simulator's arrays instead of CuPy's: of the same types, and where there is no card.
availability.why_not = lambda: None
for module in (availability, graphs, launches, products, turns):
    module.is_simulated = lambda: True
layout.view = running.view = bits.view = launches.view = lambda array: array.host
running.launcher = bits.launcher = compiling
launches.prepared = lambda kernel, arguments: compiling(kernel, arguments, 1)
for real in ("float64", "float32"):
    compiling(rounded_products, [np.ones(2, dtype=real)] * 3, 1)
run_circuits()
train_networks()
run_images()
json.dump(found, sys.stdout)
