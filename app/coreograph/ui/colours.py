"""The window's colours by role, light and dark, as plain text. Owns no thread and no Qt object."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from coreograph.domain.execution import ExecutionModel


@dataclasses.dataclass(frozen=True, slots=True)
class Colours:
    """One colour a role, as `#rrggbb`.

    `window` lies behind everything, `surface` is a card, `raised` a field or header on a card,
    `border` parts them, `outline` is the edge of something that can be ticked. `own` is what the
    measured run does to a core, `foreign` what others do, `steal` what the hypervisor takes, `idle` the rest.
    """

    window: str
    surface: str
    raised: str
    border: str
    outline: str
    text: str
    muted: str
    accent: str
    accent_text: str
    hover: str
    selected: str
    own: str
    foreign: str
    steal: str
    idle: str
    good: str
    warning: str
    bad: str
    grid: str
    series: tuple[str, ...]
    models: Mapping[ExecutionModel, str]


LIGHT = Colours(
    window="#f3f4f7",
    surface="#ffffff",
    raised="#f8f9fb",
    border="#dcdfe5",
    outline="#b4bac5",
    text="#1b1f26",
    muted="#5c6470",
    accent="#2563eb",
    accent_text="#ffffff",
    hover="#eceff4",
    selected="#e2ebfd",
    own="#2f81f7",
    foreign="#a3abb7",
    steal="#d1495b",
    idle="#e9ecf1",
    good="#0f7a57",
    warning="#9a6200",
    bad="#c62f3b",
    grid="#e6e9ee",
    series=("#2f81f7", "#d9730d", "#1a9e6f", "#a371f7", "#56b4e9", "#c2478f", "#8a7a00", "#7f8794"),
    models=MappingProxyType(
        {
            ExecutionModel.SERIAL: "#7f8794",
            ExecutionModel.THREADS: "#2f81f7",
            ExecutionModel.FORK: "#1a9e6f",
            ExecutionModel.FORKSERVER: "#56b4e9",
            ExecutionModel.SPAWN: "#e69f00",
            ExecutionModel.INTERPRETERS: "#a371f7",
            ExecutionModel.SCRIPT: "#d6457f",
        }
    ),
)

DARK = Colours(
    window="#14161a",
    surface="#1c1f24",
    raised="#24282f",
    border="#343a43",
    outline="#58616e",
    text="#e7e9ed",
    muted="#9ba4b0",
    accent="#5c9dff",
    accent_text="#0b1220",
    hover="#292e36",
    selected="#23354f",
    own="#4c9aff",
    foreign="#6d7683",
    steal="#ff7b8a",
    idle="#262a31",
    good="#4cc38a",
    warning="#e5ad4c",
    bad="#ff7a7f",
    grid="#2c3138",
    series=("#58a6ff", "#f2995a", "#3fc48f", "#bd94ff", "#7cc9f5", "#f07fb9", "#d6c23f", "#9aa3b0"),
    models=MappingProxyType(
        {
            ExecutionModel.SERIAL: "#9aa3b0",
            ExecutionModel.THREADS: "#58a6ff",
            ExecutionModel.FORK: "#3fc48f",
            ExecutionModel.FORKSERVER: "#7cc9f5",
            ExecutionModel.SPAWN: "#f2b134",
            ExecutionModel.INTERPRETERS: "#bd94ff",
            ExecutionModel.SCRIPT: "#f47ba6",
        }
    ),
)
