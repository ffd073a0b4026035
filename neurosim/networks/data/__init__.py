"""Data to train networks on, in Keras's and scikit-learn's words: prepared, loaded, shipped.

Nothing is downloaded: loaders take the files of MNIST, CIFAR-10, IMDB, Boston's houses and tables
in text, when the user has them, and execute nothing in them.
"""

from .boston import load_boston_housing
from .categories import to_categorical
from .cifar import load_cifar10
from .idx import load_idx
from .imdb import load_imdb
from .mnist import load_mnist
from .scaling import StandardScaler
from .sequences import pad_sequences
from .shipped import load_breast_cancer, load_diabetes, load_digits, load_iris
from .splitting import train_test_split
from .tables import load_csv

__all__ = [
    "StandardScaler",
    "load_boston_housing",
    "load_breast_cancer",
    "load_cifar10",
    "load_csv",
    "load_diabetes",
    "load_digits",
    "load_idx",
    "load_imdb",
    "load_iris",
    "load_mnist",
    "pad_sequences",
    "to_categorical",
    "train_test_split",
]
