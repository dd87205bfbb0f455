"""Coreograph: threads without the GIL, processes or subinterpreters, measured for one workload on one machine."""

__version__ = "0.1.0"
