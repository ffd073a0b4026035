"""Summaries, and what notebooks show."""

import re

import numpy as np
import pytest

from neurosim import Circuit, convolve
from neurosim.description import depth_of, describe, number_text, seconds_text, synapses_of


@pytest.fixture
def xor():
    circuit = Circuit("xor")
    x, y = circuit.inputs("x", "y")
    either = circuit.binary("either", excite=x + y, threshold=1)
    both = circuit.binary("both", excite=x + y, threshold=2)
    circuit.output(circuit.binary("z", excite=either, subtract=both, threshold=1))
    return circuit


def test_a_summary_names_populations_projections_and_totals(xor):
    text = xor.summary()
    assert re.search(r"^both +binary +1 +1 +θ 2$", text, re.MULTILINE)
    assert re.search(r"^both → z +subtract +one to one +1$", text, re.MULTILINE)
    assert text.endswith("2 inputs, 3 neurons, 6 synapses, 1 output; feed-forward, depth 2")


def test_a_recurrent_circuit_has_no_depth(xor):
    xor.connect(xor["either"], subtract=xor["z"])
    assert depth_of(xor) is None
    assert xor.summary().endswith("recurrent")


def test_depth_is_counted_through_delays_and_not_by_them():
    circuit = Circuit()
    a = circuit.binary("a", excite=circuit.inputs("x"))
    circuit.binary("b", excite=a.delay(0.005).delay(0.002))
    assert depth_of(circuit) == 2
    assert re.search(r"^a → b +excite +one to one +1 +7 ms$", circuit.summary(), re.MULTILINE)
    assert "ago" not in circuit.summary()


@pytest.mark.parametrize("border", ["zero", "reflect", "wrap", "valid"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("shape", [(7, 6), (5, 9, 2)])
def test_a_convolutions_synapses_are_its_matrix_entries(border, stride, shape, rng):
    circuit = Circuit()
    image = circuit.inputs("image", shape=shape)
    kernel = rng.integers(1, 4, (3, 4, *((2, 3) if len(shape) == 3 else ()))).astype(float)
    kernel[1, 2] = 0
    circuit.rate("y", excite=convolve(image, kernel, border=border, stride=stride))
    (projection,) = circuit.projections
    if border in ("zero", "valid"):  # elsewhere places can meet, and their weights add up
        matrix = projection.connection.matrix(circuit.population("y").shape)
        assert synapses_of(circuit, projection) == np.count_nonzero(matrix.toarray())
    else:
        places = np.prod(circuit.population("y").shape[:2])
        assert synapses_of(circuit, projection) == places * np.count_nonzero(kernel)


def test_synapses_of_the_other_kinds(rng):
    from scipy import sparse

    circuit = Circuit()
    x = circuit.inputs("x", shape=5, real=True)
    circuit.rate("dense", drive=np.eye(4, 5) @ x)
    circuit.rate("sparse", excite=sparse.csr_array(np.eye(3, 5)) @ x)
    circuit.rate("each", excite=2 * x)
    circuit.rate("all", excite=x[0], shape=7)
    counted = [synapses_of(circuit, p) for p in circuit.projections]
    assert counted == [4, 3, 5, 7]


def test_a_sparse_matrix_tells_its_part_that_is_not_0():
    from scipy import sparse

    circuit = Circuit()
    x = circuit.inputs("x", shape=100, real=True)
    for name, count in (("whole", 100), ("most", 97), ("few", 1)):
        weights = np.array([[1.0] * count + [0.0] * (100 - count)])
        circuit.rate(name, excite=sparse.csr_array(weights) @ x)
    kinds = [row[-3] for row in describe(circuit).projections]
    assert kinds == ["sparse 100%", "sparse 97%", "sparse 1%"]


def test_parameters_are_told_where_they_are_not_as_usual():
    circuit = Circuit()
    x = circuit.inputs("x", shape=3, real=True)
    circuit.rate("y", excite=x, tau=0.01, threshold=[0, 0.5, 2], gain=2)
    circuit.binary("z", excite=x, bias=-1)
    kinds = {row[0]: row for row in describe(circuit).populations}
    assert kinds["y"] == ("y", "rate, threshold-linear", "3", "3", "θ 0 to 2, g 2, τ 10 ms")
    assert kinds["z"][4] == "θ 1, b −1"
    assert kinds["x"][1] == "input, any number"


def test_kinds_of_inputs():
    circuit = Circuit()
    a = circuit.inputs("a", bits=3)
    b = circuit.inputs("b")
    circuit.binary("z", excite=a[0] + b)
    assert [row[1] for row in describe(circuit).populations] == [
        "input, 3 bits", "input, 0 or 1", "binary",
    ]  # fmt: skip


def test_a_veto_is_named():
    circuit = Circuit()
    x, v = circuit.inputs("x", "v")
    circuit.binary("z", excite=x, divide=np.inf * v)
    assert ("v → z", "divide (veto)", "one to one", "1", "") in describe(circuit).projections


def test_numbers_as_one_writes_them():
    assert number_text(-0.5) == "−0.5"
    assert [seconds_text(s) for s in (2, 0.05, 2.5e-4)] == ["2 s", "50 ms", "250 µs"]


def test_an_empty_circuit_is_described():
    circuit = Circuit("nothing")
    assert "0 neurons" in circuit.summary()
    assert "<table>" in circuit._repr_html_()


def test_html_holds_the_drawing_and_the_tables(xor):
    page = xor._repr_html_()
    assert "<svg" in page
    assert "<details>" in page
    assert "both → z" in page
    assert page == xor._repr_html_()


def test_html_makes_names_inert():
    evil = "<script>alert('1')</script>"
    circuit = Circuit(evil)
    x = circuit.inputs("<img src=x onerror=alert(1)>")
    inner = Circuit('"><b>')
    inner.output(inner.binary("--><i>", excite=inner.inputs("p"), threshold=1))
    circuit.output(inner(x), "</svg><script>")
    page = circuit._repr_html_()
    for sign in ("<script", "<img", "<b>", "<i>"):
        assert sign not in page
    assert "&lt;script&gt;" in page
    assert page.count("</svg>") == 1


def test_a_picture_too_large_for_svg_is_a_png(xor, monkeypatch):
    monkeypatch.setattr("neurosim.description.LARGEST_SVG", 10)
    xor.name = 'x" onload="alert(1)'
    page = xor._repr_html_()
    assert "data:image/png;base64," in page
    assert "<svg" not in page
    assert 'alt="x&quot; onload' in page


def test_a_circuit_beyond_drawing_shows_its_tables_only(xor, monkeypatch):
    monkeypatch.setattr("neurosim.description.MOST_DRAWN", 2)
    assert xor._repr_html_().startswith('<div class="neurosim-circuit"><details>')
