"""What stands in for CuPy lets through what CuPy has, and nothing else."""

import inspect
import re

import numpy as np
import pytest

from neurosim.cuda import network_kernels, simulated


@pytest.fixture(scope="module")
def cupy():
    return pytest.importorskip("cupy", reason="CuPy is not installed, which this is held against")


def parted(parameters):
    """Those that are given by place, and all."""
    by_place, _, by_name = parameters.partition("* ")
    return by_place.split(), [*by_place.split(), *by_name.split()]


@pytest.mark.parametrize("name", simulated.FUNCTIONS)
def test_cupy_has_the_function(cupy, name):
    by_place, names = parted(simulated.FUNCTIONS[name])
    taken = inspect.signature(getattr(cupy, name)).parameters.values()
    places = [p for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len(places) >= len(by_place)
    options = {p.name for p in taken}
    if not any(p.kind is p.VAR_KEYWORD for p in taken):
        assert set(names[len(by_place) :]) <= options
    for number, parameter in enumerate(by_place):
        if number and parameter in OPTIONAL:
            assert places[number].name == parameter


# These are given by name too; what they work on is given by its place alone.
OPTIONAL = ("axis", "dtype", "a_min", "a_max", "source", "destination", "y")


@pytest.mark.parametrize("name", simulated.METHODS)
def test_cupys_arrays_have_the_method(cupy, name):
    by_place, names = parted(simulated.METHODS[name])
    line = getattr(cupy.ndarray, name).__doc__.split("\n")[0]
    taken = re.findall(r"(\*?\w+)(?:=[^,)]*)?[,)]", line[line.index("self") :])[1:]
    assert taken[: len(by_place)] == by_place
    assert set(names) <= set(taken)


@pytest.mark.parametrize("name", sorted(simulated.UFUNCS))
def test_cupy_has_the_ufunc(cupy, name):
    found = getattr(cupy, name)
    assert isinstance(found, cupy.ufunc) or type(found).__name__ == "_GUFunc"
    assert isinstance(getattr(np, name), np.ufunc)


@pytest.mark.parametrize("name", sorted(simulated.ATTRIBUTES | {"T", "base", "get", "set", "item"}))
def test_cupys_arrays_have_the_attribute(cupy, name):
    assert hasattr(cupy.ndarray, name)


@pytest.mark.parametrize(
    "path",
    [
        "Event.synchronize", "Stream.null", "Stream.record", "Stream.wait_event",
        "alloc_pinned_memory",
    ],
)  # fmt: skip
def test_cupy_has_what_copies_are_ordered_by(cupy, path):
    found, stands_in = cupy.cuda, simulated.cuda
    for name in path.split("."):
        found, stands_in = getattr(found, name), getattr(stands_in, name)


def card(*values):
    return simulated.asarray(np.array(values))


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda x: np.sort(x), "CuPy has no sort, or nobody needed it yet"),
        (lambda x: np.add.reduce(x), "CuPy has no add.reduce"),
        (lambda x: np.add(x, x, where=x > 1), "CuPy's add takes"),
        (lambda x: x.max(initial=0), "CuPy's max takes axis . keepdims"),
        (lambda x: x.copy("C"), "CuPy's copy takes nothing"),
        (lambda x: np.concatenate([x], 0, None), "CuPy's concatenate takes arrays axis"),
        (lambda x: x + np.ones(2), "an array of the host's among those of the card"),
        (lambda x: np.concatenate([x, np.ones(2)]), "an array of the host's among"),
        (lambda x: x[np.array([0])], "an array of the host's among"),
        (lambda x: np.asarray(x), "is copied home by get"),
        (lambda x: np.array([x]), "is copied home by get"),
    ],
)
def test_what_cupy_refuses_is_refused(use, message):
    with pytest.raises(TypeError, match=message):
        use(card(1.0, 2.0))


@pytest.mark.parametrize("name", ["argsort", "linalg", "nothing", "random"])
def test_what_nobody_needed_is_not_there(name):
    with pytest.raises(AttributeError):
        getattr(simulated, name)
    with pytest.raises(AttributeError):
        getattr(card(1.0), name)


def test_numbers_that_are_read_are_counted():
    x = card(1.0, 2.0)
    simulated.READS[0] = 0
    float(x[0]), bool(x[1] > 1), x.get(), x[0].item(), range(3)[x.astype(int)[0]]
    assert simulated.READS[0] == 5


def test_places_beyond_an_array_begin_anew_as_cupys():
    assert card(1.0, 2.0, 3.0)[card(3, -1, 7)].get().tolist() == [1, 3, 2]


def test_kernels_take_arrays_that_lie_row_by_row():
    x = simulated.asarray(np.zeros((2, 3), np.float32))
    with pytest.raises(TypeError, match=r"array of strides \(4, 12\): make a copy$"):
        network_kernels.activate(0, x.T, simulated.asarray(np.zeros(2, np.float32)))


# Copies on a stream of their own.


def locked(*values):
    memory = simulated.cuda.alloc_pinned_memory(8 * len(values))
    array = np.ndarray(len(values), np.float64, buffer=memory)
    array[:] = values
    return array


def test_a_copy_runs_when_something_waits_for_it():
    default, other = simulated.cuda.Stream.null, simulated.cuda.Stream(non_blocking=True)
    x, event = card(1.0, 2.0), simulated.cuda.Event(disable_timing=True)
    x.set(locked(3.0, 4.0), stream=other)
    other.record(event)
    assert np.isnan(x.get()).all()
    default.wait_event(event)
    assert x.get().tolist() == [3, 4]


def test_copies_in_a_wrong_order_are_refused():
    other, event = simulated.cuda.Stream(non_blocking=True), simulated.cuda.Event()
    x, source = card(1.0, 2.0, 3.0), locked(4.0)
    half, rest = x[:1], x[1:2]
    half.set(source, stream=other)
    other.record(event)
    event.synchronize()
    x[card(0, 2).astype(np.int64)]
    rest.set(locked(5.0), stream=other)  # which nothing reads
    with pytest.raises(RuntimeError, match="goes over what may be read still"):
        half.set(source, stream=other)
    simulated.cuda.Stream.null.record(event)
    other.wait_event(event)
    half.set(source, stream=other)
    source[:] = 6
    other.record(event)
    with pytest.raises(RuntimeError, match="was filled again before its copy had run"):
        event.synchronize()


def test_what_is_not_asynchronous_is_refused():
    with pytest.raises(ValueError, match="would wait for the default one"):
        simulated.cuda.Stream()
    other = simulated.cuda.Stream(non_blocking=True)
    with pytest.raises(RuntimeError, match="not of page-locked memory is waited for"):
        card(1.0).set(np.ones(1), stream=other)
    for values, error in ((np.ones(1, np.float32), TypeError), (np.ones(2), ValueError)):
        with pytest.raises(error, match="CuPy's set takes"):
            card(1.0).set(values)
