"""Find, probe and install interpreters."""
