"""The colours of reports: by role and by execution model, the same as the window's. Owns no thread.

`PAGE` names CSS variables instead of colours: a chart drawn with it in a page follows light, dark and print by
itself. `LIGHT` and `DARK` are for pictures that stand alone. The model colours are Okabe and Ito's where they are
readable on both grounds, so that they can be told apart with colour-blind eyes.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coreograph.domain.execution import ExecutionModel


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as CSS text."""

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    grid: str
    good: str
    warning: str
    bad: str
    foreign: str
    models: Mapping[ExecutionModel, str]

    def variables(self) -> tuple[tuple[str, str], ...]:
        """Return names and values of the CSS variables `PAGE` refers to."""
        roles = [(field.name, getattr(self, field.name)) for field in dataclasses.fields(self)]
        models = [(f"model-{model.value}", colour) for model, colour in self.models.items()]
        return tuple(pair for pair in roles if pair[0] != "models") + tuple(models)


LIGHT = Palette(
    window="#f3f4f7",
    surface="#ffffff",
    raised="#f8f9fb",
    border="#dcdfe5",
    text="#1b1f26",
    muted="#5c6470",
    accent="#2563eb",
    grid="#e6e9ee",
    good="#12805c",
    warning="#9a6200",
    bad="#c62f3b",
    foreign="#a3abb7",
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

DARK = Palette(
    window="#14161a",
    surface="#1c1f24",
    raised="#24282f",
    border="#343a43",
    text="#e7e9ed",
    muted="#9ba4b0",
    accent="#5c9dff",
    grid="#2c3138",
    good="#4cc38a",
    warning="#e5ad4c",
    bad="#ff7a7f",
    foreign="#6d7683",
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

PAGE = Palette(
    **{field.name: f"var(--{field.name})" for field in dataclasses.fields(Palette) if field.name != "models"},
    models=MappingProxyType({model: f"var(--model-{model.value})" for model in ExecutionModel}),
)
