"""``python -m experiments`` is the ``neurosim`` command."""

from .cli import main

raise SystemExit(main())
