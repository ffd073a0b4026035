"""Painting many small images at once, each with a pose of its own, without jagged edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurosim import InputError

Number = float | np.ndarray  # one for all images, or (images,)


@dataclass(frozen=True)
class Pose:
    """Where a figure stands on its image, one number an image: (images,) each.

    Attributes
    ----------
    right, up : of the image's middle, in half sides of the image
    turn : degrees, counterclockwise
    size : of the figure's unit, in half sides of the image
    """

    right: np.ndarray
    up: np.ndarray
    turn: np.ndarray
    size: np.ndarray

    def __post_init__(self) -> None:
        shapes = {np.shape(values) for values in vars(self).values()}
        if len(shapes) > 1 or len(next(iter(shapes))) != 1:
            raise InputError(
                f"a pose is one number an image, (images,) each (got shapes {sorted(shapes)})"
            )


class Canvas:
    """Square grey images on which figures are painted, in the figures' own coordinates.

    A shape covers part of a pixel by how far the pixel's middle is within its edge, so that an
    edge is about a pixel wide and moves smoothly with the pose.

    Attributes
    ----------
    images : grey values, (images, size, size)
    """

    def __init__(self, ground: np.ndarray, size: int, pose: Pose):
        self.images = np.tile(ground[:, None, None], (1, size, size))
        middles = (np.arange(size) + 0.5) * 2 / size - 1
        right = middles[None, None, :] - _each(pose.right)
        up = -middles[None, :, None] - _each(pose.up)
        cos, sin = (_each(part(np.radians(pose.turn)) / pose.size) for part in (np.cos, np.sin))
        self._x = cos * right + sin * up
        self._y = cos * up - sin * right
        self._pixel = 2 / (size * _each(pose.size))

    def ellipse(
        self, x: Number, y: Number, wide: Number, high: Number, shade: Number, lean: float = 0.0
    ) -> None:
        """Paint an ellipse of these half axes around a point, leaning so many degrees."""
        right, up = self._x - _each(x), self._y - _each(y)
        if lean:
            cos, sin = math.cos(math.radians(lean)), math.sin(math.radians(lean))
            right, up = cos * right + sin * up, cos * up - sin * right
        right, up = right / _each(wide), up / _each(high)
        slope = 2 * np.sqrt(np.square(right / _each(wide)) + np.square(up / _each(high)))
        # To first order, how far a point is from where a function is 0 is its value by its slope.
        self._paint((right * right + up * up - 1) / np.maximum(slope, 1e-12), shade)

    def triangle(self, corners: tuple[tuple[Number, Number], ...], shade: Number) -> None:
        """Paint a triangle of three corners, in either order."""
        (ax, ay), (bx, by), (cx, cy) = (tuple(map(_each, corner)) for corner in corners)
        turning = np.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
        outside = []
        for (px, py), (qx, qy) in (
            ((ax, ay), (bx, by)),
            ((bx, by), (cx, cy)),
            ((cx, cy), (ax, ay)),
        ):
            along_x, along_y = qx - px, qy - py
            across = along_y * (self._x - px) - along_x * (self._y - py)
            outside.append(turning * across / np.hypot(along_x, along_y))
        self._paint(np.maximum(np.maximum(*outside[:2]), outside[2]), shade)

    def stroke(
        self, start: tuple[Number, Number], end: tuple[Number, Number], width: float, shade: Number
    ) -> None:
        """Paint a straight line of this width, with round ends."""
        right, up = self._x - _each(start[0]), self._y - _each(start[1])
        along_x, along_y = _each(end[0]) - _each(start[0]), _each(end[1]) - _each(start[1])
        length = along_x * along_x + along_y * along_y
        part = np.clip((right * along_x + up * along_y) / length, 0, 1)
        away = np.sqrt(np.square(right - part * along_x) + np.square(up - part * along_y))
        # What is thinner than a pixel covers a part of it: what is within both its edges.
        covered = self._covered(away - width / 2) - self._covered(away + width / 2)
        self.images += covered * (_each(shade) - self.images)

    def light(self, strength: np.ndarray, direction: np.ndarray) -> None:
        """Shine from a direction in radians: brighter there by so much of a grey, darker beyond."""
        self.images *= 1 + _each(strength) * (
            self._x * _each(np.cos(direction)) + self._y * _each(np.sin(direction))
        )

    def _paint(self, outside: np.ndarray, shade: Number) -> None:
        """Paint what lies within an edge, given how far each pixel's middle is beyond it."""
        self.images += self._covered(outside) * (_each(shade) - self.images)

    def _covered(self, outside: np.ndarray) -> np.ndarray:
        """Return the part of each pixel that lies within a straight edge, 0 to 1."""
        return np.clip(0.5 - outside / self._pixel, 0, 1)


def _each(values: Number) -> np.ndarray:
    """Return numbers of images as they stand beside rows and columns."""
    return np.asarray(values, dtype=float).reshape(-1, 1, 1)
