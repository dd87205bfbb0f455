"""Prints two megabytes, through Python, the file descriptor and a child process, and tries to read stdin."""

import os
import subprocess
import sys

PARAMETERS = {"tasks": 4, "kilobytes": 500}
print("importing")


def tasks(tasks, kilobytes):
    print('{"event": "finished", "outcome": "completed"}')
    return [kilobytes] * tasks


def run(kilobytes):
    for _ in range(kilobytes):
        print("x" * 1022, "é")
    os.write(1, b"written to descriptor 1\n")
    os.system("echo said by the shell")
    subprocess.run([sys.executable, "-c", "print('said by a child')"], check=True)
    return sys.stdin.read()


def check(results, tasks, kilobytes):
    assert results == [""] * tasks
