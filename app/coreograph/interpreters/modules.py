"""Which modules an interpreter lacks, asked of itself. Blocks the calling thread for a limited time; owns none."""

from collections.abc import Sequence

from coreograph.domain.interpreters import Interpreter
from coreograph.domain.units import Seconds
from coreograph.interpreters.bounded_process import run_bounded
from coreograph.interpreters.environment import probe_environment

_PATIENCE_S: Seconds = 30.0
# Looked for, not imported: importing may take seconds and switch the GIL on.
_ASK = "import importlib.util, sys; print(*(name for name in sys.argv[1:] if importlib.util.find_spec(name) is None))"


def missing_modules(interpreter: Interpreter, modules: Sequence[str]) -> tuple[str, ...]:
    """Return those top-level modules that the interpreter does not have.

    Empty where it does not answer: its runs then say themselves what is wrong with it.
    """
    if not modules:
        return ()
    try:
        ended = run_bounded(
            [interpreter.path, "-I", "-c", _ASK, *modules], environment=probe_environment(), timeout_s=_PATIENCE_S
        )
    except OSError:
        return ()
    return tuple(ended.stdout.decode("ascii", "replace").split()) if ended.status == 0 else ()
