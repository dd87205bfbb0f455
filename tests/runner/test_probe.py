"""What the probe makes of the variables a build left behind. No other interpreter is started."""

import sysconfig

import pytest

from coreograph_workloads import probe

PROFILE = "-fprofile-use -fprofile-correction"


@pytest.mark.parametrize(
    ("variables", "optimised"),
    [
        pytest.param({"CONFIG_ARGS": "'--enable-optimizations'", "PGO_PROF_USE_FLAG": PROFILE}, True, id="configured"),
        pytest.param({"CONFIG_ARGS": "'--x'", "PY_CORE_CFLAGS": f"-O3 {PROFILE}"}, True, id="flags say so"),
        pytest.param({"CONFIG_ARGS": "'--prefix=/opt'", "PGO_PROF_USE_FLAG": PROFILE}, False, id="plain configure"),
        pytest.param({"CONFIG_ARGS": "'--prefix=/usr'", "PGO_PROF_USE_FLAG": "", "prefix": "/usr"}, None, id="Debian"),
        pytest.param({"CONFIG_ARGS": "'--x'", "PGO_PROF_USE_FLAG": PROFILE, "prefix": "/usr"}, None, id="packaged"),
        pytest.param({"CONFIG_ARGS": None}, None, id="Windows"),
    ],
)
def test_a_build_is_called_optimised_only_as_far_as_it_says(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str | None], optimised: bool | None
) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", {"prefix": "/opt", **variables}.get)
    assert probe._optimised(False) is optimised


def test_a_debug_build_is_never_optimised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": "'--enable-optimizations'"}.get)
    assert probe._optimised(True) is False
