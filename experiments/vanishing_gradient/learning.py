"""What it does to learning: how far each layer moves, and whether the loss falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import SGD, Activation, Add, Dense, Input, Model, Sequential
from neurosim.networks.initializers import VarianceScaling
from neurosim.plotting import COLOURS, FAINT
from neurosim.progress import progress
from neurosim.result import Result

from ..medians import Median

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEPTH, CELLS = 10, 16
LAYERS = DEPTH + 1  # and the output
NETWORKS = 6  # of each kind: their range holds the median of all by 97%
SAMPLES, EPOCHS = 128, 100
RATE, BATCH = 0.1, 32
STILL, MOVED = 1e-4, 1e-2  # of a layer's weights
LOOKS = {
    "sigmoid": ("blue", "o"), "relu": ("vermillion", "^"), "residual relu": ("purple", "D"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Learned:
    """What came of training, by network.

    Attributes
    ----------
    moved : of each layer, how far its weights moved, in their length before, (networks, layers)
    losses : after each epoch, (networks, epochs)
    guesses : the loss of who knows how many samples each class has, (networks,)
    """

    moved: np.ndarray
    losses: np.ndarray
    guesses: np.ndarray


def learn(networks: int, seed: int) -> dict[str, Learned]:
    """Train deep networks on XOR's four quadrants; the same samples for all kinds."""
    rounds = [(name, sample) for name in LOOKS for sample in range(networks)]
    moved: dict[str, list[np.ndarray]] = {name: [] for name in LOOKS}
    losses: dict[str, list[np.ndarray]] = {name: [] for name in LOOKS}
    guesses: dict[str, list[float]] = {name: [] for name in LOOKS}
    for name, sample in progress(rounds, "learning"):
        own = np.random.SeedSequence((seed, sample))
        x, labels = quadrants(np.random.default_rng(own))
        network = deep(name, int(own.generate_state(1)[0]))
        network.compile(SGD(RATE), "binary_crossentropy")
        before = [layer.get_weights()[0] for layer in network.layers if layer.weights]
        history = network.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        after = [layer.get_weights()[0] for layer in network.layers if layer.weights]
        moved[name].append(
            np.array(
                [
                    np.linalg.norm(w - v) / np.linalg.norm(v)
                    for w, v in zip(after, before, strict=True)
                ]
            )
        )
        losses[name].append(np.array(history.history["loss"]))
        p = float(labels.mean())
        guesses[name].append(-p * np.log(p) - (1 - p) * np.log(1 - p))
    return {
        name: Learned(np.array(moved[name]), np.array(losses[name]), np.array(guesses[name]))
        for name in LOOKS
    }


def quadrants(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points in a square, and whether their coordinates differ in sign."""
    x = rng.uniform(-1, 1, (SAMPLES, 2))
    return x, (x[:, :1] * x[:, 1:] < 0).astype(float)


def deep(name: str, seed: int) -> Model:
    """Return a deep network of that kind with one logistic output."""
    if name == "residual relu":
        x = Input((2,))
        carried = Dense(CELLS)(x)
        together = VarianceScaling(2 / DEPTH)  # or what all of them add would be large
        for _ in range(DEPTH - 1):
            added = Dense(CELLS, kernel_initializer=together)(Activation("relu")(carried))
            carried = Add()([carried, added])
        return Model(x, Dense(1, "sigmoid")(Activation("relu")(carried)), seed=seed)
    begin = "he_normal" if name == "relu" else "glorot_normal"
    layers = [Dense(CELLS, name.split()[-1], kernel_initializer=begin) for _ in range(DEPTH)]
    return Sequential([Input((2,)), *layers, Dense(1, "sigmoid")], seed=seed)


def check_learning(result: Result, learned: dict[str, Learned]) -> None:
    """Claim that logistic layers far from the output stand still, and the others do not."""
    still = learned["sigmoid"]
    count = len(still.losses)
    result.claim(
        f"sigmoid, {DEPTH} layers, {EPOCHS} epochs: how far the first layer moved, of its weights, "
        f"in each of {count} networks",
        still.moved[:, 0], at_most=STILL,
    )  # fmt: skip
    result.claim(
        "and each network's loss, less that of guessing by how frequent each class is",
        still.losses[:, -1] - still.guesses, at_least=-0.01,
    )  # fmt: skip
    for name in ("relu", "residual relu"):
        found = learned[name]
        moved = Median.of(found.moved[:, 0])
        left = Median.of(found.losses[:, -1] / found.guesses)
        result.claim(
            f"{name}: how far the first layer moved, {moved}; the median of {count} networks",
            moved.value, at_least=MOVED,
        )  # fmt: skip
        result.claim(
            f"{name}: the loss, of that of guessing, {left}; the median of {count} networks",
            left.value, at_most=0.8,
        )  # fmt: skip
    result.table(
        "learning",
        ("network", "sample", "loss", "loss of guessing", *(f"moved {k}" for k in range(LAYERS))),
        [
            (name, sample, found.losses[sample, -1], found.guesses[sample], *found.moved[sample])
            for name, found in learned.items()
            for sample in range(count)
        ],
    )


def draw_movements(ax: Axes, learned: dict[str, Learned]) -> None:
    """Draw how far each layer moved: every network's, and their geometric mean."""
    layers = np.arange(1, LAYERS + 1)
    for name, found in learned.items():
        colour, look = LOOKS[name]
        shown = np.maximum(found.moved, 1e-8)  # float32 shows no smaller change
        ax.plot(layers, shown.T, "-", color=COLOURS[colour], linewidth=0.4, alpha=0.6)
        ax.plot(
            layers, np.exp(np.log(shown).mean(axis=0)), look + "-", color=COLOURS[colour],
            label=name,
        )  # fmt: skip
    ax.set(yscale="log", xlabel="layer, the output last", ylabel="change of weights, relative")
    ax.legend(loc="lower right", handlelength=1.6)
    ax.set_title(f"After {EPOCHS} epochs of gradient descent")


def draw_losses(ax: Axes, learned: dict[str, Learned]) -> None:
    """Draw the loss by epoch of every network, their median, and that of guessing."""
    epochs = np.arange(1, EPOCHS + 1)
    for name, found in learned.items():
        colour, _ = LOOKS[name]
        ax.plot(epochs, found.losses.T, color=COLOURS[colour], linewidth=0.3, alpha=0.5)
        ax.plot(epochs, np.median(found.losses, axis=0), color=COLOURS[colour], label=name)
    guess = float(learned["sigmoid"].guesses.mean())
    ax.axhline(guess, color=FAINT, linestyle="--", linewidth=0.8)
    ax.annotate(
        "guessing", (EPOCHS, guess), (0, 2), textcoords="offset points", color=FAINT, ha="right",
        va="bottom",
    )  # fmt: skip
    ax.set(xlabel="epoch", ylabel="cross-entropy (nats)", ylim=(0, 1.1))
    ax.legend(loc="upper right", ncols=3, columnspacing=1.0, handlelength=1.2)
    ax.set_title(f"XOR of two signs: medians of {len(learned['sigmoid'].losses)} networks")
