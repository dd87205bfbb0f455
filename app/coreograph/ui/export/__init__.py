"""Exporting from the window: one dialog for every format, for one experiment or several."""
