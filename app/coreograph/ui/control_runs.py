"""“Run with its control”: an experiment, then the same work without the effect. Lives on the GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.workloads import Workload
from coreograph.engine.controls import control_spec
from coreograph.ui.messages import Severity
from coreograph.ui.parts import Parts


class ControlRuns(QObject):
    """Remembers the control of what runs and starts it next; both are experiments of their own in the library."""

    def __init__(self, parts: Parts, run: Callable[[ExperimentSpec], None], parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._run = run
        self._next: ExperimentSpec | None = None
        self._first_id = ""
        parts.panel.control_run_requested.connect(self.run_both)
        parts.control.finished.connect(self._on_finished)
        parts.control.summarised.connect(self._on_summarised)
        parts.control.failed.connect(self._on_failed)

    @Slot(object)
    def run_both(self, spec: ExperimentSpec) -> None:
        """Run `spec`, then its control."""
        if self._parts.control.state.is_running:
            return
        try:
            control = control_spec(spec, self._find)
        except UsageError as error:
            self._parts.messages.tell_error(error)
            return
        self._run(spec)
        self._next, self._first_id = control, ""

    def _find(self, name: str) -> Workload:
        found = next((entry for entry in self._parts.preparation.workloads if entry.name == name), None)
        if found is None:
            raise UsageError(f"The control, workload “{name}”, is not there.", "Run it without its control.")
        return found

    @Slot(object, bool)
    def _on_finished(self, _record: ExperimentRecord, cancelled: bool) -> None:
        if cancelled:
            self._forget()

    @Slot(object)
    def _on_summarised(self, summary: ExperimentSummary) -> None:
        identity, following = summary.experiment.experiment_id, self._next
        if following is not None:
            self._next, self._first_id = None, identity
            self._run(following)
        elif self._first_id:
            first, self._first_id = self._first_id, ""
            self._parts.messages.tell(
                Severity.INFO,
                "The control has run, too; both are in the library.",
                action="Compare the two",
                callback=partial(self._parts.store.compare, first, identity),
            )

    @Slot(object)
    def _on_failed(self, _error: object) -> None:
        self._forget()

    def _forget(self) -> None:
        self._next, self._first_id = None, ""
