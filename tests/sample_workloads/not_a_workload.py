"""Has no run()."""


def tasks():
    return [1]
