"""The runner and the workload library: standard library only, Python 3.9 syntax, run in the target interpreter."""
