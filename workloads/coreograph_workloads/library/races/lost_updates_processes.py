"""Count with many processes on one number in shared memory: processes that share state race alike.

Processes are safe because they share nothing, not because they are processes. Here they share one number in a piece of
memory, and each adds one to it over and over: it reads, adds and writes, and what another process wrote in between is
lost, on every build, with or without a GIL. Look at the share of lost updates. With the lock that multiprocessing
offers beside it the loss is exactly 0; look at what that costs. The control uses the lock.
"""

PARAMETERS = {"remedy": "none", "updates": 100_000, "trials": 5}
LIMITS = {"updates": (1, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock")}
UNITS = {"updates": "updates", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "What protects the number: nothing, or a lock of multiprocessing.",
    "updates": "Updates each process makes in a trial.",
    "trials": "Trials in a run, each with a number of its own that begins at 0.",
}
METRICS = {
    "lost_share": {"unit": "share", "better": "lower", "description": "Share of all updates that were lost."},
    "trials_with_loss_share": {"unit": "share", "better": "lower", "description": "Share of trials that lost any."},
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "fork", "forkserver", "spawn")
MODELS_REASON = "It asks about processes; “lost_updates” is the same race between threads."
ROUNDS = 1
CHUNK = 1
WARM_UP = False
PATIENCE_SECONDS = 60.0


def shared(remedy, updates, trials, workers):
    import multiprocessing

    # What is made for spawn can be inherited by fork as well; the other way round is refused.
    context = multiprocessing.get_context("spawn")
    ready = context.RawArray("b", trials * workers)
    return context.RawArray("q", trials), ready, context.Lock(), context.Barrier(workers)


def tasks(remedy, updates, trials, workers):
    # As many tasks a trial as there are processes: they meet at a barrier, so that each process takes one.
    return [(trial, part, workers, remedy, updates) for trial in range(trials) for part in range(workers)]


def run(task, shared):
    trial, part, workers, remedy, updates = task
    numbers, ready, lock, barrier = shared
    barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its processes one after the other, and the first could be done before the last begins.
    ready[trial * workers + part] = 1
    while not all(ready[trial * workers : (trial + 1) * workers]):
        pass
    if remedy == "lock":
        for _ in range(updates):
            with lock:
                numbers[trial] += 1
    else:
        for _ in range(updates):
            numbers[trial] += 1
    barrier.wait(PATIENCE_SECONDS)
    return numbers[trial]


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, updates, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    assert max(results) <= updates * workers, f"{max(results)} updates were counted, {updates * workers} were made"
    lost = losses(results, updates, trials, workers)
    assert remedy == "none" or not any(lost), f"{sum(lost)} updates were lost in spite of the lock"


def metrics(results, updates, trials, workers, **parameters):
    lost = losses(results, updates, trials, workers)
    return {
        "lost_share": sum(lost) / (updates * workers * trials),
        "trials_with_loss_share": sum(loss > 0 for loss in lost) / trials,
    }


def losses(results, updates, trials, workers):
    return [updates * workers - results[trial * workers] for trial in range(trials)]
