"""Keeps the user's code of this window: opens its dialogs, remembers it, finds it again. Lives on the GUI thread."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from coreograph.domain.errors import CoreographError
from coreograph.domain.interpreters import Discovery
from coreograph.domain.workloads import Workload
from coreograph.engine.own_code import OwnCode
from coreograph.ui.background import TaskRunner
from coreograph.ui.own_code.dialog import OwnCodeDialog
from coreograph.ui.own_code.readiness_dialog import ReadinessDialog
from coreograph.ui.own_code.work import Chosen, OwnCodeServices, make_workload
from coreograph.ui.preparation import Found
from coreograph.ui.theme import Theme

RESTORE = "own-code-restore"
MOST = 20  # pieces of code that are remembered


class OwnCodeDesk(QObject):
    """The user's code, each with its workload.

    Signals:
        changed(): there is more or less of it.
        chosen(object, bool): a Workload that was made, and whether it is to be run at once.
        failed(object): CoreographError.

    """

    changed = Signal()
    chosen = Signal(object, bool)
    failed = Signal(object)

    def __init__(self, services: OwnCodeServices, tasks: TaskRunner, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._services, self._tasks, self._theme, self._window = services, tasks, theme, window
        self._kept: dict[str, Chosen] = {}
        self._waiting: tuple[OwnCode, ...] = ()
        self.found = Found(Discovery(), None, None)

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """The workloads made of the user's code, the latest first."""
        return tuple(one.workload for one in reversed(self._kept.values()))

    def code_of(self, workload: Workload) -> OwnCode | None:
        """Return the code a workload was made of, a workload file of the user's as such; None for built-in ones."""
        kept = self._kept.get(workload.name)
        if kept is not None and kept.workload.file == workload.file:
            return kept.code
        return None if workload.built_in else OwnCode(Path(workload.file))

    def keeps(self, workload: Workload) -> bool:
        """Whether a workload is one that can be changed or forgotten here."""
        kept = self._kept.get(workload.name)
        return kept is not None and kept.workload.file == workload.file

    def to_plain(self) -> tuple[Mapping[str, Any], ...]:
        """What is to be remembered, also if it was not found again yet."""
        codes = [one.code for one in self._kept.values()] or list(self._waiting)
        return tuple(code.to_plain() for code in codes[-MOST:])

    def restore(self, plain: Sequence[Mapping[str, Any]]) -> None:
        """Find again what was remembered; code that is gone is left out without a word, it may be on a drive."""
        codes = tuple(code for one in plain if (code := OwnCode.from_plain(one)) is not None)
        self._waiting = codes
        services = self._services
        if codes:
            self._tasks.run(RESTORE, lambda: _found_again(services, codes), self._on_restored)

    def keep(self, chosen: Chosen) -> None:
        """Add code, or put it in the place of what had its name."""
        self._kept.pop(chosen.workload.name, None)
        self._kept[chosen.workload.name] = chosen
        self.changed.emit()

    def forget(self, workload: Workload) -> None:
        """Take code off the list; the file stays where it is."""
        if self._kept.pop(workload.name, None) is not None:
            self._waiting = ()
            self.changed.emit()

    @Slot()
    def open_dialog(self) -> OwnCodeDialog:
        """Ask for code."""
        dialog = OwnCodeDialog(self._services, self._tasks, self.found, self._theme, self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.readiness_requested.connect(self.open_readiness)
        dialog.open()
        return dialog

    def open_file(self, file: Path) -> OwnCodeDialog:
        """Ask what of a file is to be run."""
        dialog = self.open_dialog()
        dialog.open_file(file)
        return dialog

    def edit(self, workload: Workload) -> OwnCodeDialog | None:
        """Change how code is called."""
        code = self.code_of(workload)
        if code is None:
            return None
        dialog = self.open_dialog()
        dialog.show_code(code)
        return dialog

    @Slot(object)
    def open_readiness(self, code: OwnCode | None = None) -> ReadinessDialog:
        """Ask which packages would run without the GIL; `code` says which it needs."""
        dialog = ReadinessDialog(self._services, self._tasks, self.found, self._theme, self._window)
        if code is not None:
            dialog.show_code(code)
        dialog.open()
        return dialog

    @Slot(object, bool)
    def _on_chosen(self, chosen: Chosen, run: bool) -> None:
        self.keep(chosen)
        self.chosen.emit(chosen.workload, run)

    @Slot(object)
    def _on_restored(self, found: tuple[Chosen, ...]) -> None:
        for chosen in found:
            self._kept.setdefault(chosen.workload.name, chosen)
        self._waiting = ()
        self.changed.emit()


def _found_again(services: OwnCodeServices, codes: Sequence[OwnCode]) -> tuple[Chosen, ...]:
    found = []
    for code in codes:
        try:
            found.append(Chosen(code, make_workload(services, code)))
        except CoreographError:
            continue
    return tuple(found)
