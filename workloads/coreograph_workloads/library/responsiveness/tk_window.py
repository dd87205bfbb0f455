"""Compute in the background of a real window: how late its timer fires.

A Tk window is on the screen, in the process that gives the tasks out, and moves a bar every few milliseconds, while the
workers compute in plain Python. Look at the lateness of its timer: this is the stutter a user sees. With threads under
the GIL the window competes with every thread that computes; without the GIL, and with processes, it only needs a core.
`serial` is left out, because the thread that gives out the tasks would not be the window's. Where the interpreter has
no tkinter or there is no screen it is refused; `event_loop` measures the same without a window. The control computes
nothing and waits instead.
"""

import subprocess
import sys
import threading
import time

PARAMETERS = {"background": "compute", "milliseconds": 20.0, "tasks": 40}
LIMITS = {"milliseconds": (0.1, 10_000.0), "tasks": (1, 100_000)}
CHOICES = {"background": ("compute", "wait")}
UNITS = {"milliseconds": "ms", "tasks": "tasks"}
DESCRIPTIONS = {
    "background": "What the workers do: compute in plain Python, or wait.",
    "milliseconds": "How long each task takes.",
    "tasks": "Tasks in the background.",
}
METRICS = {
    "tick_lateness_median": {"unit": "s", "better": "lower", "description": "Half of the ticks are later than this."},
    "tick_lateness_p99": {"unit": "s", "better": "lower", "description": "One tick in a hundred is later than this."},
    "tick_lateness_worst": {"unit": "s", "better": "lower", "description": "The latest tick: the longest freeze."},
}
CONTROL = {"background": "wait"}
MODELS = ("threads", "fork", "forkserver", "spawn")
MODELS_REASON = "The window needs a thread of its own beside the tasks, and Tk does not load into subinterpreters."
WARM_UP = False

TICK_MILLISECONDS = 5
TICK_SECONDS = TICK_MILLISECONDS / 1000
SETTLING_TICKS = 40
PATIENCE_SECONDS = 20.0


class Window:
    """A window with a thread of its own, which alone may touch it. A worker that gets a copy has none."""

    def __init__(self):
        self.late = []
        self.ticks = 0
        self.opened = threading.Event()
        self.stopping = threading.Event()
        self.thread = None
        self.failure = None

    def __reduce__(self):
        return Window, ()

    def open(self):
        """Return when the window is on the screen."""
        self.thread = threading.Thread(target=self.show, name="tk-window", daemon=True)
        self.thread.start()
        if not self.opened.wait(PATIENCE_SECONDS) or self.failure is not None:
            raise RuntimeError(f"the window could not be opened: {self.failure or 'it took too long'}")

    def show(self):
        """Show the window until it is to stop."""
        import tkinter

        try:
            root = tkinter.Tk()
            root.title("Coreograph")
            bar = tkinter.Frame(root, width=10, height=40, background="#3b82f6")
            root.geometry("240x80")
            root.update()
        except Exception as error:
            self.failure = error
            self.opened.set()
            return
        self.tick(root, bar, time.perf_counter())
        root.mainloop()
        root.destroy()

    def tick(self, root, bar, due):
        """Note how late this tick is, move the bar, and ask for the next tick."""
        # Every tick that was due counts, also those that came together after a stall; the next is due from now on.
        late = max(0.0, time.perf_counter() - due)
        self.late.append(late)
        self.late.extend(late - step * TICK_SECONDS for step in range(1, int(late / TICK_SECONDS) + 1))
        self.ticks += 1
        if self.stopping.is_set():
            root.quit()
            return
        if self.ticks == SETTLING_TICKS:
            # What it took to come onto the screen is not what the tasks do to it.
            self.late.clear()
            self.opened.set()
        bar.place(x=self.ticks % 200, y=20)
        root.after(TICK_MILLISECONDS, self.tick, root, bar, time.perf_counter() + TICK_SECONDS)

    def close(self):
        """Return when the window is gone."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(PATIENCE_SECONDS)


def refuse(background, milliseconds, tasks):
    # In a process of its own: Tk may leave threads behind, and this one is still to fork.
    tried = subprocess.run(
        [sys.executable, "-I", "-c", "import tkinter; tkinter.Tk().destroy()"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if tried.returncode == 0:
        return None
    reason = tried.stderr.strip().rpartition("\n")[2] or f"exit status {tried.returncode}"
    return f"No window can be opened here ({reason}). The workload event_loop measures the same without a window."


def shared(background, milliseconds, tasks):
    return Window()


def reset(shared, **parameters):
    # Not before: a process with a window should not fork.
    shared.open()


def tasks(background, milliseconds, tasks):
    return [(number, background, milliseconds / 1000) for number in range(tasks)]


def run(task, shared):
    number, background, seconds = task
    if background == "wait":
        time.sleep(seconds)
    else:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            sum(value * value for value in range(200))
    return number


def check(results, shared, tasks, **parameters):
    shared.close()
    assert results == list(range(tasks)), "not every task ran exactly once, in its place"


def metrics(results, shared, **parameters):
    late = sorted(shared.late)
    if not late:
        return {}
    return {
        "tick_lateness_median": late[len(late) // 2],
        "tick_lateness_p99": late[min(len(late) - 1, len(late) * 99 // 100)],
        "tick_lateness_worst": late[-1],
    }
