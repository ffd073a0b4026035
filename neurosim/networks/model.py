"""Models: networks that are trained, judged and used, in Keras's words and with its semantics."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import InputError, one_name, spelled
from . import losses, metrics, optimizers, samples
from .away import Work, away
from .blocks import supplied
from .callbacks import Callback, History
from .course import Course
from .engines import chosen, engine, on_device, to_host
from .footprint import footprint
from .graph import Symbol
from .homecoming import Homecoming
from .layers.settings import whole
from .losses import Loss
from .metrics import check_names
from .network import Network
from .optimizers import Optimizer
from .record import no_gradients
from .reporting import Reporter
from .samples import Batch, Samples
from .supply import Supply, Whole
from .training import Steps, Training, listed, refused

if TYPE_CHECKING:
    from ..circuit import Circuit


class Model(Network):
    """A network that learns.

    Parameters
    ----------
    inputs
        What `Input` returned, or a list of them.
    outputs
        What the last layer returned where it was called on the others.
    name
        What it is called in messages.
    seed
        Of its first weights, of the order of samples and of dropout, from 0 to 2⁶⁴ − 1; left out,
        another each time, or the next one after `set_random_seed`.
    dtype
        float32 where nothing is said, or float64.

    Attributes
    ----------
    optimizer : what changes the weights; set by `compile`
    history : what came out of each epoch of the last `fit`
    stop_training : set to True by a callback, it ends `fit` after the epoch
    homecoming : when its weights were at home last, to go back to where a card fails

    Raises
    ------
    InputError
        The outputs do not come from the inputs alone, or shapes do not fit: the layer is named.

    Examples
    --------
    >>> from neurosim.networks import Add, Dense, Input, Model
    >>> x = Input((4,))
    >>> around = Add()([x, Dense(4, "relu")(x)])
    >>> Model(x, Dense(1)(around)).count_params()
    25
    """

    optimizer: Optimizer
    history: History
    stop_training = False

    def __init__(
        self,
        inputs: Symbol | Sequence[Symbol],
        outputs: Symbol,
        name: str | None = None,
        seed: int | None = None,
        dtype: Any = None,
    ) -> None:
        self._begin(name, seed, dtype)
        self._join(inputs, outputs)

    def _begin(self, name: str | None, seed: int | None, dtype: Any) -> None:
        super()._begin(name, seed, dtype)
        self.loss: Loss | None = None
        self.metrics: list[Any] = []
        self.homecoming = Homecoming(self)

    @property
    def is_compiled(self) -> bool:
        """Whether it was said how it is to be trained."""
        return self.loss is not None

    @spelled
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Sequence[Any] | str | None = None,
    ) -> None:
        """Say how the network is to be trained.

        Parameters
        ----------
        optimizer
            ``"sgd"``, ``"rmsprop"``, ``"adam"``, or one with settings of its own: ``Adam(1e-4)``.
        loss
            ``"mse"``, ``"mae"``, ``"binary_crossentropy"``, ``"categorical_crossentropy"``,
            ``"sparse_categorical_crossentropy"``; or a function of targets and outputs.
        metrics
            What is told beside the loss: ``["accuracy"]``, ``["mae"]``, or functions.

        Raises
        ------
        InputError
            A name that there is not, with the nearest.
        """
        who = f"{self}: compile"
        if loss is None:
            raise InputError(f"{who}: give a loss, as 'mse' or 'binary_crossentropy'")
        taken = losses.get(loss, who)
        wanted = list(metrics) if isinstance(metrics, list | tuple) else [metrics]
        wanted = [] if metrics is None else wanted
        check_names(wanted, who)
        self.optimizer = optimizers.get(optimizer)
        self.loss, self.metrics = taken, wanted

    def get_config(self) -> dict[str, Any]:
        """Return its layers, their settings and how they hang together, as Keras writes them.

        Weights are no part of it.
        """
        from .configuration import functional_config

        return functional_config(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return a network of such layers, with first weights of its own.

        Raises
        ------
        InputError
            What is no such configuration, or names layers that are made by code.
        """
        from .construction import functional_of

        return functional_of(config)  # type: ignore[return-value]

    @spelled
    @one_name("nb_epoch", "epochs")
    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        nb_epoch: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        device: str | None = None,
    ) -> History:
        """Train the network, batch by batch, epoch by epoch.

        Parameters
        ----------
        x
            The samples, (samples, …); a list of such for several inputs.  A last axis of length 1
            may be left out.
        y
            The targets, a row for each.
        batch_size
            How many samples a change of the weights is made from; 32 where nothing is said.
        epochs
            The number at which they end: how many times all samples are gone over, where
            `initial_epoch` is 0.
        verbose
            ``"auto"``: a progress bar where a terminal or a notebook shows it; 1: also a line an
            epoch, which stays; 2: the lines alone; 0: nothing.
        callbacks
            What looks on.
        validation_split
            Which fraction of the samples, the last ones, is not trained on but judged by.
        validation_data
            Samples and targets (and their weights) to judge by instead.
        shuffle
            Whether each epoch goes over the samples in another order.
        class_weight
            How much the samples of a class count in training: a dict.
        sample_weight
            How much each sample counts, (samples,); or each step of sequences, (samples, time).
        initial_epoch
            The number of the first epoch, counted from 0.
        validation_batch_size, validation_freq
            In batches of how many, and after every how many epochs, it is judged.
        nb_epoch
            An older word for epochs.
        checkpoint
            A ``.keras`` or ``.npz`` file in which it is written down how far training is: after
            an epoch, a second after the last writing at the earliest, and where training ends or
            is broken off.  Where it is there already, training goes on from it up to `epochs`, to
            the weights that it would have come to without a break.
        device
            ``"cpu"``, ``"cuda"`` (an NVIDIA card), or ``"auto"``: a card where there is one.  Left
            out, the CPU, or where `on_device` has it.  The weights are the network's as before:
            they come back when they are looked at.

        Returns
        -------
        The `History`.

        Raises
        ------
        InputError
            Before `compile`; samples, targets or settings that do not fit; a device that cannot be
            had, or has too little memory.
        ConvergenceError
            The loss was no finite number any more; `step` says at which batch, and the message
            where it was seen first.  The weights are those from before it.  Or an epoch left
            weights that are not finite: these are named.
        DeviceError
            A card failed: the epoch, the last checkpoint, and what the weights are now, on the CPU.
        FileError
            A checkpoint that cannot be read or written, or is of another training.
        """
        who = f"{self}: fit"
        device = chosen(device)
        loss = self._compiled(who)
        epochs = whole(epochs if nb_epoch is None else nb_epoch, f"{who}: epochs", 0)
        initial_epoch = whole(initial_epoch, f"{who}: initial_epoch", 0)
        batch_size = 32 if batch_size is None else whole(batch_size, f"{who}: batch_size")
        every = whole(validation_freq, f"{who}: validation_freq")
        judged_size = batch_size
        if validation_batch_size is not None:
            judged_size = whole(validation_batch_size, f"{who}: validation_batch_size")
        train = samples.read(self, x, y, who, loss, sample_weight, class_weight)
        judged = None
        if validation_data is not None:
            judged = samples.read_pair(self, validation_data, f"{who}: validation_data", loss)
        elif validation_split:
            train, judged = train.split(validation_split, who)
            if class_weight is not None:  # as in Keras, it is judged by samples that count alike
                judged = replace(judged, weights=None)
        training = self._training(who)
        training.ready_optimizer()
        given: list[Any] = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        given = [] if callbacks is None else given
        for callback in given:
            if not isinstance(callback, Callback):
                raise InputError(f"{who}: callbacks are made from Callback (got {callback!r})")
        self.history = History()
        course = Course(
            training, train, batch_size, bool(shuffle), epochs, judged, judged_size, every
        )
        course.run(given, verbose, initial_epoch, checkpoint, device)
        return self.history

    @spelled
    def evaluate(
        self,
        x: Any,
        y: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        return_dict: bool = False,
        device: str | None = None,
    ) -> Any:
        """Judge the network on samples.

        Parameters
        ----------
        x, y, batch_size, sample_weight, device
            As `fit` takes them.
        verbose
            2 writes the values in a line; else nothing is shown.
        return_dict
            Whether they come by their names.

        Returns
        -------
        The loss, or a list of it and of each metric, or a dict.

        Raises
        ------
        InputError
            As `fit`.
        """
        who = f"{self}: evaluate"
        device = chosen(device)
        loss = self._compiled(who)
        data = samples.read(self, x, y, who, loss, sample_weight)
        size = 32 if batch_size is None else whole(batch_size, f"{who}: batch_size")
        with self._away(who, device, data, size):
            found = self._training(who).judge(supplied(data, size))
        Reporter(2 if verbose == 2 else 0, 0, 0, who).line("evaluate", found)
        return found if return_dict else listed(found)

    @spelled
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = 0,
        device: str | None = None,
    ) -> np.ndarray:
        """Return what the network answers to samples, (samples, …).

        Parameters
        ----------
        x, device
            As `fit` takes them.
        batch_size
            How many at a time; the answers are the same.
        verbose
            Taken, as Keras does; nothing is shown.

        Raises
        ------
        InputError
            The network is not built, or the samples do not fit it.
        """
        who = f"{self}: predict"
        device = chosen(device)
        self.require_built()
        data = samples.read(self, x, None, who)
        size = 32 if batch_size is None else whole(batch_size, f"{who}: batch_size")
        with self._away(who, device, data, size), no_gradients():
            return self._answers(supplied(data, size), who)

    predict_proba = predict  # an older word for it, of answers that are probabilities

    @spelled
    def predict_classes(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = 0,
        device: str | None = None,
    ) -> np.ndarray:
        """Return the class of each sample: the most active unit's number; over ½ of one unit, 1.

        Parameters
        ----------
        x, batch_size, verbose, device
            As `predict` takes them.

        Returns
        -------
        (samples,) whole numbers; (samples, 1) zeros and ones where there is one unit.
        """
        activities = self.predict(x, batch_size, device=device)
        if activities.shape[-1] == 1:
            return (activities > 0.5).astype(np.int32)
        return activities.argmax(axis=-1)

    @spelled
    def train_on_batch(
        self,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
        device: str | None = None,
    ) -> Any:
        """Change the weights once, by one batch.

        Parameters
        ----------
        x, y, sample_weight, class_weight, device
            As `fit` takes them; on a card the weights stay there from call to call.
        return_dict
            Whether the values come by their names.

        Returns
        -------
        The batch's loss before the change, or a list of it and of each metric, or a dict.

        Raises
        ------
        InputError, ConvergenceError
            As `fit`.
        """
        who = f"{self}: train_on_batch"
        device = chosen(device)
        loss = self._compiled(who)
        data = samples.read(self, x, y, who, loss, sample_weight, class_weight)
        training = self._training(who)
        training.ready_optimizer()
        with self._away(who, device, data, len(data), learns=True):
            steps = Steps(training, Whole(data, len(data)))
            steps.take(slice(None), {})
            training.check_loss(steps, None, None)
            training.check_weights({})
            found = steps.sums.means()
        return found if return_dict else listed(found)

    @spelled
    def test_on_batch(
        self,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        return_dict: bool = False,
        device: str | None = None,
    ) -> Any:
        """Judge the network by one batch, as `evaluate`."""
        who = f"{self}: test_on_batch"
        device = chosen(device)
        data = samples.read(self, x, y, who, self._compiled(who), sample_weight)
        with self._away(who, device, data, len(data)):
            found = self._training(who).judge(Whole(data, len(data)))
        return found if return_dict else listed(found)

    def to_circuit(self, name: str | None = None, binary: bool = False) -> Circuit:
        """Return the network as a circuit of neurons with the same answers.

        Positive weights excite, negative ones subtract, biases are the neurons'; a population has
        the name of its layer, and the activation is its transfer function.  The largest of a window
        is b + [a − b]₊, pair by pair; softmax are exponential neurons divided by their pool; both
        have more populations, named after the layer too.  A batch normalization is taken into the
        linear cells before it, or has neurons of gain and bias where it cannot be.  Dropout,
        reshaping and concatenation need no neurons, a model inside is a circuit inside.

        Parameters
        ----------
        name
            Of the circuit; left out, the network's.
        binary
            Whether what comes in is 0 or 1.  Threshold units that hear only such cells get small
            whole weights and thresholds that decide the same on all patterns, so that a network of
            them alone is run by the bit engine and proved by `check`.

        Returns
        -------
        A `Circuit` with the network's inputs, called "input" where they have no name, and one
        output, which is called as the last layer, or "output" where there is none.  Dots in names
        become underscores.  The weights are copied: training the network does not change it.

        Raises
        ------
        InputError
            The network is not built; an input with an open length; a layer that is made of other
            things than such neurons, by its name.

        Examples
        --------
        >>> from neurosim.networks import Dense, Input, Sequential
        >>> network = Sequential([Input((2,)), Dense(1, kernel_initializer="ones")])
        >>> network.to_circuit()([[1.0, 2.0]])
        array([[3.]])
        """
        from ..conversion import to_circuit

        return to_circuit(self, name, binary)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network whole: layers, weights, how it is trained, and how far that is.

        Parameters
        ----------
        path
            ``network.keras``, which Keras opens too and h5py is needed for, or ``network.npz``.
            An old file there is replaced once the new one is written, not before.

        Raises
        ------
        FileError
            Another ending, a place that cannot be written to, weights that are not finite.
        """
        from .saving import save

        save(self, path)

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write the weights alone.

        Parameters
        ----------
        path
            ``network.weights.h5``, which Keras reads too and h5py is needed for, or
            ``network.npz``.

        Raises
        ------
        FileError
            As `save`.
        InputError
            The network is not built.
        """
        from .saving import save_weights

        save_weights(self, path)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Take the weights of a file, whose layers are found by their classes and order.

        Parameters
        ----------
        path
            What `save_weights` or `save` wrote, or Keras did.

        Raises
        ------
        FileError
            No such file, a damaged one, or weights that do not fit, the layer named; then none is
            taken.
        InputError
            The network is not built.
        """
        from .saving import load_weights

        load_weights(self, path)

    # How it is done.

    def _away(
        self, who: str, device: str, data: Samples, size: int, learns: bool = False
    ) -> AbstractContextManager[Work]:
        """Let the network work on a device within, on batches of some size."""
        return away(self, who, device, lambda: footprint(self, data, size, learns), learns)

    def _answers(self, given: Supply, who: str) -> np.ndarray:
        """Return what goes out, batch by batch."""
        found = np.concatenate([self._answer(batch) for batch in given.batches()])
        answers = to_host(found)
        on = engine()
        if on.is_card and on.doubts.settle():  # the CPU tells what it refuses
            with on_device("cpu"):
                for part in given.parts():
                    self._answer(given.data.batch(part))
            raise refused(who)
        return answers

    def _answer(self, batch: Batch) -> np.ndarray:
        """Return what goes out for a batch."""
        return self.run(batch[0])[0].array

    def _training(self, who: str) -> Training:
        """Return what trains and judges, or raise InputError before `compile`."""
        loss = self._compiled(who)
        output = self.require_built()
        return Training(self, loss, metrics.chosen(self.metrics, loss, output.shape, who), who)

    def _compiled(self, who: str) -> Loss:
        if self.loss is None:
            raise InputError(
                f"{who}: say how by compile(optimizer, loss) first, as "
                "compile('adam', 'binary_crossentropy', ['accuracy'])"
            )
        return self.loss
