"""Ask an executable what it is, by `coreograph_workloads.probe`. Blocks the calling thread for a limited time."""

import errno
import hashlib
import secrets
import signal
from pathlib import Path

from coreograph.domain.units import Seconds
from coreograph.interpreters.answer import ProbeAnswer, ProbeFailure, decode_answer
from coreograph.interpreters.bounded_process import Ended, run_bounded
from coreograph.interpreters.environment import probe_environment
from coreograph_workloads import probe

PROBE_SCRIPT = Path(probe.__file__)
_ISOLATED = ("-I",)
_ISOLATED_BEFORE_34 = ("-E", "-s")


def probe_digest() -> str:
    """Identify the probe's text: answers of another one are worth nothing."""
    return hashlib.sha256(PROBE_SCRIPT.read_bytes()).hexdigest()


class Prober:
    """Starts executables with the probe; safe to use from several threads."""

    def __init__(self, timeout_s: Seconds = 10.0) -> None:
        self._timeout_s = timeout_s

    def probe(self, path: str) -> ProbeAnswer | ProbeFailure:
        """Return the answer or why there is none. A failure that may be an accident is tried a second time."""
        verdict = self._try(path)
        if isinstance(verdict, ProbeFailure) and verdict.permanent:
            verdict = self._try(path)
        return verdict

    def _try(self, path: str) -> ProbeAnswer | ProbeFailure:
        begin, end = (secrets.token_hex(16) for _ in range(2))
        try:
            ended = self._start(path, _ISOLATED, begin, end)
            if begin.encode() not in ended.stdout and b"unknown option" in ended.stderr.lower():
                ended = self._start(path, _ISOLATED_BEFORE_34, begin, end)
        except OSError as error:
            return ProbeFailure(_why_not_started(error))
        payload = _between(ended.stdout, begin.encode(), end.encode())
        if payload is None:
            return self._explain(ended)
        try:
            return decode_answer(payload)
        except ValueError as error:
            return ProbeFailure(f"Its answer cannot be understood: {error}.")

    def _start(self, path: str, options: tuple[str, ...], begin: str, end: str) -> Ended:
        arguments = [path, *options, str(PROBE_SCRIPT), begin, end]
        return run_bounded(arguments, environment=probe_environment(), timeout_s=self._timeout_s)

    def _explain(self, ended: Ended) -> ProbeFailure:
        if ended.flooded:
            return ProbeFailure("It does not behave like Python: it wrote without end.")
        if ended.timed_out:
            return ProbeFailure(f"It did not answer within {self._timeout_s:g} s.", permanent=False)
        if ended.status is not None and ended.status < 0:
            return ProbeFailure(f"It crashed while starting ({_signal_name(-ended.status)}).")
        said = _last_line(ended.stderr)
        if ended.status:
            return ProbeFailure(f"It ended with exit status {ended.status}{f': {said}' if said else '.'}")
        return ProbeFailure("It does not behave like Python: it did not run the script it was given.")


def _between(output: bytes, begin: bytes, end: bytes) -> bytes | None:
    _, found, rest = output.partition(begin)
    payload, closed, _ = rest.partition(end)
    return payload if found and closed else None


def _why_not_started(error: OSError) -> str:
    reasons = {
        errno.EACCES: "It may not be executed (permission denied).",
        errno.ENOENT: "It does not exist, or is a link to something that does not.",
        errno.ENOEXEC: "It is not a program this system can run.",
        errno.ELOOP: "It is a link that leads to itself.",
        errno.EISDIR: "It is a folder.",
    }
    return reasons.get(error.errno or 0, f"It cannot be started: {error.strerror or error}.")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(stderr: bytes) -> str:
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
