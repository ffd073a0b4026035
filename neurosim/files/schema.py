"""What the writer and the reader of a circuit's file agree on."""

FORMAT = "neurosim circuit"
VERSION = 1

MOST_VALUES = 2**24  # of a circuit

FLOATS = {"float64": "<f8", "float32": "<f4"}
INTEGERS = {"int64": "<i8", "int32": "<i4"}
