"""An exercise whose first examination is killed, as by a circuit that takes all memory."""

import os
import signal

from two_gates import INTERFACE, _and

from neurosim.grading import Exercise, Part


def _killed(circuit):
    os.kill(os.getpid(), signal.SIGKILL)


PARTS = (Part("killed", 1, "both", INTERFACE, _killed), Part("and", 1, "both", INTERFACE, _and))
EXERCISE = Exercise("stuck_gates", "stuck-gates", "Stuck gates", "卡住的閘", "", "", PARTS)
