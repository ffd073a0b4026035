"""The experiment `sound`: its claims hold for any parameters it takes, and can fail."""

import pytest

from circuits.sound import delay_map
from experiments import sound
from neurosim import InputError

QUICK = {"duration": 0.2, "rate": 1000.0}


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("azimuth", "radius", "agreement", "tone"),
    [(-170.0, 0.2, 0.3, 3000.0), (90.0, 0.2, 0.5, 1234.5), (0.0, 0.06, 1.0, 100.0)],
)
def test_its_claims_hold(azimuth, radius, agreement, tone):
    result = sound.run(azimuth, radius, agreement=agreement, tone=tone, seed=2, **QUICK)
    assert [claim for claim in result.claims if not claim.holds] == []


@pytest.mark.compiled
def test_its_claims_can_fail(monkeypatch):
    def other_spacing(cells, spacing):
        return delay_map(cells, 2 * spacing)

    monkeypatch.setattr(sound.sound, "delay_map", other_spacing)
    held = [claim.holds for claim in sound.run(tone=1900.0, **QUICK).claims]
    assert held == [False, True, False, False]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"azimuth": 181}, r"^azimuth must be from -180 to 180° \(got 181\)"),
        ({"radius": 0}, r"^radius must be from 0.03 to 0.2 m \(got 0\)"),
        ({"rate": float("inf")}, "^rate must be from 50 to 1000 events a second"),
        ({"agreement": 0.1}, "^agreement must be from 0.3 to 1"),
        ({"tone": 5000}, "^tone must be from 100 to 3000 Hz"),
        ({"duration": 0.1}, "^duration must be from 0.2 to 2 s"),
        (
            {"rate": 100, "duration": 0.5},
            "^both ears hear 35 events together, at least 50 are needed: raise rate",
        ),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters, message):
    with pytest.raises(InputError, match=message):
        sound.run(**parameters)
