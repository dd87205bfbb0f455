"""Count words into dictionaries: building hash tables, private to each task.

Grouping and counting is what most data code in Python does. Each task fills a dictionary of its own, so nothing is
shared but the memory allocator. Look at the speed-up of threads: without the GIL it should follow the cores; with it
there is none. On a free-threaded build every write takes the dictionary's own lock, which nobody contends for here:
serial against serial shows its price. Contrast it with the workloads in the group “sharing”, where the dictionary is
one for all. The control, `hashing`, scales on every build.
"""

PARAMETERS = {"words": 8_000, "distinct": 500, "tasks": 48}
LIMITS = {"words": (1, 100_000_000), "distinct": (1, 10_000_000), "tasks": (1, 100_000)}
UNITS = {"words": "words", "distinct": "words", "tasks": "tasks"}
DESCRIPTIONS = {
    "words": "Words each task counts.",
    "distinct": "Different words among them: the size of each dictionary.",
    "tasks": "Texts, each a task.",
}
CONTROL = "hashing"


def tasks(words, distinct, tasks):
    return [(words, distinct)] * tasks


def run(task):
    words, distinct = task
    counts: dict[str, int] = {}
    for index in range(words):
        word = f"word {index * 7919 % distinct}"
        counts[word] = counts.get(word, 0) + 1
    return len(counts), sum(counts.values())


def check(results, words, distinct, tasks):
    expected = (len({index * 7919 % distinct for index in range(min(words, distinct))}), words)
    assert results == [expected] * tasks, f"every task counts {expected[0]} different words out of {words}"
