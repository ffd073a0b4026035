"""How the parts hang together: the direction of imports, and strangers on the path."""

import ast
import graphlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("neurosim", "circuits", "experiments")

# Low to high; a module imports from its own row and the rows above, and a folder's name stands for
# those of its modules that have no row. A module of neurosim that is not here is over all of them:
# it may import any, and none of these may import it.
ORDER = [
    {
        "atomic",
        "errors",
        "exactness",
        "machine",
        "places",
        "progress",
        "result",
        "tables",
        "timing",
        "wording",
    },
    {"kernels.rules", "kernels.random", "kernels.machine_code", "kernels.tables"},
    {"kernels"},
    {"movies", "strips"},
    {"scheduling"},
    {"backend"},
    {"cuda"},
    {"neurons", "connections"},
    {"learning", "networks"},
    {"populations", "sources"},
    {"plasticity"},
    {"arguments", "wiring", "composition", "parts"},
    {"building"},
    {"circuit"},
    {"program", "delays", "layering", "lowering", "scaling"},
    {"bits"},
    {"calls", "states", "feeds", "patterns"},
    {"simulation"},
    {"intervals", "decisions", "critical"},
    {"settling", "truth_tables", "verification", "margins"},
    {"description", "plotting"},
    {"marr"},
    {"grading"},
]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
SOURCES = {module_name(path): path for path in FILES}


def executed_on_import(node: ast.AST):
    """Every node that runs when the module is imported: no function bodies, no TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from executed_on_import(child)


def imports(name: str, source: str, is_package: bool) -> set[str]:
    """The project's modules that a module imports when it is imported itself."""
    found = set()
    for node in executed_on_import(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = name.split(".")
            up = node.level - is_package
            base = parents[: len(parents) - up] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                found.add(inner if inner in SOURCES else origin)
    return {target for target in found if target.split(".")[0] in PACKAGES} - {name}


def test_one_module_imports_numba_cuda():
    found = {
        name
        for name, path in SOURCES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numba"))
        and ("cuda" in (node.module or "") or any(alias.name == "cuda" for alias in node.names))
    }
    assert found == {"neurosim.kernels.cuda_jit"}


GRAPH = {
    name: imports(name, path.read_text(encoding="utf-8"), path.name == "__init__.py")
    for name, path in SOURCES.items()
}


def height(module: str) -> int:
    inner = module.removeprefix("neurosim.")
    for name in (inner, inner.partition(".")[0]):
        for row, names in enumerate(ORDER):
            if name in names:
                return row
    return len(ORDER)


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_down(name):
    package = PACKAGES.index(name.split(".")[0])
    for target in GRAPH[name]:
        other = PACKAGES.index(target.split(".")[0])
        assert other <= package, f"{name} imports {target}"
        if other == package == 0 and name != "neurosim":
            assert target != "neurosim", f"{name} imports the package that imports it"
            assert height(target) <= height(name), f"{name} imports {target}, which is higher"


def test_no_module_imports_itself_in_a_circle():
    graphlib.TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from . import errors", {"neurosim.errors"}),
        ("from .errors import NeurosimError", {"neurosim.errors"}),
        ("import neurosim.errors", {"neurosim.errors"}),
        ("from circuits import x", {"circuits"}),
        ("try:\n    import circuits\nexcept ImportError:\n    pass", {"circuits"}),
        ("class A:\n    from .result import Result", {"neurosim.result"}),
        ("def f():\n    from .result import Result", set()),
        ("if TYPE_CHECKING:\n    from .result import Result", set()),
        ("import numpy", set()),
    ],
)
def test_the_import_reader_sees_what_runs(source, expected):
    assert imports("neurosim.x", source, is_package=False) == expected


# What a stranger's package does to ours, in a fresh process.


@pytest.fixture
def stranger(tmp_path):
    package = tmp_path / "elsewhere" / "circuits"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the stranger was imported')")
    return package


def python(*words, cwd, path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_a_strange_circuits_stops_the_import(stranger, tmp_path):
    ended = python("-c", "import experiments", cwd=tmp_path, path=[stranger.parent, ROOT])
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("ImportError: the package 'circuits' on the path is not neurosim's own")
    assert str(stranger / "__init__.py") in last
    assert "fresh environment" in last


@pytest.mark.parametrize("words", [["run", "logic-gates", "--quick"], ["list"]])
def test_a_strange_circuits_ends_the_command_with_one_line(stranger, tmp_path, words):
    path = [stranger.parent, ROOT]
    ended = python("-m", "experiments", *words, cwd=tmp_path, path=path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("neurosim: the package 'circuits'")
    assert len(ended.stderr.splitlines()) == 1

    # What pip installs as the command is such a script.
    script = tmp_path / "neurosim"
    script.write_text("import sys; from experiments.cli import main; sys.exit(main())")
    assert python(script, *words, cwd=tmp_path, path=path).stderr == ended.stderr


def test_a_circuits_installed_over_ours_is_noticed(tmp_path):
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""A part of neurosim."""')
    for name in ("__init__.py", "foreign_packages.py"):
        text = (ROOT / "experiments" / name).read_text(encoding="utf-8")
        (tmp_path / "experiments" / name).write_text(text, encoding="utf-8")
    assert python("-c", "import experiments", cwd=tmp_path, path=[tmp_path]).returncode == 0

    (tmp_path / "circuits" / "__init__.py").write_text('"""A web framework."""')
    ended = python("-c", "import experiments", cwd=tmp_path, path=[tmp_path])
    assert "another project was installed over it" in ended.stderr.splitlines()[-1]
