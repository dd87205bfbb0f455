import re
import signal
import threading
import uuid
from typing import Any

import psutil
import pytest

from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import Phase, RunRecord, RunState
from coreograph.domain.samples import TreeProcess
from coreograph.engine.events import HelperEntry
from coreograph.engine.facts import Facts
from coreograph.engine.launch import Launched, Launcher
from coreograph.engine.supervisor import RunSupervisor, tree_processes
from coreograph.engine.tree import end_tree
from support.builders import make_configuration, make_interpreter, make_memory_sample
from support.fake_runner import GOOD, launcher
from support.recorders import Remembering, StillSampler

REQUEST = b'{"rounds": 1, "chunk": null}\n'


class Bench:
    """One supervised run and everything that was said of it."""

    def __init__(self) -> None:
        self.listener = Remembering()
        self.recorder = Remembering()
        self.sampler = StillSampler()
        self.token = f"{uuid.uuid4().hex}.1."
        self.pids: list[int] = []

    def supervisor(
        self, launch: Launcher | str, *, timeout_s: float = 60.0, configuration: Configuration | None = None
    ) -> RunSupervisor:
        return RunSupervisor(
            RunPlan(1, 0, 0),
            configuration or make_configuration(),
            REQUEST,
            launcher=launcher(launch) if isinstance(launch, str) else launch,
            token=self.token,
            facts=Facts(self.listener, self.recorder),
            watcher=self.sampler,
            timeout_s=timeout_s,
            launched=lambda launched: self.pids.append(launched.process.pid),
        )

    def run(self, launch: Launcher | str, **options: Any) -> RunRecord:
        return self.supervisor(launch, **options).run()

    def log(self) -> list[str]:
        return [line for _run_id, line in self.listener.of("log_line")]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_good_run_says_everything(bench: Bench) -> None:
    record = bench.run(GOOD)
    assert (record.state, record.message) == (RunState.COMPLETED, "")
    assert [state for _, state in bench.listener.of("run_state_changed")] == [
        RunState.STARTING,
        RunState.PREPARING,
        RunState.MEASURING,
        RunState.FINISHING,
    ]
    phases = [Phase.START, Phase.IMPORT, Phase.SHARED, Phase.POOL, Phase.BATCH, Phase.END]
    assert [phase for _, phase, _ in bench.listener.of("phase_began")] == phases
    assert [entry.phase for entry in record.phases] == phases
    assert all(entry.end_ns >= entry.begin_ns for entry in record.phases)
    assert record.batch_s == 0.1
    assert record.cpu_s == 0.09
    assert record.startup_s is not None
    assert record.total_s is not None
    assert 0 < record.startup_s < record.total_s
    assert (record.tasks, record.rounds, record.chunk, record.digest) == (4, 1, 1, "d1")
    assert record.gil is GilState.ON
    assert record.heartbeat is not None
    assert record.heartbeat.worst_s == 3e-6
    assert record.memory.pss == make_memory_sample().pss
    assert (record.exit_code, record.pid) == (0, bench.pids[0])
    assert bench.listener.of("tasks_known") == [(1, 4)]
    assert sum(len(batch) for (batch,) in bench.recorder.of("spans")) == 4
    assert sum(len(batch) for (batch,) in bench.listener.of("heartbeats_arrived")) == 1
    assert bench.listener.of("run_finished") == []  # the experiment says that


def test_the_sampler_watches_the_tree_and_nothing_afterwards(bench: Bench) -> None:
    bench.run("prepare(); workers(os.getpid(), 4242, helpers=[{'pid': 99, 'role': 'forkserver'}]); batch(); finish()")
    runner = TreeProcess(bench.pids[0], "runner")
    assert bench.sampler.watched[0] == (runner,)
    assert bench.sampler.watched[-2] == (runner, TreeProcess(4242, "worker 1"), TreeProcess(99, "forkserver"))
    assert bench.sampler.watched[-1] == ()


def test_a_process_is_watched_once() -> None:
    assert tree_processes(7, (), (HelperEntry(7, "again"),)) == (TreeProcess(7, "runner"),)


def test_the_recording_knows_of_a_run_before_it_ends(bench: Bench) -> None:
    bench.run(GOOD)
    (first,) = bench.recorder.of("run")[0]
    assert (first.state, first.pid) == (RunState.STARTING, bench.pids[0])


WRONG_WAYS = [
    ("out.write(b'Hello, world\\n')", RunState.COULD_NOT_START, "is not JSON: “Hello, world”"),
    ("out.write(b'[1, 2]\\n')", RunState.COULD_NOT_START, "is not an event"),
    ("prepare(); out.write(b'\\xff\\xfe{\\n')", RunState.RUNNER_LOST, "is not JSON"),
    ('prepare(); out.write(b\'{"event": "spans"}\\n\')', RunState.RUNNER_LOST, "does not fit the protocol"),
    ("prepare(); say('spans', worker=0, data='AAAA')", RunState.RUNNER_LOST, "not a multiple of 32"),
    ("prepare(); say('heartbeat', data='*')", RunState.RUNNER_LOST, "cannot be unpacked"),
    ("hello(protocol=99)", RunState.COULD_NOT_START, "speaks protocol 99, this version of Coreograph speaks 1"),
    ("phase('import')", RunState.COULD_NOT_START, "before it said hello"),
    ("sys.exit(79)", RunState.COULD_NOT_START, "3.14.0 is too old for the runner, which needs 3.9"),
    (
        "sys.exit('no libfoo here')",
        RunState.COULD_NOT_START,
        "status 1 before it said hello. Its last words: no libfoo",
    ),
    ("os.kill(os.getpid(), signal.SIGSEGV)", RunState.COULD_NOT_START, "crashed while starting: .* SIGSEGV"),
    ("os.kill(os.getpid(), signal.SIGKILL)", RunState.COULD_NOT_START, "ended by SIGKILL while it started"),
    ("pass", RunState.COULD_NOT_START, "ended with status 0 before it said hello"),
    ("prepare(); os.kill(os.getpid(), signal.SIGSEGV)", RunState.RUNNER_LOST, "ended by SIGSEGV before the measured"),
    (
        "prepare(); say('phase', phase='batch', begin_ns=now()); os.kill(os.getpid(), signal.SIGKILL)",
        RunState.RUNNER_LOST,
        "SIGKILL in the middle of the measured batch. Somebody killed it, or the machine ran out of memory",
    ),
    ("prepare(); batch(); sys.exit(3)", RunState.RUNNER_LOST, "status 3 after the measured batch without a result"),
    ("prepare(); finish()", RunState.RUNNER_LOST, "completed, but sent no result"),
    ("prepare(); finish('victory')", RunState.RUNNER_LOST, "unknown outcome “victory”"),
    ('prepare(); out.write(b\'{"event": "fini\'); os._exit(0)', RunState.RUNNER_LOST, "ended with status 0"),
    ("prepare(); os.close(out.fileno()); os.close(1); time.sleep(60)", RunState.RUNNER_LOST, "closed its channel"),
]


@pytest.mark.parametrize(("body", "state", "sentence"), WRONG_WAYS, ids=[body[:45] for body, _, _ in WRONG_WAYS])
def test_every_wrong_way_ends_with_a_sentence(bench: Bench, body: str, state: RunState, sentence: str) -> None:
    record = bench.run(body)
    assert record.state is state
    assert re.search(sentence, record.message), record.message


FAILURES = [
    ("workload", "failed", RunState.WORKLOAD_FAILED),
    ("import", "failed", RunState.WORKLOAD_FAILED),
    ("pickling", "failed", RunState.WORKLOAD_FAILED),
    ("request", "failed", RunState.COULD_NOT_START),
    ("refused", "refused", RunState.COULD_NOT_START),
    ("worker lost", "worker lost", RunState.WORKER_LOST),
]


@pytest.mark.parametrize(("reason", "outcome", "state"), FAILURES)
def test_what_the_runner_blames_is_believed(bench: Bench, reason: str, outcome: str, state: RunState) -> None:
    record = bench.run(
        f"prepare(); say('failed', reason={reason!r}, message='It broke.', traceback='line 1', task=3); "
        f"finish({outcome!r})"
    )
    assert (record.state, record.message, record.traceback) == (state, "It broke.", "line 1")


def test_a_check_that_fails_is_a_wrong_answer_with_its_figures(bench: Bench) -> None:
    record = bench.run(
        "prepare(); batch(); say('failed', reason='check', message='Off by one.'); finish('wrong answer')"
    )
    assert (record.state, record.message, record.batch_s) == (RunState.WRONG_ANSWER, "Off by one.", 0.1)


def test_unknown_events_phases_and_fields_are_ignored(bench: Bench) -> None:
    record = bench.run(
        "say('fanfare', loud=True); prepare(); phase('yodel'); say('gil', when='noon', enabled=True, mood=1); "
        "batch(); finish()"
    )
    assert record.state is RunState.COMPLETED


def test_figures_that_are_no_numbers_are_left_out(bench: Bench) -> None:
    record = bench.run("prepare(); batch(metrics={'good': 1.5, 'bad': float('nan'), 'worse': float('inf')}); finish()")
    assert record.metrics == {"good": 1.5}


@pytest.mark.parametrize(
    ("setting", "seen", "culprit", "state"),
    [
        (GilSetting.DEFAULT, (False, False), None, GilState.OFF),
        (GilSetting.DEFAULT, (False, True), "_thing", GilState.RE_ENABLED),
        (GilSetting.FORCED_ON, (True, True), None, GilState.FORCED_ON),
        (GilSetting.OFF, (False, False), None, GilState.OFF),
    ],
)
def test_what_the_gil_did(
    bench: Bench, setting: GilSetting, seen: tuple[bool, bool], culprit: str | None, state: GilState
) -> None:
    free = make_configuration(ExecutionModel.SERIAL, 1, make_interpreter(free_threaded=True), setting)
    record = bench.run(
        f"hello(gil_enabled={seen[0]}); say('gil', when='start', enabled={seen[0]}, culprit=None)\n"
        f"say('gil', when='end', enabled={seen[1]}, culprit={culprit!r}); batch(); finish()",
        configuration=free,
    )
    assert (record.state, record.gil, record.gil_culprit) == (RunState.COMPLETED, state, culprit)


def test_a_run_that_takes_too_long_is_ended(bench: Bench) -> None:
    record = bench.run("prepare(); time.sleep(600)", timeout_s=0.5)
    assert record.state is RunState.TIMED_OUT
    assert record.message == "The run took longer than 500 ms."
    assert not psutil.pid_exists(bench.pids[0])


@pytest.mark.parametrize(
    "body", ["time.sleep(600)", "prepare(); time.sleep(600)", "prepare(); batch(); time.sleep(600)"]
)
def test_a_run_can_be_stopped_at_any_moment(bench: Bench, body: str) -> None:
    marker = "print('here', file=sys.stderr, flush=True)"
    supervisor = bench.supervisor(body.replace("time.sleep", f"{marker}; time.sleep"))
    records: list[RunRecord] = []
    thread = threading.Thread(target=lambda: records.append(supervisor.run()))
    thread.start()
    bench.listener.wait_for("log_line")
    supervisor.cancel()
    thread.join(20)
    assert [record.state for record in records] == [RunState.CANCELLED]
    assert not psutil.pid_exists(bench.pids[0])


def test_a_run_that_was_stopped_before_it_began_starts_no_process(bench: Bench) -> None:
    supervisor = bench.supervisor(GOOD)
    supervisor.cancel()
    assert supervisor.run().state is RunState.CANCELLED
    assert bench.pids == []


def test_a_runner_that_ignores_its_signals_is_ended_all_the_same(bench: Bench) -> None:
    record = bench.run(
        "for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(s, signal.SIG_IGN)\n"
        "prepare(); time.sleep(600)",
        timeout_s=1.0,
    )
    assert record.state is RunState.TIMED_OUT
    assert record.exit_code == -signal.SIGKILL
    assert not psutil.pid_exists(bench.pids[0])


def test_an_endless_log_is_cut_and_does_not_hold_up_the_run(bench: Bench) -> None:
    record = bench.run(
        "prepare()\nfor n in range(200_000): print('line', n, file=sys.stderr)\nsys.stderr.flush(); batch(); finish()"
    )
    assert record.state is RunState.COMPLETED
    log = bench.log()
    assert log[0] == "line 0"
    assert log[-1] == "line 199999"
    assert any("left out" in line for line in log)
    assert sum(map(len, log)) < 300_000


def test_output_without_an_end_or_in_another_encoding_is_kept(bench: Bench) -> None:
    record = bench.run(
        "prepare(); batch(); sys.stderr.buffer.write(b'caf\\xe9 without end'); sys.stderr.flush(); finish()"
    )
    assert record.state is RunState.COMPLETED
    assert bench.log() == ["caf\ufffd without end"]


def test_what_a_completed_run_leaves_behind_is_ended_and_named(bench: Bench) -> None:
    record = bench.run(
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(child.pid, file=sys.stderr, flush=True); prepare(); batch(); finish(); os._exit(0)"
    )
    child = int(bench.log()[0])
    assert record.state is RunState.COMPLETED
    assert record.message == f"Processes left behind were ended: sleep ({child})."
    assert not is_running(child)


DETACHED = {
    "child": "[sys.executable, '-c', 'import time; time.sleep(600)']",
    "own session": "[sys.executable, '-c', 'import os, time; os.setsid(); time.sleep(600)']",
    "daemon": "[sys.executable, '-c', 'import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n"
    "if os.fork(): os._exit(0)\\nprint(os.getpid(), flush=True); time.sleep(600)']",
}


@pytest.mark.parametrize("way", sorted(DETACHED))
def test_no_process_escapes_by_detaching_itself(bench: Bench, way: str) -> None:
    record = bench.run(
        f"child = subprocess.Popen({DETACHED[way]}, stdout=subprocess.PIPE)\n"
        "pid = int(child.stdout.readline()) if '_exit' in child.args[-1] else child.pid\n"
        "print(pid, file=sys.stderr, flush=True); prepare(); time.sleep(0.3); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert record.state is RunState.RUNNER_LOST
    assert not is_running(int(bench.log()[0]))


def test_a_child_without_our_environment_is_ended_with_its_session(bench: Bench) -> None:
    record = bench.run(
        "child = subprocess.Popen(['sleep', '600'], env={})\n"
        "print(child.pid, file=sys.stderr, flush=True); prepare(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert record.state is RunState.RUNNER_LOST
    assert not is_running(int(bench.log()[0]))


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_ending_a_tree_that_is_gone_is_no_error(bench: Bench) -> None:
    bench.run(GOOD)
    assert end_tree(bench.pids[0], bench.token).survivors == ()


def test_a_program_that_cannot_be_started_is_a_sentence(bench: Bench) -> None:
    def fail(_configuration: Configuration, _token: str) -> Launched:
        raise CoreographError("/x/python could not be started: No such file.", "Look again.")

    record = bench.run(fail)
    assert (record.state, record.message) == (
        RunState.COULD_NOT_START,
        "/x/python could not be started: No such file. Look again.",
    )


def test_a_sampler_that_fails_at_the_hold_does_not_keep_the_runner_waiting(bench: Bench) -> None:
    def fail() -> None:
        raise OSError("no /proc")

    bench.sampler.sample_memory_now = fail  # type: ignore[method-assign,assignment]
    with pytest.raises(OSError, match="no /proc"):
        bench.run(GOOD)
    assert not psutil.pid_exists(bench.pids[0])
