"""The script for machines with a card: its checks run here at small sizes."""

from experiments.benchmarks import gpu, gpu_checks
from experiments.benchmarks.gpu_checks import Check


def test_all_its_checks_hold(capsys):
    assert gpu.main(["--checks", "--quick"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) > 20
    assert all(line.endswith(": ok") for line in told)


def test_a_check_that_fails_is_the_exit_status(monkeypatch, capsys):
    monkeypatch.setattr(gpu_checks, "checks", lambda quick: iter([Check("one", 0.5, 0.1)]))
    assert gpu.main(["--checks"]) == 1
    assert "FAILED, 1e-01 is allowed" in capsys.readouterr().out
