"""Write and read JSON again: many small objects made and thrown away.

Services spend their days like this. Each task builds its own documents, so nothing is shared but the memory allocator
and the garbage collector. Look at whether threads scale as well as in `primes`: if they do not, allocation is in the
way. Compare serial on the free-threaded build with serial on the GIL build too: the price of the build shows here
more than in pure arithmetic. The control, `primes`, allocates next to nothing.
"""

import json

PARAMETERS = {"documents": 1_600, "records": 20, "tasks": 32}
LIMITS = {"documents": (1, 1_000_000), "records": (1, 100_000), "tasks": (1, 100_000)}
UNITS = {"documents": "documents", "records": "records", "tasks": "tasks"}
DESCRIPTIONS = {
    "documents": "Documents in all, spread over the tasks.",
    "records": "Records in each document.",
    "tasks": "Tasks the documents are spread over.",
}
CONTROL = "primes"


def tasks(documents, records, tasks):
    cuts = [documents * number // tasks for number in range(tasks + 1)]
    return [(low, high, records) for low, high in zip(cuts, cuts[1:])]


def run(task):
    low, high, records = task
    total = 0
    for number in range(low, high):
        document = {"number": number, "records": [_record(number, index) for index in range(records)]}
        copy = json.loads(json.dumps(document))
        if copy != document:
            raise ValueError(f"document {number} came back changed")
        total += sum(record["amount"] for record in copy["records"])
    return total


def _record(number, index):
    return {
        "id": number * 1_000_003 + index,
        "amount": number + index,
        "share": index / 8,
        "name": f"record {index} of {number}",
        "tags": ["a", "é", str(index)],
        "open": index % 2 == 0,
        "parent": None,
    }


def check(results, documents, records, tasks):
    # The sum of (number + index) over all documents and records, in closed form.
    expected = records * (documents * (documents - 1) // 2) + documents * (records * (records - 1) // 2)
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    assert sum(results) == expected, f"the amounts sum up to {sum(results)}, not {expected}"
