r"""Cats and dogs: a neuron that learns to tell them apart · 區分貓狗 · lecture row 7

Question: Can a neuron learn to tell cats from dogs, and better where other cells see them first?
Equation: $\Delta w = y\,x\;$ after a mistake
    $u = \left[\dfrac{e - h}{1 + h}\right]_+$ in a cognitron
Levels: computation, algorithm
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from circuits.stimuli import LabelledImages, cats_and_dogs, labelled_photographs
from neurosim import InputError
from neurosim.learning import Reinforcement, cognitron_rule
from neurosim.plotting import new_figure
from neurosim.progress import progress
from neurosim.result import Result

from ..accuracy import Accuracy, claim_above_chance
from ..parameters import check_range
from .deciding import cognitron_slopes, pixel_slopes, relay_slopes
from .drawing import SHEET, draw_accuracies, draw_sheet, draw_slopes, label_of
from .neurons import Trained, train
from .split import Split, split
from .views import View, cognitron_cells, layer_alone, receptors, relay_cells

QUICK = 200  # images of each class for a first look
SURE = 0.01  # the largest probability of being right as often by chance


def run(
    images: int = 300,
    size: int = 32,
    pose: float = 1.0,
    noise: float = 0.05,
    passes: int = 100,
    data: Path | None = None,
    unreadable: Literal["refuse", "skip"] = "refuse",
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Let a neuron learn to tell cats from dogs, and see what it goes by.

    A perceptron (Rosenblatt 1958) hears the pixels of an image, the ON and OFF cells of the LGN,
    or the four layers of a cognitron (Fukushima 1975), which learned the same images without being
    told what they are.  The perceptron is given responses in standard units, and keeps the weights
    of its last pass.  A third of the images is held out, chosen at random from each class: the part
    that is told right has Wilson's interval (1927), and is compared with chance by the exact
    binomial test.

    Parameters
    ----------
    images
        Of each class, from 200 to 1000; of a folder at most so many, chosen at random.
    size
        Pixels a side, from 24 to 48; each layer of the cognitron has as many cells.
    pose
        How much drawn faces turn, shift, grow and look aside, from 0 to 1.
    noise
        Standard deviation of a drawn pixel's noise, from 0 to 0.1 (black is 0, white 1).
    passes
        How often the perceptron sees all images to learn from at most, from 10 to 1000.
    data
        A folder of photographs with one sub-folder a class, of two classes about 20 at least in
        all; left out, drawn cats and dogs.
    unreadable
        Whether a file in the folder that is no image is refused, or skipped and listed.
    seed
        Of the animals, their noise, and which are held out.
    quick
        At most 200 images of each class.
    """
    result = Result("cats-and-dogs", locals(), seed)
    check_range("images", images, 200, 1000)
    check_range("size", size, 24, 48, " pixels a side")
    check_range("pose", pose, 0, 1)
    check_range("noise", noise, 0, 0.1)
    check_range("passes", passes, 10, 1000)
    count = min(images, QUICK) if quick else images
    animals = (
        cats_and_dogs(count, size=size, pose=pose, noise=noise, seed=seed)
        if data is None
        else labelled_photographs(data, size=size, most=count, seed=seed, unreadable=unreadable)
    )
    chosen = split(animals, np.random.default_rng(seed))
    _check_enough(animals.labels[chosen.held_out])
    shape = animals.images.shape[1:]
    learned = cognitron_rule(animals.images[chosen.learned])
    views = (receptors(shape), relay_cells(shape), cognitron_cells(learned))
    learners = [
        _learn(view, view.responses(animals.images), animals, chosen, passes)
        for view in progress(views, "views")
    ]
    for learner in learners:
        _check(result, learner, animals, chosen)
    sheets = np.split(learners[-1].responses, learned.layers, axis=1)
    by_layer = [
        _learn(layer_alone(learned, n), sheet, animals, chosen, passes)
        for n, sheet in enumerate(progress(sheets, "layers"), start=1)
    ]
    _draw(result, animals, chosen, learned, learners, by_layer)
    _tabulate(result, [*learners, *by_layer])
    if animals.skipped:
        result.table("skipped", ("file",), [(path,) for path in animals.skipped])
    return result


def _check_enough(labels: np.ndarray) -> None:
    """Raise InputError where not even all right would be more than chance."""
    best = Accuracy.of(labels, labels)
    if best.by_chance > SURE:
        raise InputError(
            f"{best.cases} images are held out, {best.chance:.0%} of them of the commonest class: "
            f"even if all were told right, they would be by chance with probability "
            f"{best.by_chance:.2g}; it should be at most {SURE:g}, so give more images, "
            "above all of the rarer classes"
        )


class Learner(NamedTuple):
    """Neurons that have learned by one view, and how they did on the images held out.

    Attributes
    ----------
    trained : the neurons
    responses : what they hear, of all images, (images, cells)
    told : the classes that they took those held out for
    accuracy : how many of these are right
    """

    trained: Trained
    responses: np.ndarray
    told: np.ndarray
    accuracy: Accuracy

    @property
    def view(self) -> View:
        """What they hear."""
        return self.trained.view


def _learn(
    view: View, responses: np.ndarray, animals: LabelledImages, chosen: Split, passes: int
) -> Learner:
    """Let neurons learn by a view's responses to images, and try them on those held out."""
    trained = train(view, responses[chosen.learned], animals.labels[chosen.learned], passes)
    told = trained.classes(responses[chosen.held_out])
    accuracy = Accuracy.of(told, animals.labels[chosen.held_out])
    return Learner(trained, responses, told, accuracy)


def _check(result: Result, learner: Learner, animals: LabelledImages, chosen: Split) -> None:
    """The neurons are right more often than by chance, and their circuit answers as they do."""
    name = learner.view.name
    claim_above_chance(result, learner.accuracy, "held-out images", SURE, name)
    fires = learner.trained.circuit()(animals.images[chosen.held_out])
    ruled = learner.trained.fires(learner.responses[chosen.held_out])
    result.claim(
        f"{name}: held-out images that the circuit answers otherwise than the rule",
        int((fires != ruled).any(axis=1).sum()),
        0,
    )


def _draw(
    result: Result, animals: LabelledImages, chosen: Split, learned: Reinforcement,
    learners: Sequence[Learner], by_layer: Sequence[Learner],
) -> None:  # fmt: skip
    """Draw the animals, what was mistaken, how many were right, and which pixels decided."""
    figure, axes = new_figure(2, 3, width="page", height=4.4)
    pair = [animals.images[animals.labels == label][: SHEET // 2] for label in (0, 1)]
    first, second = (label_of(animals.classes, label) for label in (0, 1))
    draw_sheet(axes[0, 0], pair, f"{first} above, {second} below")
    pixels, relays, cognitron = learners
    wrong = chosen.held_out[pixels.told != animals.labels[chosen.held_out]]
    some = np.linspace(0, len(wrong) - 1, min(len(wrong), SHEET)).round().astype(int)
    draw_sheet(
        axes[0, 1], [animals.images[wrong[some]]],
        f"Mistaken by pixels: {len(some)} of {len(wrong)}",
    )  # fmt: skip
    draw_accuracies(
        axes[0, 2], *({of.view.name: of.accuracy for of in those} for those in (learners, by_layer))
    )
    seen = chosen.learned
    for ax, slopes, title in (
        (axes[1, 0], pixel_slopes(pixels.trained), "How brighter pixels vote"),
        (axes[1, 1], relay_slopes(relays.trained, relays.responses[seen]), "The same by LGN cells"),
        (
            axes[1, 2],
            cognitron_slopes(
                cognitron.trained, learned, animals.images[seen], cognitron.responses[seen]
            ),
            "The same by a cognitron",
        ),
    ):
        draw_slopes(ax, slopes, title, animals.classes)
    total, classes = len(chosen.held_out), len(animals.classes)
    several = f" of {classes} classes" * (classes > 2)
    figure.suptitle(
        f"A perceptron tells {pixels.accuracy.right} of {total} new images{several} right by their "
        f"pixels, {relays.accuracy.right} by LGN cells, {cognitron.accuracy.right} by a cognitron"
    )
    result.figure("cats-and-dogs", figure)


def _tabulate(result: Result, learners: Sequence[Learner]) -> None:
    """List how each view did."""
    rows = [
        (
            of.view.name, of.responses.shape[1], len(of.trained.learning.mistakes_by_pass),
            of.trained.learning.converged, of.accuracy.right, of.accuracy.cases, of.accuracy.part,
            *of.accuracy.interval, of.accuracy.by_chance,
        )
        for of in learners
    ]  # fmt: skip
    result.table(
        "accuracy",
        (
            "view", "cells", "passes", "converged", "right", "held out", "accuracy",
            "from (95%)", "to (95%)", "probability by chance",
        ),
        rows,
    )  # fmt: skip
