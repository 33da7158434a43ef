"""The file name is the registration: `ingest/notion.py` is the reader "notion".

A plugin is one frozen pydantic class whose fields are its settings. The class is found by its
folder (which fixes the contract it must subclass) and its file name; no list names it. A plugin
file holds exactly one class that subclasses the contract; a file without one is no plugin. A file
whose plugin has `variants` (konlpy has okt, komoran, …) is addressed as `file.variant`.

The fingerprint of a plugin is a digest of its name, its settings and the versions of the packages
that shape its result (`packages`). A field that cannot change the result is named in
`not_in_fingerprint` with the reason.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
from collections.abc import Mapping
from importlib import metadata, resources
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.language import Sentence, foreign, joined
from corpus_to_ft.records import digest

# The type of a validation error about several fields at once; its message names them with their values.
CONTRADICTION = "contradiction"
BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected")
_WRONG = {
    ("greater_than_equal",): Sentence("it should be at least {ge}"),
    ("greater_than",): Sentence("it should be above {gt}"),
    ("less_than_equal",): Sentence("it should be at most {le}"),
    ("less_than",): Sentence("it should be below {lt}"),
    ("too_short", "string_too_short"): Sentence("it should hold at least {min_length}"),
    ("too_long", "string_too_long"): Sentence("it should hold at most {max_length}"),
    ("int_type", "int_parsing", "int_from_float", "int_parsing_size"): Sentence("it should be a whole number"),
    ("float_type", "float_parsing", "finite_number"): Sentence("it should be a number"),
    ("bool_type", "bool_parsing"): Sentence("it should be true or false"),
    ("string_type",): Sentence("it should be a text"),
    ("tuple_type", "list_type", "set_type", "frozen_set_type"): Sentence("it should be a list"),
    ("model_type", "model_attributes_type", "dict_type", "mapping_type"): Sentence("it should be a section of keys"),
    ("literal_error", "enum"): Sentence("it should be one of {expected}"),
    ("missing",): Sentence("it is missing"),
}
# The folders that hold plugins, and the contract each of them fixes.
CONTRACTS: Mapping[str, str] = {
    "ingest": "Reader",
    "analyzers": "Analyzer",
    "llm": "Provider",
    "generate": "Generator",
    "checks": "Check",
    "write": "Writer",
    "validate": "Rules",
    "run": "Executor",
    "tune": "Tuner",
    "handoff": "Exporter",
}


class Plugin(BaseModel):
    """What every plugin is: frozen settings, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variants: ClassVar[tuple[str, ...]] = ()
    packages: ClassVar[tuple[str, ...]] = ()
    not_in_fingerprint: ClassVar[Mapping[str, str]] = {}

    @property
    def name(self) -> str:
        """The name users write: the file's, with the variant where there is one."""
        file_name = type(self).__module__.rsplit(".", 1)[-1]
        variant = getattr(self, "variant", None)
        return f"{file_name}.{variant}" if variant else file_name

    def fingerprint(self) -> str:
        """Digest of everything in this plugin that can change its result."""
        fields = self.model_dump(mode="json", exclude=set(self.not_in_fingerprint))
        return digest(self.name, fields, {package: metadata.version(package) for package in self.packages})


P = TypeVar("P", bound=Plugin)


def plugin_names(folder: str) -> list[str]:
    """Names of the plugins in `corpus_to_ft/<folder>/` in alphabetical order, found without importing them.

    A file is a plugin when it declares a class of the folder's contract; what plugins share may stand beside them.
    """
    declares = re.compile(rf"^class \w+\((?:\w+, *)*{CONTRACTS[folder]}\):", re.MULTILINE)
    found = []
    for entry in resources.files(f"corpus_to_ft.{folder}").iterdir():
        file = entry.joinpath("__init__.py") if entry.is_dir() else entry
        if file.name.endswith(".py") and file.is_file() and declares.search(file.read_text(encoding="utf-8")):
            found.append(entry.name.removesuffix(".py"))
    return sorted(found)


def find_plugin(folder: str, name: str, contract: type[P]) -> type[P]:
    """The plugin class for `name` (a variant after a dot is ignored here).

    Raises ConfigError with the list of right names when there is no such file.
    """
    file_name = name.split(".", 1)[0]
    names = plugin_names(folder)
    if file_name not in names:
        raise ConfigError(
            Sentence(
                "there is no {folder} plugin {name!r}; there are: {names}",
                folder=folder,
                name=name,
                names=", ".join(names),
            )
        )
    module = importlib.import_module(f"corpus_to_ft.{folder}.{file_name}")
    own = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, contract) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise TypeError(f"{module.__name__} must hold exactly one {contract.__name__}, it holds {len(own)}")
    return own[0]


def make_plugin(folder: str, name: str, contract: type[P], settings: Mapping[str, Any] | None = None) -> P:
    """Build the plugin `name` with `settings`; raises ConfigError for a wrong name, key or value."""
    found = find_plugin(folder, name, contract)
    values = dict(settings or {})
    variant = name.partition(".")[2]
    if variant and variant not in found.variants:
        choices = ", ".join(f"{name.partition('.')[0]}.{choice}" for choice in found.variants) or name.partition(".")[0]
        raise ConfigError(
            Sentence(
                "there is no {folder} plugin {name!r}; there are: {choices}", folder=folder, name=name, choices=choices
            )
        )
    if variant:
        values["variant"] = variant
    try:
        return found(**values)
    except ValidationError as error:
        raise ConfigError(explain(error, f"[{folder}] {name}", found)) from error


def contradiction(template: str, **values: str | float) -> PydanticCustomError:
    """For validators: several fields that are right alone and wrong together, named with their values."""
    return PydanticCustomError(CONTRADICTION, template, {**values, "template": template})


def refuse_above(settings: BaseModel, low: str, high: str) -> None:
    """For validators: the field `low` must not be above the field `high`, where 0 is no bound."""
    least, most = getattr(settings, low), getattr(settings, high)
    if 0 < most < least:
        raise contradiction("{low} ({least}) is above {high} ({most})", low=low, least=least, high=high, most=most)


def explain(error: ValidationError, where: str, model: type[BaseModel]) -> Sentence:
    """A pydantic error of `model`, a line for each wrong value: the key, what is wrong, what was given."""
    lines = []
    for problem in error.errors():
        key, wrong = ".".join(str(part) for part in problem["loc"]) or "(root)", what_is_wrong(problem)
        if problem["type"] == "extra_forbidden":
            nearest = _nearest(problem["loc"], model)
            line = Sentence("{where}: unknown key {key!r} ({nearest})", where=where, key=key, nearest=nearest)
        elif problem["type"] == CONTRADICTION:
            line = Sentence("{where}: {key}: {wrong}", where=where, key=key, wrong=wrong)
        else:
            given = repr(problem.get("input"))
            told = "{where}: {key}: {wrong} (given: {given})"
            line = Sentence(told, where=where, key=key, wrong=wrong, given=given)
        lines.append(line)
    return joined(lines)


def what_is_wrong(problem: ErrorDetails) -> Sentence:
    """In our words what pydantic found, in its own where the kind is rare."""
    values = problem.get("ctx", {})
    if problem["type"] == CONTRADICTION:
        template = values["template"]
        return Sentence(template, **{name: value for name, value in values.items() if name != "template"})
    for types, told in _WRONG.items():
        if problem["type"] in types:
            return Sentence(told.template, **{name: value for name, value in values.items() if name in BOUNDS})
    return foreign(problem["msg"])


def _nearest(place: tuple[int | str, ...], model: type[BaseModel]) -> Sentence:
    """The right key that an unknown one at `place` comes closest to, else all there are."""
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        if field is None or not inspect.isclass(field.annotation) or not issubclass(field.annotation, BaseModel):
            break
        model = field.annotation
    names = list(model.model_fields)
    near = difflib.get_close_matches(str(place[-1]), names, n=1)
    if near:
        return Sentence("did you mean {name!r}?", name=near[0])
    return Sentence("there are: {names}", names=", ".join(names)) if names else Sentence("there are none")
