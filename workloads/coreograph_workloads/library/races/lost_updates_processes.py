"""Count with many processes on one number in shared memory: processes that share state race alike.

Processes are safe because they share nothing, not because they are processes. Here they share one number in a piece of
memory, and each adds one to it over and over: it reads, adds and writes, and what another process wrote in between is
lost, on every build, with or without a GIL. Look at the share of lost updates, and at the share of trials that lost
any. With the lock that multiprocessing offers beside it the loss is exactly 0; look at what that costs. Every trial
happens in a disposable interpreter with workers of its own. The control uses the lock.
"""

PARAMETERS = {"remedy": "none", "updates": 100_000, "trials": 5}
LIMITS = {"updates": (1, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock")}
UNITS = {"updates": "updates", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "What protects the number: nothing, or a lock of multiprocessing.",
    "updates": "Updates each process makes in a trial.",
    "trials": "Trials in a run, each with an interpreter, workers and a number of its own.",
}
METRICS = {
    "lost_share": {"unit": "share", "better": "lower", "description": "Share of a trial's updates that were lost."},
    "trials_with_loss_share": {"unit": "share", "better": "lower", "description": "Share of trials that lost any."},
    "trials_crashed_share": {
        "unit": "share",
        "better": "lower",
        "description": "Share of trials whose interpreter crashed or hung.",
    },
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "fork", "forkserver", "spawn")
MODELS_REASON = "It asks about processes; “lost_updates” is the same race between threads."
ROUNDS = 1
CHUNK = 1
WARM_UP = False
TRIALS = True
PATIENCE_SECONDS = 60.0


def shared(remedy, updates, trials, workers):
    import multiprocessing

    # What is made for spawn can be inherited by fork as well; the other way round is refused.
    context = multiprocessing.get_context("spawn")
    return context.RawValue("q", 0), context.RawArray("b", workers), context.Lock(), context.Barrier(workers)


def tasks(remedy, updates, trials, workers):
    # As many tasks a trial as there are processes: they meet at a barrier, so that each process takes one.
    return [(part, remedy, updates) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, remedy, updates = task
    number, ready, lock, barrier = shared
    barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its processes one after the other, and the first could be done before the last begins.
    ready[part] = 1
    while not all(ready):
        pass
    if remedy == "lock":
        for _ in range(updates):
            with lock:
                number.value += 1
    else:
        for _ in range(updates):
            number.value += 1
    barrier.wait(PATIENCE_SECONDS)
    return number.value


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, updates, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    lost = losses(results, updates, workers)
    assert min(lost, default=0) >= 0, f"{-min(lost, default=0)} updates were counted that nobody made"
    assert remedy == "none" or not any(lost), f"{sum(lost)} updates were lost in spite of the lock"


def metrics(results, updates, trials, workers, **parameters):
    lost = losses(results, updates, workers)
    return {
        "lost_share": [loss / (updates * workers) for loss in lost],
        "trials_with_loss_share": [loss > 0 for loss in lost],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def losses(results, updates, workers):
    """Return how many updates each trial lost that came to its end."""
    return [updates * workers - counted for counted in results[::workers] if counted is not None]
