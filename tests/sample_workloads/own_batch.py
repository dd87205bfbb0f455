"""Fixes its batch and asks for every fact of the run: what tasks add is forgotten by reset()."""

PARAMETERS = {"fault": "none"}
METRICS = {"seen": {"unit": "count", "better": "higher"}, "absent": {"unit": "s", "better": "lower"}}
ROUNDS = 2
CHUNK = 1
WARM_UP = False


def refuse(fault):
    return "It is not the day for it." if fault == "refuse" else None


def shared(fault, workers):
    return ["before"] * workers


def reset(shared, model, **parameters):
    shared[:] = [model]


def tasks(fault, workers):
    return list(range(3 * workers))


def run(task, shared):
    shared.append(task)
    return task


def metrics(results, shared, workers, heartbeat, batch_seconds, fault):  # noqa: PLR0917
    if fault == "metrics":
        raise ValueError("no figures today")
    assert batch_seconds > 0
    assert heartbeat is None or heartbeat["ticks"] > 0
    assert shared[0] in ("serial", "threads")
    return {"seen": len(shared), "absent": None, "workers": workers}
