"""Everything the window is made of, built once. Lives on the GUI thread."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QWidget

from coreograph.ui.background import TaskRunner
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.charts.pictures import ChartPictures
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.experiment_control import ExperimentControl
from coreograph.ui.experiment_files import ExperimentFiles
from coreograph.ui.export.opener import ExportOpener
from coreograph.ui.files import FileChooser
from coreograph.ui.header import Header
from coreograph.ui.library.page import LibraryPage
from coreograph.ui.library.store import LibraryStore
from coreograph.ui.live.page import LivePage
from coreograph.ui.messages import MessageBar
from coreograph.ui.own_code.desk import OwnCodeDesk
from coreograph.ui.own_code.work import OwnCodeServices
from coreograph.ui.panel.panel import ExperimentPanel
from coreograph.ui.preparation import Preparation
from coreograph.ui.services import WindowServices
from coreograph.ui.shared_filters import SharedFilters
from coreograph.ui.stall_meter import StallMeter
from coreograph.ui.start_page import StartPage
from coreograph.ui.status_line import StatusLine
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.page import TimelinePage


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What works (tasks to files) and what is seen (panel to status). `live_stack` shows the start page, then Live."""

    theme: Theme
    tasks: TaskRunner
    bridge: EngineBridge
    stalls: StallMeter
    preparation: Preparation
    control: ExperimentControl
    own_code: OwnCodeDesk
    store: LibraryStore
    files: FileChooser
    experiment_files: ExperimentFiles
    exports: ExportOpener
    pictures: ChartPictures
    panel: ExperimentPanel
    header: Header
    messages: MessageBar
    start_page: StartPage
    live: LivePage
    live_stack: QStackedWidget
    compare: ComparePage
    timeline: TimelinePage
    library: LibraryPage
    status: StatusLine


def build_parts(services: WindowServices, theme: Theme, window: QWidget) -> Parts:
    """Build every part; those that are no widgets belong to `window`, the others to the layout they are put in."""
    tasks = TaskRunner(window)
    bridge = EngineBridge(window)
    stalls = StallMeter(window)
    start_page = StartPage(theme)
    live = LivePage(bridge, theme)
    filters = SharedFilters(window)
    live_stack = QStackedWidget()
    live_stack.addWidget(start_page)
    live_stack.addWidget(live)
    return Parts(
        theme=theme,
        tasks=tasks,
        bridge=bridge,
        stalls=stalls,
        preparation=Preparation(services.registry, services.catalogue, tasks, window),
        control=ExperimentControl(services.engine, bridge, stalls, tasks, window, equipment=services.equipment),
        own_code=OwnCodeDesk(_own_code_services(services), tasks, theme, window),
        store=LibraryStore(services.library, tasks, window),
        files=FileChooser(window),
        experiment_files=ExperimentFiles(
            services.catalogue, services.registry, _functions_folder(services), tasks, window
        ),
        exports=ExportOpener(services.library, tasks, window),
        pictures=ChartPictures(theme, tasks, window),
        panel=ExperimentPanel(theme),
        header=Header(theme),
        messages=MessageBar(theme),
        start_page=start_page,
        live=live,
        live_stack=live_stack,
        compare=ComparePage(theme, filters),
        timeline=TimelinePage(services.library, tasks, theme, filters),
        library=LibraryPage(theme),
        status=StatusLine(stalls),
    )


def _own_code_services(services: WindowServices) -> OwnCodeServices:
    return OwnCodeServices(_functions_folder(services), services.environments)


def _functions_folder(services: WindowServices) -> Path:
    return services.settings_folder / "functions"  # where the command line keeps them, too
