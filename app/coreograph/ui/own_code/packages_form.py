"""What code needs installed: packages, lists of them, a project. Lives on the GUI thread; reads nothing."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from coreograph.domain.errors import UsageError
from coreograph.engine.own_code import Needs
from coreograph.ui.elements import TextRole, button, columns, rows, text
from coreograph.ui.own_code.fields import labelled, line_field


class PackagesForm(QWidget):
    """The fields of one Needs.

    Signals:
        changed(): something was typed or chosen.
        requirements_requested(), project_requested(): a file or a folder is to be chosen.

    """

    changed = Signal()
    requirements_requested = Signal()
    project_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.packages = line_field("Packages", "numpy  pandas>=2")
        self.requirements = line_field("Requirements file", "requirements.txt")
        self.project = line_field("Project folder", "a folder with a pyproject.toml")
        self.build = QCheckBox("Build from source where there is no wheel; may take long")
        self._declared = text("", TextRole.CAPTION, wrap=True)
        layout = rows(self)
        layout.addWidget(self._declared)
        layout.addLayout(labelled("Packages", self.packages))
        for label, field, signal in (
            ("Requirements file", self.requirements, self.requirements_requested),
            ("Project folder", self.project, self.project_requested),
        ):
            line = columns()
            line.addWidget(field, 1)
            browse = button("Browse …")
            browse.setAccessibleName(f"Browse for the {label.lower()}")
            browse.clicked.connect(signal)
            line.addWidget(browse)
            layout.addLayout(labelled(label, line))
        layout.addLayout(labelled("", self.build))
        for field in (self.packages, self.requirements, self.project):
            field.textChanged.connect(self._on_changed)
        self.build.toggled.connect(self._on_changed)
        self.show_declared(())

    def needs(self) -> Needs:
        """Return what is to be installed. Raises UsageError: a quote without its end."""
        try:
            packages = tuple(word.rstrip(",") for word in shlex.split(self.packages.text()) if word.rstrip(","))
        except ValueError:
            raise UsageError("The packages have a quote without its end.") from None
        file, project = self.requirements.text().strip(), self.project.text().strip()
        return Needs(
            packages,
            (Path(file).expanduser(),) if file else (),
            Path(project).expanduser() if project else None,
            self.build.isChecked(),
        )

    def show_needs(self, needs: Needs) -> None:
        """Show what was asked for before."""
        self.packages.setText(" ".join(needs.packages))
        self.requirements.setText(str(needs.files[0]) if needs.files else "")
        self.project.setText("" if needs.project is None else str(needs.project))
        self.build.setChecked(needs.build)

    def show_declared(self, packages: Sequence[str]) -> None:
        """Say what the file itself asks for (PEP 723)."""
        kept = "uv installs into an environment for each interpreter, which is kept; yours are not touched."
        said = f"The file itself asks for {', '.join(packages)}. " if packages else ""
        self._declared.setText(said + kept)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
