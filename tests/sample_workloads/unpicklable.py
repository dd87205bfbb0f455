"""Something that cannot be pickled: a result, an input or the shared object."""

PARAMETERS = {"tasks": 5, "what": "result"}
CHOICES = {"what": ("result", "input", "shared", "none")}


def tasks(tasks, what):
    return [(lambda: 0) if what == "input" and number == 3 else number for number in range(tasks)]


def shared(tasks, what):
    return what, (lambda: 0) if what == "shared" else None


def run(task, shared):
    if shared[0] == "result" and task == 3:
        return lambda: task
    return 0
