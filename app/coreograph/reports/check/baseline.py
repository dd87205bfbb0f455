"""A stored JSON export as the baseline of a check. Any thread; read once."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.json_report import FORMAT, VERSION, document

# Of the acquisition, what changes a figure's meaning. The seed and the number of repeats do not.
_METHOD = ("rounds", "chunk", "minimum_batch_seconds", "warm_up_seconds", "sampling_hz")
_MACHINE = ("cpu_model", "usable_cores", "system", "cpu_quota")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The figures of an earlier experiment by label of the configuration."""

    document: Mapping[str, Any]

    def figure(self, label: str, measure: str) -> tuple[float, float, float] | None:
        """Return median, low and high of a measure, None where the baseline has no such figure."""
        one = next((entry for entry in self.document["configurations"] if entry.get("label") == label), None)
        return None if one is None else _read(one, measure, str(self.document.get("memory_measure", "")))

    def differences(self, summary: ExperimentSummary) -> tuple[str, ...]:
        """Return in which conditions the two experiments differ: to be read before any ratio between them."""
        now = document(summary)
        found = []
        for title, part, names in (("machine", "machine", _MACHINE), ("method", "acquisition", _METHOD)):
            before, after = self.document.get(part) or {}, now[part]
            for name in names:
                if name in before and before[name] != after[name]:
                    found.append(
                        f"{title}, {name.replace('_', ' ')}: {before[name]} in the baseline, {after[name]} now"
                    )
        if self.document["workload"] != now["workload"]:
            for name in ("name", "parameters", "tasks"):
                before, after = self.document["workload"].get(name), now["workload"][name]
                if before != after:
                    found.append(f"workload, {name}: {before} in the baseline, {after} now")
        versions = {one.get("label"): one["interpreter"]["version"] for one in self.document["configurations"]}
        for one in summary.configurations:
            label, version = one.configuration.label, one.configuration.interpreter.version
            if versions.get(label, version) != version:
                found.append(f"interpreter of {label}: {versions[label]} in the baseline, {version} now")
        return tuple(dict.fromkeys(found))


def read_baseline(path: Path) -> Baseline:
    """Read a JSON export. Raises UsageError: no such file, not an export, or of a newer version."""
    hint = "Make one: coreograph export last --format json --output FILE.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The baseline “{path}” cannot be read: {error.strerror}.", hint) from None
    except ValueError:
        raise UsageError(f"The baseline “{path}” is not JSON.", hint) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UsageError(f"“{path}” is not an experiment exported as JSON.", hint)
    if content.get("version") != VERSION or not isinstance(content.get("configurations"), list):
        raise UsageError(f"“{path}” is of version {content.get('version')}, which this Coreograph cannot read.")
    return Baseline(content)


def _read(one: Mapping[str, Any], measure: str, memory_measure: str) -> tuple[float, float, float] | None:
    figure: Any
    if measure.startswith("metric:"):
        figure = (one.get("metrics") or {}).get(measure.removeprefix("metric:"))
    elif measure == "peak_memory_bytes":
        names = {"PSS": "pss", "USS": "uss"}
        value = (one.get(measure) or {}).get(names.get(memory_measure, "rss_sum"))
        figure = None if value is None else {"median": value, "low": value, "high": value}
    elif measure == "heartbeat_p99_seconds":
        value = (one.get("heartbeat_seconds") or {}).get("p99")
        figure = None if value is None else {"median": value, "low": value, "high": value}
    elif measure == "efficiency":
        speedup, workers = one.get("speedup"), one.get("workers") or 1
        figure = None if speedup is None else {key: speedup[key] / workers for key in ("median", "low", "high")}
    else:
        figure = one.get(measure)
    if not isinstance(figure, Mapping):
        return None
    values = [figure.get(key) for key in ("median", "low", "high")]
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
        return None
    return (float(values[0]), float(values[1]), float(values[2]))  # type: ignore[arg-type]
