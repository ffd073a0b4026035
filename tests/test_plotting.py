"""Figures in the house style; circuits drawn: what is there, where, and that nothing collides."""

import itertools
import math
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text

from circuits import arithmetic, lgn, logic
from neurosim import Circuit, CircuitError, InputError, convolve
from neurosim.connections import Convolution
from neurosim.networks import Dense, Sequential
from neurosim.plotting import (
    COLOURS,
    mark_zero,
    new_figure,
    numbered_points_over_curve,
    plot_curves,
    points_over_curve,
    scale_bar,
    show_image,
)
from neurosim.plotting.blocks import Block, Link
from neurosim.plotting.labels import Rectangle, place_labels
from neurosim.plotting.layers import arrange
from neurosim.plotting.ordering import crossings, layers_of, spread
from neurosim.plotting.plan import plan_for

ENDINGS = ("excite", "subtract", "divide", "veto")


def xor():
    circuit = Circuit("xor")
    x, y = circuit.inputs("x", "y")
    either = circuit.binary("either", excite=x + y, threshold=1)
    both = circuit.binary("both", excite=x + y, threshold=2)
    circuit.output(circuit.binary("z", excite=either, subtract=both, threshold=1))
    return circuit


def half_adder():
    circuit = Circuit("half")
    x, y = circuit.inputs("x", "y")
    circuit.output(xor()(x, y), "sum")
    circuit.output(circuit.binary("carry", excite=x + y, threshold=2))
    return circuit


def full_adder():
    circuit = Circuit("full")
    a, b, c = circuit.inputs("a", "b", "c")
    half = half_adder()
    partial, first = half(a, b)
    total, second = half(partial, c)
    circuit.output(total, "sum")
    circuit.output(circuit.binary("or", excite=first + second, threshold=1), "carry")
    return circuit


def adder(bits=8):
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    full = full_adder()
    carry, sums = 0, []
    for i in range(bits):
        total, carry = full(a[i], b[i], carry)
        sums.append(total)
    circuit.output([*sums, carry], "total", bits=bits + 1)
    return circuit


def division():
    circuit = Circuit("E/(E+I)")
    E, I = circuit.inputs("E", "I", real=True)  # noqa: E741 - the lecture's letters
    circuit.output(circuit.rate("y", excite=E, divide=E + I, semi_saturation=0))
    return circuit


def veto():
    circuit = Circuit("veto")
    e, s, d, v = circuit.inputs("E", "S", "D", "V")
    circuit.output(circuit.binary("z", excite=2 * e, subtract=0.5 * s, divide=d + np.inf * v))
    return circuit


def latch():
    circuit = Circuit("latch")
    put, reset = circuit.inputs("set", "reset")
    q = circuit.binary("q", subtract=reset, threshold=0)
    other = circuit.binary("not q", subtract=put + q, threshold=0)
    circuit.connect(q, subtract=other)
    circuit.output(q)
    circuit.output(other)
    return circuit


def memory():
    circuit = Circuit("memory")
    put, reset = circuit.inputs("set", "reset")
    q = circuit.binary("q", excite=put, divide=np.inf * reset)
    circuit.connect(q, excite=q)
    circuit.output(q)
    return circuit


def ring():
    circuit = Circuit("ring")
    a = circuit.binary("a", excite=circuit.inputs("start"))
    b = circuit.binary("b", excite=a.delay(5e-3))
    c = circuit.binary("c", excite=b)
    circuit.connect(a, excite=c)
    circuit.output(c)
    return circuit


def net():
    rng = np.random.default_rng(1)
    circuit = Circuit("net")
    x = circuit.inputs("x", shape=16)
    hidden = circuit.rate("h", drive=rng.normal(size=(8, 16)) @ x)
    circuit.output(circuit.rate("y", drive=rng.normal(size=(2, 8)) @ hidden, transfer="logistic"))
    return circuit


def retina(n=64):
    circuit = Circuit("retina")
    image = circuit.inputs("image", shape=(n, n))
    center, surround = np.ones((3, 3)) / 9, np.ones((9, 9)) / 81
    on = circuit.rate("on", excite=convolve(image, center), subtract=convolve(image, surround))
    off = circuit.rate("off", excite=convolve(image, surround), subtract=convolve(image, center))
    pool = circuit.rate("pool", excite=convolve(on, surround) + convolve(off, surround))
    circuit.output(circuit.rate("normal", excite=on, divide=pool, semi_saturation=0.1))
    return circuit


def random_circuit(count=120):
    rng = np.random.default_rng(1)
    circuit = Circuit("random")
    pool = list(circuit.inputs(*(f"x{i}" for i in range(8))))
    for i in range(count):
        first, second = (pool[j] for j in len(pool) - 1 - rng.choice(8, 2, replace=False))
        pool.append(circuit.binary(f"n{i}", excite=first, subtract=second))
    circuit.output(pool[-1])
    return circuit


CIRCUITS = [
    xor, half_adder, full_adder, adder, division, veto, latch, memory, ring, net, retina,
    random_circuit,
]  # fmt: skip


def gids(figure):
    """Return the names of everything drawn that has one."""
    return [a.get_gid() for a in figure.axes[0].get_children() if a.get_gid()]


def counted(figure, what="wire"):
    """Return how many wires or ends there are of each channel."""
    return Counter(g.split()[1] for g in gids(figure) if g.startswith(f"{what} "))


def texts(figure):
    return [t.get_text() for t in figure.axes[0].texts]


def circles(figure):
    return [p for p in figure.axes[0].patches if isinstance(p, Circle)]


def endings(figure, channel):
    return [p for p in figure.axes[0].patches if (p.get_gid() or "").startswith(f"end {channel} ")]


# ---------------------------------------------------------------- drawings as a whole


@pytest.mark.parametrize("make", CIRCUITS)
def test_every_circuit_is_drawn_and_left_as_it_was(make):
    circuit = make()
    before = circuit.summary(), circuit.size, len(circuit.projections)
    figure = circuit.draw()
    figure.draw_without_rendering()
    assert isinstance(figure, Figure)
    assert counted(figure, "wire") == counted(figure, "end")
    assert (circuit.summary(), circuit.size, len(circuit.projections)) == before


@pytest.mark.parametrize("make", CIRCUITS)
def test_no_two_circles_touch(make):
    drawn = circles(make().draw())
    for a, b in itertools.combinations(drawn, 2):
        assert math.dist(a.center, b.center) > a.radius + b.radius


@pytest.mark.parametrize("make", [xor, half_adder, full_adder, division, veto, latch, ring, memory])
def test_no_two_texts_overlap(make):
    figure = make().draw()
    figure.draw_without_rendering()
    shown = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    boxes = [t.get_window_extent().shrunk(0.9, 0.8) for t in shown if t.axes.axison is False]
    names = [t.get_text() for t in shown]
    for (a, first), (b, second) in itertools.combinations(zip(boxes, names, strict=False), 2):
        assert not a.overlaps(b), (first, second)


CROWDED = [
    lambda: arithmetic.comparator(3),
    lambda: logic.parity(7, "log"),
    lambda: arithmetic.depth_two_adder(4),
    lambda: logic.symmetric([0, 1, 0, 1, 0]),
    lambda: logic.multiplexer(2),
    lambda: arithmetic.subtractor(2),
]


@pytest.mark.parametrize("make", [*CROWDED, xor, full_adder, latch, memory, veto, ring])
def test_no_ending_lies_under_its_neurons_name(make):
    figure = make().draw()
    figure.draw_without_rendering()
    ax = figure.axes[0]
    captions = {}
    for circle in circles(figure):
        name = circle.get_gid().split(" ", 1)[1]
        under = [
            text
            for text in ax.texts
            if text.get_text() == name.rpartition(".")[2]
            and abs(text.get_position()[0] - circle.center[0]) < 1e-6
            and text.get_position()[1] > circle.center[1]
        ]
        if under:
            nearest = min(under, key=lambda text: text.get_position()[1])
            captions[name] = nearest.get_window_extent()
    assert captions
    seen = 0
    for patch in ax.patches:
        gid = patch.get_gid() or ""
        if not gid.startswith("end ") or gid.rpartition(" → ")[2] not in captions:
            continue
        corners = patch.get_transform().transform_path(patch.get_path()).vertices
        middle = corners.mean(axis=0)
        box = captions[gid.rpartition(" → ")[2]]
        assert not any(box.contains(*point) for point in (*corners, middle)), gid
        seen += 1
    assert seen


@pytest.mark.parametrize("make", [half_adder, full_adder, lambda: arithmetic.subtractor(2)])
def test_wires_that_arrive_together_come_side_by_side(make):
    plan = plan_for(make(), None, with_values=False)
    framed = {frame.path for frame in plan.layout.frames}
    assert framed
    coming = {}
    for line, route in plan.layout.routes.items():
        coming.setdefault(line.target, []).append((line.bundle, route))
    for links in coming.values():
        for (one, first), (other, second) in itertools.combinations(links, 2):
            assert one == other or not set(first) & set(second)


@pytest.mark.parametrize("make", CIRCUITS)
def test_the_drawing_is_within_the_figure(make):
    figure = make().draw()
    ax = figure.axes[0]
    lowest = min(ax.get_xlim()), min(ax.get_ylim())
    highest = max(ax.get_xlim()), max(ax.get_ylim())
    for patch in ax.patches:
        is_circle = isinstance(patch, Circle)
        points = np.array([patch.center] if is_circle else patch.get_path().vertices)
        if is_circle or (patch.get_gid() or "").startswith("wire"):
            assert (points >= lowest).all()
            assert (points <= highest).all()


@pytest.mark.parametrize(
    ("make", "channels"),
    [
        (xor, {"excite": 5, "subtract": 1, "output": 1}),
        (half_adder, {"excite": 7, "subtract": 1, "output": 2}),
        (full_adder, {"excite": 16, "subtract": 2, "output": 2}),
        (division, {"excite": 1, "divide": 2, "output": 1}),
        (veto, {"excite": 1, "subtract": 1, "divide": 1, "veto": 1, "output": 1}),
        (latch, {"subtract": 4, "output": 2}),
        (memory, {"excite": 2, "veto": 1, "output": 1}),
        (retina, {"excite": 5, "subtract": 2, "divide": 1, "output": 1}),
    ],
)
def test_wires_by_channel(make, channels):
    figure = make().draw()
    assert counted(figure) == channels
    assert counted(figure, "end") == channels


def test_signed_drive_is_drawn_by_sign():
    signs = np.sign(np.concatenate([p.connection.weights.ravel() for p in net().projections]))
    drawn = counted(net().draw())
    assert drawn["excite"] == (signs > 0).sum()
    assert drawn["subtract"] == (signs < 0).sum()


def test_each_channel_has_an_ending_of_its_own_shape():
    figure = veto().draw()
    shapes = {}
    for channel in ENDINGS:
        (end,) = endings(figure, channel)
        path = end.get_path()
        shapes[channel] = len(path.vertices), end.get_facecolor()[:3] == end.get_edgecolor()[:3]
    # a disc has many vertices, an arrowhead is closed, a bar is open; the veto's disc is filled
    assert len({*shapes.values()}) == len(ENDINGS)
    colours = {endings(figure, channel)[0].get_edgecolor() for channel in ENDINGS}
    assert len(colours) == len(ENDINGS)


def test_names_thresholds_weights_and_delays_are_written():
    assert {"xor", "x", "y", "either", "both", "z", "θ 1", "θ 2"} <= set(texts(xor().draw()))
    assert {"2", "0.5", "∞"} <= set(texts(veto().draw()))
    assert "5 ms" in texts(ring().draw())
    assert "σ 0" in texts(division().draw())


def test_inputs_stand_left_and_outputs_right():
    figure = full_adder().draw()
    x = {p.get_gid(): p.center[0] for p in circles(figure)}
    entering = [at for gid, at in x.items() if gid.startswith("input")]
    inner = [at for gid, at in x.items() if gid.startswith("neuron")]
    leaving = [
        t.get_position()[0] for t in figure.axes[0].texts if t.get_text() in ("sum", "carry")
    ]
    assert max(entering) < min(inner)
    assert max(inner) < max(leaving)


def test_feedforward_wires_run_to_the_right_and_recurrent_ones_back():
    figure = ring().draw()
    x = {p.get_gid().split()[1]: p.center[0] for p in circles(figure)}
    assert x["start"] < x["a"] < x["b"] < x["c"]
    latched = {p.get_gid(): p.center for p in circles(latch().draw())}
    assert latched["neuron q"][0] == latched["neuron not q"][0]  # side by side, as drawn by hand


def test_instances_are_framed_and_contain_their_neurons():
    figure = full_adder().draw()
    frames = {
        p.get_gid().removeprefix("instance "): p.get_bbox() if hasattr(p, "get_bbox") else p
        for p in figure.axes[0].patches
        if (p.get_gid() or "").startswith("instance ")
    }
    assert set(frames) == {"half", "half.xor", "half_2", "half_2.xor"}
    for circle in circles(figure):
        name = circle.get_gid().split(" ", 1)[1]
        for path, box in frames.items():
            x, y = circle.center
            inside = box.x0 < x < box.x1 and box.y0 < y < box.y1
            assert inside == name.startswith(path + ".")


def test_depth_closes_instances():
    figure = full_adder().draw(depth=0)
    assert [g for g in gids(figure) if g.startswith("box")] == ["box half", "box half_2"]
    assert "4 neurons" in texts(figure)
    assert counted(figure) == {"signal": 4, "excite": 2, "output": 2}
    opened = full_adder().draw(depth=1)
    assert [g for g in gids(opened) if g.startswith("box")] == ["box half.xor", "box half_2.xor"]


def test_an_instance_of_one_neuron_needs_no_frame():
    inner = Circuit("and")
    inner.output(inner.binary("z", excite=inner.inputs("a") + inner.inputs("b"), threshold=2))
    circuit = Circuit()
    circuit.output(inner(*circuit.inputs("x", "y")))
    figure = circuit.draw()
    assert "and.z" in texts(figure)
    assert not [g for g in gids(figure) if g.startswith(("instance", "box"))]


def test_a_large_circuit_is_drawn_without_inner_names():
    figure = random_circuit().draw()
    assert len(circles(figure)) == 128
    assert {"x0", "n119"} <= set(texts(figure))
    assert "n5" not in texts(figure)


def test_a_circuit_of_many_neurons_keeps_a_size_that_can_be_saved():
    figure = random_circuit(300).draw()
    assert max(figure.get_size_inches()) < 61


def test_sheets_and_their_connections_are_labelled_by_kind():
    shown = texts(retina().draw())
    assert {"image", "64×64", "kernel 3×3", "kernel 9×9"} <= set(shown)
    assert "one to one" not in shown  # the usual is said once, below
    assert any("wires without a label: one to one" in text for text in shown)
    assert not circles(retina().draw())
    rng = np.random.default_rng(1)
    circuit = Circuit()
    hidden = circuit.rate(
        "hidden", drive=rng.normal(size=(100, 784)) @ circuit.inputs("x", shape=784)
    )
    circuit.output(circuit.rate("class", excite=rng.random((10, 100)) @ hidden))
    shown = texts(circuit.draw())
    assert shown.count("dense 100×784") == 2  # one a sign
    assert shown.count("dense 10×100") == 1  # said once for the whole fan


@pytest.mark.parametrize("depth", [None, 0])
def test_a_large_sheet_is_drawn_as_a_small_one(depth, monkeypatch):
    few = gids(lgn.sheets((16, 16), pool=0.3).draw(depth=depth))
    monkeypatch.setattr(Convolution, "matrix", None)  # whose entries are very many
    many = gids(lgn.sheets((96, 96), pool=0.3).draw(depth=depth))
    assert many == few
    assert ("box retina" in many) == (depth == 0)


def test_the_neurons_of_a_sheet_leave_a_box_together_and_single_ones_apart():
    inner = Circuit("inner")
    x = inner.inputs("x", shape=20)
    inner.output(inner.rate("row", excite=x))
    inner.output(inner.rate("sums", excite=np.ones((2, 20)) @ x))
    circuit = Circuit("outer")
    row, sums = inner(circuit.inputs("x", shape=20))
    circuit.output(row)
    circuit.output(circuit.rate("z", excite=sums[0], subtract=sums[1]))
    assert counted(circuit.draw(depth=0)) == {"signal": 1, "output": 2, "excite": 1, "subtract": 1}


def test_letters_and_curves_are_explained_below():
    circuit = division()
    below = [t.get_text() for t in circuit.draw().axes[0].texts if t.get_gid() == "legend"]
    assert below == ["σ semi-saturation   curve: transfer f", "excites", "divides"]
    circuit = Circuit()
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("z", excite=x, tau=0.01, gain=2, noise=0.1, threshold=1))
    shown = " ".join(texts(circuit.draw()))
    for meaning in ("θ threshold", "g gain", "s noise", "τ time constant"):
        assert meaning in shown
    assert "θ threshold" in texts(xor().draw())
    assert "θ threshold" not in texts(xor().draw(legend=False))


def test_arrows_into_a_box_are_explained_where_there_are_boxes():
    assert "goes into a box" in texts(full_adder().draw(depth=0))
    assert "goes into a box" not in texts(full_adder().draw())


def test_wires_of_a_closed_box_are_named_by_its_inputs_and_outputs():
    def labels(circuit, **options):
        drawn = circuit.draw(**options).axes[0].texts
        return sorted(t.get_text() for t in drawn if t.get_gid() == "label")

    assert labels(full_adder(), depth=0) == ["carry", "carry", "sum → x", "x", "y", "y"]
    assert labels(full_adder()) == []
    named = labels(arithmetic.ripple_carry_adder(3), depth=0)
    assert named == ["carry → carry_in"] * 2 + ["x"] * 3 + ["y"] * 3
    outer = Circuit("outer")
    outer.output(arithmetic.ripple_carry_adder(2)(*outer.inputs("p", "q", bits=2)), bits=3)
    assert labels(outer, depth=1)[:1] == ["carry → carry_in"]
    assert labels(outer, depth=0) == ["a[0]", "a[1]", "b[0]", "b[1]"]
    assert labels(outer.without("ripple-carry adder.full adder.or.z"), depth=0)[:1] == ["a[0]"]
    sheet = Circuit("sheet")
    on, _ = lgn.sheets((20, 20))(sheet.inputs("photo", shape=(20, 20), real=True))
    sheet.output(sheet.rate("seen", excite=on))
    assert labels(sheet, depth=0) == ["image", "on"]


def test_a_circuit_from_a_file_has_boxes_without_names(tmp_path):
    full_adder().save(tmp_path / "full.json")
    drawn = Circuit.load(tmp_path / "full.json").draw(depth=0)
    assert [t for t in drawn.axes[0].texts if t.get_gid() == "label"] == []


def test_what_could_not_be_inlined_leaves_no_terminals():
    host = Circuit("host")
    x = host.inputs("x")
    with pytest.raises(CircuitError):
        xor()(x, host.constant(0.5))
    assert not host.terminals


def test_the_names_of_inputs_stand_all_inside_or_all_outside():
    def is_inside(circuit):
        figure = circuit.draw()
        at = {t.get_text(): t.get_position() for t in figure.axes[0].texts}
        return {c.get_gid(): at[c.get_gid().split()[1]] == c.center for c in circles(figure)[:3]}

    assert set(is_inside(full_adder()).values()) == {True}
    assert set(is_inside(arithmetic.full_adder()).values()) == {False}  # carry_in is long


def test_an_arrow_heads_as_its_wire_does():
    figure = veto().draw()
    (wire,) = [p for p in figure.axes[0].patches if p.get_gid() == "wire excite E → z"]
    (end,) = endings(figure, "excite")
    (x0, y0), (x1, y1) = wire.get_path().vertices[[0, -1]]
    tip, back = end.get_path().vertices[0], end.get_path().vertices[1:3].mean(axis=0)
    assert math.atan2(*(tip - back)) == pytest.approx(math.atan2(x1 - x0, y1 - y0), abs=1e-6)


def test_two_wires_between_neurons_that_drive_each_other_lie_apart():
    circuit = Circuit()
    x = circuit.inputs("x", real=True)
    v, w = circuit.rate("v", excite=x), circuit.rate("w", excite=x)
    circuit.connect(w, excite=v, divide=v)
    circuit.connect(v, excite=w)
    circuit.output(v)
    figure = circuit.draw()
    bows = {p.get_gid(): p.get_path().vertices for p in figure.axes[0].patches}
    first, second = (bows[f"wire {channel} v → w"][1:3, 0] for channel in ("excite", "divide"))
    assert (abs(first - second) > 0.3).all()


def test_a_self_connection_is_a_loop_above_its_neuron():
    figure = memory().draw()
    (loop,) = [p for p in figure.axes[0].patches if p.get_gid() == "wire excite q → q"]
    (q,) = [c for c in circles(figure) if c.get_gid() == "neuron q"]
    assert loop.get_path().vertices[:, 1].min() < q.center[1] - q.radius


def test_constants_are_drawn_where_they_act():
    circuit = Circuit()
    x = circuit.inputs("x")
    circuit.constant(0.0, "unheard")
    circuit.output(circuit.binary("z", excite=x + circuit.constant(1.0, "one"), threshold=2))
    figure = circuit.draw()
    assert [c.get_gid() for c in circles(figure)] == ["input x", "constant one", "neuron z"]


@pytest.mark.parametrize("name", ["$x^$", "a_b", "<&>", "x" * 60])
def test_names_are_never_read_as_mathematics(name):
    circuit = Circuit(name)
    circuit.output(circuit.binary(name, excite=circuit.inputs("x")))
    figure = circuit.draw()
    figure.draw_without_rendering()
    assert name in texts(figure)


@pytest.mark.parametrize("shape", [0, (0, 4), (3, 3), (5, 5, 3), (2, 2, 2, 2), 40])
def test_any_shape_can_be_drawn(shape):
    circuit = Circuit()
    circuit.output(circuit.rate("y", excite=circuit.inputs("x", shape=shape)))
    circuit.draw().draw_without_rendering()
    values = np.zeros(circuit.population("x").shape)
    circuit.draw(activities={"x": values, "y": values}).draw_without_rendering()


def test_an_empty_circuit_and_one_without_outputs():
    Circuit().draw().draw_without_rendering()
    circuit = Circuit()
    circuit.binary("alone", threshold=0)
    circuit.draw().draw_without_rendering()


# ---------------------------------------------------------------- activities


def test_inputs_show_activities():
    figure = xor().draw(inputs=(1, 0))
    assert "z = 1" in texts(figure)
    face = {c.get_gid(): c.get_facecolor() for c in circles(figure)}
    assert face["neuron either"] == face["neuron z"] != face["neuron both"]
    alpha = {p.get_gid(): p.get_alpha() for p in figure.axes[0].patches}
    assert alpha["wire excite x → either"] is None
    assert alpha["wire excite y → either"] < 1
    assert "z = 1" in texts(xor().draw(inputs={"y": 0, "x": 1}))


def test_activities_of_ones_own_and_of_closed_boxes():
    figure = latch().draw(activities={"q": 1, "not q": 0})
    assert {"q = 1", "not q = 0"} <= set(texts(figure))
    assert {"sum = 0", "carry = 1"} <= set(texts(full_adder().draw(inputs=(1, 1, 0), depth=0)))


def test_activities_close_nothing_that_is_open_without_them():
    circuit = arithmetic.full_adder()
    open_ = [gid for gid in gids(circuit.draw()) if gid.startswith("neuron")]
    assert len(open_) == 9
    shown = [gid for gid in gids(circuit.draw(inputs=(1, 0, 1))) if gid.startswith("neuron")]
    assert shown == open_


def test_sheets_show_images_with_their_range():
    rng = np.random.default_rng(1)
    figure = retina(16).draw(inputs=rng.random((16, 16)))
    assert len(figure.axes[0].collections) == 5
    assert any(" to " in t for t in texts(figure))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"inputs": (1, 0), "activities": {}}, InputError, "not both"),
        ({"activities": {"z": [1, 0]}}, InputError, "one moment of one trial"),
        ({"activities": {"zz": 1}}, CircuitError, "did you mean"),
        ({"inputs": (1,)}, InputError, "y"),
    ],
)
def test_activities_that_do_not_fit(options, error, message):
    with pytest.raises(error, match=message):
        xor().draw(**options)


def test_a_recurrent_circuit_cannot_be_called():
    with pytest.raises(CircuitError, match="recurrent"):
        latch().draw(inputs=(1, 0))


# ---------------------------------------------------------------- in a figure of one's own


def test_drawing_into_axes_fits_them():
    figure, axes = new_figure(1, 2, width="page")
    assert xor().draw(ax=axes[0]) is figure
    full_adder().draw(ax=axes[1], title="A full adder", legend=False)
    figure.draw_without_rendering()
    assert axes[1].get_aspect() == 1
    large = max(t.get_fontsize() for t in axes[0].texts)
    small = max(t.get_fontsize() for t in axes[1].texts)
    assert small < large <= 11


def test_new_figure_gives_panels_in_the_house_style():
    figure, ax = new_figure()
    assert figure.get_size_inches()[0] == pytest.approx(8.5 / 2.54)
    assert not ax.spines["top"].get_visible()
    assert ax.letter == ""
    _, axes = new_figure(2, 3, width="page", sharex=True)
    assert axes.shape == (2, 3)
    ax = axes[0, 0]
    ax.set_title("A finding that takes more than one line of a narrow panel to tell")
    lengths = [len(line) for line in ax.get_title(loc="left").split("\n")]
    assert len(lengths) > 1
    assert min(lengths) > 0.6 * max(lengths)  # no word stands alone
    assert [panel.letter for panel in axes.flat] == list("abcdef")
    ax.set_title("Another")
    assert [t.get_text() for t in ax.texts if t.get_gid() == "letter"] == ["a"]


def test_no_letter_of_a_printed_figure_is_too_small():
    figure, axes = new_figure(1, 2, width="page")
    assert figure.get_size_inches()[0] == pytest.approx(17 / 2.54)
    plot_curves(axes[0], [0, 1], {"a": [0, 1]})
    axes[0].set(xlabel="drive", ylabel="rate (spikes/s)")
    axes[0].set_title("A finding")
    show_image(axes[1], np.eye(3), "An image", label="response")
    figure.suptitle(
        "What both panels show together, in so many words that a second line is needed below"
    )
    shown = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    assert min(t.get_fontsize() for t in shown) >= 7
    assert max(shown, key=lambda t: t.get_fontsize()).get_weight() == "bold"
    main = next(t for t in figure.texts if t.get_text().startswith("What both"))
    assert main.get_text().count("\n") == 1


def test_figures_show_themselves_in_notebooks():
    png, size = xor().draw()._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert size["width"] > 100


def test_images_of_signed_values_are_symmetric_about_white():
    _, ax = new_figure()
    image = show_image(ax, [[-1.0, 0.5], [np.nan, 0.25]], "Signed", label="spikes/s")
    assert image.get_clim() == (-1, 1)
    assert image.cmap(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.02)
    assert image.colorbar.ax.get_ylabel() == "spikes/s"
    _, ax = new_figure()
    assert show_image(ax, np.zeros((2, 2)), bar=False).get_clim() == (0, 1)
    assert show_image(ax, np.zeros((2, 2, 3)) + 0.5).colorbar is None


def test_curves_differ_in_colour_and_dashes():
    _, ax = new_figure()
    lines = plot_curves(ax, [0, 1], {"a": [0, 1], "b": [1, 0], "c": [1, 1]})
    assert len({line.get_color() for line in lines}) == 3
    assert len({line.get_linestyle() for line in lines}) == 3
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b", "c"]


def test_nothing_imports_pyplot_or_leaves_settings_behind():
    code = (
        "import sys, matplotlib; before = [*dict.items(matplotlib.rcParams)];"
        "from neurosim import Circuit; from neurosim.plotting import new_figure;"
        "c = Circuit(); c.output(c.binary('z', excite=c.inputs('x')));"
        "c.draw().draw_without_rendering(); c._repr_html_(); new_figure();"
        "assert 'matplotlib.pyplot' not in sys.modules;"
        "assert [*dict.items(matplotlib.rcParams)] == before"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_summary_needs_no_matplotlib():
    code = (
        "import sys; from neurosim import Circuit; c = Circuit(); c.inputs('x'); c.summary();"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---------------------------------------------------------------- the parts of the layout


def test_spread_keeps_order_and_distances(rng):
    wanted = rng.normal(size=20)
    placed = np.array(spread(wanted, [1.0] * 20, [0.3] * 19))
    assert (np.diff(placed) >= 0.3 - 1e-12).all()
    assert spread([0, 1, 2], [1, 1, 1], [0.5, 0.5]) == [0, 1, 2]
    assert spread([0, 0], [1, 3], [1]) == pytest.approx([-0.75, 0.25])


def test_spread_is_optimal(rng):
    from scipy.optimize import minimize

    wanted, weights = rng.normal(size=5), rng.uniform(0.5, 2, 5)
    placed = np.array(spread(wanted, weights, [0.4] * 4))

    def cost(y):
        return weights @ (y - wanted) ** 2

    bounds = [{"type": "ineq", "fun": lambda y, i=i: y[i + 1] - y[i] - 0.4} for i in range(4)]
    best = minimize(cost, np.arange(5) * 0.4, constraints=bounds, method="SLSQP").fun
    assert cost(placed) == pytest.approx(best, rel=1e-4)


def test_crossings_are_counted(rng):
    pairs = [tuple(p) for p in rng.integers(0, 6, (25, 2)).tolist()]
    slow = sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(pairs, 2))
    assert crossings(pairs) == slow


def test_layers_are_longest_paths_and_cycles_run_back():
    blocks = [Block(1, 1, 1, 1) for _ in range(4)]
    links = [Link(0, 1, 0), Link(1, 2, 1), Link(0, 2, 0), Link(2, 3, 2), Link(3, 1, 3)]
    assert layers_of(blocks, links) == [0, 1, 2, 3]
    blocks[3].place = "last"
    assert layers_of(blocks, links[:3]) == [0, 1, 2, 3]
    assert layers_of(blocks[:2], [Link(0, 1, 0), Link(1, 0, 1)], [(0, 1)]) == [0, 0]


def test_the_order_of_a_layer_avoids_crossings():
    blocks = [Block(1, 1, 1, 1) for _ in range(6)]
    made = arrange(blocks, [Link(0, 5, 0), Link(1, 4, 1), Link(2, 3, 2)])
    heights = [y for _, y in made.anchors]
    for tail, head in ((0, 5), (1, 4), (2, 3)):
        assert heights[tail] == pytest.approx(heights[head], abs=1e-6)


def test_the_neurons_of_a_population_leave_their_order_where_wires_would_cross():
    blocks = [Block(1, 1, 1, 1, row=i // 3) for i in range(6)]
    made = arrange(blocks, [Link(0, 5, 0), Link(1, 4, 1), Link(2, 3, 2)])
    heights = [y for _, y in made.anchors]
    assert heights[:3] == pytest.approx(heights[:2:-1], abs=1e-6)


def test_the_cells_of_a_trained_layer_are_drawn_in_order():
    model = Sequential([Dense(4, "relu", input_shape=(3,)), Dense(10, "softmax")], seed=0)
    figure = model.to_circuit().draw()
    y = {p.get_gid(): p.center[1] for p in circles(figure)}
    for name, cells in (("dense", 4), ("dense_1 drive", 10), ("dense_1", 10)):
        own = [y[f"neuron {name}[{i}]"] for i in range(cells)]
        assert own == sorted(own)


def test_labels_avoid_what_is_taken():
    wires = [[(0.0, 0.0), (4.0, 0.0)], [(0.0, 1.0), (4.0, 1.0)]]
    taken = [Rectangle(2.0, 0.0, 0.3, 0.3)]
    first, second = place_labels(["2", "3"], wires, taken, 8)
    assert abs(first[0] - 2) > 0.15
    assert second == (2.0, 1.0)


# ---------------------------------------------------------------- points over curves, scale bars


def test_measured_points_lie_over_the_curve_expected_of_them():
    _, ax = new_figure()
    mark_zero(ax)
    points_over_curve(ax, ([1, 2], [3, 4]), ([0, 9], [1, 5]), measured="a cell", expected="theory")
    zero, curve, points = ax.lines
    assert zero.get_ydata() == [0, 0]
    assert (curve.get_label(), curve.get_linestyle(), curve.get_marker()) == ("theory", "-", "None")
    assert (points.get_label(), points.get_linestyle(), points.get_marker()) == (
        "a cell",
        "None",
        "o",
    )
    assert points.get_xydata().tolist() == [[1, 3], [2, 4]]
    assert curve.get_color() != points.get_color()


def test_several_are_told_apart_by_colour_and_marker():
    _, ax = new_figure()
    for number in range(4):
        numbered_points_over_curve(
            ax, number, ([1], [1]), ([0, 1], [0, 1]), f"{number}", linewidth=3
        )
    curves, points = ax.lines[::2], ax.lines[1::2]
    assert [line.get_color() for line in curves] == list(COLOURS.values())[:4]
    assert [line.get_color() for line in points] == list(COLOURS.values())[:4]
    assert len({line.get_marker() for line in points}) == 4
    assert {line.get_linewidth() for line in curves} == {3}
    assert ax.get_legend_handles_labels()[1] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("columns", "pixel", "written"),
    [(60, 0.1, "2°"), (59, 0.1, "1°"), (30, 0.5, "5°"), (7, 0.001, "0.002°")],
)
def test_a_scale_bar_is_the_longest_round_length_in_a_third(columns, pixel, written):
    _, ax = new_figure()
    show_image(ax, np.zeros((4, columns)), bar=False)
    scale_bar(ax, columns, pixel)
    (text,), (line,) = ax.texts, ax.lines
    assert text.get_text() == written
    assert np.ptp(line.get_xdata()) * pixel == pytest.approx(float(written[:-1]))
    assert ax.get_xlim() == (-0.5, columns - 0.5)


def test_a_legends_title_stands_at_the_left_and_is_no_larger_than_its_entries():
    _, ax = new_figure()
    ax.plot([0, 1], label="10%")
    legend = ax.legend(title="contrast")
    assert legend.get_alignment() == "left"
    assert legend.get_title().get_fontsize() == legend.get_texts()[0].get_fontsize()
