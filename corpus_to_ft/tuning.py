"""The nouns of tuning: the files that go to a host, and the job that a host makes of them.

    planned ─▶ uploading ─▶ uploaded ─▶ creating ─▶ waiting ─▶ running ─▶ succeeded | failed | cancelled

Up to `creating` a state says what *we* were doing when it was written down; from `waiting` on it says what the host
told last. A word of a host that nobody knows never ends a job. `uploading` and `creating` are written before the call:
whoever finds a job in one of them looks at the host first, because the call may have arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from unicodedata import normalize

from corpus_to_ft.records import digest

TuneState = Literal[
    "planned", "uploading", "uploaded", "creating", "waiting", "running", "succeeded", "failed", "cancelled"
]
FINAL: frozenset[TuneState] = frozenset({"succeeded", "failed", "cancelled"})
# While these last nobody has asked the host for a job, or nobody knows whether it has one.
BEFORE_THE_JOB: frozenset[TuneState] = frozenset({"planned", "uploading", "uploaded", "creating"})
TuneRole = Literal["train", "validation"]
# So much of a digest stands in the name that a file has at the host.
MARK_CHARS = 12
# Hosts take 255 bytes, and a Hangul syllable has three.
MOST_STEM_CHARS = 60


def mark_of(sha256: str) -> str:
    return sha256[:MARK_CHARS]


def sent_name(file_name: str, sha256: str) -> str:
    """What a file is called at the host: `훈련.jsonl` becomes `훈련-4f3a….jsonl`, composed on every system."""
    stem, dot, ending = normalize("NFC", file_name).rpartition(".")
    stem = "".join(letter if letter.isprintable() and letter not in '"\\/' else "_" for letter in stem or ending)
    return f"{stem[:MOST_STEM_CHARS]}-{mark_of(sha256)}{dot}{ending if dot else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFile:
    """A file as it goes to the host. `name` is what it is called there; a part of its digest is in it.

    `size` and `sha256` are of the bytes that are sent, the byte order mark among them where the target wants one.
    """

    role: TuneRole
    path: str
    name: str
    size: int
    sha256: str
    lines: int
    tokens: int
    byte_order_mark: bool = False
    remote_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneJob:
    """What was asked of whom, how far it is, and what came of it.

    `content` is a digest of everything that shapes the model: the same wish said twice has the same one. `id` adds when
    it was planned, and goes to the host as the job's mark. `api_key_env` names the variable, never holds a key.
    `hyperparameters` hold what was asked for (epochs, batch_size, learning_rate_multiplier, beta, and what one host
    alone has); what is missing is the host's choice. `asking` is the manifest's: separator, stop sequences, labels.
    `status` is the host's own word. `out` is the folder of the data set, `cost` US dollars as foreseen on `price_date`.
    """

    id: str
    content: str
    target: str
    tuner: str
    model: str
    base_url: str
    api_key_env: str
    files: tuple[TrainingFile, ...]
    planned_at: str
    method: str = "supervised"
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    suffix: str = ""
    seed: int | None = None
    wandb: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    out: str = ""
    writer: str = ""
    asking: Mapping[str, Any] = field(default_factory=dict)
    manifest_sha256: str = ""
    cost: float | None = None
    epochs_assumed: int | None = None
    price_date: str = ""
    state: TuneState = "planned"
    status: str = ""
    remote_id: str = ""
    tuned_model: str = ""
    trained_tokens: int | None = None
    estimated_finish: str = ""
    finished_at: str = ""
    problem_code: str = ""
    problem: str = ""
    result_files: tuple[str, ...] = ()

    @classmethod
    def make(
        cls, *, target: str, tuner: str, model: str, base_url: str, files: tuple[TrainingFile, ...], planned_at: str,
        method: str = "supervised", hyperparameters: Mapping[str, Any] | None = None, suffix: str = "",
        seed: int | None = None, metadata: Mapping[str, str] | None = None,
        shaping: Mapping[str, Any] | None = None, **others: Any,
    ) -> TuneJob:  # fmt: skip
        """`shaping` are the settings of the tuner that make another model."""
        hyperparameters, metadata = dict(hyperparameters or {}), dict(metadata or {})
        sent = [(file.role, file.sha256) for file in files]
        wish = [target, model, base_url, sent, method, hyperparameters, suffix, seed, metadata]
        content = digest(*wish, *([shaping] if shaping else []))
        return cls(
            id=digest(content, planned_at), content=content, target=target, tuner=tuner, model=model,
            base_url=base_url, files=files, planned_at=planned_at, method=method, hyperparameters=hyperparameters,
            suffix=suffix, seed=seed, metadata=metadata, **others,
        )  # fmt: skip

    @property
    def has_ended(self) -> bool:
        return self.state in FINAL

    @property
    def is_uploaded(self) -> bool:
        return all(file.remote_id for file in self.files)

    def file(self, role: TuneRole) -> TrainingFile | None:
        """The file of this role, where there is one."""
        return next((file for file in self.files if file.role == role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneEvent:
    """Something that the host tells of a job; `at` is ISO 8601. `metrics` by the host's names: step, train_loss, …"""

    id: str
    at: str
    level: str
    message: str
    kind: str = "message"
    metrics: Mapping[str, float] = field(default_factory=dict)
