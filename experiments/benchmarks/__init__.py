"""Our side beside the peers', in one run: ``python -m experiments.benchmarks``.

Each benchmark is a module with `benchmarks(quick)`, which answers what to measure: our side, each
peer's side, and the floor that no program on this machine can beat. Peers that are not installed
are reported as absent (extra: ``bench``).
"""
