"""Networks of threshold units become circuits of whole weights: run as bits, and proved."""

import itertools

import numpy as np
import pytest

from neurosim.calls import engine_of
from neurosim.networks import (
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Input,
    Sequential,
    ThresholdUnits,
)


def patterns(*shape):
    count = int(np.prod(shape))
    return np.array(list(itertools.product((0, 1), repeat=count))).reshape(-1, *shape)


def whole(circuit):
    """Whether all weights and thresholds of a circuit are whole numbers."""
    numbers = [p.connection.weights for p in circuit.projections]
    numbers += [np.asarray(p.neurons.threshold) for p in circuit.neuron_populations]
    return all((values == np.rint(values)).all() for values in numbers)


@pytest.fixture(scope="module")
def trained_xor():
    """XOR by surrogate gradients, of the first seed that learns it."""
    x = patterns(2).astype(np.float32)
    y = x[:, :1] != x[:, 1:]
    for seed in range(10):
        network = Sequential(
            [Input((2,)), Dense(4), ThresholdUnits(), Dense(1, "step")], name="xor", seed=seed
        )
        network.compile(Adam(0.05), "mse")
        network.fit(x, y.astype(np.float32), epochs=300, verbose=0)
        if (network.predict(x) == y).all():
            return network
    raise AssertionError("no seed learns XOR")


def test_a_network_that_learned_xor_is_proved(trained_xor):
    circuit = trained_xor.to_circuit(binary=True)
    assert circuit.is_binary
    assert whole(circuit)
    proved = circuit.check(lambda x: x[:1] ^ x[1:])
    assert proved
    assert "all 4 inputs" in str(proved)
    wrong = circuit.check(lambda x: x[:1] | x[1:])
    assert not wrong
    assert wrong.counterexample.inputs["input"].tolist() == [1, 1]


def test_real_weights_stay_where_inputs_are_real(trained_xor):
    circuit = trained_xor.to_circuit()
    first, second = circuit.neuron_populations
    kernel, bias = trained_xor.layers[0].get_weights()
    np.testing.assert_array_equal(first.neurons.threshold, -bias.astype(float))
    assert second.neurons.threshold == np.rint(second.neurons.threshold)
    x = np.random.default_rng(1).normal(size=(50, 2))
    np.testing.assert_array_equal(circuit(x), trained_xor.predict(x))
    assert kernel.shape == (2, 4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_pattern_is_answered_as_the_network_answers_it(dtype, rng):
    network = Sequential(
        [
            Input((10,)),
            Dense(6),
            BatchNormalization(),
            ThresholdUnits(),
            Dense(5, "step"),
            Dense(3, "step"),
        ],
        dtype=dtype,
    )
    for parameter in network.weights:
        drawn = rng.normal(size=parameter.shape)
        parameter.assign(np.abs(drawn) if "variance" in parameter.name else drawn)
    circuit = network.to_circuit(binary=True)
    assert whole(circuit)
    every = patterns(10)
    np.testing.assert_array_equal(circuit(every), network.predict(every))


@pytest.mark.compiled
def test_a_kernel_of_whole_weights_is_shared(rng):
    network = Sequential(
        [
            Input((3, 4, 1)),
            Conv2D(3, 2, padding="same", activation="step"),
            Conv2D(2, (2, 3), strides=2, activation="step"),
            Flatten(),
            Dense(1, "step"),
        ]
    )
    for parameter in network.weights:
        parameter.assign(rng.normal(size=parameter.shape))
    circuit = network.to_circuit(binary=True)
    assert whole(circuit)
    every = patterns(3, 4, 1)
    np.testing.assert_array_equal(circuit(every), network.predict(every))

    def again(images):
        return network.predict(images.astype(np.float32)).astype(int)

    assert circuit.check(again, vectorized=True)
    many = np.tile(every, (8, 1, 1, 1))  # so many that gates are made
    np.testing.assert_array_equal(circuit(many), np.tile(network.predict(every), (8, 1)))
    assert engine_of(circuit, len(many)) == "bits"


def test_graded_cells_after_threshold_units_are_rates(rng):
    network = Sequential(
        [Input((5,)), Dense(4, "step"), Dense(2, "softmax")], dtype="float64", seed=2
    )
    circuit = network.to_circuit(binary=True)
    assert [p.is_binary for p in circuit.neuron_populations][:2] == [True, False]
    every = patterns(5)
    np.testing.assert_allclose(circuit(every), network.predict(every), rtol=1e-12)
