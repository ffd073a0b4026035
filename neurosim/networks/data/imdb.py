"""IMDB's reviews as lists of words' numbers, as `keras.datasets.imdb.load_data` returns them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from os import PathLike
from typing import Any

import numpy as np

from ...errors import FileError, InputError
from ...timing import whole
from ...wording import shown
from .mnist import Parts
from .npz import load_npz

MOST_WORDS = 2**26  # of a part; a file can name one review many times


def load_imdb(
    path: str | PathLike[str], num_words: int | None = None, skip_top: int = 0,
    maxlen: int | None = None, seed: int = 113, start_char: int | None = 1,
    oov_char: int | None = 2, index_from: int = 3,
) -> Parts:  # fmt: skip
    """Return the reviews of Keras's ``imdb.npz`` (Maas et al. 2011) and whether each is favourable.

    Words are numbered by how frequent they are.  The objects in the file are read, not executed.

    Parameters
    ----------
    path
        Of the file.
    num_words
        Words of this number and above are out of the vocabulary; left out, as in Keras, that of the
        rarest word, which itself is out.
    skip_top
        Words below this number are out of the vocabulary.
    maxlen
        Reviews of this length and longer are left out.
    seed
        Of the order of reviews.
    start_char
        Begins every review; None: nothing does.
    oov_char
        Stands for words out of the vocabulary; None: they are left out.
    index_from
        Added to every word's number.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Reviews, an array of lists, and 1 where favourable, else 0, (reviews,).

    Raises
    ------
    FileError
        No such file, or one that holds anything but lists of words and labels.
    InputError
        A number that cannot be; a `maxlen` that leaves a part without reviews.
    """
    skip_top, seed = (
        whole(skip_top, "load_imdb: skip_top", 0),
        whole(seed, "load_imdb: seed", 0, 2**32),
    )
    index_from = whole(index_from, "load_imdb: index_from", 0)
    start, other = _word(start_char, "start_char"), _word(oov_char, "oov_char")
    arrays = load_npz(path, ["x_train", "y_train", "x_test", "y_test"], objects=True)
    random = np.random.RandomState(seed)
    parts = []
    for part, reviews, labels in (("train", *arrays[:2]), ("test", *arrays[2:])):
        texts, answers = _checked(reviews, labels, f"{shown(path)}, {part}")
        order = np.arange(len(texts))
        random.shuffle(order)
        read = _Reviews.of([texts[number] for number in order.tolist()], answers[order])
        read = read.numbered(index_from, start)
        if maxlen is not None:
            read = read.shorter_than(whole(maxlen, "load_imdb: maxlen", 1))
            if not len(read.labels):
                raise InputError(f"load_imdb: no {part} review is shorter than maxlen={maxlen}")
        parts.append(read)
    rarest = max(int(part.words.max(initial=0)) for part in parts)
    below = rarest if num_words is None else whole(num_words, "load_imdb: num_words", 1)
    first, second = (part.of_vocabulary(skip_top, below, other) for part in parts)
    return (first.lists(), first.labels), (second.lists(), second.labels)


def _word(value: int | None, name: str) -> int | None:
    return None if value is None else whole(value, f"load_imdb: {name}", 0)


@dataclass(frozen=True)
class _Reviews:
    """Reviews one after another.

    Attributes
    ----------
    words : of all, (words,)
    lengths : how many each has, (reviews,)
    labels : (reviews,)
    """

    words: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray

    @staticmethod
    def of(texts: list[list[int]], labels: np.ndarray) -> _Reviews:
        lengths = np.array([len(text) for text in texts], np.int64)
        words = np.fromiter(chain.from_iterable(texts), np.int64, int(lengths.sum()))
        return _Reviews(words, lengths, labels)

    def numbered(self, index_from: int, start_char: int | None) -> _Reviews:
        words = self.words + index_from
        if start_char is None:
            return _Reviews(words, self.lengths, self.labels)
        begins = np.cumsum(self.lengths) - self.lengths
        return _Reviews(np.insert(words, begins, start_char), self.lengths + 1, self.labels)

    def shorter_than(self, maxlen: int) -> _Reviews:
        kept = self.lengths < maxlen
        words = self.words[np.repeat(kept, self.lengths)]
        return _Reviews(words, self.lengths[kept], self.labels[kept])

    def of_vocabulary(self, least: int, below: int, other: int | None) -> _Reviews:
        known = (self.words >= least) & (self.words < below)
        if other is not None:
            return _Reviews(np.where(known, self.words, other), self.lengths, self.labels)
        of_review = np.repeat(np.arange(len(self.lengths)), self.lengths)
        lengths = np.bincount(of_review[known], minlength=len(self.lengths))
        return _Reviews(self.words[known], lengths, self.labels)

    def lists(self) -> np.ndarray:
        words, ends = self.words.tolist(), np.cumsum(self.lengths)
        found = np.empty(len(ends), object)
        begins = (ends - self.lengths).tolist()
        found[:] = [words[begin:end] for begin, end in zip(begins, ends.tolist(), strict=True)]
        return found


def _checked(reviews: Any, labels: Any, name: str) -> tuple[list[list[int]], np.ndarray]:
    """Return reviews and labels, or raise where they are none."""
    is_row = isinstance(labels, np.ndarray) and labels.ndim == 1 and labels.dtype.kind in "iu"
    if not isinstance(reviews, list) or not is_row or len(reviews) != len(labels):
        raise FileError(f"{name}: reviews must be lists of words, with one whole number each")
    if any(type(review) is not list for review in reviews):
        raise FileError(f"{name}: every review must be a list of words")
    if sum(map(len, reviews)) > MOST_WORDS:
        raise FileError(f"{name}: the reviews have more than {MOST_WORDS} words")
    if not set(map(type, chain.from_iterable(reviews))) <= {int}:
        raise FileError(f"{name}: every word must be a whole number")
    return reviews, labels
