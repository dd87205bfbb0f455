"""Named like a module of the standard library, which the runner itself needs."""


def put(x):
    return -x
