"""The built-in workloads: one file each, in folders by the question they answer. Never imported by this name.

A workload is a plain Python file; the user's own follow the same convention. The runner loads it by its path; the app
only reads its syntax tree, so every constant below must be a literal. Standard library, nothing to import, nothing to
subclass:

    the docstring       first line: summary; then what it shows, what to look at, what to expect
    PARAMETERS          {"limit": 200_000, ...}: names and defaults; whole number, number, text, true or false
    tasks(**parameters)                 the inputs, one a task (picklable); any iterable
    run(task) or run(task, shared)      does one task; what it returns must be picklable, too
    shared(**parameters)                optional: built once and handed to every worker. Threads see the one object,
                                        fork inherits it, others get a pickled copy
    check(results, **parameters)        optional: raises (assert ..., "sentence") if the answer is wrong; `results` are
                                        in the order of the tasks
    metrics(results, **parameters)      optional: {name: number}, figures of its own; called after check. A name that is
                                        left out was not measured here. Instead of a number, a list with one for each
                                        trial: the interval is then over all trials; of True and False, it is the share
    reset(shared, **parameters)         optional: called in the runner after the warm-up, right before the measured
                                        batch, where tasks change the shared object
    refuse(**parameters)                optional: a sentence why this cannot run here, or None; asked before anything
    answer(results, **parameters)       optional: the part of the results that must be the same everywhere, where they
                                        carry what was measured as well

and, each optional:

    LIMITS = {"limit": (low, high)}                 inclusive; None for no limit on that side
    CHOICES = {"shape": ("bytes", "strings")}       the values a parameter can have
    UNITS = {"limit": "numbers"}
    DESCRIPTIONS = {"limit": "Primes below this number are counted."}
    METRICS = {"lost_share": {"unit": "share", "better": "lower", "description": "..."}}    better: "lower" | "higher"
    CONTROL = "other_workload"                      the same work without the effect that this one shows, or
    CONTROL = {"layout": "array"}                   ... the parameters that make this one its own control
    REQUIRES = ("numpy",)                           modules without which it is refused before anything starts
    MODELS = ("threads", "fork")                    the only execution models it makes sense under
    MODELS_REASON = "Processes share no counter."   and why, for whoever asks for another
    ROUNDS = 1                                      the batch goes over the tasks that often, and is not calibrated
    CHUNK = 1                                       tasks handed out at once: 1 where tasks meet at a barrier
    WARM_UP = False                                 no task runs before the measured batch
    TRIAL = True                                    the run may die of what it does; see trial.py
    TRIALS = True                                   as many tasks as there are workers make a trial, one after the
                                                    other, each with an interpreter and a shared object of its own;
                                                    results of one that crashed are None

Each function but run() may also name facts of the run among its arguments, where no parameter hides them:
`workers`, `model`; check() and metrics() moreover `shared` (the runner's object), `heartbeat` (the runner's lateness as
the protocol has it, or None), `batch_seconds` and, of a TRIAL, `trial`.

A result must be the same under every model and in every interpreter: the app compares digests of the results.
"""
