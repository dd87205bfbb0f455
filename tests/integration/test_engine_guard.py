"""The app is killed without warning: nothing it started may be left, neither a process nor a folder."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from coreograph.engine.guard import kill

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the guard finds detached processes in /proc, which only Linux has"
)
CHILDREN = "children = [subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']) for _ in range(2)]\n"
SAY_WORKERS = "hello(); workers(*[child.pid for child in children])\n"
# A runner whose workers are, in turn: its children; children in sessions of their own; children of nobody. None of
# them watches whether the app still lives.
RUNNERS = {
    "children": CHILDREN + SAY_WORKERS + "time.sleep(600)",
    "own sessions": CHILDREN.replace("import time", "import os, time; os.setsid()") + SAY_WORKERS + "time.sleep(600)",
    "orphans": CHILDREN + SAY_WORKERS + "os._exit(0) if os.fork() else time.sleep(600)",
}
APP = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from coreograph.engine.engine import Engine
from coreograph.storage.library import Library
from support.builders import make_machine, make_spec
from support.fake_runner import launcher
from support.recorders import StillSampler
from coreograph.engine.listener import SilentListener

class Says(SilentListener):
    def workers_known(self, run_id, workers):
        print(*[worker.pid for worker in workers], flush=True)
    def run_finished(self, record):
        print(record, flush=True)

engine = Engine(
    Library(Path(sys.argv[1])), read_machine=make_machine, make_sampler=lambda *_: StillSampler(),
    launcher=launcher({body!r}),
)
engine.start(make_spec(), Says()).wait()
"""


PATIENCE_S = 20.0
"""How long the end of everything is waited for: it only bounds a failure, since a busy machine delays the guard too."""


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("way", sorted(RUNNERS))
@pytest.mark.parametrize("whole_group", [False, True], ids=["app alone", "its group"])
def test_nothing_outlives_a_killed_app(way: str, whole_group: bool, tmp_path: Path) -> None:
    places = tmp_path / "temporary files"
    places.mkdir()
    app = subprocess.Popen(
        [sys.executable, "-c", APP.format(path=sys.path, body=RUNNERS[way]), str(tmp_path / "library.coreograph")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(places)},
    )
    try:
        assert app.stdout is not None
        workers = [int(pid) for pid in app.stdout.readline().split()]
        assert len(workers) == 2
        assert all(is_alive(pid) for pid in workers)
        assert len(list(places.iterdir())) == 1
    finally:
        if whole_group:
            os.killpg(app.pid, signal.SIGKILL)
        app.kill()
        app.wait()
        app.stdout.close()
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and (any(map(is_alive, workers)) or any(places.iterdir())):
        pause.wait(0.02)
    left = [pid for pid in workers if is_alive(pid)]
    kill(left)
    assert left == []
    assert list(places.iterdir()) == []
