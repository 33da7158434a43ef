"""The only reader of config files: TOML and `--set a.b=c` become one frozen tree, and the tree becomes plugins."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus_to_ft.analyzers.base import Analyzer
from corpus_to_ft.checks.base import Check
from corpus_to_ft.checks.duplicates import DuplicateSettings
from corpus_to_ft.errors import ConfigError, boundary, cause_of
from corpus_to_ft.generate.base import Generator
from corpus_to_ft.generate.judge import JudgeSettings
from corpus_to_ft.ingest.across import DocumentSettings
from corpus_to_ft.ingest.base import Reader
from corpus_to_ft.ingest.files import IngestSettings
from corpus_to_ft.language import Sentence, joined
from corpus_to_ft.llm.base import Provider
from corpus_to_ft.passages import PassageSettings, passage_limit
from corpus_to_ft.plugin import explain, find_plugin, make_plugin, plugin_names
from corpus_to_ft.privacy.settings import PrivacySettings
from corpus_to_ft.records import Target
from corpus_to_ft.split import SplitSettings
from corpus_to_ft.summarize.stage import SMALLEST_BUDGET, SummarizeSettings
from corpus_to_ft.targets import load_target
from corpus_to_ft.tune.base import Tuner
from corpus_to_ft.write.base import Writer

MAX_CONFIG_BYTES = 1_000_000


class PluginChoice(BaseModel):
    """`use` names the plugin; every other key is one of its fields."""

    model_config = ConfigDict(frozen=True, extra="allow")

    use: str

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.model_extra or {}


class RunSettings(BaseModel):
    """How the work is done; nothing here changes a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(default=1, ge=1, le=256, description="processes (threads for a billed provider)")
    confirm_above: float = Field(
        default=5.0, ge=0, description="US dollars that a run may cost without being asked about"
    )
    max_rejected_share: float = Field(
        default=1.0, ge=0, le=1, description="of documents; above it the exit status is 1"
    )


class Settings(BaseModel):
    """The whole configuration; every default lives in the field it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: PluginChoice = PluginChoice(use="openai-chat")
    provider: PluginChoice = PluginChoice(use="extractive")
    analyzer: PluginChoice = PluginChoice(use="kiwi")
    generate: tuple[PluginChoice, ...] = Field(default=(PluginChoice(use="qa"),), min_length=1)
    ingest: IngestSettings = IngestSettings()
    documents: DocumentSettings = DocumentSettings()
    privacy: PrivacySettings = PrivacySettings()
    readers: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    passages: PassageSettings = PassageSettings()
    summarize: SummarizeSettings = SummarizeSettings()
    checks: Mapping[str, Mapping[str, Any] | bool] = Field(default_factory=dict)
    judge: JudgeSettings = JudgeSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    split: SplitSettings = SplitSettings()
    run: RunSettings = RunSettings()

    def make_target(self) -> Target:
        return load_target(self.target.use)

    def make_writer(self) -> Writer:
        target = self.make_target()
        return make_plugin("write", target.writer, Writer, {**target.writer_settings, **self.target.fields})

    def make_analyzer(self) -> Analyzer:
        return make_plugin("analyzers", self.analyzer.use, Analyzer, self.analyzer.fields)

    def make_provider(self) -> Provider:
        found = find_plugin("llm", self.provider.use, Provider)
        fields = dict(self.provider.fields)
        if "analyzer" in found.model_fields:
            fields["analyzer"] = self.make_analyzer()
        if "api_key" in found.model_fields:
            _add_environment(fields, found)
        return make_plugin("llm", self.provider.use, Provider, fields)

    def make_generators(self) -> list[Generator]:
        return [make_plugin("generate", choice.use, Generator, choice.fields) for choice in self.generate]

    def make_readers(self) -> list[Reader]:
        _refuse_unknown("readers", self.readers, plugin_names("ingest"))
        return [make_plugin("ingest", name, Reader, self.readers.get(name)) for name in plugin_names("ingest")]

    def make_checks(self) -> list[Check]:
        """All checks, in alphabetical order; `[checks] NAME = false` leaves one out."""
        names = plugin_names("checks")
        _refuse_unknown("checks", self.checks, names)
        # The reasons of other checks quote the example, so what nobody may read is looked for first.
        names.sort(key=lambda name: name != "privacy")
        chosen = {name: self.checks.get(name, True) for name in names}
        return [
            make_plugin("checks", name, Check, self._check_fields(name, fields))
            for name, fields in chosen.items()
            if fields is not False
        ]

    def _check_fields(self, name: str, fields: Mapping[str, Any] | bool) -> Mapping[str, Any]:
        own = {} if isinstance(fields, bool) else fields
        return {**own, "privacy": self.privacy} if name == "privacy" else own


def _add_environment(fields: dict[str, Any], provider: type[Provider]) -> None:
    """The address from OPENAI_BASE_URL where none is set, and the key from the variable that the settings name."""
    if "api_key" in fields:
        told = (
            "provider.api_key: keys are never written down; set an environment variable and name it in "
            "provider.api_key_env"
        )
        raise ConfigError(Sentence(told))
    address = os.environ.get("OPENAI_BASE_URL")
    if address and "base_url" in provider.model_fields:
        fields.setdefault("base_url", address)
    name = fields.get("api_key_env", provider.model_fields["api_key_env"].default)
    key = os.environ.get(name) if isinstance(name, str) else None
    if key:
        fields["api_key"] = key


def make_tuner(target: Target, *, base_url: str = "", api_key_env: str = "", fields: Mapping[str, Any]) -> Tuner:
    """The tuner of a target with its address and, from the environment, its keys.

    OPENAI_BASE_URL is the address of OpenAI's own targets alone. Raises ConfigError for a target that nobody tunes.
    """
    if not target.tuner:
        raise ConfigError(
            Sentence("no host tunes for the target {target}; see: corpus-to-ft targets", target=target.name)
        )
    found = find_plugin("tune", target.tuner, Tuner)
    for field in fields:
        if field in found.model_fields and found.model_fields[field].exclude:
            told = "{key}: keys are never written down; set an environment variable and name it in --api-key-env"
            raise ConfigError(Sentence(told, key=field))
    is_openai = target.base_url == found.model_fields["base_url"].default and target.tuner == "openai_compatible"
    address = base_url or (os.environ.get("OPENAI_BASE_URL", "") if is_openai else "") or target.base_url
    if address:
        _refuse_no_address(address)
    name = api_key_env or target.api_key_env or found.model_fields["api_key_env"].default
    values = {**fields, "base_url": address.rstrip("/"), "api_key_env": name}
    variables = {"api_key": name, **getattr(found, "environment", {})}
    values.update({field: os.environ[name] for field, name in variables.items() if os.environ.get(name)})
    return make_plugin("tune", target.tuner, Tuner, values)


def _refuse_no_address(url: str) -> None:
    # What stands before an @ may be a password.
    said = Sentence("{url} is no address; it should be one like https://host/v1", url=url.rpartition("@")[2])
    with boundary(ValueError, to=ConfigError, message=said):
        parts = urlsplit(url)
        # `port` raises for a number that no port has.
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    if not is_one or parts.username or parts.password or any(letter.isspace() for letter in url):
        raise ConfigError(said)


def load_settings(config: Path | None = None, overrides: Sequence[str] = ()) -> Settings:
    """Read a TOML file and apply `a.b=c` on top; raises ConfigError that names file, key and remedy."""
    values = _read(config) if config else {}
    for override in overrides:
        _apply(values, override)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error, str(config) if config else "--set")) from error
    settings.make_writer(), settings.make_provider()
    settings.make_generators(), settings.make_readers(), settings.make_checks()
    _refuse_what_never_fits(settings)
    _refuse_what_runs_do_not_make(settings)
    _refuse_a_judge_that_only_reads(settings)
    return settings


def _refuse_what_runs_do_not_make(settings: Settings) -> None:
    if settings.make_writer().needs_worse_answers:
        told = (
            "target.use = {name!r} needs a better and a worse answer to each question, and a run makes one; a file that"
            " has both becomes one with: corpus-to-ft prepare FILE --target {name}"
        )
        raise ConfigError(Sentence(told, name=settings.target.use))


def _refuse_a_judge_that_only_reads(settings: Settings) -> None:
    if settings.judge.use and not settings.make_provider().billed:
        told = (
            "judge.use = true needs a chat model, and provider.use = {provider!r} is none; name one"
            ' (provider.use = "openai_compatible"), or set judge.use = false'
        )
        raise ConfigError(Sentence(told, provider=settings.provider.use))


def _refuse_what_never_fits(settings: Settings) -> None:
    """Settings that each are right and together would reject every passage or document."""
    target, passages, kept = settings.make_target(), settings.passages, settings.summarize
    holds = Sentence(
        "target.use = {name!r} with {max_tokens:,} tokens a line", name=target.name, max_tokens=target.max_tokens
    )
    longest = passage_limit(passages, target.encoding, target.max_tokens)
    if passages.min_tokens > longest:
        told = "passages.min_tokens ({least}) is above the {longest} tokens of the longest passage, by {holds}"
        raise ConfigError(Sentence(told, least=passages.min_tokens, longest=longest, holds=holds))
    room = target.max_tokens - kept.question_tokens - kept.answer_tokens - kept.separator_tokens
    if room < SMALLEST_BUDGET:
        raise ConfigError(
            Sentence(
                "summarize.question_tokens ({question_tokens}), summarize.answer_tokens ({answer_tokens})"
                " and summarize.separator_tokens ({separator_tokens}) leave no room for a summary, by "
                "{holds}",
                question_tokens=kept.question_tokens,
                answer_tokens=kept.answer_tokens,
                separator_tokens=kept.separator_tokens,
                holds=holds,
            )
        )


def _read(config: Path) -> dict[str, Any]:
    try:
        # A device has no end.
        with config.open("rb") as file:
            data = file.read(MAX_CONFIG_BYTES + 1)
        if len(data) > MAX_CONFIG_BYTES:
            raise ConfigError(
                Sentence(
                    "{config} is no config file: it is larger than {max_config_bytes:,} bytes",
                    config=config,
                    max_config_bytes=MAX_CONFIG_BYTES,
                )
            )
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(
            Sentence("there is no config file {config}; write one with: corpus-to-ft init {config}", config=config)
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            Sentence(
                "the config file {config} cannot be read as UTF-8 text: {cause}", config=config, cause=cause_of(error)
            )
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            Sentence("the config file {config} is not valid TOML: {cause}", config=config, cause=cause_of(error))
        ) from error


def _apply(values: dict[str, Any], override: str) -> None:
    path, equals, text = override.partition("=")
    if not equals or not path.strip():
        raise ConfigError(Sentence("--set wants a.b=c, it was given {override!r}", override=override))
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *parents, last = path.strip().split(".")
    table: Any = values
    for key in parents:
        table = table.setdefault(key, {}) if isinstance(table, dict) else _member(table, key, override)
    if path == "generate" and isinstance(value, str):
        value = [{"use": name.strip()} for name in value.split(",")]
    if not isinstance(table, dict):
        raise ConfigError(
            Sentence("--set {override!r}: {parents} holds no keys", override=override, parents=".".join(parents))
        )
    table[last] = value


def _member(table: Any, key: str, override: str) -> Any:
    if isinstance(table, list) and key.isdigit() and int(key) < len(table):
        return table[int(key)]
    raise ConfigError(Sentence("--set {override!r}: there is no {key!r}", override=override, key=key))


def _refuse_unknown(section: str, given: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in given:
        if name not in names:
            raise ConfigError(
                Sentence(
                    "[{section}] has no {name!r}; there are: {names}",
                    section=section,
                    name=name,
                    names=", ".join(names),
                )
            )


def _explain(error: ValidationError, where: str) -> Sentence:
    """The plain account, and for a single `[generate]` section how several are written."""
    text = explain(error, where, Settings)
    if any(problem["loc"] == ("generate",) and problem["type"] == "tuple_type" for problem in error.errors()):
        several = Sentence("write [[generate]] with two brackets, or --set generate=qa,keywords")
        return joined([text, several], "; ")
    return text
