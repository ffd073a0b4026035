"""The three levels: held against one another, and against small obvious cases."""

import itertools
import math
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit, CircuitError, InputError
from neurosim.marr import (
    Algorithm,
    Axiom,
    Bits,
    Computation,
    Drawn,
    Implementation,
    Listed,
    Marr,
    Reals,
    Repeat,
    Step,
)
from neurosim.marr.agreement import agree, key
from neurosim.marr.algorithm import MOST_STEPS
from neurosim.plotting.drawing import vignette

BITS = 3
NUMBERS = range(2**BITS)
AXIOMS = {
    "zero": lambda add, a: add(a, 0) == a,
    "commutativity": lambda add, a, b: (add(a, b), add(b, a)),
    "associativity": Axiom(
        lambda add, a, b, c: (add(add(a, b), c), add(a, add(b, c))), c=range(2**BITS)
    ),
}


def addition(oracle=lambda a, b: a + b, **changes):
    settings = {"domain": {"a": NUMBERS, "b": NUMBERS}, "axioms": AXIOMS, **changes}
    return Computation("addition", oracle, **settings)


def counting(count=lambda piles: (piles[0] + 1, piles[1] - 1), name="counting on", **changes):
    settings = {
        "representation": "two piles",
        "steps": [Repeat([("move one", count)], lambda piles: piles[1] > 0, "while any is left")],
        "decode": lambda piles: piles[0],
        "quantities": {"total": lambda piles: piles[0]},
        **changes,
    }
    return Algorithm(name, **settings)


def register(**levels):
    settings = {"computation": addition(), **levels}
    return Marr("cash register", **settings)


def test_levels_that_agree_are_proved():
    circuits = [ripple_carry_adder(BITS), depth_two_adder(BITS)]
    found = register(algorithms=[counting()], implementations=circuits).check()
    assert found
    assert found.exhaustive
    assert all(v.how == "proved" for v in found.verdicts)
    assert found.failure is None
    # Three levels compute it; each of these and the oracle obeys each of three axioms.
    assert len(found.verdicts) == 3 + 4 * len(AXIOMS)
    assert "15 of 15 statements hold, 15 of them proved" in str(found)


def test_cases_that_leave_the_domain_are_counted():
    found = register().check().verdicts
    (associative,) = (v for v in found if "associativity" in v.statement)
    inside = sum(
        a + b in NUMBERS and b + c in NUMBERS for a in NUMBERS for b in NUMBERS for c in NUMBERS
    )
    assert associative.cases - associative.left_out == inside
    assert associative.possible == len(NUMBERS) ** 3


def test_the_failure_is_the_smallest_with_all_traces():
    broken = depth_two_adder(BITS)
    broken = broken.without(broken["carry"][0])  # 1 + 1 needs it, nothing smaller does
    found = register(algorithms=[counting()], implementations=[broken]).check()
    assert not found
    failure = found.failure
    assert failure.case == {"a": 1, "b": 1}
    assert (failure.expected, failure.got) == (2, broken(1, 1))
    columns = failure.levels.columns
    assert [c.right for c in columns] == [True, True, False]
    text = str(found)
    assert "refuted for a = 1, b = 1: expected 2" in text
    assert "move one (1): (2, 0)" in text
    assert "carry = [1, 0, 0]" in text
    assert "← differs" in text


def test_an_axiom_that_fails_shows_what_was_applied():
    wrong = addition(lambda a, b: a + b + (a == 2 and b == 1))
    found = Marr("cash register", computation=wrong).check()
    (failed,) = (v for v in found.verdicts if not v.holds and "commutativity" in v.statement)
    assert failed.failure.case == {"a": 1, "b": 2}
    assert failed.failure.applied == ("f(1, 2) = 3", "f(2, 1) = 4")
    assert "f(1, 2) = 3; f(2, 1) = 4" in str(failed)


def test_quantities_are_found_in_the_neurons():
    adder = depth_two_adder(BITS)

    def carries(a, b):
        return [((a % 2**i) + (b % 2**i)) >> i for i in range(1, BITS + 1)]

    algorithm = Algorithm(
        "carries at once", representation="numbers",
        steps=[Step("carries", lambda s: (*s, carries(*s)))], decode=lambda s: s[0] + s[1],
        quantities={"carries": lambda s: s[2]},
    )  # fmt: skip

    def check(read):
        return register(
            algorithms=[algorithm],
            implementations=[
                Implementation(adder, realizes="carries at once", reads={"carries": read})
            ],
        ).check()

    assert check(lambda activities: activities["carry"])
    wrong = check(lambda activities: activities["carry"][::-1])
    (verdict,) = (v for v in wrong.verdicts if not v)
    assert verdict.statement == "holds the carries of algorithm 'carries at once'"
    assert verdict.failure.case == {"a": 1, "b": 1}
    missing = check(lambda activities: activities["none"])
    assert "raised KeyError" in str(missing)


def test_encode_and_decode():
    tally = Circuit("tally")
    a, b = tally.inputs("a", "b", shape=3)
    tally.output(
        tally.binary("at_least", excite=np.ones((6, 3)) @ a + np.ones((6, 3)) @ b,
                     threshold=np.arange(1, 7))
    )  # fmt: skip
    domain = {"a": range(4), "b": range(4)}
    implementation = Implementation(
        tally, encode=lambda a, b: {"b": np.arange(3) < b, "a": np.arange(3) < a},
        decode=lambda at_least: int(at_least.sum()),
    )  # fmt: skip
    assert Marr(
        "tallies", computation=addition(domain=domain, axioms={}), implementations=[implementation]
    ).check()


def test_circuits_that_run_in_time():
    integrator = Circuit("counter")
    x = integrator.inputs("x")
    count = integrator.rate("count", excite=x, transfer="identity")
    integrator.output(integrator.connect(count, excite=count))
    computation = Computation("counting", lambda train: int(sum(train)), domain={"train": Bits(5)})
    in_time = Implementation(
        integrator, encode=lambda train: train, decode=lambda count: int(count[-1]), duration=0.005
    )
    levels = Marr("counting", computation=computation, implementations=[in_time])
    found = levels.check()
    assert found
    assert found.exhaustive
    assert found.verdicts[0].cases == 32
    assert levels.compare().implementations["counter"].ticks == 5
    with pytest.raises(CircuitError, match="recurrent"):
        Implementation(integrator, encode=lambda train: train)


def test_real_inputs_are_sampled_and_failures_made_simpler():
    computation = Computation(
        "doubling", lambda x: 2 * x, domain={"x": Reals(-3, 3)}, tolerance=1e-9
    )
    twice = Circuit("twice")
    x = twice.inputs("x", real=True)
    twice.output(twice.rate("y", excite=2 * x))  # rectified: right from 0 on
    found = Marr("doubling", computation=computation, implementations=[twice]).check(samples=50)
    assert not found
    assert found.failure.case["x"] in {-1.0, -2.0, -3.0, -0.1, -0.2, -0.3}
    assert not found.exhaustive
    linear = Circuit("linear")
    x = linear.inputs("x", real=True)
    linear.output(linear.rate("y", excite=2 * x, transfer="identity"))
    found = Marr("doubling", computation=computation, implementations=[linear]).check(
        samples=50, seed=3
    )
    assert found
    assert found.verdicts[0].how == "not refuted"
    assert "seed 3; a sample is no proof" in str(found)


def test_drawn_inputs_are_simplified_by_the_users_own_rule():
    def draw(rng):
        return tuple(rng.integers(0, 9, size=rng.integers(1, 6)).tolist())

    def shorter(row):
        return (row[:i] + row[i + 1 :] for i in range(len(row)) if len(row) > 1)

    rows = Drawn(draw, simplify=shorter, words="rows of digits")
    computation = Computation("largest", max, domain={"row": rows})
    first = Algorithm("the first", representation="a row", steps=[("take it", lambda r: r[0])])
    found = Marr("largest", computation=computation, algorithms=[first]).check(samples=200)
    assert len(found.failure.case["row"]) == 2


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda piles: None, "step 'move one' returned nothing"),
        (lambda piles: piles, "'while any is left' does not end"),
        (lambda piles: 1 / 0, "step 'move one' raised ZeroDivisionError"),
    ],
    ids=["nothing", "endless", "raises"],
)
def test_an_algorithm_that_fails_is_a_failure_not_a_crash(step, message, monkeypatch):
    monkeypatch.setattr("neurosim.marr.algorithm.MOST_STEPS", 1000)
    found = register(algorithms=[counting(step)]).check(samples=5, seed=1)
    assert not found
    assert message in str(found)


@pytest.mark.compiled
def test_an_algorithm_that_does_not_end_is_given_up_after_some_cases():
    started = []

    def wait(piles):
        started.append(piles)
        return piles

    forever = [Repeat([("wait", wait)], lambda piles: sum(piles) > 3)]
    endless = counting(steps=forever, decode=sum)
    adder = Implementation(
        depth_two_adder(BITS), realizes="counting on", reads={"total": lambda a: 0}
    )
    found = register(
        computation=addition(axioms={}), algorithms=[endless], implementations=[adder]
    ).check()
    assert not found
    assert "had not ended" in str(found) or "does not end" in str(found)
    assert sum(found.failure.case.values()) == 4
    assert len(started) < 30 * MOST_STEPS


def test_states_outside_the_representation():
    algorithm = counting(valid=lambda piles: piles[0] <= 7)
    found = register(algorithms=[algorithm]).check()
    assert "after step 'move one' the state is not of the representation" in str(found)
    assert sum(found.failure.case.values()) == 8


def test_traces_keep_states_that_steps_change_in_place():
    def move(piles):
        piles[0] += 1
        piles[1] -= 1
        return piles

    algorithm = counting(move, encode=lambda a, b: [a, b])
    trace = algorithm.trace((1, 2))
    assert [line.state for line in trace.lines] == [[1, 2], [2, 1], [3, 0]]
    assert [line.label for line in trace.lines] == [
        "representation",
        "move one (1)",
        "move one (2)",
    ]
    assert algorithm.run((1, 2))[:2] == (3, 2)


def test_compare_counts_each_level_in_its_own_terms():
    levels = register(
        algorithms=[counting()], implementations=[ripple_carry_adder(BITS), depth_two_adder(BITS)]
    )
    costs = levels.compare()
    assert (costs.cases, costs.axioms) == (64, 3)
    assert costs.algorithms["counting on"].steps == 7
    assert costs.algorithms["counting on"].mean_steps == pytest.approx(3.5)
    ripple, shallow = costs.implementations.values()
    assert (ripple.units, ripple.depth, shallow.units, shallow.depth) == (27, 8, 6, 2)
    assert shallow.weights == (1, 4)
    assert shallow.ticks == depth_two_adder(BITS).settling_time().steps
    assert shallow.margin == depth_two_adder(BITS).margins().together
    assert all(len(row) == len(costs.header) for row in costs.rows)
    assert "<td>ripple-carry adder</td>" in costs._repr_html_()


def test_single_lesions_are_each_neurons():
    adder = depth_two_adder(2)
    domain = {"a": range(4), "b": range(4)}
    levels = Marr("adder", computation=addition(domain=domain, axioms={}), implementations=[adder])
    curve = levels.lesion([0, 0.25], repeats=4).curves["depth-2 adder"]
    expected = sorted(
        np.mean([
            adder.without(adder[name][i])(a, b) == a + b for a in range(4) for b in range(4)
        ])
        for name in ("carry", "sum") for i in range(2)
    )  # fmt: skip
    assert curve.damage.tolist() == [0, 0.25]
    assert curve.right[0].tolist() == [1, 1, 1, 1]
    assert sorted(curve.right[1]) == expected


def test_noise_is_as_likely_to_err_as_its_distribution_says():
    gate = Circuit("or")
    x, y = gate.inputs("x", "y")
    gate.output(gate.binary("z", excite=x + y, threshold=0.5))
    bits = {"x": range(2), "y": range(2)}
    levels = Marr(
        "or", computation=Computation("or", lambda x, y: x | y, domain=bits), implementations=[gate]
    )
    repeats, deviation = 4000, 0.5
    found = levels.noise([0, deviation], repeats=repeats)

    def above(z):
        return math.erfc(z / math.sqrt(2)) / 2

    # Right at u = 0, 1, 1, 2 against 0.5: with probabilities Φ(1), Φ(1), Φ(1), Φ(3).
    expected = (3 * (1 - above(1)) + (1 - above(3))) / 4
    curve = found.curves["or"]
    assert curve.mean[0] == 1
    assert curve.mean[1] == pytest.approx(expected, abs=4 * math.sqrt(0.25 / (4 * repeats)))
    assert found.guessed == 0.75
    assert found.rows[0] == ("or", 0.0, 1.0, 1.0, 1.0)


def test_degradation_is_the_same_for_the_same_seed():
    levels = register(implementations=[depth_two_adder(BITS)])
    for damage in (levels.lesion, levels.noise):
        one, two = (damage(repeats=3, cases=20, seed=7).rows for _ in range(2))
        assert one == two
        assert one != damage(repeats=3, cases=20, seed=8).rows


def test_drawings():
    levels = register(algorithms=[counting()], implementations=[depth_two_adder(BITS)])

    def words(figure):
        return [t.get_text() for ax in figure.axes for t in ax.texts]

    drawn = words(levels.draw())
    for text in ("computation", "algorithm", "implementation", "counting on", "depth-2 adder"):
        assert text in drawn
    assert "↻ while any is left" in drawn
    shown = words(levels.draw(case=(3, 1)))
    assert "a = 3, b = 1: 4" in shown
    assert "move one (1): (4, 0)" in shown
    words(register().draw())
    ax = levels.lesion(repeats=2).plot()
    assert ax.get_xlabel() == "silenced (share of the neurons)"


def test_a_plot_says_what_it_shows_and_a_drawing_what_it_leaves_out():
    levels = register(implementations=[ripple_carry_adder(BITS)])
    title = levels.lesion(repeats=2).plot().get_title("left").replace("\n", " ")
    assert re.fullmatch(r".*: at the most damage \d+% of the cases are right", title)
    words = [t.get_text() for ax in levels.draw(case=(3, 1)).axes for t in ax.texts]
    assert any("no room for names" in word for word in words)


def test_a_smaller_circuit_may_stand_for_a_large_one_in_drawings():
    implementation = Implementation(depth_two_adder(BITS), drawn=depth_two_adder(1))
    figure = register(implementations=[implementation]).draw()
    words = [t.get_text() for ax in figure.axes for t in ax.texts]
    assert "6 neurons; drawn: one with 2 neurons" in words


def letters_of(picture, size):
    figure = Figure(figsize=size)
    ax = figure.add_axes((0, 0, 1, 1))
    picture.draw(ax)
    return {t.get_text(): t.get_fontsize() for t in ax.texts}


@pytest.mark.parametrize(
    ("room", "shown", "hidden"),
    [
        ((30, 10), {"a[0]", "full adder", "total[2]", "either"}, set()),
        ((6, 4), {"a[0]", "full adder", "9 neurons", "total[2]"}, {"either"}),
        ((4, 2.6), {"a[0]", "full adder", "total[2]"}, {"9 neurons", "either"}),
        ((1, 1), set(), {"a[0]", "full adder", "total[2]"}),
    ],
)
def test_a_vignette_shows_what_is_legible_in_its_room(room, shown, hidden):
    picture = vignette(ripple_carry_adder(2), room)
    assert picture.width <= room[0]
    assert picture.height <= room[1]
    letters = letters_of(picture, (picture.width, picture.height))
    assert shown <= set(letters)
    assert not hidden & set(letters)
    assert min(letters.values(), default=6) >= 6 - 1e-6


BAD = {
    "no domain": (
        lambda: Computation("f", lambda a: a),
        r"computation 'f' has no domain; say for each input .* domain=\{'a': range\(16\)\}",
    ),
    "an input without domain": (
        lambda: Computation("f", lambda a: a, domain={"a": None}),
        "computation 'f', input 'a' has no domain",
    ),
    "infinite without a sampler": (
        lambda: Computation("f", lambda a: a, domain={"a": iter(int, 1)}),
        r"input 'a': a domain is .* Drawn\(sampler\) where there is no list; .* has no end",
    ),
    "an empty domain": (
        lambda: Computation("f", lambda a: a, domain={"a": []}),
        "input 'a': a domain needs at least one value",
    ),
    "a value twice": (
        lambda: Computation("f", lambda a: a, domain={"a": [1, 2, 1.0]}),
        "lists each value once .got 1 twice",
    ),
    "other arguments": (
        lambda: Computation("f", lambda a, b: a, domain={"b": range(2), "a": range(2)}),
        "the oracle takes a, b, the domain is of b, a",
    ),
    "an unknown variable": (
        lambda: Computation(
            "f", lambda a: a, domain={"a": range(2)}, axioms={"odd": lambda f, c: f(c) == c}
        ),
        "axiom 'odd' speaks of 'c', which is no input",
    ),
    "an axiom without variable": (
        lambda: Computation("f", lambda a: a, domain={"a": range(2)}, axioms={"odd": lambda f: 1}),
        "axiom 'odd': its function takes the computation and then one or more variables",
    ),
    "no oracle": (lambda: Computation("f", 3, domain={"a": range(2)}), "must be a function"),
    "a tolerance": (
        lambda: Computation("f", lambda a: a, domain={"a": range(2)}, tolerance=-1),
        "the tolerance must be a finite number from 0",
    ),
    "other inputs": (
        lambda: register(
            algorithms=[counting(encode=lambda x, y: (x, y))],
            implementations=[ripple_carry_adder(2)],
        ),
        "the levels do not take the same inputs in the same order: computation 'addition' takes "
        "a, b; algorithm 'counting on' takes x, y; circuit 'ripple-carry adder' takes a, b. Either "
        "the computation is another one: its oracle= and domain= must name .* or .* give algorithm "
        "'counting on' an encode= that takes a, b",
    ),
    "two of one name": (
        lambda: register(implementations=[depth_two_adder(2), depth_two_adder(3)]),
        "two implementations are called 'depth-2 adder'",
    ),
    "an unknown algorithm": (
        lambda: register(
            algorithms=[counting()],
            implementations=[Implementation(depth_two_adder(3), realizes="counting")],
        ),
        "no algorithm is called 'counting' .did you mean 'counting on'",
    ),
    "an unknown quantity": (
        lambda: register(
            algorithms=[counting()],
            implementations=[
                Implementation(
                    depth_two_adder(3), realizes="counting on", reads={"sum": lambda a: 0}
                )
            ],
        ),
        "no quantity is called 'sum'",
    ),
    "no computation": (lambda: Marr("m", computation=lambda a: a), "must be a Computation"),
    "no circuit": (lambda: register(implementations=[lambda a, b: a]), "Implementation objects"),
    "no steps": (lambda: counting(steps=[]), "needs one or more steps"),
    "a step without name": (
        lambda: counting(steps=[lambda s: s]), "a step is a name and a function of the state"
    ),
    "nothing to damage": (lambda: register().lesion(), "has no implementation to damage"),
    "a share above 1": (
        lambda: register(implementations=[depth_two_adder(3)]).lesion([2]),
        "numbers from 0 to 1",
    ),
    "a case too long": (lambda: register().trace(1), "takes a, b: 1 values were given"),
    "a case outside": (lambda: register().trace(1, 8), "a = 1, b = 8 is outside the domain"),
    "reals the wrong way": (lambda: Reals(1, 0), "low < high"),
    "too many bits": (lambda: Bits((8, 8)), "at most 62 values"),
    "a range too long": (
        lambda: Computation("f", lambda a: a, domain={"a": range(2**63)}),
        r"input 'a': a domain lists fewer than 2\^63 values",
    ),
    "an axiom's variable": (
        lambda: Computation(
            "f", lambda a: a, domain={"a": range(2)},
            axioms={"odd": Axiom(lambda f, b: f(b) == b, b=iter([1]))},
        ),
        "axiom 'odd', variable 'b': a domain is",
    ),
    "an algorithm itself": (
        lambda: register(
            algorithms=[counting()],
            implementations=[Implementation(depth_two_adder(3), realizes=counting())],
        ),
        "realizes= takes the name of an algorithm",
    ),
    "a sampler": (lambda: Drawn(3), "takes a function of a NumPy Generator"),
}  # fmt: skip


@pytest.mark.parametrize("which", BAD)
def test_bad_input_is_told_in_one_sentence(which):
    make, message = BAD[which]
    with pytest.raises(InputError, match=message):
        make()


def test_an_oracle_that_is_not_pure_is_told():
    memory = []

    def counts(a, b):
        memory.append(a)
        return len(memory)

    with pytest.raises(InputError, match=r"no pure function: for a = \d, b = \d it answered"):
        register(computation=addition(counts)).check()
    rng = np.random.default_rng(1)
    random = addition(lambda a, b: rng.random())
    with pytest.raises(InputError, match="no pure function"):
        register(computation=random).check()


def counter():
    """Return a function that answers each call with another number."""
    numbers = itertools.count()
    return lambda *_: next(numbers)


def alternating():
    """Return a code that gives one of two numbers in turn, whatever it is asked for."""
    number = counter()
    return lambda a, b: (number() % 2, b)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"algorithms": [counting(decode=counter())]}, "algorithm 'counting on' is no pure"),
        (
            {"implementations": [Implementation(depth_two_adder(3), decode=counter())]},
            "circuit 'depth-2 adder': decode is no pure function",
        ),
        (
            {"implementations": [
                Implementation(depth_two_adder(3), encode=alternating())
            ]},
            "circuit 'depth-2 adder': encode is no pure function",
        ),
    ],
)  # fmt: skip
def test_levels_that_are_not_pure_are_told(levels, message):
    with pytest.raises(InputError, match=message):
        register(**levels).check()


def test_an_oracle_that_fails_or_changes_its_input():
    with pytest.raises(InputError, match=r"raised ZeroDivisionError.* for a = 0, b = 0"):
        register(computation=addition(lambda a, b: a // b)).check()

    def sort(row):
        row.sort()
        return row

    rows = Computation("sorting", sort, domain={"row": [[2, 1], [1, 2]]})
    with pytest.raises(InputError, match="changed its input"):
        Marr("sorting", computation=rows, algorithms=[steps(sorted)]).check()


def test_an_axiom_that_says_nothing_or_raises():
    def check(statement):
        computation = addition(axioms={"odd": statement})
        return Marr("register", computation=computation).check()

    with pytest.raises(InputError, match=r"outside its domain .* in every case"):
        check(lambda add, a: add(a, 100) == a)
    with pytest.raises(InputError, match="axiom 'odd' raised TypeError"):
        check(lambda add, a: len(a))


@pytest.mark.parametrize(
    ("domain", "size", "inside", "outside"),
    [
        (Listed(range(3, 9)), 6, 4, 9),
        (Listed(["a", "b"]), 2, "b", "c"),
        (Listed([np.eye(2), np.ones((2, 2))]), 2, np.ones((2, 2)), np.zeros((2, 2))),
        (Bits((2, 2)), 16, np.eye(2), np.full((2, 2), 2)),
        (Reals(0, 1), None, 0.5, 1.5),
        (Drawn(lambda rng: rng.random(), lambda v: v < 1), None, 0.5, 1.5),
    ],
    ids=["range", "list", "arrays", "bits", "reals", "drawn"],
)
def test_domains(domain, size, inside, outside, rng):
    assert domain.size == size
    assert inside in domain
    assert outside not in domain
    for _ in range(5):
        value = domain.draw(rng)
        assert value in domain
        assert all(simpler in domain for simpler in domain.simpler(value))
    if size is not None:
        listed = [domain.at(i) for i in range(size)]
        assert all(value in domain for value in listed)
        assert list(domain.simpler(listed[0])) == []


def alone(domain, answer, **changes):
    """A computation of one input, x."""
    return Computation("f", answer, domain={"x": domain}, **changes)


def steps(answer, name="steps"):
    return Algorithm(name, representation="as given", steps=[("answer", answer)])


@pytest.mark.parametrize(
    ("one", "other", "tolerance"),
    [
        (np.array(2), 2, 0),
        (np.str_("left"), "left", 0),
        (np.uint8(3), np.uint8(4), 1),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.5]), 1),
        (np.array([3, 200], dtype=np.uint8), np.array([4, 199], dtype=np.uint8), 1),
        ({1, 2}, frozenset({2, 1}), 0),
        ([1, 2.0], np.array([1, 2]), 0),
        (np.array([None, "a"]), [None, "a"], 0),
    ],
    ids=["0-d", "text", "bytes", "infinite", "arrays of bytes", "sets", "rows", "objects"],
)
def test_equal_answers_agree_whatever_holds_them(one, other, tolerance):
    assert agree(one, other, tolerance)
    assert agree(other, one, tolerance)


@pytest.mark.parametrize(
    ("one", "other", "tolerance"),
    [
        (1, "1", 0), ([1], [1, 1], 0), (10**400, 0.5, 1), (np.inf, -np.inf, 5),
        (np.array([0, 3], dtype=np.uint8), np.array([2, 3], dtype=np.uint8), 1), (None, 0, 0),
    ],
)  # fmt: skip
def test_other_answers_do_not_agree(one, other, tolerance):
    assert not agree(one, other, tolerance)


def test_inputs_that_differ_are_never_taken_for_one_another():
    large = [[2**60 + i] for i in range(3)]
    levels = Marr("f", computation=alone(large, lambda x: x[0]), algorithms=[steps(lambda x: x[0])])
    assert levels.check().exhaustive
    assert len({key(np.array(row)) for row in large}) == len({key(row) for row in large}) == 3
    assert key(large[0]) == key(np.array(large[0])) == key([float(2**60)])
    sets = Drawn(lambda rng: set(rng.integers(9, size=3).tolist()))
    grow = {"grow": lambda f, x: f(x | {10 + len(x)}) == sum(x) + 10 + len(x)}
    assert Marr("f", computation=alone(sets, sum, axioms=grow)).check(samples=50)


def test_objects_that_cannot_be_compared_may_be_inputs():
    class Cell:
        def __init__(self, radius):
            self.radius = radius

    def radius(x):
        return x.radius

    computation = alone([Cell(1), Cell(2)], radius)
    levels = Marr("cells", computation=computation, algorithms=[steps(radius)])
    assert levels.check().exhaustive


SMALL = {"domain": range(4), "answer": lambda x: x}


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (lambda f, x: None, "returned None: it must return True or False, or a pair"),
        (lambda f, x: (f(x), x, x), r"returned \(0, 0, 0\): it must return"),
        (lambda f, x: "no" * f(x), "returned '': it must return"),
        (lambda f, x: x == x, "never applies the computation, and so says nothing"),
        (lambda f, x: f(x, x) == x, r"takes x, and was applied to \(0, 0\) for x = 0"),
        (lambda f, x: f(y=x) == x, r"takes x, and was applied to \(y=0\) for x = 0"),
    ],
)
def test_axioms_that_cannot_be_read_are_refused(statement, message):
    levels = Marr("f", computation=alone(**SMALL, axioms={"odd": statement}))
    with pytest.raises(InputError, match=f"axiom 'odd'.*{message}"):
        levels.check()


def test_what_an_axiom_may_return():
    def holds(statement, **changes):
        return Marr("f", computation=alone(**SMALL, axioms={"odd": statement}, **changes)).check()

    assert holds(lambda f, x: np.array([f(x), x]) == x)
    assert not holds(lambda f, x: np.array([f(x), x + 1]) == x)
    assert holds(lambda f, x: f(x=x) == x)
    assert not holds(lambda f, x: f(x) == x + 1, tolerance=4)  # False is not True, nor near it
    sides = holds(lambda f, x: (f(x), x + 1)).failure
    assert (sides.expected, sides.got) == (0, 1)


def test_an_axiom_cannot_change_what_it_is_given():
    def spoils(f, x):
        before = f(x).copy()
        f(x)[:] = 7
        x += 1
        return f(x - 1), before

    computation = alone([np.zeros(2), np.ones(2)], lambda x: 2 * x, axioms={"odd": spoils})
    levels = Marr("f", computation=computation, algorithms=[steps(lambda x: 2 * x)])
    assert levels.check()
    assert np.array_equal(computation.space.domains["x"].at(0), np.zeros(2))


def test_an_axioms_failure_shows_the_trace_of_the_wrong_answer():
    wrong = Algorithm(
        "once wrong",
        representation="numbers",
        steps=[("add", lambda s: s[0] + s[1] + (s == (2, 1)))],
    )
    found = register(algorithms=[wrong]).check()
    (failed,) = (v for v in found.verdicts if not v.holds and "commutativity" in v.statement)
    assert failed.failure.levels.case == {"a": 2, "b": 1}


def test_as_many_samples_as_there_are_cases_are_a_proof():
    assert register(algorithms=[counting()]).check(samples=len(NUMBERS) ** 3).exhaustive
    assert not register(algorithms=[counting()]).check(samples=10).exhaustive


def test_what_runs_with_noise_is_not_proved():
    latch = Circuit("latch")
    s = latch.inputs("s")
    q = latch.binary("q", excite=s, threshold=0.5, noise=0.01)
    latch.output(latch.connect(q, excite=q))
    computation = Computation("ever", lambda s: int(any(s)), domain={"s": Bits(4)})
    in_time = Implementation(latch, encode=lambda s: s, decode=lambda q: int(q[-1]), duration=0.004)
    (verdict,) = Marr("ever", computation=computation, implementations=[in_time]).check().verdicts
    assert verdict.how == "not refuted"


def test_nothing_to_check_is_said():
    with pytest.raises(InputError, match="has nothing to check"):
        Marr("f", computation=alone(**SMALL)).check()


@pytest.mark.parametrize(
    ("expected", "got", "message"),
    [
        (0.3, 0.1 + 0.2, "expected 0.3, got 0.30000000000000004"),
        ("1", 1, "expected '1', got 1"),
        (
            np.zeros((4, 5)),
            np.eye(4, 5),
            r"20 values, of which 4 differ, first at \[0, 0\].* 0 and 1",
        ),
        (np.array(["a"] * 20), 3, "expected 20 values, got 3"),
        (np.arange(20) > 3, np.arange(20) > 4, "first at .4.: expected and got True and False"),
    ],
    ids=["floats", "text", "arrays", "rows of text", "yes and no"],
)
def test_a_difference_is_told_so_that_it_shows(expected, got, message):
    levels = Marr(
        "f", computation=alone([0], lambda x: expected), algorithms=[steps(lambda x: got)]
    )
    (verdict,) = levels.check().verdicts
    assert re.search(message, str(verdict.failure))


def test_conditions_must_be_one_yes_or_no():
    down = Repeat([("down", lambda s: s - 1)], lambda s: s > 0, "while above 0")
    algorithm = Algorithm(
        "down", representation="a row", encode=lambda x: np.array([x, x]), steps=[down]
    )
    found = Marr("f", computation=alone(**SMALL), algorithms=[algorithm]).check()
    assert "the condition of 'while above 0' returned array" in str(found)
    assert "no single True or False" in str(found)


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ({"c", "a", "b"}, ["a", "b", "c"]),
        ({3, 1, 2.5}, [1, 2.5, 3]),
        ({"a", 1, None}, [None, 1, "a"]),
        (np.array([2, 1]), [2, 1]),
        ([False, True], [False, True]),
    ],
)
def test_what_is_given_as_a_domain_is_listed(values, listed):
    domain = alone(values, lambda x: 0).space.domains["x"]
    assert [domain.at(i) for i in range(domain.size)] == listed


def test_an_oracles_settings_may_be_inputs_or_left_alone():
    def power(x, y=2):
        return x**y

    assert alone(range(3), power).inputs == ("x",)
    both = Computation("f", power, domain={"x": range(3), "y": range(3)})
    assert both.inputs == ("x", "y")


def test_inputs_of_circuits_that_are_no_arrays_are_told():
    gate = Circuit("gate")
    x = gate.inputs("x")
    gate.output(gate.binary("z", excite=x, threshold=1))
    ragged = Implementation(gate, encode=lambda x: [[1], [1, 2]])
    found = Marr("f", computation=alone(**SMALL), implementations=[ragged]).check()
    assert "encode: input 'x' is no array of numbers" in str(found)


def test_inputs_are_encoded_once_and_in_parts(monkeypatch):
    seen = []

    def encode(x):
        seen.append(x)
        return x

    gate = Circuit("gate")
    x = gate.inputs("x")
    gate.output(gate.binary("z", excite=x, threshold=0.5))
    levels = Marr(
        "f", computation=alone(range(2), lambda x: x),
        implementations=[Implementation(gate, encode=encode)],
    )  # fmt: skip
    whole = levels.noise([0.0, 0.4], repeats=6).curves["gate"].right
    assert len(seen) == 4
    monkeypatch.setattr("neurosim.marr.implementation.VALUES", 4)
    parts = levels.noise([0.0, 0.4], repeats=6).curves["gate"].right
    assert whole.shape == parts.shape == (2, 6)
    assert whole[0].tolist() == parts[0].tolist() == [1] * 6


def test_noise_adds_to_a_neurons_own():
    def errs(own, added):
        gate = Circuit("gate")
        x = gate.inputs("x")
        gate.output(gate.binary("z", excite=x, threshold=0.5, noise=own))
        implementation = Implementation(gate, duration=0.001, decode=lambda z: z[-1])
        levels = Marr(
            "f", computation=alone(range(2), lambda x: x), implementations=[implementation]
        )
        return 1 - levels.noise([added], repeats=2000).curves["gate"].mean[0]

    one = math.erfc(0.5 / (0.5 * math.sqrt(2))) / 2
    assert errs(0.5, 0) == pytest.approx(one, abs=4 * math.sqrt(one / 4000))
    assert errs(0.3, 0.4) == pytest.approx(one, abs=4 * math.sqrt(one / 4000))


@pytest.mark.parametrize(
    ("answer", "tolerance", "guessed"),
    [
        (lambda x: x // 3, 0, 0.3),
        (lambda x: float(x), 1, 0.3),
        (lambda x: [x // 4, 0], 0, 0.4),
        (lambda x: [float(x), 0.0], 1.5, 0.3),
    ],
)
def test_the_best_guess(answer, tolerance, guessed):
    gate = Circuit("gate")
    x = gate.inputs("x", bits=4)
    gate.output(gate.binary("z", excite=x[0], threshold=1))
    computation = alone(range(10), answer, tolerance=tolerance)
    found = Marr("f", computation=computation, implementations=[gate]).lesion([0], repeats=1)
    assert found.guessed == pytest.approx(guessed)


@pytest.mark.parametrize("count", [2, 6])
def test_texts_of_a_drawing_stay_in_their_panels(count):
    words = "a name of $x and many words that say what is done, one behind the other"
    inner = [
        Repeat([Repeat([(words, lambda s: s)], lambda s: False, words)], lambda s: False, words)
    ]
    algorithms = [
        Algorithm(f"{words} {i}", representation=words, steps=inner) for i in range(count)
    ]
    circuits = [Implementation(depth_two_adder(1), name=f"{words} {i}") for i in range(count + 1)]
    levels = Marr(words, computation=addition(), algorithms=algorithms, implementations=circuits)
    figure = levels.draw()
    figure.draw_without_rendering()
    texts = [
        (t, ax.get_window_extent()) for ax in figure.axes for t in ax.texts if t.get_rotation() == 0
    ]
    assert len(texts) > 4 * count
    for text, panel in texts:
        extent = text.get_window_extent()
        assert extent.x1 <= panel.x1 + 2, text.get_text()
        assert extent.y0 >= panel.y0 - 2, text.get_text()
    assert any("$x" in text.get_text() for text, _ in texts)


def test_a_run_in_time_shows_what_every_neuron_does():
    latch = Circuit("latch")
    s = latch.inputs("s")
    heard = latch.binary("heard", excite=s, threshold=1)
    q = latch.binary("q", excite=heard, threshold=1)
    latch.output(latch.connect(q, excite=q), "kept")
    computation = Computation("ever", lambda s: int(any(s)), domain={"s": Bits(20)})

    def trace(steps):
        in_time = Implementation(
            latch, encode=lambda s: s[:steps], decode=lambda kept: int(kept[-1]),
            duration=steps * 1e-3,
        )  # fmt: skip
        levels = Marr("ever", computation=computation, implementations=[in_time])
        return str(levels.trace((np.arange(20) == 2).astype(int)))

    short = trace(6)
    assert "heard: [0, 0, 1, 0, 0, 0]" in short
    assert "q: [0, 0, 0, 1, 1, 1]" in short
    assert "q: 0 for 3 steps, 1 for 17 steps" in trace(20)


def test_a_long_trace_keeps_its_ends():
    loop = Repeat([("more", lambda s: s + 1)], lambda s: True, "for ever")
    trace = Algorithm("endless", representation="a number", steps=[loop]).trace((0,))
    assert "does not end" in trace.fault
    assert len(trace.lines) == 1000
    assert [line.state for line in trace.lines[:3]] == [0, 1, 2]
    assert trace.lines[-1].state == 100_000
