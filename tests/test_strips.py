"""The order in which a large sheet's chunks are computed: sources first, and soon heard."""

import numpy as np
import pytest

from neurosim import Circuit, convolve
from neurosim.kernels import tables
from neurosim.program import compile_program
from neurosim.scheduling import schedule
from neurosim.strips import in_strips

SIDE = 40


@pytest.fixture
def cut_small(monkeypatch):
    monkeypatch.setattr("neurosim.scheduling.BUFFER", SIDE)
    monkeypatch.setattr("neurosim.scheduling.SHEET_BUFFER", SIDE)
    monkeypatch.setattr("neurosim.scheduling.CACHE", 0)


def layers(border: str, side: int = SIDE) -> Circuit:
    circuit = Circuit("layers")
    image = circuit.inputs("image", shape=(side, side), real=True)
    blur = np.ones((5, 5)) / 25
    one = circuit.rate("one", excite=convolve(image, blur, border=border))
    more = {} if border == "valid" else {"excite": one}
    two = circuit.rate("two", subtract=0.5 * convolve(one, blur, border=border), **more)
    sampled = circuit.rate("sampled", excite=convolve(two, blur, border=border, stride=2))
    weights = np.zeros((3, sampled.size))
    weights[:, ::7] = 1
    circuit.output(circuit.rate("pool", excite=weights @ sampled.ravel()))
    circuit.output(two)
    return circuit


@pytest.mark.parametrize("border", ["zero", "reflect", "wrap", "valid"])
def test_what_a_chunk_hears_is_computed_before_it(border, cut_small):
    """Told from the places that single neurons hear, by the connections' own matrices."""
    circuit = layers(border)
    program = compile_program(circuit, None)
    chunks = schedule(program, 1, 1).chunks.argument
    assert len(chunks) > 10
    computed = np.zeros(program.state.size, dtype=bool)
    for p in circuit.input_populations:
        computed[program.place[p.start : p.stop]] = True
    heard = {}
    for projection in circuit.projections:
        target = circuit.population_at(projection.target)
        matrix = projection.connection.matrix(target.shape).tocsr()
        sources = program.place[projection.connection.source.index.ravel()]
        for k, place in enumerate(program.place[target.start : target.stop].tolist()):
            columns = matrix.indices[matrix.indptr[k] : matrix.indptr[k + 1]]
            heard.setdefault(place, set()).update(sources[columns].tolist())
    for _, low, high in chunks.tolist():
        for place in range(low, high):
            assert computed[list(heard.get(place, []))].all()
        computed[low:high] = True
    assert computed.all()


def test_values_are_heard_soon(cut_small):
    circuit = layers("zero")
    program = compile_program(circuit, None)
    chunks = schedule(program, 1, 1).chunks.argument
    groups = chunks[:, 0].tolist()
    first, by_layer = (order.index(max(groups) - 1) for order in (groups, sorted(groups)))
    assert first < by_layer  # no layer is finished before the next is begun


@pytest.mark.parametrize("border", ["zero", "reflect", "wrap"])
def test_the_answers_are_those_of_whole_layers(border, rng, monkeypatch):
    images = rng.normal(size=(2, SIDE, SIDE))
    whole = layers(border)(images)
    monkeypatch.setattr("neurosim.scheduling.BUFFER", SIDE)
    monkeypatch.setattr("neurosim.scheduling.SHEET_BUFFER", SIDE)
    for cache in (0, 10**9):
        monkeypatch.setattr("neurosim.scheduling.CACHE", cache)
        found = layers(border)(images)
        np.testing.assert_array_equal(found.pool, whole.pool)
        np.testing.assert_array_equal(found.two, whole.two)


def test_every_chunk_is_there_once(cut_small):
    program = compile_program(layers("reflect"), None)
    chunks = schedule(program, 1, 2).chunks.argument  # two parts: layer by layer
    ordered = in_strips(program, chunks)
    assert sorted(map(tuple, ordered.tolist())) == sorted(map(tuple, chunks.tolist()))
    kinds = set(program.tables.connections[:, tables.KIND].tolist())
    assert {tables.SEPARABLE, tables.CONVOLUTION} & kinds
