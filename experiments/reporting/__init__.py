"""Running many experiments for the report: each in a process of its own, several at once."""
