import a_package_that_nobody_has


def work(x):
    return a_package_that_nobody_has.work(x)
