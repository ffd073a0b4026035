r"""The sheet's recurrent network reads reviews, "not" in mind · 循環神經網路 · lecture row 20

Question: Can a network that reads word by word keep "not" in mind?
Equation: $c_t = f_t\,c_{t-1} + i_t\,\tanh(W x_t + U h_{t-1} + b)$
    $h_t = o_t\,\tanh c_t$
Levels: computation, algorithm
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from circuits.stimuli.reviews import VOCABULARY, make_reviews
from neurosim.networks.data import load_imdb, pad_sequences
from neurosim.plotting import FAINT, new_figure
from neurosim.progress import progress
from neurosim.result import Result

from ..accuracy import SURE, Accuracy, claim_above_chance, tabulate_accuracies
from ..held_out import check_some
from ..parameters import check_range
from ..training_curves import draw_training, tabulate_training
from .drawing import draw_answers, draw_cells
from .learners import Learned, Readings, counts, learn, word_by_word
from .twins import twin

DEVIATIONS = 5.0  # of a binomial count, which chance does not exceed
HELD_OUT = 1000  # reviews
QUICK = 12  # epochs for a first look
SENTENCE = "the film was not good and the music was dull"
MOST_WORDS, LONGEST = 5000, 80  # of the vocabulary and of a review of IMDB


def run(
    data: Path | None = None,
    reviews: int = 2000,
    mislabelled: float = 0.0,
    networks: int = 3,
    epochs: int = 15,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Train the sheet's Embedding, LSTM and output cell to tell praise from blame.

    The reviews are made by a grammar: each praises and blames, and "not" turns one judgment round.
    A review and its twin, where "not" stands elsewhere, have the same words and opposite verdicts.
    So whoever counts words is right half of the time; long short-term memory (Hochreiter &
    Schmidhuber 1997) can keep "not" in mind until the next judgment.

    Parameters
    ----------
    data
        Keras's imdb.npz, of which the last 80 of 5000 words are read; left out, made reviews.
    reviews
        How many made reviews there are to learn from, from 1500 to 20000.
    mislabelled
        The chance that a made review bears the other verdict, from 0 to 0.1.
    networks
        How many networks learn, each from reviews of its own, from 1 to 10; of IMDB there is one.
    epochs
        How often a network sees its reviews, from 10 to 100.
    seed
        Of the reviews, the first weights, and the cells that fall silent.
    quick
        One network, and at most 12 epochs.
    """
    result = Result("rnn", locals(), seed)
    check_range("reviews", reviews, 1500, 20000)
    check_range("mislabelled", mislabelled, 0, 0.1)
    check_range("networks", networks, 1, 10)
    check_range("epochs", epochs, 10, 100)
    depth, cells = (16, 32) if data is None else (128, 128)
    epochs = min(epochs, QUICK) if quick else epochs
    sets = (
        [_made(reviews, mislabelled, seed * 20 + 2 * n) for n in range(1 if quick else networks)]
        if data is None
        else [_of_imdb(data)]
    )
    learned = [
        learn(of, depth, cells, epochs, seed + number)
        for number, of in enumerate(progress(sets, "networks"))
    ]
    labels = np.concatenate([of.y_held_out for of in sets]).astype(int)
    right = Accuracy.of(np.concatenate([one.answers for one in learned]) > 0.5, labels)
    counting = Accuracy.of(np.concatenate([one.of_counting for one in learned]) > 0.5, labels)
    claim_above_chance(result, right, "held-out reviews")
    if data is None:
        _check_made(result, learned, sets, right, counting, 1 - mislabelled)
    _, answers = word_by_word(learned[0].model, sets[0].x_held_out, depth, cells)
    result.claim(
        "read word by word, the network ends with the same answer: off by at most",
        float(np.abs(answers[:, -1] - learned[0].answers).max()),
        at_most=1e-4,
    )
    _draw(result, learned, right, counting, depth, cells, data is None)
    tabulate_accuracies(result, {"LSTM": right, "counted words": counting})
    tabulate_training(result, [one.history for one in learned])
    return result


def _made(reviews: int, mislabelled: float, seed: int) -> Readings:
    train = make_reviews(reviews, seed, mislabelled=mislabelled)
    test = make_reviews(HELD_OUT, seed + 1, mislabelled=mislabelled)
    steps = 1 + max(map(len, train.sequences + test.sequences))
    x, x_held_out = (pad_sequences(part.sequences, steps) for part in (train, test))
    return Readings(x, train.labels, x_held_out, test.labels, len(VOCABULARY))


def _of_imdb(path: Path) -> Readings:
    train, test = load_imdb(path, num_words=MOST_WORDS)
    check_some(len(train[1]), len(test[1]))
    x, x_held_out = (pad_sequences(list(part[0]), LONGEST) for part in (train, test))
    return Readings(x, train[1], x_held_out, test[1], MOST_WORDS)


def _check_made(
    result: Result, learned: list[Learned], sets: list[Readings], right: Accuracy,
    counting: Accuracy, best: float,
) -> None:  # fmt: skip
    """Claim what theory says of made reviews: of whom counts words, and of whom reads best."""
    reach = DEVIATIONS * math.sqrt(0.25 / counting.cases)
    result.claim("who counts words is right half of the time", counting.part, 0.5, tolerance=reach)
    if best < 1:
        beyond = DEVIATIONS * math.sqrt(best * (1 - best) / right.cases)
        result.claim(
            "nobody is right more often than verdicts are true", right.part, at_most=best + beyond
        )
    random = np.random.default_rng(0)
    apart, alike = [], []
    for one, of in zip(learned, sets, strict=True):
        texts = [row[row > 0].tolist() for row in of.x_held_out]
        twins = pad_sequences([twin(text, random) for text in texts], of.x.shape[1])
        apart.append((one.model.predict(twins)[:, 0] > 0.5) != (one.answers > 0.5))
        alike.append(
            np.abs(one.counting.predict(counts(twins, of.words))[:, 0] - one.of_counting).max()
        )
    result.claim("who counts words answers twins alike: off by at most", alike, at_most=1e-6)
    result.claim(
        "the network tells twins apart, which half of all answers at random do: probability of as "
        "many by chance (exact binomial test)",
        Accuracy(int(np.sum(apart)), right.cases, 0.5).by_chance,
        at_most=SURE,
    )


def _draw(
    result: Result, learned: list[Learned], right: Accuracy, counting: Accuracy, depth: int,
    cells: int, is_made: bool,
) -> None:  # fmt: skip
    figure, axes = new_figure(
        *((2, 2) if is_made else (1, 1)), width="page" if is_made else "column", squeeze=False,
        height=5.0 if is_made else 2.6,
    )  # fmt: skip
    training = axes[0, 0]
    draw_training(
        training, [one.history for one in learned], "accuracy", "part told right", best=False
    )
    training.axhline(counting.part, color=FAINT, linestyle=":", linewidth=1.0)
    training.annotate(
        "counting words", (1, counting.part), (0, -3), textcoords="offset points", va="top"
    )
    training.set(ylim=(min(0.42, counting.part - 0.08), 1.02))
    training.set_title(f"Accuracy of {len(learned)} network{'s' * (len(learned) > 1)}")
    if is_made:
        model = learned[0].model
        first = [VOCABULARY.index(word) for word in SENTENCE.split()]
        both = [first, twin(first, np.random.default_rng(0))]
        states, answers = word_by_word(model, np.array(both), depth, cells)
        words = [[VOCABULARY[word] for word in one] for one in both]
        draw_answers(axes[0, 1], list(answers), words)
        axes[0, 1].set_title("Two reviews of the same words")
        order = np.argsort(model.get_weights()[-2][:, 0])
        for ax, one, text, name in zip(
            axes[1], states, words, ("first (circles)", "second (squares)"), strict=True
        ):
            draw_cells(ax, one, text, order, bar=True)
            ax.set_title(f"The LSTM along the {name}")
    title = (
        f"An LSTM tells {right.part:.1%} of new reviews right, counting words {counting.part:.1%}"
    )
    if is_made:
        figure.suptitle(title)
    else:
        training.set_title(title)
    result.figure("rnn", figure)
