"""The adder in Verilator, a hardware simulator that compiles a circuit to C++.

Each wire is 64 bits wide, a bit for each of 64 patterns, so that one evaluation adds 64 pairs.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np

from .floors import threads
from .timing import Side

DRIVER = """
#include "Vadder.h"
double sc_time_stamp() { return 0; }
extern "C" void add(const uint64_t* planes, uint64_t* sums, long words, long first, long last) {
    VerilatedContext context;
    Vadder adder(&context);
    for (long w = first; w < last; ++w) {
%s
        adder.eval();
%s
    }
}
"""


def verilog(bits: int) -> str:
    """Return a ripple-carry adder whose wires are 64 patterns wide."""
    ports = [f"input [63:0] {name}{i}" for name in "ab" for i in range(bits)]
    ports += [f"output [63:0] s{i}" for i in range(bits + 1)]
    lines = [f"module adder({', '.join(ports)});", "wire [63:0] c0 = 64'd0;"]
    for i in range(bits):
        lines.append(f"assign s{i} = a{i} ^ b{i} ^ c{i};")
        lines.append(f"wire [63:0] c{i + 1} = (a{i} & b{i}) | (c{i} & (a{i} ^ b{i}));")
    return "\n".join([*lines, f"assign s{bits} = c{bits};", "endmodule", ""])


def verilator_side(planes: np.ndarray) -> Side:
    """Compile the adder, with a driver that goes through the words; a model a core.

    Parameters
    ----------
    planes
        (2·bits, words) uint64.

    Raises
    ------
    ModuleNotFoundError
        Verilator is not installed.
    """
    program = shutil.which("verilator")
    if program is None:
        raise ModuleNotFoundError("Verilator is not installed", name="verilator (a program)")
    bits, words = len(planes) // 2, planes.shape[1]
    folder = Path(tempfile.mkdtemp(prefix="verilator"))
    (folder / "adder.v").write_text(verilog(bits))
    shown = "\n".join(
        f"        adder.{name}{i} = planes[{row * bits + i} * words + w];"
        for row, name in enumerate("ab")
        for i in range(bits)
    )
    told = "\n".join(f"        sums[{i} * words + w] = adder.s{i};" for i in range(bits + 1))
    (folder / "driver.cpp").write_text(DRIVER % (shown, told))
    begin = time.perf_counter()
    _call(folder, program, "--cc", "-O3", "--Mdir", ".", "adder.v")
    root = _call(folder, program, "--getenv", "VERILATOR_ROOT").strip()
    include = Path(root) / "include"
    sources = [*folder.glob("*.cpp"), include / "verilated.cpp"]
    if (include / "verilated_threads.cpp").exists():
        sources.append(include / "verilated_threads.cpp")
    _call(
        folder, "g++", "-O3", "-march=native", "-fPIC", "-shared", "-pthread", "-w",
        f"-I{include}", f"-I{include / 'vltstd'}", "-o", "adder.so", *map(str, sources),
    )  # fmt: skip
    compiling = time.perf_counter() - begin
    add = ctypes.CDLL(str(folder / "adder.so")).add
    add.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_long,) * 3]
    pool = ThreadPoolExecutor(threads())
    ends = np.linspace(0, words, threads() + 1).astype(int).tolist()

    def run() -> np.ndarray:
        sums = np.empty((bits + 1, words), dtype=np.uint64)
        parts = [
            pool.submit(add, planes.ctypes.data, sums.ctypes.data, words, *part)
            for part in pairwise(ends)
        ]
        for part in parts:
            part.result()
        return sums

    return Side(run, compiling)


def _call(folder: Path, *words: str) -> str:
    """Run a compiler in a folder and return what it prints."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr.strip().partition(chr(10))[0]}")
    return done.stdout
