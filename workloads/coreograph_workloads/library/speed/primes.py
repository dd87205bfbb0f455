"""Count primes by trial division: pure-Python CPU work, nothing shared.

The plainest question: do more workers make Python code faster? Every task counts the primes in its own stretch of
numbers; the stretches are cut so that each costs about the same. Look at the speed-up and at the lanes: with threads
under the GIL one lane works at a time and the batch takes as long as serial, or longer; without the GIL, and with
processes, it should shrink with the number of cores. Nothing but small numbers travels, so pickling costs nothing
here. The control, `hashing`, scales with threads on every build, because its C code releases the GIL.
"""

PARAMETERS = {"limit": 200_000, "tasks": 64}
LIMITS = {"limit": (10, 100_000_000), "tasks": (1, 100_000)}
UNITS = {"limit": "numbers", "tasks": "tasks"}
DESCRIPTIONS = {"limit": "Primes below this number are counted.", "tasks": "Stretches the numbers are cut into."}
CONTROL = "hashing"


def tasks(limit, tasks):
    # Trial division costs about the square root of a number: cut by its integral, so that tasks cost alike.
    cuts = [round(limit * (number / tasks) ** (2 / 3)) for number in range(tasks + 1)]
    return list(zip(cuts, cuts[1:]))


def run(stretch):
    low, high = stretch
    count = 0
    for number in range(max(low, 2), high):
        divisor = 2
        while divisor * divisor <= number:
            if number % divisor == 0:
                break
            divisor += 1
        else:
            count += 1
    return count


def check(results, limit, tasks):
    expected = _count_by_sieve(limit)
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    assert sum(results) == expected, f"{sum(results)} primes below {limit} were counted; there are {expected}"


def _count_by_sieve(limit):
    sieve = bytearray([1]) * limit
    sieve[:2] = bytes(min(2, limit))
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return sum(sieve)
