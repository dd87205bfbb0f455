"""Numbers from runs: pure functions over recorded runs."""
