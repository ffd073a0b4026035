"""Networks in files: `.keras`, which Keras opens too, and `.npz`, which needs NumPy alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError, InputError
from ..configuration import serialized
from ..construction import network_of
from ..model import Model
from ..network import Network
from ..parameters import blank_weights
from . import archives, hdf5, npz
from .compilation import compile_as, compile_config, optimizer_arrays, read_optimizer
from .paths import Place, places
from .stored import Entry, Stored

# The parts of an archive, by Keras's names.
METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
KERAS_VERSION = "3.15.1"  # that these archives were held against
FORMAT = 1  # of what neurosim keeps beside a network

WHOLE = (".keras", ".npz")
ALONE = (".weights.h5", ".npz")


@dataclass(frozen=True)
class Snapshot:
    """All of a network that a file holds.

    Attributes
    ----------
    places : its layers
    arrays : by their paths
    config, ours : as `Stored` has them
    """

    places: Sequence[Place]
    arrays: Mapping[str, np.ndarray]
    config: Mapping[str, Any] = field(default_factory=dict)
    ours: Mapping[str, Any] = field(default_factory=dict)


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Do what `Model.save` says."""
    target = archives.path_of(path)
    kind = kind_of(target, WHOLE)
    archives.write_file(target, encoded(snapshot(model), target, kind))


def save_weights(network: Network, path: str | os.PathLike[str]) -> None:
    """Do what `Model.save_weights` says."""
    target = archives.path_of(path)
    kind = kind_of(target, ALONE)
    network.require_built()
    where = places(network)
    whole = Snapshot(where, weight_arrays(where))
    if kind == ".npz":
        content = archives.archive(npz.written(whole.arrays))
    else:
        content = _hdf5(whole, target)
    archives.write_file(target, content)


def load_model(path: str | os.PathLike[str], compile: bool = True) -> Model:
    """Return a network that `save` wrote, or Keras 3 did, as it was: it answers and learns alike.

    Nothing in the file is executed or imported, and no size that it states is believed before it
    is checked.

    Parameters
    ----------
    path
        A ``.keras`` or ``.npz`` file.
    compile
        Whether it is compiled as it was, and its optimizer goes on from where it was.

    Returns
    -------
    A `Sequential`, or a `Model` where it branches.

    Raises
    ------
    FileError
        No such file, a damaged or hostile one, or one that holds layers made by code: build those
        in code, then `load_weights`.
    """
    target = archives.path_of(path)
    with opened(target, kind_of(target, WHOLE, reading=True)) as stored:
        if stored.config is None:
            raise FileError(
                f"{stored.name} holds weights alone; build the network in code, then "
                "load_weights(path)"
            )
        most = sum(e.size for p, e in stored.arrays.items() if p.startswith("layers/"))
        streams = _streams(stored)
        try:
            with blank_weights(most):
                model = network_of(stored.config, seed=streams.get("", [0])[0])
        except InputError as error:
            raise FileError(f"{stored.name}: {archives.brief(error)}") from None
        read_weights(stored, model)
        training = stored.config.get("compile_config")
        if compile and training:
            compile_as(model, training, stored.name)
            if model.output is not None:
                read_optimizer(stored, model)
        if streams:
            read_streams(stored, model)
        return model


def load_weights(network: Network, path: str | os.PathLike[str]) -> None:
    """Do what `Model.load_weights` says."""
    target = archives.path_of(path)
    with opened(target, kind_of(target, (".weights.h5", *WHOLE), reading=True)) as stored:
        network.require_built()
        read_weights(stored, network)


# Writing.


def kind_of(path: Path, kinds: Sequence[str], reading: bool = False) -> str:
    """Return the ending of a file's name, or raise FileError for one that there is not here."""
    kind = next((kind for kind in kinds if path.name.endswith(kind)), None)
    if kind is None:
        worded = path.suffix[1:].isalnum()  # and none of the points in {val_loss:.2f}
        stem = (path.stem if worded else path.name).removesuffix(".weights") or "network"
        advice = " or ".join(repr(f"{stem}{kind}") for kind in kinds)
        old = path.suffix in (".h5", ".hdf5")
        if reading and path.name.endswith(".weights.h5"):
            raise FileError(
                f"{str(path)!r} holds weights alone; build the network in code, then "
                "load_weights(path)"
            )
        if reading and old:
            raise FileError(
                f"{str(path)!r}: the older .h5 of Keras is not read; load it in Keras, and save it "
                f"from there as {f'{stem}.keras'!r}"
            )
        why = "the older .h5 of Keras is neither written nor read; " * old
        raise FileError(f"{str(path)!r}: {why}choose {advice}")
    return kind


def check_path(path: str | os.PathLike[str], weights_only: bool) -> None:
    """Raise FileError where a network, or its weights alone, is not saved to such a path."""
    kind_of(archives.path_of(path), ALONE if weights_only else WHOLE)


def snapshot(model: Model) -> Snapshot:
    """Return all of a network, its arrays not copied, or raise FileError for what is not finite."""
    where = places(model)
    arrays = weight_arrays(where)
    rate = None
    if model.loss is not None:
        kept, rate = optimizer_arrays(model), model.optimizer.learning_rate
        if not all(np.isfinite(array).all() for array in kept.values()):
            raise FileError(f"{model}: what its optimizer keeps is not finite; nothing was written")
        arrays.update(kept)
    streams = {place.path: numbers_of(place) for place in where}
    return Snapshot(where, arrays, described(model), beside(streams, rate))


def described(model: Model) -> dict[str, Any]:
    """Return the configuration of a network and of how it is trained."""
    training = compile_config(model)
    return {**serialized(model), **({"compile_config": training} if training else {})}


def beside(
    streams: Mapping[str, list[int]], rate: float | None, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what neurosim keeps beside what Keras does.

    Parameters
    ----------
    streams
        Where the random numbers of each layer come from: what `numbers_of` returns, by its path.
    rate
        The learning rate.
    more
        How training goes.
    """
    return {"format": FORMAT, "streams": streams, "learning_rate": rate, **(more or {})}


def weight_arrays(where: Sequence[Place]) -> dict[str, np.ndarray]:
    """Return the weights by their paths, or raise FileError where they are not finite."""
    found = {}
    for place in where:
        for path, parameter, what in place.variables:
            found[path] = parameter.read()
            if not np.isfinite(found[path]).all():
                raise FileError(f"{what} is not finite everywhere; nothing was written")
    return found


def encoded(whole: Snapshot, target: Path, kind: str) -> bytes:
    """Return the bytes of a file."""
    metadata = archives.write_json({"keras_version": KERAS_VERSION, "neurosim": whole.ours})
    parts: dict[str, Any] = {METADATA: metadata, CONFIG: archives.write_json(whole.config)}
    if kind == ".npz":
        parts.update(npz.written(whole.arrays))
    else:
        parts[WEIGHTS] = _hdf5(whole, target)
    return archives.archive(parts)


def _hdf5(whole: Snapshot, target: Path) -> bytes:
    groups = [group for place in whole.places for group in place.groups]
    if any(path.startswith("optimizer/") for path in whole.arrays):
        groups.append(("optimizer/vars", "optimizer"))
    return hdf5.written(repr(str(target)), whole.arrays, groups)


def numbers_of(place: Place) -> list[int]:
    """Return where a layer's random numbers come from: seed, step, epoch, and its number."""
    layer = place.layer
    streams = layer.random()
    number = layer.following if isinstance(layer, Network) else layer.number
    return [streams.seed, streams.step, streams.epoch, number]


# Reading.


@contextmanager
def opened(target: Path, kind: str) -> Iterator[Stored]:
    """Return what a file holds; its arrays can be read as long as this is open.

    Raises
    ------
    FileError
        No such file, or a damaged or hostile one.
    """
    name = repr(str(target))
    content = archives.read_file(target)
    if kind == ".weights.h5":
        with hdf5.opened(name, content) as arrays:
            yield Stored(name, arrays)
        return
    if kind == ".keras":
        held = archives.members(name, content, {METADATA, CONFIG, WEIGHTS}.__contains__)
        for part in (CONFIG, WEIGHTS):
            if part not in held:
                raise FileError(f"{name}: it has no {part}, so it is no saved network")
        with hdf5.opened(name, held[WEIGHTS]) as arrays:
            yield _stored(name, held, arrays)
        return
    held = archives.members(name, content, _is_part)
    yield _stored(
        name,
        held,
        {
            member.removesuffix(".npy"): npz.entry(name, member, raw)
            for member, raw in held.items()
            if member.endswith(".npy")
        },
    )


def _is_part(member: str) -> bool:
    """Return whether a member belongs in an archive of NumPy's arrays."""
    return member in (METADATA, CONFIG) or npz.MEMBER.fullmatch(member) is not None


def _stored(name: str, held: Mapping[str, bytes], arrays: Mapping[str, Entry]) -> Stored:
    config = archives.read_json(name, CONFIG, held[CONFIG]) if CONFIG in held else None
    told = archives.read_json(name, METADATA, held[METADATA]) if METADATA in held else {}
    ours = told.get("neurosim", {})
    if not isinstance(ours, dict) or ours.get("format", FORMAT) != FORMAT:
        raise FileError(f"{name}: {METADATA} is from another version of neurosim")
    return Stored(name, arrays, config, ours)


def read_weights(stored: Stored, network: Network) -> None:
    """Give a network the weights of a file.

    Raises
    ------
    FileError
        Weights that are missing, too many, of another shape, or not finite: the layer is named,
        and nothing is taken.
    """
    variables = [variable for place in places(network) for variable in place.variables]
    entries = [stored.take(path, parameter.shape, what) for path, parameter, what in variables]
    known = {path for path, _, _ in variables}
    for path, held in stored.arrays.items():
        if path.startswith("layers/") and held.dtype.kind == "f" and path not in known:
            raise FileError(
                f"{stored.name}: it holds {path}, of shape {held.shape}, and {network} has no such "
                "weights"
            )
    for entry, (_, parameter, what) in zip(entries, variables, strict=True):
        stored.finite(entry, parameter.dtype, what)
    for entry, (_, parameter, _) in zip(entries, variables, strict=True):
        parameter.array[...] = entry.values()


def _streams(stored: Stored) -> dict[str, list[int]]:
    """Return seed, step, epoch and number by the paths of layers; nothing in a file of Keras's."""
    found = stored.ours.get("streams", {})
    good = isinstance(found, dict) and all(
        isinstance(numbers, list)
        and len(numbers) == 4
        and all(type(number) is int and 0 <= number < 2**64 for number in numbers)
        and numbers[3] < 2**31
        for numbers in found.values()
    )
    if not good:
        raise FileError(f"{stored.name}: what it says of random numbers is damaged")
    return found


def read_streams(stored: Stored, network: Network) -> None:
    """Let a network's random numbers go on where a file says, or raise FileError."""
    streams = _streams(stored)
    where = places(network)
    if set(streams) != {place.path for place in where}:
        raise FileError(f"{stored.name}: what it says of random numbers does not fit {network}")
    for place in where:
        seed, step, epoch, number = streams[place.path]
        own = place.layer.random()
        own.seed, own.step, own.epoch = seed, step, epoch
        if isinstance(place.layer, Network):
            place.layer.following = number
        else:
            place.layer.number = number
