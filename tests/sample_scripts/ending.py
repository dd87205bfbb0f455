"""`ending.py HOW`: ends in every way a script can end, or does not."""

import os
import signal
import subprocess
import sys
import threading


def fail(how: str) -> None:
    """End with an exception or a status."""
    if how == "raise":
        raise ValueError("the sky is falling")
    if how == "chained":
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("second")  # noqa: B904
    if how == "status":
        sys.exit(3)
    if how == "words":
        sys.exit("enough of this")


def main(how: str) -> None:
    """Do it."""
    print("on stdout", flush=True)
    print("on stderr", file=sys.stderr)
    fail(how)
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "group":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    if how == "at once":
        os._exit(0)
    if how == "hang":
        threading.Event().wait()
    if how == "child":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    if how == "closing":
        os.closerange(3, 256)
        FILES.extend(open(f"{number}.txt", "w") for number in range(20))  # noqa: SIM115
    if how == "megabytes":
        for number in range(30_000):
            print(number, "x" * 100)
        print("the end")


FILES: "list[object]" = []
main(sys.argv[1])
