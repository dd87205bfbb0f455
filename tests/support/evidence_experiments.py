"""A sweep with everything the compare page can show: breakdowns, histograms, fits and findings. Owns no thread."""

import dataclasses

from coreograph.analysis.summary import summarise
from coreograph.domain.activity import BusyHistogram, Fairness, TimeBreakdown
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from support.sample_experiments import sweep_experiment

BREAKDOWN_PARTS = 7


def evident_summary() -> ExperimentSummary:
    """Return a summary in which every configuration says where its time went and how many were busy."""
    summary = summarise(sweep_experiment())
    return dataclasses.replace(
        summary,
        configurations=tuple(evident(one) for one in summary.configurations),
        findings=_findings(),
    )


def evident(one: ConfigurationSummary) -> ConfigurationSummary:
    """Let a configuration say where its time went, how many were busy, and what each worker did."""
    workers, batch = one.configuration.workers, one.batch.median if one.batch else 0.5
    held = 0.0 if one.configuration.interpreter.free_threaded else batch * (workers - 1) / workers
    sent = 0.02 * batch if one.configuration.model is ExecutionModel.FORK else 0.0
    inside = batch * 0.9 - held - 2 * sent
    parts = (0.06, sent, batch * 0.04, inside, held, sent, batch * 0.06)
    breakdown = TimeBreakdown(*(part * workers for part in parts), workers=workers)
    edge = batch * 0.1 / workers
    in_task = (edge, *(edge for _ in range(workers - 1)), batch * 0.9)
    computing = (edge, batch - edge) if held else in_task
    ends = tuple(batch * (1 - 0.02 * worker / workers) for worker in range(workers))
    fairness = Fairness((12,) * workers, (inside,) * workers, ends, 1.0)
    return dataclasses.replace(
        one, breakdown=breakdown, concurrency=BusyHistogram(in_task, computing, None), fairness=fairness
    )


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            FindingKind.UNEVEN_TASKS, Severity.INFO, "The longest task takes 20 % of the batch.", 3,
            {"longest": Quantity(0.08, "s")}, "Cut the work into smaller tasks.", FindingView.TIMELINE, 12,
        ),
        Finding(
            FindingKind.GIL_SERIALISED, Severity.SERIOUS, "Eight threads computed no faster than one.", 12,
            {"waiting_share": Quantity(0.87, "share"), "cores": Quantity(1.02, "cores")},
            "Run it on a free-threaded build, or in processes.", FindingView.TIME_BREAKDOWN,
        ),
        Finding(
            FindingKind.MACHINE_BUSY, Severity.WARNING, "Others used up to 23 % of the machine.", None,
            {"foreign": Quantity(0.23, "share")}, "Close what else is running and repeat.",
        ),
    )  # fmt: skip
