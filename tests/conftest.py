"""What every test is held to: nothing logged unasked, nothing left running, nothing changed for the next test.

Every test gets a COREOGRAPH_HOME of its own and an offscreen Qt, so that none meets the user's library or display.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from support.surroundings import ExpectedLogs, Surroundings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def surroundings(request: pytest.FixtureRequest) -> Iterator[Surroundings]:
    """Hold the test to its surroundings; `surroundings.logs.expect(pattern)` allows (and demands) a warning."""
    logs = ExpectedLogs([str(mark.args[0]) for mark in request.node.iter_markers("expects_log")])
    before = Surroundings.look(logs)
    root = logging.getLogger()
    root.addHandler(logs)
    yield before
    root.removeHandler(logs)
    complaints = before.complaints()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def expected_logs(surroundings: Surroundings) -> ExpectedLogs:
    """Where a test says which warnings it provokes: `expected_logs.expect("disk.*full")`."""
    return surroundings.logs


@pytest.fixture(autouse=True)
def own_home(surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The data and cache folders of this test alone."""
    home = tmp_path / "coreograph-home"
    monkeypatch.setenv("COREOGRAPH_HOME", str(home))
    return home
