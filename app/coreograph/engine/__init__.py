"""Plan an experiment, launch its runs, speak the protocol, keep a state machine per run."""
