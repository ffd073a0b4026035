"""The neurosim project's circuits: logic, arithmetic, retina and LGN, built from its neurons."""
