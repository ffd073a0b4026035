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
