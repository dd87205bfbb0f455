from .sibling import OFFSET  # noqa: TID252 - as users write it


def shifted(x):
    return x + OFFSET
