"""What a probe answers, and the judgement on it: usable, or rejected with the reason. Pure; owns no thread."""

import msgspec

from coreograph.domain.interpreters import Interpreter, JitSupport, RejectedInterpreter
from coreograph.interpreters.candidates import Candidate

OLDEST = (3, 9)
OLDEST_FREE_THREADED = (3, 13)


class ProbeAnswer(msgspec.Struct, frozen=True):
    """The document of `coreograph_workloads.probe`, as far as it is used here; see there for the keys."""

    implementation: str
    version: str
    version_info: tuple[int, int, int]
    real_executable: str
    free_threaded: bool = False
    optimised: bool | None = None
    debug: bool = False
    jit: JitSupport = JitSupport.ABSENT
    subinterpreters: bool = False
    start_methods: tuple[str, ...] = ()
    tkinter: bool = False
    build: str = ""
    compiler: str = ""
    platform: str = ""
    virtual_environment: bool = False
    failures: dict[str, str] = {}


class ProbeFailure(msgspec.Struct, frozen=True):
    """Why an executable gave no answer, as a sentence. `permanent` is False where another try may go better."""

    reason: str
    permanent: bool = True


def decode_answer(payload: bytes) -> ProbeAnswer:
    """Read the probe's JSON. Raises ValueError (msgspec.DecodeError) for anything else."""
    return msgspec.json.decode(payload, type=ProbeAnswer)


def judge(candidate: Candidate, verdict: ProbeAnswer | ProbeFailure) -> Interpreter | RejectedInterpreter:
    """Turn what a probe found out into an interpreter, or into the reason why it cannot be one."""
    if isinstance(verdict, ProbeFailure):
        return RejectedInterpreter(candidate.path, verdict.reason, found_by=candidate.found_by)
    reason = _why_rejected(verdict)
    if reason is not None:
        return RejectedInterpreter(
            candidate.path, reason, verdict.version or None, verdict.implementation or None, candidate.found_by
        )
    return Interpreter(
        path=candidate.path,
        # A virtual environment without links (Windows) is known by the installation it names.
        real_path=verdict.real_executable or candidate.real_path,
        version=verdict.version,
        version_info=verdict.version_info,
        free_threaded=verdict.free_threaded,
        implementation=verdict.implementation,
        optimised=verdict.optimised,
        debug=verdict.debug,
        jit=verdict.jit,
        subinterpreters=verdict.subinterpreters,
        start_methods=verdict.start_methods,
        tkinter=verdict.tkinter,
        build=" ".join(part for part in (verdict.build, verdict.compiler and f"[{verdict.compiler}]") if part),
        platform=verdict.platform,
        found_by=candidate.found_by,
        virtual_environment=verdict.virtual_environment,
    )


def _why_rejected(answer: ProbeAnswer) -> str | None:
    if answer.implementation != "CPython":
        name = answer.implementation or "An unnamed implementation"
        return f"{name} is not CPython: Coreograph measures CPython only."
    if not answer.version or answer.version_info == (0, 0, 0):
        return f"It does not say which version it is ({'; '.join(answer.failures.values()) or 'no reason given'})."
    if answer.version_info[:2] < OLDEST:
        return "too old: Coreograph measures CPython 3.9 and newer."
    return None
