"""The table of targets: what each host or trainer takes and costs, with the day it was checked.

It is `tune/targets.toml`; `targets.toml` in the user's folder changes single keys of it and adds targets of one's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corpus_to_ft.errors import ConfigError, cause_of
from corpus_to_ft.home import home
from corpus_to_ft.language import Sentence
from corpus_to_ft.plugin import contradiction, explain, plugin_names, refuse_above
from corpus_to_ft.records import Epochs, Target, TunableModel

# `gpt-4o-mini-2024-07-18` is a `gpt-4o-mini`.
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
OWN_FILE = "targets.toml"
MAX_OWN_BYTES = 1_000_000


def _is_date(text: str) -> str:
    try:
        if text:
            date.fromisoformat(text)
    except ValueError:
        raise contradiction("it should be a date such as 2027-01-31, and {text!r} is none", text=text) from None
    return text


def _as_text(value: Any) -> Any:
    """A date without quotes is one of TOML's own."""
    return value.isoformat() if type(value) is date else value


def _is_plugin_of(folder: str) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name and name not in plugin_names(folder):
            told = "there is no {folder} plugin {name!r}; there are: {choices}"
            raise contradiction(told, folder=folder, name=name, choices=", ".join(plugin_names(folder)))
        return name

    return check


IsoDate = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_date)]
Dollars = Annotated[float, Field(ge=0)]
STRICT = ConfigDict(frozen=True, extra="forbid")


class EpochFacts(BaseModel):
    """`[NAME.epochs]`."""

    model_config = STRICT

    min: int = Field(default=1, ge=1)
    max: int = Field(ge=1)
    default: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        refuse_above(self, "min", "max")
        if self.default is not None and not self.min <= self.default <= self.max:
            told = "default ({default}) is not between min ({min}) and max ({max})"
            raise contradiction(told, default=self.default, min=self.min, max=self.max)
        return self


class ModelFacts(BaseModel):
    """`[NAME.models."MODEL"]`."""

    model_config = STRICT

    training: Dollars | None = None
    input: Dollars | None = None
    cached: Dollars | None = None
    output: Dollars | None = None
    shutdown: IsoDate = ""
    max_tokens: int = Field(default=0, ge=0)
    encoding: str = ""


class TargetFacts(BaseModel):
    """`[NAME]` as it stands in a file; the fields are those of `records.Target`."""

    model_config = STRICT

    writer: Annotated[str, AfterValidator(_is_plugin_of("write"))]
    encoding: str
    max_tokens: int = Field(ge=1)
    min_examples: int = Field(ge=1)
    verified_on: IsoDate
    title: str = ""
    writer_settings: Mapping[str, Any] = Field(default_factory=dict)
    max_examples: int = Field(default=0, ge=0)
    max_file_mb: int = Field(default=0, ge=0)
    byte_order_mark: bool = False
    roles: tuple[str, ...] = ("system", "user", "assistant")
    strict_turns: bool = False
    metadata: bool = False
    suffix_chars: int = Field(default=0, ge=0)
    epochs: EpochFacts | None = None
    formats: tuple[str, ...] = ()
    tuner: Annotated[str, AfterValidator(_is_plugin_of("tune"))] = ""
    base_url: str = ""
    api_key_env: str = ""
    closes: IsoDate = ""
    served: str = ""
    notes: tuple[str, ...] = ()
    models: Mapping[str, ModelFacts] = Field(default_factory=dict)


def target_names() -> list[str]:
    """In the order of the table, then the user's own."""
    return list(_tables())


def load_target(name: str) -> Target:
    """Raises ConfigError with the list of right names, or with what is wrong in the user's own file."""
    tables = _tables()
    if name not in tables:
        names = ", ".join(tables)
        if near := get_close_matches(name.casefold(), tables, n=1):
            told = "there is no target {name!r} (did you mean {near!r}?); there are: {names}"
            raise ConfigError(Sentence(told, name=name, near=near[0], names=names))
        raise ConfigError(Sentence("there is no target {name!r}; there are: {names}", name=name, names=names))
    try:
        facts = TargetFacts.model_validate(_inherited(name, tables))
    except ValidationError as error:
        raise ConfigError(explain(error, f"{home() / OWN_FILE}: [{name}]", TargetFacts)) from error
    return _target(name, facts)


def tunable_model(target: Target, model: str) -> TunableModel | None:
    """What is known of a model, also by its dated name or by that of one tuned from it; None where nothing is."""
    parts = model.split(":")
    base = parts[1] if parts[0] == "ft" and len(parts) > 1 else parts[0]
    return target.models.get(model) or target.models.get(base) or target.models.get(_DATED.sub("", base))


def _target(name: str, facts: TargetFacts) -> Target:
    plain = facts.model_dump(exclude={"title", "served", "notes", "epochs", "models"})
    return Target(
        name=name,
        title=Sentence(facts.title),
        served=Sentence(facts.served),
        notes=tuple(map(Sentence, facts.notes)),
        epochs=Epochs(**facts.epochs.model_dump()) if facts.epochs else None,
        models={model: TunableModel(**found.model_dump()) for model, found in facts.models.items()},
        **plain,
    )


def _inherited(name: str, tables: Mapping[str, Any], heirs: tuple[str, ...] = ()) -> dict[str, Any]:
    """The facts of a target on top of those that it is `like`."""
    own = dict(tables[name])
    parent = own.pop("like", None)
    if parent is None:
        return own
    if parent not in tables or parent in (*heirs, name):
        names = ", ".join(other for other in tables if other not in (*heirs, name))
        told = "{file}: [{name}]: like = {parent!r} is no other target; there are: {names}"
        raise ConfigError(Sentence(told, file=home() / OWN_FILE, name=name, parent=str(parent), names=names))
    return _merged(_inherited(parent, tables, (*heirs, name)), own)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key, also inside tables."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _tables() -> dict[str, Any]:
    own = home() / OWN_FILE
    try:
        when = own.stat().st_mtime_ns if own.is_file() else 0
    except OSError as error:
        raise ConfigError(_unreadable(own, error)) from error
    return _read(own, when)


@lru_cache(maxsize=4)
def _read(own: Path, when: int) -> dict[str, Any]:
    """`when` makes a changed file be read again."""
    shipped = (resources.files("corpus_to_ft") / "tune" / "targets.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(shipped)
    added = _own_tables(own) if when else {}
    for name, facts in added.items():
        if not isinstance(facts, dict):
            told = "{file}: {name} stands outside of a section; write [NAME] of a target above it"
            raise ConfigError(Sentence(told, file=own, name=name))
    return _merged(tables, added)


def _own_tables(own: Path) -> dict[str, Any]:
    try:
        with own.open("rb") as file:
            return tomllib.loads(file.read(MAX_OWN_BYTES).decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(_unreadable(own, error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = "the file of your targets {file} is not valid TOML: {cause}"
        raise ConfigError(Sentence(told, file=own, cause=cause_of(error))) from error


def _unreadable(own: Path, error: OSError) -> Sentence:
    return Sentence("the file of your targets {file} cannot be read: {cause}", file=own, cause=cause_of(error))
