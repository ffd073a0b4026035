"""Stimuli in degrees and seconds: shapes, gratings, noise, dots, illusions, photographs, movies.

They are shown on a `Screen`, which knows the pixel's size, the frame's length and what a contrast
is.  What stands still is an array (rows, columns), what moves a `neurosim.movies.Movie`,
whose frames are made when they are needed.

Images to be told apart are `LabelledImages`, grey values of one size: drawn cats and dogs,
faces and scrambled ones, or photographs from a folder.  `Reviews` are sequences of words by a
grammar.
"""

from .animals import cats_and_dogs
from .faces import faces_and_scrambled
from .gratings import counterphase_grating, drifting_grating, grating, modulated, plaid
from .illusions import hermann_grid, mach_bands, simultaneous_contrast, white_illusion
from .images import natural_image, photograph
from .labelled import LabelledImages, labelled_photographs
from .noise import random_dots, sparse_noise, white_noise
from .recordings import movie, natural_movie
from .reviews import Reviews, make_reviews
from .screen import Screen
from .shapes import annulus, bar, edge, spot

__all__ = [
    "LabelledImages",
    "Reviews",
    "Screen",
    "annulus",
    "bar",
    "cats_and_dogs",
    "counterphase_grating",
    "drifting_grating",
    "edge",
    "faces_and_scrambled",
    "grating",
    "hermann_grid",
    "labelled_photographs",
    "mach_bands",
    "make_reviews",
    "modulated",
    "movie",
    "natural_image",
    "natural_movie",
    "photograph",
    "plaid",
    "random_dots",
    "simultaneous_contrast",
    "sparse_noise",
    "spot",
    "white_illusion",
    "white_noise",
]
