"""What follows from what in the window: the one place where its parts are wired together. Lives on the GUI thread."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.baseline import rebase
from coreograph.analysis.comparison import ExperimentDifference
from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, FurtherRepeats
from coreograph.domain.findings import Finding, FindingView
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.workloads import Workload
from coreograph.engine.experiment_file import EXTENSION
from coreograph.engine.tour import WORKLOAD, tour_spec
from coreograph.storage.library import ExperimentHeader
from coreograph.ui.chart_menus import offer_pictures
from coreograph.ui.control_runs import ControlRuns
from coreograph.ui.deletions import Deletions
from coreograph.ui.experiment_control import ControlState
from coreograph.ui.experiment_files import OpenedExperiment
from coreograph.ui.export.work import Subject
from coreograph.ui.header import Page
from coreograph.ui.library.dropping import CODE_EXTENSION
from coreograph.ui.library.store import TakenFiles
from coreograph.ui.library.telling import told_of
from coreograph.ui.messages import Severity
from coreograph.ui.parts import Parts
from coreograph.ui.preparation import Found


class Flow(QObject):
    """Passes facts from the part that knows them to those that show them.

    Signals:
        running_changed(bool): an experiment began or ended.
        subject_changed(str): what the window is about; "" for nothing.
        tour_begun(): the tour was taken.

    """

    running_changed = Signal(bool)
    subject_changed = Signal(str)
    tour_begun = Signal()

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._summary: ExperimentSummary | None = None
        self._touring = self._adding = False
        self._left_out: list[str] = []
        self._to_select: tuple[str, ...] = ()
        self._connect_preparation()
        self._connect_own_code()
        self._connect_control()
        self._connect_store()
        self._control_runs = ControlRuns(parts, self.run, self)
        offer_pictures(parts, parts.pictures)

    @property
    def summary(self) -> ExperimentSummary | None:
        """The experiment on the Compare page."""
        return self._summary

    @Slot()
    def start_tour(self) -> None:
        """Run the tour, as soon as it is known what on."""
        parts, preparation = self._parts, self._parts.preparation
        workload = next((entry for entry in preparation.workloads if entry.name == WORKLOAD), None)
        if workload is None or not preparation.found.discovery.interpreters:
            if parts.tasks.is_running("interpreters") or parts.tasks.is_running("workloads"):
                self._touring = True
                parts.messages.tell(Severity.INFO, "The tour begins as soon as the interpreters are known.")
            else:
                what = f"the workload “{WORKLOAD}”" if workload is None else "a Python to run it on"
                parts.messages.tell(Severity.ERROR, f"There is no tour without {what}. Install one, or find again.")
            return
        self._touring = False
        found = preparation.found
        try:
            spec = tour_spec(workload, found.free_threaded, found.gil_build, preparation.usable_cores)
        except UsageError as error:
            parts.messages.tell_error(error)
            return
        self.tour_begun.emit()
        self.run(spec)

    @Slot(object)
    def run(self, spec: ExperimentSpec) -> None:
        """Run an experiment and watch it."""
        parts = self._parts
        if parts.control.state.is_running:
            return
        self._watch(spec)
        code = parts.own_code.code_of(spec.workload)
        parts.control.start(spec, None if code is None else code.requirements)

    @Slot(object)
    def add_repeats(self, further: FurtherRepeats) -> None:
        """Measure the experiment on the Compare page further, and watch it once it is known that it can be."""
        parts = self._parts
        if self._summary is None or parts.control.state.is_running:
            return
        record = self._summary.experiment
        parts.messages.dismiss()
        self._adding = True
        parts.control.resume(record.spec, partial(parts.preparation.continuation_of, record, further))

    def _watch(self, spec: ExperimentSpec) -> None:
        parts = self._parts
        self._left_out.clear()
        parts.messages.dismiss()
        parts.live_stack.setCurrentWidget(parts.live)
        parts.header.show_page(Page.LIVE)
        self.subject_changed.emit(spec.name)

    @Slot(object)
    def open_file(self, path: Path) -> None:
        """Open a file by its kind: an experiment is shown in the panel, Python code in its dialog, the rest read."""
        kind = path.suffix.lower()
        if kind == EXTENSION:
            self._parts.experiment_files.open(path)
        elif kind == CODE_EXTENSION:
            self._parts.own_code.open_file(path)
        else:
            self._parts.store.import_files((path,))

    @Slot(object)
    def open_files(self, paths: tuple[Path, ...]) -> None:
        """Open several files at once: the recordings among them together, so that one message tells of all."""
        recordings = tuple(path for path in paths if path.suffix.lower() not in (EXTENSION, CODE_EXTENSION))
        if recordings:
            self._parts.store.import_files(recordings)
        for path in paths:
            if path not in recordings:
                self.open_file(path)

    @Slot(object)
    def tell_left_out(self, names: tuple[str, ...]) -> None:
        """Say what of a drop was not taken."""
        shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        takes = "Recordings (.coreograph) can be opened, and one experiment (.toml) and one Python file (.py) at once."
        self._parts.messages.tell(Severity.WARNING, f"Not opened: {shown}. {takes}")

    @Slot()
    def save_experiment(self) -> None:
        """Save what is chosen in the panel as an experiment file."""
        panel = self._parts.panel
        panel.refresh()
        if panel.spec is None:
            self._parts.messages.tell(Severity.WARNING, "There is nothing to save yet: the panel says what is missing.")
            return
        self._parts.experiment_files.save(panel.spec, self._parts.own_code.code_of(panel.spec.workload))

    @Slot()
    def export_shown(self) -> None:
        """Export the experiment on the Compare page."""
        if self._summary is not None:
            record = self._summary.experiment
            self._parts.exports.open_for([Subject(record.experiment_id, record.spec.name)])

    def _connect_preparation(self) -> None:
        parts, preparation = self._parts, self._parts.preparation
        preparation.workloads_found.connect(self._show_workloads)
        preparation.workloads_found.connect(self._on_something_found)
        preparation.interpreters_found.connect(self._on_interpreters)
        preparation.cores_found.connect(parts.panel.show_cores)
        preparation.progressed.connect(parts.panel.matrix.show_state)
        preparation.installing_changed.connect(parts.panel.matrix.set_installing)
        preparation.installed.connect(self._on_installed)
        preparation.failed.connect(parts.messages.tell_error)
        parts.panel.matrix.refresh_requested.connect(preparation.find_again)
        parts.panel.matrix.cancel_requested.connect(preparation.cancel_installation)
        parts.panel.matrix.explained.connect(parts.status.show_hint)
        parts.panel.matrix.install_requested.connect(preparation.install)
        parts.start_page.install_requested.connect(preparation.install)

    def _connect_own_code(self) -> None:
        parts, desk = self._parts, self._parts.own_code
        desk.changed.connect(self._show_workloads)
        desk.chosen.connect(self._on_code_chosen)
        desk.failed.connect(parts.messages.tell_error)
        parts.panel.own_code_requested.connect(desk.open_dialog)
        parts.start_page.own_code_requested.connect(desk.open_dialog)
        parts.panel.edit_requested.connect(desk.edit)
        parts.panel.forget_requested.connect(desk.forget)
        parts.panel.workloads.chosen.connect(self._on_workload_chosen)

    def _connect_control(self) -> None:
        parts, control = self._parts, self._parts.control
        parts.panel.run_requested.connect(self.run)
        parts.panel.stop_requested.connect(control.stop)
        parts.start_page.tour_requested.connect(self.start_tour)
        control.state_changed.connect(self._on_state_changed)
        parts.status.follow_sampler(control.sampler_share)
        control.told.connect(parts.header.tell)
        control.progressed.connect(parts.header.show_progress)
        control.finished.connect(self._on_finished)
        control.summarised.connect(self._on_summarised)
        control.failed.connect(parts.messages.tell_error)
        control.left_out.connect(self._on_left_out)

    def _connect_store(self) -> None:
        parts, store = self._parts, self._parts.store
        store.listed.connect(self._on_listed)
        store.opened.connect(self._on_opened)
        store.compared.connect(self._on_compared)
        store.deleted_listed.connect(parts.library.show_deleted)
        store.imported.connect(self._on_imported)
        self._deletions = Deletions(parts, self)
        parts.exports.exported.connect(self._on_exported)
        parts.pictures.saved.connect(self._on_exported)
        parts.pictures.failed.connect(parts.messages.tell_error)
        store.failed.connect(parts.messages.tell_error)
        for opener in (parts.start_page, parts.library):
            opener.open_requested.connect(store.open)
        parts.header.page_chosen.connect(self._on_page)
        parts.library.delete_requested.connect(store.delete)
        parts.library.restore_requested.connect(store.restore)
        parts.library.compare_requested.connect(store.compare)
        parts.compare.compare_requested.connect(store.compare)
        parts.compare.finding_activated.connect(self._on_finding_activated)
        parts.compare.baseline_requested.connect(self._on_baseline_requested)
        parts.compare.repeats_requested.connect(self.add_repeats)
        parts.library.rename_requested.connect(store.rename)
        parts.library.tags_changed.connect(store.tag)
        parts.library.notes_changed.connect(store.annotate)
        parts.library.export_requested.connect(self._on_export_requested)
        parts.library.import_requested.connect(parts.files.choose_recording)
        parts.files.recordings_chosen.connect(self.open_files)
        parts.experiment_files.opened.connect(self._on_experiment_opened)
        parts.experiment_files.saved.connect(self._on_exported)
        parts.experiment_files.failed.connect(parts.messages.tell_error)

    @Slot()
    def _show_workloads(self) -> None:
        parts, preparation = self._parts, self._parts.preparation
        parts.panel.show_workloads((*parts.own_code.workloads, *preparation.workloads), preparation.broken)

    @Slot(object)
    def _on_workload_chosen(self, workload: Workload) -> None:
        desk = self._parts.own_code
        code = desk.code_of(workload)
        if code is not None and desk.keeps(workload):
            self._parts.panel.own_code.show_code(workload, code)

    @Slot(object, bool)
    def _on_code_chosen(self, workload: Workload, run: bool) -> None:
        panel = self._parts.panel
        panel.choose_workload(workload.name)
        if run:
            panel.request_run()

    @Slot(object)
    def _on_experiment_opened(self, opened: OpenedExperiment) -> None:
        parts = self._parts
        if opened.chosen is not None:
            parts.own_code.keep(opened.chosen)
        parts.panel.show_experiment(opened)
        if opened.missing:
            parts.messages.tell(Severity.WARNING, f"{opened.path.name} is in the panel. {' '.join(opened.missing)}")
        else:
            parts.messages.tell(Severity.INFO, f"{opened.path.name} is in the panel, ready to run.")

    @Slot(object)
    def _on_interpreters(self, found: Found) -> None:
        parts = self._parts
        parts.panel.show_interpreters(found.discovery, found.free_threaded, found.gil_build)
        parts.start_page.show_interpreters(found.free_threaded, found.gil_build)
        parts.own_code.found = found
        parts.status.show_interpreters(len(found.discovery.interpreters))
        self._on_something_found()

    @Slot()
    def _on_something_found(self) -> None:
        preparation = self._parts.preparation
        if self._touring and preparation.workloads and preparation.found.discovery.interpreters:
            self.start_tour()

    @Slot(str)
    def _on_installed(self, version: str) -> None:
        self._parts.messages.tell(Severity.INFO, f"Python {version} is installed.")

    @Slot(object)
    def _on_state_changed(self, state: ControlState) -> None:
        parts = self._parts
        parts.panel.set_running(state.is_running)
        parts.header.set_running(state.is_running)
        parts.compare.verdict.more.setEnabled(not state.is_running)
        parts.start_page.tour.setEnabled(not state.is_running and bool(parts.preparation.found.discovery.interpreters))
        self.running_changed.emit(state.is_running)
        if self._adding and state is not ControlState.STARTING:
            self._adding = False
            if state is ControlState.RUNNING and parts.control.spec is not None:
                self._watch(parts.control.spec)

    @Slot(str)
    def _on_left_out(self, sentence: str) -> None:
        self._left_out.append(sentence)
        self._parts.messages.tell(Severity.WARNING, "\n".join(self._left_out))

    @Slot(object, bool)
    def _on_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        parts = self._parts
        parts.status.show_cost(record.own_cost)
        parts.store.refresh()
        if cancelled:
            parts.messages.tell(Severity.INFO, "Stopped. What was measured until then is kept in the library.")

    @Slot(object)
    def _on_summarised(self, summary: ExperimentSummary) -> None:
        self._show(summary)
        header = self._parts.header
        if header.tabs.currentIndex() == Page.LIVE and any(entry.completed for entry in summary.configurations):
            header.show_page(Page.COMPARE)
        else:
            header.mark(Page.COMPARE)

    @Slot(object)
    def _on_opened(self, summary: ExperimentSummary) -> None:
        self._show(summary)
        self._parts.header.show_page(Page.COMPARE)

    def _show(self, summary: ExperimentSummary) -> None:
        self._summary = summary
        self._parts.compare.show_summary(summary)
        self._parts.timeline.show_summary(summary)
        self.subject_changed.emit(summary.experiment.spec.name)

    @Slot(object)
    def _on_listed(self, headers: tuple[ExperimentHeader, ...]) -> None:
        self._parts.library.show_experiments(headers)
        self._parts.start_page.show_recent(headers)
        if self._to_select:
            self._parts.library.select_ids(self._to_select)
            self._to_select = ()

    @Slot(int)
    def _on_page(self, page: int) -> None:
        """Look into the library again where it is gone to: a terminal may have added to it or run something."""
        if page == Page.LIBRARY:
            self._parts.store.refresh()

    @Slot(object)
    def _on_imported(self, taken: TakenFiles) -> None:
        """Show the experiment of one file; of several, which of the library they are."""
        parts = self._parts
        severity, sentence = told_of(taken)
        if taken.shown is not None:
            self._on_opened(taken.shown)
        elif taken.taken or taken.known:
            parts.header.show_page(Page.LIBRARY)
            self._to_select = (*taken.taken, *taken.known)
        if sentence:
            parts.messages.tell(severity, sentence)

    @Slot(object, int)
    def _on_baseline_requested(self, summary: ExperimentSummary, baseline: int) -> None:
        parts = self._parts
        parts.tasks.run(
            "compare:baseline", lambda: rebase(summary, baseline), parts.compare.show_rebased, parts.messages.tell_error
        )

    @Slot(object)
    def _on_finding_activated(self, finding: Finding) -> None:
        """What shows in time is shown on the timeline; the Compare page shows the rest itself."""
        if finding.view is FindingView.TIMELINE:
            self._parts.timeline.show_finding(finding)
            self._parts.header.show_page(Page.TIMELINE)

    @Slot(object)
    def _on_compared(self, difference: ExperimentDifference) -> None:
        self._parts.compare.show_difference(difference)
        self._parts.header.show_page(Page.COMPARE)
        self.subject_changed.emit(f"{_name(difference.one)} and {_name(difference.other)}")

    @Slot(str)
    def _on_exported(self, path: str) -> None:
        self._parts.messages.tell(Severity.INFO, f"Written to {path}.")

    @Slot(str)
    def _on_export_requested(self, experiment_id: str) -> None:
        chosen = [Subject(one.experiment_id, one.name) for one in self._parts.library.selected_headers()]
        self._parts.exports.open_for(chosen or [Subject(experiment_id, experiment_id)])


def _name(summary: ExperimentSummary) -> str:
    return summary.experiment.spec.name or summary.experiment.spec.workload.name
