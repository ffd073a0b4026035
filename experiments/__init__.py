"""The lecture's experiments, a module or package each: for the `neurosim` command and for Python.

Importing this package imports no experiment. It checks first that the packages it builds on are
the project's own, since unrelated projects use the same import names.
"""

from . import foreign_packages

foreign_packages.refuse_foreign_packages()
