"""`run` and the stage commands: from options to `build_dataset`, and its outcome to words."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_to_ft import dataset, pipeline
from corpus_to_ft.cli.money import confirm, estimate_lines, so_far
from corpus_to_ft.cli.progress import watch
from corpus_to_ft.errors import ConfigError, ExitCode
from corpus_to_ft.ingest.base import is_address
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.stage import Limits
from corpus_to_ft.plan import Plan, make_plan
from corpus_to_ft.privacy.kinds import told
from corpus_to_ft.settings import Settings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """The options of one command, as given."""

    sources: Sequence[str]
    config: Path | None
    out: Path
    overrides: Sequence[str]
    upto: str
    max_cost: float | None
    max_calls: int | None
    yes: bool
    dry_run: bool
    export: bool
    json: bool


def run(request: RunRequest) -> int:
    """Returns the exit code."""
    settings = load_settings(request.config, request.overrides)
    _refuse_own_output(request)
    if request.dry_run:
        return _print_plan(make_plan(settings, request.sources, request.out), request.json)
    has_read_sites = _agree(request, settings)
    with watch(quiet=request.json) as progress:
        outcome = pipeline.build_dataset(
            settings,
            request.sources,
            request.out,
            upto=_stage(request.upto),
            limits=Limits(max_calls=request.max_calls, max_cost=request.max_cost),
            progress=progress,
            export=request.export,
            asks_sites_again=not has_read_sites,
        )
    if request.json:
        print(json.dumps(dataclasses.asdict(outcome), ensure_ascii=False))
    else:
        _print_outcome(outcome, settings, request.upto)
    return _exit_code(outcome, settings, request.upto)


def _agree(request: RunRequest, settings: Settings) -> bool:
    """Tell what the calls can cost before the first one; with --yes or --max-cost nobody needs to be asked.

    Returns whether sites were read for that.
    """
    provider = settings.make_provider()
    price = provider.price()
    if not provider.billed or request.yes or (price and price.is_free):
        return False
    if price is None:
        print(tr("cost: unknown, no price of {model} is known here", model=provider.model_name), file=sys.stderr)
        return False
    has_sites = any(is_address(source) for source in request.sources)
    if has_sites:
        # What a site's documents cost is known when they were read; nothing of that is billed.
        with watch(quiet=request.json) as progress:
            pipeline.build_dataset(settings, request.sources, request.out, upto="ingest", progress=progress)
    plan = make_plan(settings, request.sources, request.out, asks_sites=False)
    if plan.calls:
        print("\n".join(estimate_lines(plan)), file=sys.stderr)
    if request.max_cost is None:
        confirm(plan, settings.run.confirm_above)
    return has_sites


def _stage(name: str) -> pipeline.StageName:
    return next(stage for stage in pipeline.STAGES if stage == name)


def _refuse_own_output(request: RunRequest) -> None:
    # Path.resolve raises for a loop of links.
    out = os.path.realpath(request.out)
    for source in request.sources:
        if os.path.realpath(source) == out:
            raise ConfigError(
                Sentence(
                    "{source} is the source and the output folder at once; choose another one with -o", source=source
                )
            )


def _exit_code(outcome: dataset.Outcome, settings: Settings, upto: str) -> int:
    if outcome.postponed:
        return ExitCode.WORK_REMAINS
    fell_out = outcome.rejected_documents / max(1, outcome.documents + outcome.rejected_documents)
    nothing = outcome.documents == 0 or (upto == "write" and outcome.examples == 0)
    if nothing or fell_out > settings.run.max_rejected_share:
        return ExitCode.TOO_MANY_REJECTED
    return ExitCode.DONE


def _print_outcome(outcome: dataset.Outcome, settings: Settings, upto: str) -> None:
    say = sys.stdout.write
    say(tr("{documents} documents → {passages} passages → {examples} examples", **_counts(outcome)) + "\n")
    if upto == "write":
        for split, count in outcome.splits.items():
            say(f"  {outcome.out}/{split}.jsonl  {count:,}\n")
        say(f"  {outcome.out}/report.html  {outcome.out}/manifest.json\n")
    if outcome.calls["made"] or outcome.calls["reused"]:
        say(tr("calls: {made} made, {reused} reused, {failed} failed", **outcome.calls) + "\n")
    cost = so_far(outcome.cost, outcome.cost_uncertain, outcome.cost_reserved)
    if cost:
        say(cost + "\n")
    for warning in outcome.warnings:
        print(f"{tr('warning')}: {tr(warning)}", file=sys.stderr)
    if outcome.postponed:
        because = tr(outcome.postponed_because)
        print(tr("{count} items wait for the next run: {because}", count=outcome.postponed, because=because))
    if outcome.notes:
        notes = ", ".join(f"{tr(reason)} {count:,}" for reason, count in outcome.notes.items())
        say(tr("notes: {notes}", notes=notes) + "\n")
    if outcome.personal:
        say(tr(_personal_data(outcome.personal, settings.privacy.mode)) + "\n")
    total = sum(outcome.rejected.values())
    if total:
        reasons = ", ".join(f"{tr(reason)} {count:,}" for reason, count in outcome.rejected.items())
        say(
            tr(
                "rejected: {total} ({reasons}); see: corpus-to-ft rejected {out}",
                total=total,
                reasons=reasons,
                out=outcome.out,
            )
            + "\n"
        )
    else:
        say(tr("rejected: 0") + "\n")


def _personal_data(counts: Mapping[str, int], mode: str) -> Sentence:
    found = told(counts)
    if mode == "keep":
        return Sentence("personal data was kept: {found}", found=found)
    if mode == "drop":
        return Sentence("personal data was left out, with the blocks that hold it: {found}", found=found)
    return Sentence("personal data was masked: {found}", found=found)


def _counts(outcome: dataset.Outcome) -> dict[str, str]:
    return {name: f"{getattr(outcome, name):,}" for name in ("documents", "passages", "examples")}


def _print_plan(plan: Plan, as_json: bool) -> int:
    if as_json:
        print(json.dumps(dataclasses.asdict(plan), ensure_ascii=False))
        return ExitCode.DONE
    work = tr(
        "{files} files, {done} read already; {documents} documents, {worked} done already",
        files=plan.files, done=plan.files_done, documents=plan.documents, worked=plan.documents_done,
    )  # fmt: skip
    for site in plan.sites:
        work += "\n" + tr(
            "{site}: {robots}; {maps} feeds and sitemaps; {addresses} addresses found, {known} pages read before; at"
            " least {seconds:.0f} s",
            site=site.site, robots=tr(site.robots), maps=site.maps, addresses=f"{site.addresses:,}",
            known=f"{site.known:,}", seconds=site.delay_s * min(site.addresses, site.most),
        )  # fmt: skip
    where = tr(
        "provider {provider}, target {target} ({limit} {encoding} tokens a line)",
        provider=plan.provider, target=plan.target, limit=f"{plan.max_tokens:,}", encoding=plan.encoding,
    )  # fmt: skip
    print("\n".join([work, where, *estimate_lines(plan)]))
    return ExitCode.DONE
