"""How a network is trained, as Keras writes it: optimizer and its state, loss, metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import FileError, InputError, NeurosimError, unknown
from .. import losses, metrics
from ..losses import Loss
from ..model import Model
from ..optimizers import OPTIMIZERS, Optimizer
from .archives import brief
from .stored import Stored

CLASSES = {kind.__name__: kind for kind in OPTIMIZERS.values()}
METRICS = {
    "BinaryAccuracy": "binary_accuracy",
    "CategoricalAccuracy": "categorical_accuracy",
    "SparseCategoricalAccuracy": "sparse_categorical_accuracy",
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
}
SCHEDULE = "InverseTimeDecay"

# Settings of losses and metrics, and where they are without effect.
IDLE: dict[str, tuple[Any, ...]] = {
    "axis": (-1,),
    "from_logits": (False,),
    "ignore_class": (None,),
    "label_smoothing": (0.0,),
    "reduction": ("sum_over_batch_size",),
    "threshold": (0.5,),
}
# What Keras compiles a network with beside these, without effect unless it is given.
UNSUPPORTED = ("loss_weights", "weighted_metrics")


def compile_config(model: Model) -> dict[str, Any] | None:
    """Return how a network is trained; None where that was not said."""
    if model.loss is None:
        return None
    optimizer = model.optimizer
    settings = optimizer.get_config()
    decay = settings.pop("decay", None)
    if decay:
        settings["learning_rate"] = {
            "module": "keras.optimizers.schedules",
            "class_name": SCHEDULE,
            "config": {
                "initial_learning_rate": settings["learning_rate"],
                "decay_steps": 1,
                "decay_rate": decay,
                "staircase": False,
                "name": SCHEDULE,
            },
            "registered_name": None,
        }
    return {
        "optimizer": {
            "module": "keras.optimizers",
            "class_name": type(optimizer).__name__,
            "config": settings,
            "registered_name": None,
        },
        "loss": _named(model.loss),
        "loss_weights": None,
        "metrics": [_named(metric) for metric in model.metrics] or None,
        "weighted_metrics": None,
    }


def compile_as(model: Model, config: Any, name: str) -> None:
    """Compile a network as a file says.

    Raises
    ------
    FileError
        An optimizer, loss or metric that there is not, or functions of one's own, which no file
        holds.
    """
    hint = "load_model(path, compile=False) leaves it out"
    try:
        if not isinstance(config, Mapping):
            raise InputError(f"compile_config is an object (got {str(config)[:60]!r})")
        for key in UNSUPPORTED:
            if config.get(key) is not None:
                raise InputError(f"{key}={config[key]!r} is not supported")
        model.compile(
            _optimizer(config.get("optimizer")),
            _loss(config.get("loss")),
            [_metric(metric) for metric in _flat(config.get("metrics"))],
        )
    except NeurosimError as error:
        raise FileError(f"{name}: how it is trained: {brief(error)}; {hint}") from None
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise FileError(f"{name}: how it is trained is not told ({brief(error)}); {hint}") from None


def optimizer_arrays(model: Model) -> dict[str, np.ndarray]:
    """Return what the optimizer keeps, in Keras's order; as it begins, if it has not yet."""
    if model.loss is None:
        return {}
    optimizer = model.optimizer
    if list(optimizer.parameters) != model.trainable_weights:
        optimizer = type(optimizer).from_config(optimizer.get_config())
        optimizer.build(model.trainable_weights)
    rate = [] if optimizer.decay else [np.array(optimizer.learning_rate)]
    arrays = [np.array(optimizer.iterations), *rate, *optimizer.read()]
    return {f"optimizer/vars/{number}": array for number, array in enumerate(arrays)}


def read_optimizer(stored: Stored, model: Model) -> None:
    """Let the optimizer go on from what a file says that it kept.

    Raises
    ------
    FileError
        Arrays that do not fit the optimizer or are not finite; then nothing is taken.
    """
    optimizer = model.optimizer
    optimizer.build(model.trainable_weights)
    held = [path for path in stored.arrays if path.startswith("optimizer/")]
    first = 1 if optimizer.decay else 2
    kept = optimizer.variables()
    if not held:
        return
    iterations = _scalar(stored, "optimizer/vars/0", "the optimizer's iterations")
    if not iterations.is_integer() or not 0 <= iterations < 2**53:
        raise FileError(f"{stored.name}: the optimizer's iterations are no count ({iterations})")
    rate = None
    if not optimizer.decay:
        rate = _scalar(stored, "optimizer/vars/1", "the optimizer's learning rate")
        if not 0 < rate < math.inf:
            raise FileError(f"{stored.name}: the learning rate is not above 0 ({rate})")
    if len(held) == first and not iterations:  # Keras had not begun yet
        kept = []
    if len(held) != first + len(kept):
        raise FileError(
            f"{stored.name}: {optimizer} keeps {first + len(kept)} arrays for these weights (got "
            f"{len(held)})"
        )
    entries = []
    for number, array in enumerate(kept, first):
        what = f"{optimizer}: what it keeps, number {number}"
        entries.append(stored.take(f"optimizer/vars/{number}", array.shape, what))
        stored.finite(entries[-1], array.dtype, what)
    for array, entry in zip(kept, entries, strict=True):
        array[...] = entry.values()
    optimizer.iterations = int(iterations)
    own = stored.ours.get("learning_rate", rate)
    if own is not None:
        try:
            optimizer.learning_rate = own
        except (InputError, OverflowError) as error:
            raise FileError(f"{stored.name}: the learning rate: {brief(error)}") from None


def _scalar(stored: Stored, path: str, what: str) -> float:
    entry = stored.arrays.get(path)
    if entry is None or entry.shape != ():
        raise FileError(f"{stored.name}: {what} must be one number at {path}")
    return float(entry.values())


def _named(given: Any) -> Any:
    """Return a name, or how Keras writes down a function of one's own."""
    if isinstance(given, str):
        return given
    if isinstance(given, Loss) and losses.LOSSES.get(given.name) is given:
        return given.name
    name = getattr(given, "name", None) or getattr(given, "__name__", type(given).__name__)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def _flat(given: Any) -> list[Any]:
    """Return metrics in one list; Keras may put those of each output in one of its own."""
    if not isinstance(given, list):
        return [] if given is None else [given]
    return [metric for part in given for metric in (part if isinstance(part, list) else [part])]


def _optimizer(entry: Any) -> Optimizer:
    if isinstance(entry, str):
        entry = {"class_name": entry, "config": {}}
    kind, config = entry["class_name"], dict(entry["config"])
    names = {name.lower(): made for name, made in CLASSES.items()}
    if not isinstance(kind, str) or kind.lower() not in names:
        raise InputError(unknown("optimizer", str(kind), CLASSES))
    rate = config.get("learning_rate")
    if isinstance(rate, Mapping):
        schedule = dict(rate.get("config") or {})
        if rate.get("class_name") != SCHEDULE or schedule.get("staircase"):
            raise InputError(
                f"the learning rate's schedule {rate.get('class_name')!r} is not supported, as it "
                f"is; there is {SCHEDULE} without staircase, the optimizer's decay="
            )
        config["learning_rate"] = schedule["initial_learning_rate"]
        config["decay"] = schedule["decay_rate"] / schedule["decay_steps"]
    return names[kind.lower()].from_config(config)


def _loss(entry: Any) -> str:
    if isinstance(entry, list) and len(entry) == 1:
        entry = entry[0]
    if isinstance(entry, str):
        return entry
    return _classed(entry, losses.CLASSES, "loss")


def _metric(entry: Any) -> str:
    if isinstance(entry, str):
        metrics.check_names([entry], "metrics")
        return entry
    return _classed(entry, METRICS, "metric")


def _classed(entry: Any, classes: Mapping[str, str], what: str) -> str:
    """Return the name of a loss or metric that Keras wrote as a class, or raise InputError."""
    if not isinstance(entry, Mapping):
        raise InputError(f"no {what} is {str(entry)[:60]!r}")
    kind, config = entry.get("class_name"), entry.get("config")
    if kind == "function":
        raise InputError(f"the {what} {config!r} is a function, and code is never run from a file")
    if not isinstance(kind, str) or kind not in classes:
        raise InputError(unknown(what, str(kind), classes))
    for key, value in dict(config or {}).items():
        if key in IDLE and value not in IDLE[key]:
            raise InputError(f"{what} {kind}: {key}={value!r} is not supported")
    return classes[kind]
