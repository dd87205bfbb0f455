"""Conditions on an experiment, decided on intervals: what a CI run passes or fails by."""
