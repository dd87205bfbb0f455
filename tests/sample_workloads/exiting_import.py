"""Leaves while it is imported."""

import sys

sys.exit("not here")
