"""Images of several classes, as they are read from folders of photographs."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from neurosim import FileError, InputError
from neurosim.progress import progress
from neurosim.timing import whole

from .images import file_path, opened

Unreadable = Literal["refuse", "skip"]


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Grey images, and the class of each.

    Attributes
    ----------
    images : values from 0 (black) to 1 (white), (images, rows, columns)
    labels : the class of each, its place in `classes`, (images,)
    classes : the classes' names
    skipped : paths of the files that could not be read
    files : the path of each image's file; none where they were drawn
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """How many images each class has."""
        return tuple(np.bincount(self.labels, minlength=len(self.classes)).tolist())

    def __len__(self) -> int:
        return len(self.labels)

    def __str__(self) -> str:
        each = ", ".join(f"{n} {name}" for n, name in zip(self.counts, self.classes, strict=True))
        rows, columns = self.images.shape[1:]
        skipped = f"; {len(self.skipped)} skipped" if self.skipped else ""
        return f"{len(self)} images of {rows} × {columns} pixels: {each}{skipped}"


def labelled_photographs(
    folder: str | PathLike[str], *, size: int = 32, most: int | None = None, seed: int = 0,
    unreadable: Unreadable = "refuse",
) -> LabelledImages:  # fmt: skip
    """Return the photographs of a folder that holds one sub-folder a class.

    Each is made grey and upright, as `photograph`; the largest square of its middle is scaled to
    the size.  Classes stand in the order of their names, which are the sub-folders', photographs
    in that of theirs.  Files beside the sub-folders, and all whose names begin with a dot, are
    left alone.

    Parameters
    ----------
    folder
        Its path.
    size
        Pixels a side.
    most
        How many of each class at most, chosen at random; left out, all.
    seed
        Of the choice.
    unreadable
        What a file that is no image does: "refuse" raises, "skip" leaves it out and keeps its
        path among those `skipped`.

    Raises
    ------
    FileError
        A folder that is not there or cannot be listed; fewer than two sub-folders; one without
        any image; a file that cannot be read, named.
    InputError
        A size, a number, a seed or a word that is not possible.
    """
    size, seed = whole(size, "size", 1), whole(seed, "seed", 0)
    most = None if most is None else whole(most, "most", 1)
    if unreadable not in get_args(Unreadable):
        raise InputError(f"unreadable must be 'refuse' or 'skip' (got {unreadable!r})")
    path = file_path(folder)
    classes = [entry for entry in _visible(path) if entry.is_dir()]
    if len(classes) < 2:
        raise FileError(
            f"{str(path)!r} has {len(classes) or 'no'} sub-folder{'s' * (len(classes) != 1)}: at "
            "least two are needed, one a class, with its photographs inside"
        )
    random = np.random.default_rng(seed)
    images, labels, skipped, paths = [], [], [], []
    for label, inside in enumerate(classes):
        files = _visible(inside)
        chosen = np.arange(len(files)) if most is None else random.permutation(len(files))
        read: dict[int, np.ndarray] = {}
        for number in progress(chosen.tolist(), inside.name):
            if len(read) == most:
                break
            try:
                read[number] = opened(files[number], size).filling((size, size))
            except FileError as error:
                if unreadable == "refuse":
                    raise FileError(f"{error}, or take unreadable='skip'") from None
                skipped.append(_text(str(files[number])))
        if not read:
            found = "none of its files can be read as one" if files else "it is empty"
            raise FileError(f"the class {str(inside)!r} has no image: {found}")
        images += [read[number] for number in sorted(read)]
        labels += [label] * len(read)
        paths += [_text(str(files[number])) for number in sorted(read)]
    names = tuple(_text(inside.name) for inside in classes)
    return LabelledImages(np.array(images), np.array(labels), names, tuple(skipped), tuple(paths))


def _visible(folder: Path) -> list[Path]:
    """Return what a folder holds, by name, without what its system hides, or raise."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except (OSError, ValueError) as error:  # a path cannot hold a null byte
        why = getattr(error, "strerror", None) or error
        raise FileError(f"{str(folder)!r} cannot be listed ({why}); give a folder") from None


def _text(name: str) -> str:
    """Return a name that can be written to a file, though a disk's names need not be text."""
    return name.encode(errors="backslashreplace").decode()
