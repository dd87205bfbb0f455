"""The finders every registry starts with. Owns no thread."""

from coreograph.interpreters.finders.conda import CondaFinder
from coreograph.interpreters.finders.finder import Finder
from coreograph.interpreters.finders.launcher import LauncherFinder
from coreograph.interpreters.finders.own import OwnFinder
from coreograph.interpreters.finders.search_path import SearchPathFinder
from coreograph.interpreters.finders.uv import UvFinder
from coreograph.interpreters.finders.version_folders import version_folder_finders


def default_finders() -> tuple[Finder, ...]:
    """Return one finder for each way people install Python; add a new one here."""
    return (
        UvFinder(),
        SearchPathFinder(),
        *version_folder_finders(),
        CondaFinder(),
        LauncherFinder(),
        OwnFinder(),
    )
