"""Figures that move: frame by frame into a GIF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from matplotlib.animation import PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 150  # of a screen, where a GIF is shown


def gif_of(figure: Figure, update: Callable[[int], None], frames: int, rate: int) -> bytes:
    """Return a figure's frames as a GIF that repeats.

    Parameters
    ----------
    figure
        What is drawn; it is laid out once, at its first frame.
    update
        Changes the figure to what it shows at frame 0, 1 …
    frames
        How many there are.
    rate
        Frames a second.
    """
    FigureCanvasAgg(figure)
    update(0)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)
    writer = PillowWriter(fps=rate)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "frames.gif"
            with writer.saving(figure, path, DOTS_PER_INCH):
                for frame in range(frames):
                    update(frame)
                    writer.grab_frame()
            return path.read_bytes()
    finally:
        figure.set_layout_engine(engine)
