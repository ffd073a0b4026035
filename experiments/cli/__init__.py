"""The ``neurosim`` command: a module a command, and `dispatch`, which finds the one typed.

Exit status: 0 where every claim holds, 1 where one does not, 2 for bad usage (one line on stderr
says what is wrong), 130 after Ctrl-C.
"""

from .dispatch import main

__all__ = ["main"]
