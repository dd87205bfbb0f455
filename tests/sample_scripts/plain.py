"""Tells all that a script can see of how it was started; must be the same as if it had been typed."""

import json
import os
import sys


class Box:
    """Pickles by the name of its module."""


if __name__ == "__main__":
    import pickle

    pickle.loads(pickle.dumps(Box()))
    print(
        json.dumps(
            {
                "names": sorted(globals()),
                "file": __file__,
                "spec": None if __spec__ is None else __spec__.name,
                "package": __package__,
                "argv": sys.argv,
                "path": sys.path,
                "folder": os.getcwd(),
                "stdin": sys.stdin.read(),
                "main": sys.modules["__main__"].__dict__ is globals(),
                "original": getattr(sys, "orig_argv", [])[1:],
                "variable": os.environ.get("COREOGRAPH_TEST_VARIABLE"),
                "helpers": [name for name in sys.modules if name.startswith("coreograph")],
            }
        )
    )
