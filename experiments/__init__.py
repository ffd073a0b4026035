"""The lecture's experiments: one module each, run by the ``neurosim`` command or from Python.

Importing this package imports no experiment. It checks first that the packages it builds on are
the project's own, since unrelated projects use the same import names.
"""

from . import _shadow

_shadow.refuse_foreign_packages()
