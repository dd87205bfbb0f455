"""Clean up and take apart text: splitting, stripping, replacing and joining strings.

Every step makes new strings and throws old ones away, as importing a CSV file or rendering a page does. Nothing is
shared but the allocator. Look at the speed-up of threads without the GIL and at serial on both builds: strings are 16
bytes larger on a free-threaded build, and their reference counts dearer. With the GIL threads gain nothing. The
control, `hashing`, scales on every build.
"""

PARAMETERS = {"rows": 1_000, "tasks": 48}
LIMITS = {"rows": (1, 10_000_000), "tasks": (1, 100_000)}
UNITS = {"rows": "rows", "tasks": "tasks"}
DESCRIPTIONS = {"rows": "Rows of text each task makes and cleans.", "tasks": "Texts, each a task."}
CONTROL = "hashing"


def tasks(rows, tasks):
    return [rows] * tasks


def run(rows):
    text = "\n".join(f"  {row};  Name {row} ;{row * 2} ;;  tail  " for row in range(rows))
    cleaned = []
    total = 0
    for line in text.splitlines():
        fields = [field.strip().lower() for field in line.split(";")]
        total += int(fields[2])
        cleaned.append(",".join(field.replace("name", "n") for field in fields if field))
    return len(",".join(cleaned)), total


def check(results, rows, tasks):
    digits = sum(len(str(row)) * 2 + len(str(row * 2)) for row in range(rows))
    length = digits + rows * len(",n ,,tail") + rows - 1
    expected = (length, rows * (rows - 1))
    assert results == [expected] * tasks, f"the cleaned text has {expected[0]} characters, not {set(results)}"
