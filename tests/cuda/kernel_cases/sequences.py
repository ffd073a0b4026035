"""Cases of layers over time."""

from neurosim.kernels import rules, tables

from .arguments import case, summed


def factors_of(a, kinds, gates, shape):
    """Factors of dropout as one for all gates, or one for each; or none."""
    count = {None: 0, "tied": 1, "untied": gates}[kinds]
    return a.take(2.0 * a.rng.integers(0, 2, (count, *shape))) if count else None


@case(
    "recurrent.over_time",
    given=[
        (1, (1, 1, 1, 1), rules.TANH, False, None, True),
        (1, (3, 4, 2, 3), rules.THRESHOLD_LINEAR, True, "tied", True),
        (1, (5, 2, 1, 2), rules.LOGISTIC, False, None, False),
        (tables.LSTM_GATES, (1, 1, 1, 1), rules.TANH, False, None, False),
        (tables.LSTM_GATES, (3, 4, 2, 3), rules.TANH, True, "untied", True),
        (tables.LSTM_GATES, (2, 3, 1, 2), rules.SOFTPLUS, True, "tied", False),
    ],
)  # fmt: skip
def over_time(a, gates, lengths, code, masked, dropped, sequences):
    batch, steps, inputs, units = lengths
    x = a.normal(batch, steps, inputs)
    weights = [a.normal(n, gates * units) for n in (inputs, units)]
    bias = a.normal(gates * units)
    present = a.on.take(a.rng.uniform(size=(batch, steps)) < 0.7) if masked else None
    factors = tuple(factors_of(a, dropped, gates, (batch, n)) for n in (inputs, units))
    y, vjp = a.on.recurrent.over_time(
        gates, (code, rules.LOGISTIC), x, (*weights, bias), present, factors, sequences
    )
    found = vjp(a.normal(*y.shape))
    gradients = [gradient() if callable(gradient) else gradient for gradient in found]
    return [summed(y), *map(summed, gradients)]
