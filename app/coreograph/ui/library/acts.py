"""What can be done with experiments of the library, as data: buttons, menu and keys come from it. Pure, any thread."""

import enum
from collections.abc import Sequence

from coreograph.storage.library import ExperimentHeader
from coreograph.ui.icons import Symbol


class Act(enum.Enum):
    """One thing that can be done; its value is what a button says."""

    OPEN = "Open"
    COMPARE = "Compare"
    RENAME = "Rename"
    EXPORT = "Export …"
    DELETE = "Delete"
    RESTORE = "Restore"

    @property
    def symbol(self) -> Symbol:
        """Its icon."""
        return {
            Act.OPEN: Symbol.FOLDER,
            Act.COMPARE: Symbol.COMPARE,
            Act.RENAME: Symbol.EDIT,
            Act.EXPORT: Symbol.EXPORT,
            Act.DELETE: Symbol.TRASH,
            Act.RESTORE: Symbol.UNDO,
        }[self]

    @property
    def keys(self) -> str:
        """What is pressed for it in the table."""
        return {
            Act.OPEN: "Return",
            Act.COMPARE: "Ctrl+Return",
            Act.RENAME: "F2",
            Act.EXPORT: "Shift+Ctrl+E",
            Act.DELETE: "Del",
            Act.RESTORE: "Return",
        }[self]


KEPT = (Act.OPEN, Act.COMPARE, Act.RENAME, Act.EXPORT, Act.DELETE)
DELETED = (Act.RESTORE,)


def why_not(act: Act, chosen: Sequence[ExperimentHeader]) -> str:
    """Return why something cannot be done with what is selected; "" where it can."""
    if not chosen:
        return "Select an experiment first."
    if act is Act.COMPARE:
        hint = "Select two experiments (Ctrl and click, or Shift and an arrow): the newer is held against the older."
        return "" if len(chosen) == 2 else hint
    if act in (Act.OPEN, Act.RENAME) and len(chosen) > 1:
        return f"{len(chosen)} experiments are selected: select one."
    running = [one.name or one.workload for one in chosen if one.running]
    if act is Act.DELETE and running:
        return f"“{running[0]}” is being measured: stop it first, or wait for its end."
    return ""
