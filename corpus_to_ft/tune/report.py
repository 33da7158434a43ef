"""What is kept of a training beside its data set: every figure as JSON, and the loss as a picture for people."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_to_ft.errors import ConfigError, boundary
from corpus_to_ft.language import Sentence, korean
from corpus_to_ft.tune.base import ResultPoint
from corpus_to_ft.tuning import TuneEvent, TuneJob
from corpus_to_ft.write.base import well_formed
from corpus_to_ft.write.stage import MANIFEST

WIDTH, HEIGHT, EDGE = 640, 240, 40
# More points than columns of the picture show nothing more.
MOST_POINTS = 600
COLORS = ("#0b6e99", "#d9730d", "#4d7c0f", "#9b51e0")
MODERATION = "moderation_checks"
STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;word-break:keep-all}"
    "table{border-collapse:collapse}td,th{border:1px solid #8884;padding:.2rem .6rem;text-align:left}"
    "td,li,h1{overflow-wrap:anywhere}th{white-space:nowrap}"
    "svg{max-width:100%;height:auto}@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A job that has ended, and all that its host tells of it."""

    job: TuneJob
    points: tuple[ResultPoint, ...]
    events: tuple[TuneEvent, ...]

    @property
    def curve(self) -> Sequence[ResultPoint]:
        """The host's table, else what its events said on the way."""
        if self.points:
            return self.points
        told = [event for event in self.events if "step" in event.metrics]
        return [ResultPoint(step=int(event.metrics["step"]), metrics=event.metrics) for event in told]

    @property
    def moderation(self) -> list[TuneEvent]:
        """What the host's safety checks found."""
        return [event for event in self.events if event.kind == MODERATION or MODERATION in event.message]


def write_outcome(folder: Path, outcome: Outcome) -> Path:
    """Writes `<job>.html`, `.md` and, last, `.json`; returns the page."""
    name = outcome.job.id
    message = Sentence("cannot write into the folder {folder}", folder=folder)
    with boundary(OSError, to=ConfigError, message=message):
        folder.mkdir(parents=True, exist_ok=True)
        page = _write(folder / f"{name}.html", render_html(outcome))
        _write(folder / f"{name}.md", render_markdown(outcome))
        _write(folder / f"{name}.json", _json(outcome))
    return page


def _write(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}.part")
    part.write_text(well_formed(text), encoding="utf-8")
    part.replace(path)
    return path


def _json(outcome: Outcome) -> str:
    job = outcome.job
    content = {
        "job": job.id,
        "remote_id": job.remote_id,
        "model": job.model,
        "tuned_model": job.tuned_model,
        "state": job.state,
        "files": [{"name": file.name, "sha256": file.sha256, "id": file.remote_id} for file in job.files],
        "manifest_sha256": job.manifest_sha256,
        "trained_tokens": job.trained_tokens,
        "asking": dict(job.asking),
        "points": [{"step": point.step, **point.metrics} for point in outcome.curve],
        "moderation": [event.message for event in outcome.moderation],
        "events": [{"at": event.at, "level": event.level, "message": event.message} for event in outcome.events],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def render_markdown(outcome: Outcome) -> str:
    lines = [f"# {_plain(outcome.job.tuned_model or outcome.job.id)}", ""]
    lines += [f"- {' / '.join(_named(name))}: {_plain(value)}" for name, value in _facts(outcome)]
    for heading, told in _sections(outcome):
        lines += ["", f"## {korean(heading)} / {heading}", "", *(f"- {_plain(one)}" for one in told)]
    return "\n".join(lines) + "\n"


def render_html(outcome: Outcome) -> str:
    """One file that loads nothing; all that a host said is text in it."""
    title = html.escape(outcome.job.tuned_model or outcome.job.id)
    facts = "".join(
        f"<tr><th>{' '.join(map(html.escape, _named(name)))}</th><td>{html.escape(value)}</td></tr>"
        for name, value in _facts(outcome)
    )
    parts = [f"<h1>{title}</h1><table>{facts}</table>", render_curve(outcome.curve)]
    for heading, told in _sections(outcome):
        items = "".join(f"<li>{html.escape(one)}</li>" for one in told)
        parts.append(f"<h2>{html.escape(korean(heading))} <small>{heading}</small></h2><ul>{items}</ul>")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="ko"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    job = outcome.job
    yield Sentence("base model"), job.model
    if job.tuned_model:
        yield Sentence("tuned model"), job.tuned_model
    yield Sentence("target"), f"{job.target} · {job.base_url}" if job.base_url else job.target
    yield Sentence("job"), f"{job.remote_id} · {job.id}"
    ended = " · ".join(word for word in (job.state, job.problem_code, job.problem, job.finished_at[:19]) if word)
    yield Sentence("status"), ended
    for file in job.files:
        yield Sentence("file"), f"{file.name} ({file.lines:,} lines · {file.tokens:,} tokens · SHA-256 {file.sha256})"
    if job.manifest_sha256:
        yield Sentence("manifest"), f"{MANIFEST} (SHA-256 {job.manifest_sha256})"
    for name, value in job.hyperparameters.items():
        yield name, str(value)
    if job.trained_tokens:
        yield Sentence("tokens trained"), f"{job.trained_tokens:,}"
    if job.cost is not None:
        yield Sentence("cost as foreseen"), f"${job.cost:,.2f} ({job.price_date})"
    for name in _names(outcome.curve):
        last = next(point for point in reversed(outcome.curve) if name in point.metrics)
        yield name, f"{last.metrics[name]:.4f} ({last.step:,})"


def _named(name: str) -> tuple[str, ...]:
    """In both languages; a host's own name once."""
    return tuple(dict.fromkeys((korean(name), str(name))))


def _sections(outcome: Outcome) -> Iterator[tuple[str, list[str]]]:
    if outcome.moderation:
        yield Sentence("safety checks"), [event.message for event in outcome.moderation]
    yield Sentence("events"), [f"{e.at[:19]} {e.message}" for e in outcome.events if e.kind != "metrics"]


def _names(curve: Iterable[ResultPoint]) -> list[str]:
    return sorted({name for point in curve for name in point.metrics if name != "step"})


def render_curve(curve: Sequence[ResultPoint]) -> str:
    """The losses over the steps as SVG; empty where there are none."""
    losses = [name for name in _names(curve) if "loss" in name][: len(COLORS)]
    thin = curve[:: max(1, len(curve) // MOST_POINTS)]
    values = [point.metrics[name] for point in thin for name in losses if name in point.metrics]
    if not values:
        return ""
    low, high = min(0.0, *values), max(values)
    first, last = curve[0].step, max(curve[-1].step, curve[0].step + 1)
    drawn = []
    for name, color in zip(losses, COLORS, strict=False):
        places = []
        for point in thin:
            if name in point.metrics:
                x = EDGE + (point.step - first) / (last - first) * (WIDTH - 2 * EDGE)
                y = HEIGHT - EDGE - (point.metrics[name] - low) / ((high - low) or 1) * (HEIGHT - 2 * EDGE)
                places.append(f"{x:.1f},{y:.1f}")
        drawn.append(f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{" ".join(places)}"/>')
    legend = "".join(
        f'<text x="{EDGE + 150 * at}" y="16" fill="{color}" font-size="13">{html.escape(name)}</text>'
        for at, (name, color) in enumerate(zip(losses, COLORS, strict=False))
    )
    marks = (
        f'<text x="2" y="{EDGE}" font-size="12" fill="currentColor">{high:.2f}</text>'
        f'<text x="2" y="{HEIGHT - EDGE}" font-size="12" fill="currentColor">{low:.2f}</text>'
        f'<text x="{EDGE}" y="{HEIGHT - 8}" font-size="12" fill="currentColor">{first}</text>'
        f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 8}" font-size="12" fill="currentColor">{last}</text>'
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{legend}{marks}{"".join(drawn)}</svg>'


def _plain(text: str) -> str:
    """On one line, with nothing in it that Markdown reads as its own."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|" else letter for letter in " ".join(text.split()))
