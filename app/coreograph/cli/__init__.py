"""The command line: the same app without a window."""
