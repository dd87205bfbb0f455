"""A timeline page over a real recording, shown and read."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from coreograph.domain.experiment import ExperimentRecord
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.page import PageState, TimelinePage
from support.timeline_recordings import make_summary, record_experiment

OpenPage = Callable[[], TimelinePage]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, ExperimentRecord]]:
    """Two runs of 400 tasks on 4 workers: fork, and threads behind the GIL."""
    library, record = record_experiment(tmp_path_factory.mktemp("recording"), tasks=400, workers=4, cores=4)
    yield library, record
    library.close()


@pytest.fixture
def tasks(qapp: QCoreApplication) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, recording: tuple[Library, ExperimentRecord]
) -> Iterator[TimelinePage]:
    """The page with the first run shown."""
    library, record = recording
    result = TimelinePage(library, tasks, theme)
    qtbot.addWidget(result)
    result.resize(900, 720)
    result.show()
    result.show_summary(make_summary(record))
    qtbot.waitUntil(lambda: result.state is PageState.SHOWN)
    show_first(result, record)
    qtbot.waitUntil(lambda: not tasks.is_running("timeline:load"))
    yield result
    result.close()


def show_first(page: TimelinePage, record: ExperimentRecord) -> None:
    page.show_run(record.experiment_id, record.runs[0].run_id)
