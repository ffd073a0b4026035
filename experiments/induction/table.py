"""The table of all trainings: what was trained, what that determines, and what was guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from neurosim.plotting import COLOURS, FAINT, new_figure, style
from neurosim.plotting.style import HouseFigure
from neurosim.result import Result

from .no_free_lunch import Generalization
from .version_spaces import FORMULAS, FUNCTIONS, ROWS, SUBSETS, VersionSpace, unseen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE = 0.84  # of a cell, where the next begins at 1
COLUMNS = {"any": 4.9, "neuron": 6.05, "right": 7.6}  # where what is told of a subset stands


def draw_table(
    function: str,
    answers: np.ndarray,
    unbiased: list[VersionSpace],
    biased: list[VersionSpace],
    lunch: dict[str, Generalization],
) -> HouseFigure:
    """Return the figure of a function's subsets, and of what learners get right on the rest."""
    figure, (table, shares) = new_figure(1, 2, width="page", height=4.6, width_ratios=(1.75, 1))
    with style():
        _draw_cells(table, function, answers, biased)
        _tell_numbers(table, function, answers, unbiased, biased)
        _explain(table)
    count = sum(bool(space.determined) for space in biased)
    table.set_title(
        f"{FORMULAS[function]}: {count} of {len(SUBSETS)} ways to train a neuron determine "
        "an answer elsewhere"
    )
    _draw_shares(shares, lunch)
    figure.suptitle("What was not trained is determined only by what the learner cannot be")
    return figure


def list_subsets(
    result: Result,
    function: str,
    answers: np.ndarray,
    unbiased: list[VersionSpace],
    biased: list[VersionSpace],
) -> None:
    """Write the table that the figure shows."""
    true = FUNCTIONS[function]
    rows = []
    for line, trained in enumerate(SUBSETS):
        cells = []
        for row in range(len(ROWS)):
            answer = int(answers[line, row])
            how = "determined" if row in biased[line].determined else "guessed"
            verdict = "right" if answer == true[row] else "wrong"
            cells.append(f"{answer} trained" if row in trained else f"{answer} {how} {verdict}")
        sizes = unbiased[line].size, biased[line].size
        rows.append((" ".join(ROWS[row] for row in trained), *cells, *sizes))
    result.table(
        "subsets",
        ("trained", *ROWS, "functions left", "functions of a neuron left"),
        rows,
    )


def _draw_cells(ax: Axes, function: str, answers: np.ndarray, biased: list[VersionSpace]) -> None:
    for column, row in enumerate(ROWS):
        ax.text(column, -1.75, row, ha="center", va="bottom")
        ax.text(column, -1.0, str(FUNCTIONS[function][column]), ha="center", va="bottom")
    for name, y in (("p, q", -1.75), (FORMULAS[function], -1.0)):
        ax.text(-0.75, y, name, ha="right", va="bottom")
    for line, (rows, space) in enumerate(zip(SUBSETS, biased, strict=True)):
        for column in range(len(ROWS)):
            answer = int(answers[line, column])
            if column in rows:
                _draw_cell(ax, column, line, str(answer), trained=True)
                continue
            right = answer == FUNCTIONS[function][column]
            _draw_cell(
                ax, column, line, str(answer), right=right, determined=column in space.determined
            )


def _draw_cell(
    ax: Axes, x: float, y: float, text: str, *, trained: bool = False, determined: bool = False,
    right: bool | None = None,
) -> None:  # fmt: skip
    """A cell with the neuron's answer, and whether it is right; a thick frame is determined."""
    ax.add_patch(
        Rectangle(
            (x - SIDE / 2, y - SIDE / 2), SIDE, SIDE,
            facecolor="0.85" if trained else "white",
            edgecolor="black" if determined else "0.7", linewidth=1.8 if determined else 0.6,
        )
    )  # fmt: skip
    if right is None:
        ax.text(x, y, text, ha="center", va="center_baseline")
        return
    mark, colour = ("✓", "green") if right else ("✗", "vermillion")
    ax.text(x - 0.16, y, text, ha="center", va="center_baseline")
    ax.text(
        x + 0.17, y, mark, ha="center", va="center_baseline", color=COLOURS[colour], weight="bold"
    )


def _tell_numbers(
    ax: Axes, function: str, answers: np.ndarray, unbiased: list[VersionSpace],
    biased: list[VersionSpace],
) -> None:  # fmt: skip
    """Beside each subset: how many functions are left, and how often the neuron is right."""
    true = np.array(FUNCTIONS[function])
    for name, x in COLUMNS.items():
        ax.text(x, -1.0, {"right": "unseen"}.get(name, name), ha="center", va="bottom")
    ax.text(5.5, -1.75, "functions left", ha="center", va="bottom")
    ax.text(COLUMNS["right"], -1.75, "right on", ha="center", va="bottom")
    for line, rows in enumerate(SUBSETS):
        others = unseen(rows)
        right = int((answers[line, others] == true[others]).sum())
        for x, text in zip(
            COLUMNS.values(),
            (unbiased[line].size, biased[line].size, f"{right} of {len(others)}"),
            strict=True,
        ):
            ax.text(x, line, str(text), ha="center", va="center_baseline")


def _explain(ax: Axes) -> None:
    """What the cells mean, below them."""
    y = len(SUBSETS) + 0.55
    for x, text, look in (
        (0.0, "trained", {"trained": True}),
        (2.6, "determined", {"determined": True}),
        (5.7, "guessed", {}),
    ):
        _draw_cell(ax, x, y, "", **look)
        ax.text(x + 0.6, y, text, ha="left", va="center_baseline")
    ax.text(
        -SIDE / 2, y + 1.1, "in the cells: the neuron's answer, right ✓ or wrong ✗", color=FAINT,
        ha="left", va="center_baseline",
    )  # fmt: skip
    ax.set(xlim=(-2.6, 8.3), ylim=(y + 1.6, -2.9))
    ax.axis("off")


def _draw_shares(ax: Axes, lunch: dict[str, Generalization]) -> None:
    """The share of right answers on unseen rows, by how many were trained."""
    trained = np.arange(1, len(ROWS))
    ax.axhline(0.5, color=FAINT, linestyle=":", linewidth=0.8)
    for (name, found), colour, marker, dashes in zip(
        lunch.items(), ("black", "blue", "vermillion"), "sov", ("-", "-", "--"), strict=True
    ):
        ax.plot(
            trained, found.share, marker=marker, linestyle=dashes, color=COLOURS[colour],
            label=name, markersize=4,
        )  # fmt: skip
    ax.set(xlabel="rows trained, of 4", ylabel="share right on rows not seen", xticks=trained)
    ax.set(ylim=(-0.03, 1.03), xlim=(0.8, 3.2))
    ax.legend(loc="upper left", title="functions")
    every = next(iter(lunch.values()))
    ax.set_title(
        f"Over all functions {every.right.sum()} of {every.asked.sum()} answers on unseen rows "
        "are right"
    )
