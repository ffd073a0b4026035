r"""Newton's method: tangents that find a root · 牛頓法 · lecture row 10

Question: How fast do tangents lead to a root, and when do they not?
Equation: $x_{n+1} = x_n - \dfrac{f(x_n)}{f'(x_n)}$
Levels: algorithm
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.ticker import MaxNLocator

from neurosim import ConvergenceError, InputError
from neurosim.errors import unknown
from neurosim.learning import Root, newton
from neurosim.plotting import COLOURS, FAINT, mark_zero, new_figure
from neurosim.result import Result

from .parameters import check_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESOLVED = 1e-12  # errors below it are mostly rounding
# Where 2x = (1 + x²)·arctan x: from there Newton on arctan circles between x and −x.
CRITICAL = 1.3917452002707349
DRAWN = 1.6  # beyond it, far enough for the tangents to be told apart


@dataclass(frozen=True)
class Problem:
    """An increasing, convex function: from every start above its root Newton's method finds it.

    Attributes
    ----------
    formula, function, derivative
    curvature : f″
    root : the closed form, or a published value
    least, most, start : from where it is sought, and where it begins unless told
    """

    formula: str
    function: Callable[[float], float]
    derivative: Callable[[float], float]
    curvature: Callable[[float], float]
    root: float
    least: float
    most: float
    start: float


PROBLEMS = {
    "square-root": Problem(
        "x² − 2", lambda x: x * x - 2, lambda x: 2 * x, lambda x: 2.0, math.sqrt(2), 1.6, 100.0, 4.0
    ),
    "cube-root": Problem(
        "x³ − 2", lambda x: x**3 - 2, lambda x: 3 * x * x, lambda x: 6 * x,
        2 ** (1 / 3), 1.5, 100.0, 3.0,
    ),
    "logarithm": Problem("eˣ − 2", lambda x: math.exp(x) - 2, math.exp, math.exp,
        math.log(2), 1.0, 20.0, 2.5,
    ),
    # The fixed point of the cosine, as tabulated: OEIS A003957.
    "cosine": Problem(
        "x − cos x", lambda x: x - math.cos(x), lambda x: 1 + math.sin(x), math.cos,
        0.7390851332151607, 1.0, 1.5, 1.5,
    ),
}  # fmt: skip


def run(
    function: Literal["square-root", "cube-root", "logarithm", "cosine"] = "square-root",
    start: float | None = None,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Show how tangents lead to a root, how fast, and three starts from which they do not.

    Near a root the error of Newton's method is squared at each step, so that the number of right
    digits doubles.  It fails where the tangent is level, where the iterates circle, and where each
    lands farther away than the one before.

    Parameters
    ----------
    function
        Whose root is sought: x² − 2, x³ − 2, eˣ − 2 or x − cos x.
    start
        x₀, above the root: from 1.6 to 100 for the square root, from 1.5 to 100 for the cube root,
        from 1 to 20 for the logarithm, from 1 to 1.5 for the cosine; left out, one from which the
        tangents are seen.
    seed
        Changes nothing: nothing here is random.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("newton", locals(), seed)
    if function not in PROBLEMS:
        raise InputError(unknown("function", function, PROBLEMS))
    problem = PROBLEMS[function]
    x0 = problem.start if start is None else start
    check_range("start", x0, problem.least, problem.most, f" for {function}")
    found = newton(problem.function, x0, problem.derivative)
    errors = _check_convergence(result, problem, found)
    figure, axes = new_figure(2, 3, width="page", height=4.5)
    _draw_tangents(axes[0, 0], problem, found)
    _draw_errors(axes[0, 1], problem, errors)
    _draw_order(axes[0, 2], problem, errors)
    _level_tangent(result, axes[1, 0])
    _circle(result, axes[1, 1])
    _divergence(result, axes[1, 2])
    figure.suptitle("Newton's method squares the error near a root, and can fail far from one")
    result.figure("newton", figure)
    return result


def _check_convergence(result: Result, problem: Problem, found: Root) -> np.ndarray:
    """Claim what theory says of the errors, and return them, (steps + 1,)."""
    errors = np.abs(found.iterates - problem.root)
    name = f"f(x) = {problem.formula} from {found.iterates[0]:g}"
    result.claim(
        f"{name}: the root", found.root, problem.root, relative=4 * float(np.finfo(float).eps)
    )
    numerical = newton(problem.function, found.iterates[0])
    result.claim(
        f"{name}: the root with central differences for the derivative",
        numerical.root, problem.root, relative=1e-12,
    )  # fmt: skip
    resolved = errors[errors > RESOLVED]
    before, last = np.log10(resolved[-3:-1]), np.log10(resolved[-2:])
    result.claim(
        f"{name}: the slope of log error against log previous error, at the end",
        (last[1] - last[0]) / (before[1] - before[0]), 2, tolerance=0.1,
    )  # fmt: skip
    ratio = resolved[-1] / resolved[-2] ** 2
    result.claim(
        f"{name}: the error over the square of the one before, f″/(2f′) at the root",
        ratio, _constant(problem), relative=0.1,
    )  # fmt: skip
    result.table(
        "iterates",
        ("step", "x", "f", "error", "right digits"),
        [
            (n, x, f, e, -math.log10(e / problem.root) if e else math.inf)
            for n, (x, f, e) in enumerate(zip(found.iterates, found.values, errors, strict=True))
        ],
    )
    return errors


def _constant(problem: Problem) -> float:
    return problem.curvature(problem.root) / (2 * problem.derivative(problem.root))


def _draw_tangents(ax: Axes, problem: Problem, found: Root) -> None:
    found.plot(ax)
    for n in range(3):
        ax.annotate(
            f"$x_{n}$", (found.iterates[n], 0), (0, -11), textcoords="offset points", ha="center"
        )
    ax.margins(y=0.15)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.1 * (high - low), high)  # where x₀, x₁ and x₂ stand
    ax.set(xlabel="x", ylabel=f"f(x) = {problem.formula}")
    ax.set_title("Each tangent leads to the next iterate")


def _draw_errors(ax: Axes, problem: Problem, errors: np.ndarray) -> None:
    steps = np.arange(len(errors))
    # The root as a float is as far off as half the distance to the next, and so is an error of 0.
    shown = np.maximum(errors, np.spacing(problem.root) / 2)
    halved = errors[0] * 0.5**steps
    ax.plot(steps, halved, "--", color=FAINT)
    ax.plot(steps, shown, "o-", color=COLOURS["vermillion"])
    ax.axhspan(1e-17, np.spacing(problem.root), color="0.92", linewidth=0, zorder=0)
    ax.annotate("rounding", (0, 2e-17), color=FAINT)
    ax.set(yscale="log", ylim=(1e-17, 1e3 * max(errors[0], 1)), xlabel="step n")
    ax.set_ylabel("error $|x_n - x^*|$")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.annotate(
        "halved each step", (0.99, 10 * max(errors[0], 1)), xycoords=("axes fraction", "data"),
        ha="right", va="top", color=FAINT,
    )  # fmt: skip
    ax.annotate("Newton", (0.35, 0.45), xycoords="axes fraction", color=COLOURS["vermillion"])
    ax.set_title("Right digits double at each step near the root")


def _draw_order(ax: Axes, problem: Problem, errors: np.ndarray) -> None:
    resolved = errors[errors > RESOLVED]
    line = np.geomspace(resolved[-2] / 3, min(1.0, resolved[0]), 2)
    label = "$f''/(2f') \\cdot e_n^2$, slope 2"
    ax.plot(line, _constant(problem) * line**2, color=COLOURS["blue"], label=label)
    ax.plot(resolved[:-1], resolved[1:], "o", color=COLOURS["vermillion"], label="measured")
    ax.set(xscale="log", yscale="log", xlabel="error $e_n$", ylabel="next error $e_{n+1}$")
    ax.legend(loc="upper left", borderaxespad=0)
    ax.set_ylim(top=1e3 * max(1.0, resolved[1]))
    ax.set_title("The error is squared near the root")


def _told(function: Any, start: float, derivative: Any) -> str:
    """Return what Newton's method says where it stops, "" where it does not."""
    try:
        newton(function, start, derivative)
    except ConvergenceError as error:
        return str(error).partition(";")[0]
    return ""


def _level_tangent(result: Result, ax: Axes) -> None:
    result.claim(
        "x² − 2 from 0, where the slope is 0, stops",
        _told(lambda x: x * x - 2, 0.0, lambda x: 2 * x),
        "newton stopped at step 1: the derivative is zero at x = 0, where the tangent meets no "
        "axis",
    )
    x = np.linspace(-2, 2, 101)
    mark_zero(ax)
    ax.plot(x, x**2 - 2, color=COLOURS["blue"])
    ax.axhline(-2, color=COLOURS["vermillion"])
    ax.plot([0], [-2], "o", color=COLOURS["vermillion"])
    ax.annotate("$x_0$", (0, -2), (0, 5), textcoords="offset points", ha="center")
    ax.set(xlabel="x", ylabel="f(x) = x² − 2", ylim=(-2.5, 2.2))
    ax.set_title("Failure: a level tangent meets no axis")


def _circle(result: Result, ax: Axes) -> None:
    def cubic(x: Any) -> Any:
        return x**3 - 2 * x + 2

    found = newton(cubic, 0, lambda x: 3 * x**2 - 2, steps=9)
    result.claim("x³ − 2x + 2 from 0: the iterates circle", found.iterates, [0, 1] * 5)
    result.claim("and it does not say that it converged", found.converged, False)
    x = np.linspace(-2.1, 1.6, 101)
    mark_zero(ax)
    ax.plot(x, cubic(x), color=COLOURS["blue"])
    for left, right in ((0, 1), (1, 0)):
        ax.annotate(
            "", (right, 0), (left, cubic(left)),
            arrowprops={"arrowstyle": "->", "color": COLOURS["vermillion"], "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
        ax.plot([left, left], [0, cubic(left)], ":", color=FAINT, linewidth=0.8)
    ax.plot([0, 1], [cubic(0), cubic(1)], "o", color=COLOURS["vermillion"])
    for at, name, side in ((0, "$x_0, x_2$", "right"), (1, "$x_1, x_3$", "left")):
        ax.annotate(name, (at, 0), (0, -11), textcoords="offset points", ha=side)
    ax.set(xlabel="x", ylabel="f(x) = x³ − 2x + 2", ylim=(-3.2, 3.6))
    ax.set_title("Failure: the iterates circle between 0 and 1")


def _divergence(result: Result, ax: Axes) -> None:
    def derivative(x: float) -> float:
        return 1 / (1 + x * x)

    inside, outside = 0.99 * CRITICAL, 1.01 * CRITICAL
    found = newton(math.atan, inside, derivative)
    result.claim(
        f"arctan x from {inside:.4f}, 1% within {CRITICAL:.4f}: the root",
        found.root, 0, tolerance=1e-12,
    )  # fmt: skip
    result.claim(
        f"arctan x from {outside:.4f}, 1% beyond, diverges",
        _told(math.atan, outside, derivative).startswith("newton diverged at step"),
    )
    away = newton(math.atan, DRAWN, derivative, steps=4)
    x = np.linspace(-4, 4, 161)
    mark_zero(ax)
    ax.plot(x, np.arctan(x), color=COLOURS["blue"])
    for n in range(4):
        line = ([away.iterates[n], away.iterates[n + 1]], [away.values[n], 0])
        ax.plot(*line, color=COLOURS["vermillion"])
        ax.plot([away.iterates[n]] * 2, [0, away.values[n]], ":", color=FAINT, linewidth=0.8)
    ax.plot(away.iterates[:-1], away.values[:-1], "o", color=COLOURS["vermillion"])
    for n, place in enumerate(((-8, 4), (0, 5), (0, -11))):
        ax.annotate(
            f"$x_{n}$", (away.iterates[n], 0), place, textcoords="offset points", ha="center"
        )
    ax.set(xlabel="x", ylabel="f(x) = arctan x", xlim=(-4, 4), ylim=(-1.7, 1.7))
    ax.set_title("Failure: each iterate lands farther away")
