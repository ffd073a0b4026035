"""Optimizers: each formula as Keras 3 has it, written plainly in NumPy, number by number."""

import numpy as np
import pytest

from neurosim import InputError
from neurosim.kernels import rules
from neurosim.networks import optimizers, parameters
from neurosim.networks.optimizers import SGD, Adam, RMSprop
from neurosim.networks.placed import Placed

SHAPES = [(3, 4), (5,), (), (0, 2), (1,), (2, 3, 2, 2), (37,)]
NEAR = {"float32": 2e-6, "float64": 1e-13}


class Parameter(parameters.Parameter):
    def __init__(self, array, path="dense/kernel", trainable=True):
        super().__init__(path, array, learned=trainable)
        self._values = Placed(array)  # as it stands, whatever its order


def sgd(w, gradients, rate=0.01, momentum=0.0, nesterov=False):
    m = np.zeros_like(w)
    for g in gradients:
        m = momentum * m - rate * g
        w = w + (momentum * m - rate * g if nesterov else m)
    return w


def rmsprop(w, gradients, rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7):
    v, m = np.zeros_like(w), np.zeros_like(w)
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        m = momentum * m + rate * g / np.sqrt(v + epsilon)
        w = w - m
    return w


def adam(w, gradients, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    v, m = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        w = w - rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + epsilon)
    return w


CASES = [
    (SGD, sgd, {}),
    (SGD, sgd, {"learning_rate": 0.3, "momentum": 0.9}),
    (SGD, sgd, {"learning_rate": 0.3, "momentum": 0.8, "nesterov": True}),
    (SGD, sgd, {"nesterov": True}),
    (RMSprop, rmsprop, {}),
    (RMSprop, rmsprop, {"rho": 0.5, "epsilon": 0.1, "learning_rate": 0.02}),
    (RMSprop, rmsprop, {"momentum": 0.9, "rho": 0.0}),
    (Adam, adam, {}),
    (Adam, adam, {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.7, "epsilon": 0.01}),
    (Adam, adam, {"beta_1": 0.0, "beta_2": 0.0}),
]


def options_of(options):
    return {"rate" if k == "learning_rate" else k: v for k, v in options.items()}


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize(("kind", "oracle", "options"), CASES)
def test_steps_follow_the_formula(rng, kind, oracle, options, dtype):
    parameters = [
        Parameter(rng.normal(size=shape).astype(dtype), f"p{number}")
        for number, shape in enumerate(SHAPES)
    ]
    begun = [p.array.astype(float) for p in parameters]
    places = [p.array for p in parameters]
    steps = [[rng.normal(size=shape).astype(dtype) for shape in SHAPES] for _ in range(7)]
    optimizer = kind(**options)
    optimizer.build(parameters)
    for gradients in steps:
        optimizer.apply([np.array(g, order="F") for g in gradients])
    assert optimizer.iterations == 7
    for number, (parameter, w) in enumerate(zip(parameters, begun, strict=True)):
        assert parameter.array is places[number]
        wanted = oracle(w, [g[number].astype(float) for g in steps], **options_of(options))
        np.testing.assert_allclose(parameter.array, wanted, rtol=NEAR[dtype], atol=NEAR[dtype])


def test_the_first_steps_of_adam_are_the_rate():
    parameter = Parameter(np.zeros(3))
    optimizer = Adam(learning_rate=0.5, epsilon=1e-15)
    optimizer.build([parameter])
    optimizer.apply([np.array([3.0, -1e-3, 20.0])])
    np.testing.assert_allclose(parameter.array, [-0.5, 0.5, -0.5], rtol=1e-10)


def test_the_old_decay_slows_the_steps():
    parameter = Parameter(np.zeros(1))
    optimizer = SGD(lr=0.5, decay=0.25)
    optimizer.build([parameter])
    for _ in range(3):
        optimizer.apply([np.ones(1)])
    assert parameter.array[0] == pytest.approx(-0.5 * (1 + 1 / 1.25 + 1 / 1.5))
    assert (optimizer.lr, optimizer.learning_rate) == (0.5, 0.5)


def test_an_optimizer_shows_its_settings():
    assert repr(SGD(0.5, momentum=0.9)) == "SGD(learning_rate=0.5, momentum=0.9, nesterov=False)"
    made = Adam(lr=0.25, decay=0.5)
    assert eval(repr(made)).get_config() == made.get_config()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "optimizer", [SGD(momentum=0.5), RMSprop(rho=0.5, momentum=0.5), Adam(beta_1=0.5, beta_2=0.5)]
)
def test_what_is_kept_ends_at_zero_and_not_in_denormals(optimizer, dtype):
    parameter = Parameter(np.ones(19, dtype))
    optimizer.build([parameter])
    optimizer.apply([np.ones(19, dtype)])
    for _ in range(3000):
        optimizer.apply([np.zeros(19, dtype)])
    for name, array in optimizer.state().items():
        if name not in ("iterations", "learning_rate"):
            np.testing.assert_array_equal(array, np.zeros(19), err_msg=name)


def test_the_rules_flush_what_they_keep():
    assert rules.descended(1.0, 1e-6, 0.0, 0.1, 0.5, False, 1e-6) == (1 + 5e-7, 0)
    assert rules.adam(1.0, 2e-8, 3e-9, 0.0, 0.1, 0.5, 0.5, 1.0, 1e-7)[1:] == (0, 0)


def test_only_what_learns_is_stepped():
    parameters = [Parameter(np.ones(2), "a"), Parameter(np.ones(2), "b", trainable=False)]
    optimizer = Adam()
    optimizer.build(parameters)
    assert optimizer.parameters == (parameters[0],)
    optimizer.apply([np.ones(2)])
    assert parameters[1].array.tolist() == [1, 1]
    assert parameters[0].array[0] < 1


def test_the_rate_can_be_set_between_steps():
    parameter = Parameter(np.zeros(1))
    optimizer = SGD()
    optimizer.build([parameter])
    for rate in (1.0, 0.25):
        optimizer.learning_rate = rate
        optimizer.apply([np.ones(1)])
    assert parameter.array[0] == -1.25
    optimizer.lr = 3
    assert optimizer.learning_rate == 3
    with pytest.raises(InputError, match=r"SGD: learning_rate must be above 0 \(got 0.0\)"):
        optimizer.learning_rate = 0


@pytest.mark.parametrize(("kind", "oracle", "options"), CASES)
def test_a_restored_state_goes_on_as_if_never_left(rng, kind, oracle, options):
    def built():
        parameters = [Parameter(np.zeros((3, 2))), Parameter(np.zeros(2), "dense/bias")]
        optimizer = kind(**options)
        optimizer.build(parameters)
        return optimizer, parameters

    steps = [[rng.normal(size=(3, 2)), rng.normal(size=2)] for _ in range(6)]
    whole, reached = built()
    for gradients in steps[:3]:
        whole.apply(gradients)
    state, values = whole.state(), [p.array.copy() for p in reached]
    for gradients in steps[3:]:
        whole.apply(gradients)
    again, parameters = built()
    again.restore(state)
    for parameter, value in zip(parameters, values, strict=True):
        parameter.array[...] = value
    for gradients in steps[3:]:
        again.apply(gradients)
    for parameter, wanted in zip(parameters, reached, strict=True):
        np.testing.assert_array_equal(parameter.array, wanted.array)


def test_the_state_has_kerass_names():
    for optimizer, names in [
        (SGD(), []),
        (SGD(momentum=0.5), ["dense_kernel_momentum", "dense_bias_momentum"]),
        (RMSprop(), ["dense_kernel_velocity", "dense_bias_velocity"]),
        (
            Adam(),
            [
                "dense_kernel_momentum",
                "dense_bias_momentum",
                "dense_kernel_velocity",
                "dense_bias_velocity",
            ],
        ),
    ]:
        optimizer.build([Parameter(np.zeros((2, 3))), Parameter(np.zeros(3), "dense/bias")])
        state = optimizer.state()
        assert list(state) == ["iterations", "learning_rate", *names]
        assert all(state[n].shape in ((2, 3), (3,)) for n in names)


def test_a_configuration_makes_the_same_again():
    for kind, _, options in CASES:
        config = kind(**options).get_config()
        assert config["name"] == kind.__name__.lower()
        assert kind.from_config(config).get_config() == config
    assert SGD(decay=0.5).get_config()["decay"] == 0.5
    keras = {
        "name": "adam", "learning_rate": 0.0010000000474974513, "weight_decay": None,
        "clipnorm": None, "global_clipnorm": None, "clipvalue": None, "use_ema": False,
        "ema_momentum": 0.99, "ema_overwrite_frequency": None, "loss_scale_factor": None,
        "gradient_accumulation_steps": None, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07,
        "amsgrad": False,
    }  # fmt: skip
    assert Adam.from_config(keras).get_config()["beta_2"] == 0.999


def test_names_are_known_in_any_letter_case():
    assert isinstance(optimizers.get("ADAM"), Adam)
    assert isinstance(optimizers.get("RMSprop"), RMSprop)
    own = SGD()
    assert optimizers.get(own) is own


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.get("Adan"), r"no optimizer is called 'adan' .did you mean 'adam'"),
        (lambda: optimizers.get(3), r"an optimizer is a name \(sgd, rmsprop, adam\) or one of"),
        (lambda: optimizers.get(Adam), r"optimizers\.Adam'>\); Adam\(\) makes one"),
        (lambda: SGD(lr=0.1, learning_rate=0.01), "SGD: lr and learning_rate say the same"),
        (lambda: Adam(0.001, lr=0.1), "Adam: lr and learning_rate .*give learning_rate alone"),
        (lambda: SGD(10**400), r"SGD: learning_rate must be finite \(got inf\)"),
        (lambda: SGD(-(10**5000)), r"SGD: learning_rate must be finite \(got -inf\)"),
        (lambda: SGD(np.complex64(1)), "SGD: learning_rate must be a number"),
        (lambda: SGD(learning_rate=-1), r"SGD: learning_rate must be above 0 \(got -1.0\)"),
        (lambda: SGD(learning_rate=np.nan), r"SGD: learning_rate must be finite \(got nan\)"),
        (lambda: SGD(learning_rate="fast"), r"SGD: learning_rate must be a number \(got 'fast'\)"),
        (lambda: SGD(momentum=1), r"SGD: momentum must be at least 0 and below 1 \(got 1.0\)"),
        (lambda: SGD(nesterov=1), r"SGD: nesterov must be True or False \(got 1\)"),
        (lambda: SGD(decay=-1), r"SGD: decay must be 0 or more \(got -1.0\)"),
        (lambda: SGD(momentun=0.9), r"SGD: no option is called 'momentun' .did you mean 'moment"),
        (lambda: RMSprop(rho=-0.1), r"RMSprop: rho must be at least 0 and below 1 \(got -0.1\)"),
        (lambda: RMSprop(centered=True), "RMSprop: centered=True is not supported; it takes lear"),
        (lambda: Adam(beta_1=True), r"Adam: beta_1 must be a number \(got True\)"),
        (lambda: Adam(beta_2=np.inf), r"Adam: beta_2 must be finite \(got inf\)"),
        (lambda: Adam(epsilon=0), r"Adam: epsilon must be above 0 \(got 0.0\)"),
        (lambda: Adam(amsgrad=True), "Adam: amsgrad=True is not supported; it takes learning_rate"),
        (lambda: Adam(clipnorm=1.0), "Adam: clipnorm=1.0 is not supported; it takes learning_rate"),
        (lambda: Adam(weight_decay=0.1), "Adam: weight_decay=0.1 is not supported"),
    ],
)  # fmt: skip
def test_an_optimizer_that_cannot_be_is_told(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda o: o.apply([]), "Adam: 0 gradients for 1 parameters that learn; build.. takes"),
        (
            lambda o: o.apply([np.zeros(2)]),
            r"a gradient of shape \(2,\) does not fit parameter 'de",
        ),
        (
            lambda o: o.build([Parameter(np.zeros(2, int))]),
            "Adam: parameter 'dense/kernel' must be a C-contiguous array of float32 or float64",
        ),
        (
            lambda o: o.build([Parameter(np.zeros((3, 2)).T)]),
            "must be a C-contiguous array of float32 or float64 .got float64, strides",
        ),
        (
            lambda o: o.build([Parameter(np.zeros(2)), Parameter(np.zeros(2))]),
            "Adam: two parameters are called 'dense/kernel'; names must differ",
        ),
        (lambda o: o.restore({"iterations": 1}), "Adam: the state has no 'learning_rate'"),
        (
            lambda o: o.restore({**o.state(), "dense_kernel_momentun": 0}),
            "Adam: no variable is called 'dense_kernel_momentun' .did you mean 'dense_kernel_mom",
        ),
        (
            lambda o: o.restore({**o.state(), "dense_kernel_velocity": np.zeros(2)}),
            r"Adam: 'dense_kernel_velocity' of shape \(2,\) does not fit parameter 'dense/kernel'",
        ),
    ],
)
def test_a_use_that_does_not_fit_is_told(use, message):
    optimizer = Adam()
    optimizer.build([Parameter(np.zeros(3))])
    with pytest.raises(InputError, match=message):
        use(optimizer)
    assert optimizer.iterations == 0


@pytest.mark.peers
@pytest.mark.parametrize(
    "case", ["sgd", "momentum", "nesterov", "adam"],
)  # fmt: skip
def test_twenty_steps_are_torchs(rng, case):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")
    w = rng.normal(size=(7, 5)).astype("float32")
    peer = torch.tensor(w.copy(), requires_grad=True)
    ours, theirs = {
        "sgd": (SGD(0.1), torch.optim.SGD([peer], 0.1)),
        "momentum": (SGD(0.1, 0.9), torch.optim.SGD([peer], 0.1, 0.9)),
        "nesterov": (SGD(0.1, 0.9, True), torch.optim.SGD([peer], 0.1, 0.9, nesterov=True)),
        # Where both ε are next to nothing it does not matter that they stand elsewhere.
        "adam": (Adam(0.01, epsilon=1e-12), torch.optim.Adam([peer], 0.01, eps=1e-12)),
    }[case]
    parameter = Parameter(w.copy())
    ours.build([parameter])
    for _ in range(20):
        g = rng.normal(size=w.shape).astype("float32")
        ours.apply([g])
        peer.grad = torch.tensor(g)
        theirs.step()
    np.testing.assert_allclose(parameter.array, peer.detach().numpy(), rtol=1e-5, atol=1e-6)
