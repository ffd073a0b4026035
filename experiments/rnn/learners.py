"""What learns to read: the sheet's recurrent network, and one neuron that counts words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.networks import LSTM, Adam, Dense, Embedding, History, Input, Sequential

RATE = 0.003  # a few times Adam's own: sets are small


class Readings(NamedTuple):
    """Reviews to learn from and to be tried on.

    Attributes
    ----------
    x, y : words' numbers, padded before them, (reviews, steps), and verdicts, to learn from
    x_held_out, y_held_out : to be tried on
    words : how many there are in the vocabulary
    """

    x: np.ndarray
    y: np.ndarray
    x_held_out: np.ndarray
    y_held_out: np.ndarray
    words: int


class Learned(NamedTuple):
    """What came of one set of reviews.

    Attributes
    ----------
    model, history : the recurrent network, and how its training went
    counting : the neuron that counts words
    answers, of_counting : what both answer to the reviews held out, (reviews,)
    """

    model: Sequential
    history: History
    counting: Sequential
    answers: np.ndarray
    of_counting: np.ndarray


def learn(of: Readings, depth: int, cells: int, epochs: int, seed: int) -> Learned:
    """Train the recurrent network, and the neuron that counts words, on the same reviews."""
    model = Sequential(seed=seed)
    model.add(Embedding(of.words, depth))
    model.add(LSTM(cells, dropout=0.2, recurrent_dropout=0.2))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer=Adam(RATE), metrics=["accuracy"])
    history = model.fit(of.x, of.y, batch_size=32, epochs=epochs, validation_split=0.1)
    counting = Sequential([Dense(1, activation="sigmoid")], seed=seed)
    counting.compile(loss="binary_crossentropy", optimizer=Adam(RATE))
    counting.fit(counts(of.x, of.words), of.y, batch_size=32, epochs=epochs)
    return Learned(
        model,
        history,
        counting,
        model.predict(of.x_held_out)[:, 0],
        counting.predict(counts(of.x_held_out, of.words))[:, 0],
    )


def counts(x: np.ndarray, words: int) -> np.ndarray:
    """Return how often each word stands in each review, (reviews, words): a bag of words."""
    table = np.zeros((len(x), words), dtype=np.float32)
    np.add.at(table, (np.arange(len(x))[:, None], x), 1)
    table[:, 0] = 0  # the padding is no word
    return table


def word_by_word(model: Sequential, x: np.ndarray, depth: int, cells: int) -> list[np.ndarray]:
    """Return the LSTM's cells after each word, and the network's answer there.

    Returns
    -------
    (reviews, steps, cells) and (reviews, steps)
    """
    *inner, weights, bias = model.get_weights()
    words = len(inner[0])
    reader = Sequential(
        [Input(x.shape[1:]), Embedding(words, depth), LSTM(cells, return_sequences=True)]
    )
    reader.set_weights(inner)
    teller = Sequential([Input(x.shape[1:]), *_layers(words, depth, cells)])
    teller.set_weights([*inner, weights, bias])
    return [reader.predict(x), teller.predict(x)[..., 0]]


def _layers(words: int, depth: int, cells: int) -> list[Embedding | LSTM | Dense]:
    return [
        Embedding(words, depth),
        LSTM(cells, return_sequences=True),
        Dense(1, activation="sigmoid"),
    ]
