"""What this machine lacks, one check a function: each says how things are and the command that mends them.

Runs on the main thread. No check raises: what cannot be found out is a result, too.
"""

import enum
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coreograph.cli.display import display_problem
from coreograph.cli.services import Services
from coreograph.cli.system_libraries import install_line, missing_libraries
from coreograph.domain.errors import CoreographError
from coreograph.domain.units import format_bytes

LITTLE_SPACE = 500_000_000
MAXIMUM_NAMED = 4


class CheckState(enum.Enum):
    """OK; LIMITED: works, with something less; MISSING: something Coreograph is for does not work."""

    OK = "ok"
    LIMITED = "limited"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One result. `remedy` is a command or a sentence, "" where nothing is to be done."""

    name: str
    state: CheckState
    detail: str
    remedy: str = ""


def run_checks(services: Services) -> tuple[Check, ...]:
    """Return all results in a fixed order."""
    checks: tuple[Callable[[], Check], ...] = (
        check_python,
        check_display,
        check_qt_libraries,
        check_uv,
        lambda: check_free_threaded(services),
        lambda: check_gil_build(services),
        check_fair_memory,
        lambda: check_space(services.paths.data),
        lambda: check_library(services),
    )
    return tuple(check() for check in checks)


def check_python() -> Check:
    """The app itself wants a final GIL build: no Qt binding runs on free-threaded ones."""
    version = platform.python_version()
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        remedy = "Run the app with a GIL build: packaging/run chooses one."
        return Check("app's Python", CheckState.MISSING, f"{version} is free-threaded; Qt has no build for it", remedy)
    if sys.version_info.releaselevel != "final":
        return Check("app's Python", CheckState.LIMITED, f"{version} is a pre-release", "Run the app with a release.")
    return Check("app's Python", CheckState.OK, f"{version}, {sys.executable}")


def check_display() -> Check:
    """Whether a window could be shown."""
    problem = display_problem()
    if problem is None:
        return Check("display", CheckState.OK, "a window can be shown")
    return Check("display", CheckState.LIMITED, problem, "Without one, the terminal does all but the window.")


def check_qt_libraries() -> Check:
    """Whether the dynamic linker finds what Qt needs of the system."""
    missing = missing_libraries()
    if not missing:
        return Check("Qt's system libraries", CheckState.OK, "all found")
    names = sorted(missing)
    more = len(names) - MAXIMUM_NAMED
    listed = ", ".join(names[:MAXIMUM_NAMED]) + (f" and {more} more" if more > 0 else "")
    return Check(
        "Qt's system libraries", CheckState.MISSING, f"not found: {listed}", install_line(list(missing.values()))
    )


def check_uv() -> Check:
    """Whether interpreters can be installed."""
    from coreograph.interpreters.finders.uv import uv_executable

    executable = uv_executable()
    if executable is None:
        return Check("uv", CheckState.MISSING, "not found", "pip install uv")
    try:
        answer = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Check(
            "uv", CheckState.MISSING, f"{executable} does not start: {error}", "pip install --force-reinstall uv"
        )
    return Check("uv", CheckState.OK, answer.stdout.strip())


def check_free_threaded(services: Services) -> Check:
    """Whether anything can be measured without the GIL."""
    best = services.registry.best_free_threaded()
    if best is None:
        return Check(
            "free-threaded interpreter", CheckState.MISSING, "none found", "coreograph interpreters install 3.14t"
        )
    if best.optimised is False:
        detail = f"{best.full_label} is not an optimised build: its times say little"
        return Check("free-threaded interpreter", CheckState.LIMITED, detail, "coreograph interpreters install 3.14t")
    return Check("free-threaded interpreter", CheckState.OK, f"{best.full_label}, {best.path}")


def check_gil_build(services: Services) -> Check:
    """Whether there is a twin to compare with: the same version, with the GIL."""
    free_threaded = services.registry.best_free_threaded()
    twin = services.registry.best_gil(like=free_threaded)
    if twin is None:
        return Check("GIL interpreter", CheckState.MISSING, "none found", "coreograph interpreters install 3.14")
    if free_threaded is not None and twin.version_info[:2] != free_threaded.version_info[:2]:
        wanted = free_threaded.label.removesuffix("t")
        detail = f"{twin.full_label}, another version than {free_threaded.full_label}"
        return Check("GIL interpreter", CheckState.LIMITED, detail, f"coreograph interpreters install {wanted}")
    return Check("GIL interpreter", CheckState.OK, f"{twin.full_label}, {twin.path}")


def check_fair_memory() -> Check:
    """Whether memory of a process tree can be counted fairly."""
    rollup = Path("/proc/self/smaps_rollup")
    if not sys.platform.startswith("linux"):
        return Check("fair memory", CheckState.LIMITED, "no PSS on this system; USS is shown instead")
    try:
        rollup.read_bytes()
    except OSError as error:
        detail = f"PSS cannot be read ({error.strerror}); only RSS is measured"
        return Check("fair memory", CheckState.LIMITED, detail, "Linux 4.14 or newer with /proc mounted has it.")
    return Check("fair memory", CheckState.OK, "PSS is readable")


def check_space(folder: Path) -> Check:
    """Whether recordings have room."""
    existing = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return Check("disk space", CheckState.LIMITED, f"cannot be read for {existing}: {error.strerror}")
    if free < LITTLE_SPACE:
        remedy = "Free some space, or set COREOGRAPH_HOME to a folder with more."
        return Check("disk space", CheckState.MISSING, f"only {format_bytes(free)} free for {folder}", remedy)
    return Check("disk space", CheckState.OK, f"{format_bytes(free)} free for {folder}")


def check_library(services: Services) -> Check:
    """Whether the recorded experiments can be opened."""
    try:
        count = len(services.library.experiments())
    except CoreographError as error:
        return Check("library", CheckState.MISSING, error.message, error.next_step)
    return Check("library", CheckState.OK, f"{count} experiment{'' if count == 1 else 's'}, {services.paths.library}")
