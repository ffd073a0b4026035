"""The loops: each equation once in `rules`, and engines that run them over arrays."""
