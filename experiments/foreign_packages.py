"""Refuses to run on a stranger's ``circuits`` or ``neurosim``.

PyPI has unrelated projects that import under both names. Standing earlier on ``sys.path``, or
installed over ours, they would end in an AttributeError far from the cause.
"""

import sys
from importlib.util import find_spec
from os.path import basename, dirname, join, realpath

PACKAGES = ("neurosim", "circuits")


def foreign_package() -> str | None:
    """Say in one line which package is not ours; None where both are. Imports neither."""
    home = dirname(dirname(realpath(__file__)))
    for name in PACKAGES:
        spec = find_spec(name)
        found = spec.origin if spec and spec.origin else None
        own = join(home, name, "__init__.py")
        if found is None or realpath(found) != own:
            return _explanation(name, found or "nothing", f"expected {own}")
        # pip overwrites files silently: the place is right, the content may not be.
        with open(own, encoding="utf-8", errors="replace") as file:
            if "neurosim" not in file.read():
                return _explanation(name, found, "another project was installed over it")
    return None


def refuse_foreign_packages() -> None:
    """Raise ImportError where a package is not ours; end the `neurosim` command with one line."""
    problem = foreign_package()
    if problem is None:
        return
    # The command's own main() cannot be imported before this package, so it cannot catch this.
    # At this moment argv[0] is "-m" only while `python -m experiments` looks the package up.
    if basename(sys.argv[0]).removesuffix(".exe") in ("neurosim", "-m"):
        print(f"neurosim: {problem}", file=sys.stderr)
        raise SystemExit(2)
    raise ImportError(problem)


def _explanation(name: str, found: str, reason: str) -> str:
    return (
        f"the package '{name}' on the path is not neurosim's own: found {found} ({reason}). "
        f"Uninstall the other '{name}' and reinstall neurosim, or use a fresh environment."
    )
