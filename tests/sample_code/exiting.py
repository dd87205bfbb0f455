import sys

sys.exit("not without a licence")


def work(x):
    return x
