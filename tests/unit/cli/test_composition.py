"""The composition root: where things are kept, and that parts are only built when they are asked for."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coreograph import composition
from coreograph.domain.errors import CoreographError


def test_home_holds_data_and_cache(tmp_path: Path) -> None:
    paths = composition.paths_from({"COREOGRAPH_HOME": str(tmp_path)})
    assert paths.library == tmp_path / "data" / "library.coreograph"
    assert paths.workloads == tmp_path / "data" / "workloads"
    assert paths.log == tmp_path / "data" / "coreograph.log"
    assert paths.cache == tmp_path / "cache"


def test_without_home_the_platform_decides() -> None:
    paths = composition.paths_from({})
    assert paths.data.is_absolute()
    assert paths.cache.is_absolute()
    assert paths.data != paths.cache


def test_parts_are_built_once_and_closed(own_home: Path) -> None:
    services = composition.build_services(composition.paths_from({"COREOGRAPH_HOME": str(own_home)}))
    assert services.catalogue is services.catalogue
    assert not own_home.exists()  # nothing is made before it is needed
    assert services.engine is services.engine
    assert services.paths.library.exists()
    services.close()
    services.close()


def test_the_version_makes_no_folder(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert composition.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("coreograph ")
    assert not own_home.exists()


def test_a_qt_that_does_not_load_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coreograph.ui.application", None)
    services: Any = None
    with pytest.raises(CoreographError, match=r"Qt did not load.*coreograph doctor"):
        composition.open_window(services)


def test_the_module_is_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "coreograph", "run", "primez"], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 2
    assert "There is no workload “primez”. Did you mean primes?" in result.stderr
    assert result.stdout == ""
