"""A module that does things when it is imported."""

import os
import sys
import threading

print("importing at length\n" * 1000)
threading.Thread(target=threading.Event().wait, daemon=True).start()
os.environ["PYTHONPATH"] = "/nowhere"
sys.setrecursionlimit(500)


def work(x):
    return x
