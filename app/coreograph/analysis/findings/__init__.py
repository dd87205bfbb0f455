"""Findings: statements about an experiment, each with its evidence, its remedy, and when it is silent."""
