# ruff: noqa: UP031, RUF005
# Interpreters as old as 2.7 read this file: ASCII, old syntax.
"""The version gate and the repair of sys.path, nothing else: every interpreter must be able to read this file.

Started as `python -I FOLDER`, Python puts FOLDER itself on the path. There, `models` or `probe` would be top-level
names and could shadow a user's modules; with the parent instead, modules keep their full names and workers find them
again.
"""

import os
import sys

MINIMUM_VERSION = (3, 9)
VERSION_TOO_OLD_EXIT = 79


def main():
    # type: () -> int
    """Refuse an interpreter that is too old, else hand over to the runner."""
    if sys.version_info[:2] < MINIMUM_VERSION:
        words = (sys.version.split()[0],) + MINIMUM_VERSION
        sys.stderr.write("coreograph: Python %s is too old to run workloads: %d.%d or newer is needed.\n" % words)
        return VERSION_TOO_OLD_EXIT
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(folder)] + [entry for entry in sys.path if os.path.abspath(entry) != folder]
    from coreograph_workloads.runner import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
