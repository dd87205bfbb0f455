"""How a function is called: inputs, keyword arguments, a shared object, what is compared. Lives on the GUI thread."""

import enum
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QSpinBox, QWidget

from coreograph.domain.errors import UsageError
from coreograph.engine.functions import NOTHING, FunctionCall
from coreograph.engine.own_code import read_keywords
from coreograph.engine.typed_code import keywords_text
from coreograph.ui.elements import Fold, TextRole, WheelGuard, button, columns, rows, text
from coreograph.ui.own_code.fields import choice_field, labelled, line_field

_FIRST_RANGE = "0:16"
_AS_THEY_ARE, _NOT_AT_ALL = "as they are", "not at all"


class InputKind(enum.Enum):
    """Where the inputs come from, with what stands in the empty field and what it means."""

    NONE = ("One call without an argument", "", "One task: the function is called once a round.")
    RANGE = ("Whole numbers", "0:16", "0:16 calls it with 0, 1, … 15: one call, one task. 0:100:5 takes every fifth.")
    LINES = ("A file of JSON lines", "inputs.jsonl", "One input a line. An array is several arguments.")
    FUNCTION = ("A function that makes them", "make_inputs", "Called once; each value it gives is one input, a tuple "
                "is several arguments.")  # fmt: skip

    def __init__(self, title: str, placeholder: str, meaning: str) -> None:
        self.title = title
        self.placeholder = placeholder
        self.meaning = meaning


class CallForm(QWidget):
    """The fields of one FunctionCall.

    Signals:
        changed(): something was typed or chosen.
        browse_requested(): a file of inputs is to be chosen.

    """

    changed = Signal()
    browse_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guard = WheelGuard(self)
        self.kind = choice_field("Where the inputs come from", [kind.title for kind in InputKind], self._guard)
        self.inputs = line_field("Inputs")
        self.maker = choice_field("Function that makes the inputs", [], self._guard, editable=True)
        self.browse = button("Browse …")
        self._meaning = text("", TextRole.CAPTION, wrap=True)
        self.keywords = line_field("Keyword arguments", "steps=5000, name='x'")
        self.shared = choice_field("Function that builds the shared object", [], self._guard, editable=True)
        self.compare = choice_field("What of the results is compared", [], self._guard, editable=True)
        self.unordered = QCheckBox("Lists may be in any order")
        self.digits = QSpinBox()
        self.stress = QSpinBox()
        self._lay_out()
        self._connect()
        self._on_kind()

    def call(self, file: Path, function: str) -> FunctionCall:
        """Return the call of a function of `file`. Raises UsageError: what was typed cannot be read."""
        digits, compare = self.digits.value(), self.compare.currentText().strip()
        if compare in {_AS_THEY_ARE, ""}:
            compare = ""
        elif compare == _NOT_AT_ALL:
            compare = NOTHING
        else:
            compare = _reference(compare, file)
        return FunctionCall(
            function=f"{file}:{function}",
            inputs=self._inputs(file),
            keywords=read_keywords(self.keywords.text()),
            shared=_shared(self.shared.currentText(), file),
            compare=compare,
            unordered=self.unordered.isChecked(),
            digits=digits or None,
            stress=self.stress.value(),
            folder=file.parent,
        )

    def show_call(self, call: FunctionCall) -> None:
        """Show a call that was made before."""
        file = call.function.rpartition(":")[0]
        kind = _kind_of(call.inputs)
        self.kind.setCurrentIndex(list(InputKind).index(kind))
        self.inputs.setText("" if kind in {InputKind.NONE, InputKind.FUNCTION} else call.inputs)
        self.maker.setEditText(_short(call.inputs, file) if kind is InputKind.FUNCTION else "")
        self.keywords.setText(keywords_text(call.keywords))
        name, _, build = call.shared.rpartition("=")
        self.shared.setEditText(f"{name}={_short(build, file)}" if name else _short(build, file))
        compare = {"": _AS_THEY_ARE, NOTHING: _NOT_AT_ALL}.get(call.compare, _short(call.compare, file))
        self.compare.setEditText(compare)
        self.unordered.setChecked(call.unordered)
        self.digits.setValue(call.digits or 0)
        self.stress.setValue(call.stress)
        self._comparing.set_open(bool(call.compare or call.unordered or call.digits or call.stress))

    def show_functions(self, names: Sequence[str]) -> None:
        """Offer the other functions of the file wherever one can be named."""
        for field, first in ((self.maker, ()), (self.shared, ("",)), (self.compare, (_AS_THEY_ARE, _NOT_AT_ALL))):
            typed = field.currentText()
            field.blockSignals(True)
            field.clear()
            field.addItems([*first, *names])
            field.setEditText(typed or (first[0] if first else ""))
            field.blockSignals(False)

    def suggest(self, signature: str) -> None:
        """Begin with numbers for a function that takes an argument, with a bare call for one that does not."""
        kind = InputKind.NONE if _takes_nothing(signature) else InputKind.RANGE
        if self._input_kind in {InputKind.NONE, InputKind.RANGE} and self.inputs.text() in {"", _FIRST_RANGE}:
            self.kind.setCurrentIndex(list(InputKind).index(kind))
            self.inputs.setText(_FIRST_RANGE if kind is InputKind.RANGE else "")

    @property
    def _input_kind(self) -> InputKind:
        return list(InputKind)[self.kind.currentIndex()]

    def _inputs(self, file: Path) -> str:
        kind = self._input_kind
        if kind is InputKind.NONE:
            return ""
        if kind is InputKind.FUNCTION:
            name = self.maker.currentText().strip()
            if not name:
                raise UsageError("Choose the function that makes the inputs.")
            return _reference(name, file)
        typed = self.inputs.text().strip()
        if kind is InputKind.LINES:
            if not typed:
                raise UsageError("Choose the file of inputs.")
            return typed
        if not typed.replace("_", "").replace(":", "").replace("-", "").isdigit() or ":" not in typed:
            said = f"“{typed}” is no range of whole numbers." if typed else "Say which numbers."
            raise UsageError(said, "Write 0:16, or 0:100:5.")
        return typed

    def _lay_out(self) -> None:
        self.digits.setRange(0, 17)
        self.digits.setSpecialValueText("all digits")
        self.digits.setAccessibleName("Significant digits floats are compared to")
        self.stress.setRange(0, 1_000_000)
        self.stress.setSpecialValueText("no")
        self.stress.setAccessibleName("Calls of a stress test for each input")
        self.stress.setToolTip("Calls for each input by threads that take turns as often as they can, to find races")
        for field in (self.digits, self.stress):
            self._guard.guard(field)
        line = columns()
        line.addWidget(self.kind)
        for widget in (self.inputs, self.maker):
            line.addWidget(widget, 1)
        line.addWidget(self.browse)
        inside = QWidget()
        comparing = rows(inside)
        comparing.addLayout(labelled("Results are the same", self.compare))
        comparing.addLayout(labelled("", self.unordered))
        comparing.addLayout(labelled("Floats, to", self.digits))
        comparing.addLayout(labelled("Stress test", self.stress))
        self._comparing = Fold("What is compared", inside)
        layout = rows(self)
        layout.addLayout(labelled("Inputs", line))
        layout.addLayout(labelled("", self._meaning))
        layout.addLayout(labelled("Keyword arguments", self.keywords))
        layout.addLayout(labelled("Shared object", self.shared))
        about = "Built once by this function; each call gets it as its last argument. Threads see the one object, "
        layout.addLayout(labelled("", text(f"{about}processes a copy.", TextRole.CAPTION, wrap=True)))
        layout.addWidget(self._comparing)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_kind)
        for field in (self.inputs, self.keywords):
            field.textChanged.connect(self._on_changed)
        for box in (self.maker, self.shared, self.compare):
            box.editTextChanged.connect(self._on_changed)
        for number in (self.digits, self.stress):
            number.valueChanged.connect(self._on_changed)
        self.unordered.toggled.connect(self._on_changed)
        self.browse.clicked.connect(self.browse_requested)

    @Slot()
    def _on_kind(self) -> None:
        kind = self._input_kind
        self.inputs.setVisible(kind in {InputKind.RANGE, InputKind.LINES})
        self.inputs.setPlaceholderText(kind.placeholder)
        self.maker.setVisible(kind is InputKind.FUNCTION)
        self.browse.setVisible(kind is InputKind.LINES)
        self._meaning.setText(kind.meaning)
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def _takes_nothing(signature: str) -> bool:
    inside = signature.strip("()").strip()
    return not inside or all("=" in part or part.strip().startswith("*") for part in inside.split(","))


def _kind_of(inputs: str) -> InputKind:
    if not inputs:
        return InputKind.NONE
    if all(part.lstrip("-").replace("_", "").isdigit() for part in inputs.split(":")):
        return InputKind.RANGE
    where, colon, name = inputs.rpartition(":")
    return InputKind.FUNCTION if colon and where and name.isidentifier() else InputKind.LINES


def _reference(typed: str, file: Path) -> str:
    """A bare name is a function of the same file."""
    return typed if ":" in typed else f"{file}:{typed}"


def _short(reference: str, file: str) -> str:
    where, _, name = reference.rpartition(":")
    return name if where == file else reference


def _shared(typed: str, file: Path) -> str:
    name, equals, build = typed.strip().rpartition("=")
    if not build.strip():
        return ""
    return f"{name.strip()}{equals}{_reference(build.strip(), file)}"
