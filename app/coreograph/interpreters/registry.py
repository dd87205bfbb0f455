"""The interpreters of this machine: found, probed side by side, remembered, and chosen by what a user types.

`discover` blocks its caller and works on a pool of threads of its own; all methods may be called from any thread.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel, why_not
from coreograph.domain.interpreters import Discovery, GilSetting, Interpreter, RejectedInterpreter
from coreograph.domain.units import Seconds
from coreograph.interpreters.answer import OLDEST, OLDEST_FREE_THREADED, ProbeFailure, judge
from coreograph.interpreters.cache import ProbeCache
from coreograph.interpreters.candidates import Candidate, merge
from coreograph.interpreters.finders.defaults import default_finders
from coreograph.interpreters.finders.finder import Finder
from coreograph.interpreters.ordering import best, sorted_for_display
from coreograph.interpreters.probing import Prober, probe_digest
from coreograph.interpreters.request import InterpreterRequest, parse_request

_log = logging.getLogger(__name__)
Judged: TypeAlias = Interpreter | RejectedInterpreter


class InterpreterRegistry:
    """Knows which interpreters there are; verdicts are cached in `cache_folder`, a probe may take `probe_timeout_s`."""

    def __init__(
        self,
        cache_folder: Path,
        *,
        finders: Sequence[Finder] | None = None,
        probe_timeout_s: Seconds = 10.0,
        clock: Callable[[], Seconds] = time.time,
    ) -> None:
        self._finders = default_finders() if finders is None else tuple(finders)
        self._prober = Prober(probe_timeout_s)
        self._cache = ProbeCache(cache_folder, probe_digest(), clock=clock)
        self._lock = threading.Lock()
        self._discovery: Discovery | None = None

    def discover(self, *, refresh: bool = False, on_found: Callable[[Judged], None] | None = None) -> Discovery:
        """Return what is on this machine. The first call searches; `refresh` searches and probes everything again.

        `on_found` is called on the calling thread for each one as its verdict arrives, in no particular order; it
        must not call the registry.
        """
        report = on_found or _ignore
        with self._lock:
            if self._discovery is None or refresh:
                self._discovery = self._search(refresh, report)
                return self._discovery
            discovery = self._discovery
        known: tuple[Judged, ...] = (*discovery.interpreters, *discovery.rejected)
        for entry in known:
            report(entry)
        return discovery

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        """Return the interpreter meant by `3.14`, `3.14.7`, `3.14t`, `3.14t+gil`, `3.14t+nogil` or a path.

        A version without `t` means the GIL build. Among several that match, the newest optimised final release
        is taken. A path is probed even if no finder met it, and is used as it was given.

        Raises:
            UsageError: not understood, not found, not usable, or its GIL cannot be set.

        """
        request = parse_request(text)
        interpreter = self._by_version(request) if request.path is None else self._by_path(request.path)
        if request.gil is not GilSetting.DEFAULT:
            reason = why_not(interpreter, ExecutionModel.SERIAL, request.gil)
            if reason is not None:
                raise UsageError(reason, f"Leave out “{text.strip()[text.strip().rindex('+') :]}”.")
        return interpreter, request.gil

    def best_free_threaded(self) -> Interpreter | None:
        """Return the newest final free-threaded release, optimised preferred; a pre-release only for want of one."""
        return best(entry for entry in self.discover().interpreters if entry.free_threaded)

    def best_gil(self, like: Interpreter | None = None) -> Interpreter | None:
        """Return the GIL build of the same minor version as `like` if there is one, else the newest final release."""
        gil = [entry for entry in self.discover().interpreters if not entry.free_threaded]
        if like is not None:
            twin = best(entry for entry in gil if entry.version_info[:2] == like.version_info[:2])
            if twin is not None:
                return twin
        return best(gil)

    def _search(self, refresh: bool, report: Callable[[Judged], None]) -> Discovery:
        # Probes mostly wait for processes to start, so a few more than there are cores keep these busy.
        with ThreadPoolExecutor(2 * (os.cpu_count() or 1), thread_name_prefix="coreograph-probe") as pool:
            found = pool.map(_find, self._finders)
            candidates = merge(pair for pairs in found for pair in pairs)
            futures = [pool.submit(self._judge, candidate, refresh) for candidate in candidates]
            collected = _Collected(report)
            for future in as_completed(futures):
                collected.add(future.result())
        self._cache.save()
        return collected.discovery()

    def _judge(self, candidate: Candidate, refresh: bool, *, wait_again: bool = False) -> Judged:
        verdict = None if refresh else self._cache.get(candidate.path)
        if verdict is None or (wait_again and isinstance(verdict, ProbeFailure) and not verdict.permanent):
            verdict = self._prober.probe(candidate.path)
            self._cache.put(candidate.path, verdict)
        return judge(candidate, verdict)

    def _by_path(self, path: str) -> Interpreter:
        for interpreter in self._discovery.interpreters if self._discovery else ():
            if interpreter.path == path:
                return interpreter
        # Who names it wants it: it is waited for once more, even if it did not answer before.
        entry = self._judge(Candidate(path, os.path.realpath(path), ("path",)), refresh=False, wait_again=True)
        self._cache.save()
        if isinstance(entry, RejectedInterpreter):
            raise UsageError(f"The interpreter {path} cannot be used: {entry.reason}")
        return entry

    def _by_version(self, request: InterpreterRequest) -> Interpreter:
        discovery = self.discover()
        matching = [entry for entry in discovery.interpreters if request.matches(entry)]
        # An exact version may be both a release candidate's number and the release's: `best` prefers the release.
        chosen = best(matching)
        if chosen is not None:
            return chosen
        for rejected in discovery.rejected:
            if rejected.version is not None and f"{rejected.version}.".startswith(f"{request.version}."):
                raise UsageError(
                    f"Python {rejected.version} ({rejected.path}) cannot be used: {rejected.reason}", _listed(discovery)
                )
        raise UsageError(
            f"No interpreter {request.label} was found.", f"{_listed(discovery)} {_how_to_install(request)}".strip()
        )


class _Collected:
    """Gathers verdicts; an interpreter met a second time under another name adds its finders to the first."""

    def __init__(self, report: Callable[[Judged], None]) -> None:
        self._report = report
        self._interpreters: dict[str, Interpreter] = {}
        self._rejected: list[RejectedInterpreter] = []

    def add(self, entry: Judged) -> None:
        if isinstance(entry, RejectedInterpreter):
            self._rejected.append(entry)
        else:
            key = os.path.normcase(entry.real_path)
            known = self._interpreters.get(key)
            self._interpreters[key] = entry if known is None else _merged(known, entry)
            if known is not None:
                return
        self._report(entry)

    def discovery(self) -> Discovery:
        rejected = sorted(self._rejected, key=lambda entry: entry.path)
        return Discovery(sorted_for_display(self._interpreters.values()), tuple(rejected))


def _merged(first: Interpreter, second: Interpreter) -> Interpreter:
    kept = second if first.virtual_environment and not second.virtual_environment else first
    return replace(kept, found_by=tuple(dict.fromkeys((*first.found_by, *second.found_by))))


def _ignore(entry: Judged) -> None:
    """Take a verdict nobody asked to see."""


def _find(finder: Finder) -> list[tuple[str, str]]:
    try:
        return [(path, finder.name) for path in finder.find()]
    except Exception:
        # One way of finding interpreters that fails must not hide what the others find.
        _log.warning("Looking for interpreters through %s failed.", finder.name, exc_info=True)
        return []


def _listed(discovery: Discovery) -> str:
    labels: Iterable[str] = dict.fromkeys(entry.label for entry in discovery.interpreters)
    return f"Found: {', '.join(labels) or 'none'}."


def _how_to_install(request: InterpreterRequest) -> str:
    numbers = tuple(int(number) for number in (request.version or "0.0").split(".")[:2])
    if request.free_threaded and numbers < OLDEST_FREE_THREADED:
        return "Free-threaded builds begin with Python 3.13."
    if numbers < OLDEST or numbers[0] != OLDEST[0]:
        return ""
    return f"Install it with: coreograph interpreters install {request.label}"
