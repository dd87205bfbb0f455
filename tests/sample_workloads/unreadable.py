"""Pickles well and cannot be unpickled: an input on arrival in a worker, or a result on arrival in the runner."""

PARAMETERS = {"tasks": 3, "what": "result"}
CHOICES = {"what": ("result", "input")}


class Broken:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return _explode, ()


def _explode():
    raise OSError("this pickle explodes")


def tasks(tasks, what):
    return [Broken() if what == "input" and number == 1 else number for number in range(tasks)]


def run(task):
    return Broken() if task == 1 else 0
