"""The lecture's listing: one cell, five receptors, three stimuli."""

from __future__ import annotations

from circuits import lgn
from neurosim.result import Result


def check_listing(result: Result) -> None:
    """The lecture's three lines, and the cell with a threshold as a recogniser."""
    stimuli, names = lgn.LISTING_STIMULI, ("blank", "spot", "bar")
    responses = lgn.listing()(stimuli)
    result.claim("LGN_RESPONSE to blank, spot and bar", responses, [0, 1, 0])
    detector = lgn.listing_detector()
    proof = detector.check(lambda r: int(r[2] == 1 and r[1] == 0 and r[3] == 0))
    result.claim(
        "with θ = 0.75 it fires iff the center is on and both neighbours are off (all 32 images)",
        proof.holds and proof.exhaustive,
    )
    result.claim("images that make it fire", sum(row[-1] for row in detector.truth_table()), 4)
    on, off = lgn.listing_pair()([1, 1, 0, 1, 1])
    result.claim("a dark spot silences the ON cell and drives the OFF cell", [on, off], [0, 1])
    result.table(
        "listing",
        ("stimulus", *(f"receptor {i}" for i in range(5)), "response"),
        [(n, *s, r) for n, s, r in zip(names, stimuli.tolist(), responses, strict=True)],
    )
