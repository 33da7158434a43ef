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
from pydantic_core import PydanticCustomError

from corpus_to_ft.errors import ConfigError
from corpus_to_ft.records import digest

# The type of a validation error about several fields at once; its message names them with their values.
CONTRADICTION = "contradiction"
# The folders that hold plugins, and the contract each of them fixes.
CONTRACTS: Mapping[str, str] = {
    "ingest": "Reader",
    "analyzers": "Analyzer",
    "llm": "Provider",
    "generate": "Generator",
    "checks": "Check",
    "write": "Writer",
    "run": "Executor",
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
        raise ConfigError(f"there is no {folder} plugin {name!r}; there are: {', '.join(names)}")
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
        raise ConfigError(f"there is no {folder} plugin {name!r}; there are: {choices}")
    if variant:
        values["variant"] = variant
    try:
        return found(**values)
    except ValidationError as error:
        raise ConfigError(explain(error, f"[{folder}] {name}", found)) from error


def refuse_above(settings: BaseModel, low: str, high: str) -> None:
    """For validators: the field `low` must not be above the field `high`, where 0 is no bound."""
    least, most = getattr(settings, low), getattr(settings, high)
    if 0 < most < least:
        values = {"low": low, "least": least, "high": high, "most": most}
        raise PydanticCustomError(CONTRADICTION, "{low} ({least}) is above {high} ({most})", values)


def explain(error: ValidationError, where: str, model: type[BaseModel]) -> str:
    """A pydantic error of `model`, a line for each wrong value: the key, what is wrong, what was given."""
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"]) or "(root)"
        if problem["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key {key!r}{_nearest(problem['loc'], model)}")
        elif problem["type"] == CONTRADICTION:
            lines.append(f"{where}: {key}: {problem['msg']}")
        else:
            lines.append(f"{where}: {key}: {problem['msg']} (given: {problem.get('input')!r})")
    return "\n".join(lines)


def _nearest(place: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """The right key that an unknown one at `place` comes closest to, else all there are."""
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        if field is None or not inspect.isclass(field.annotation) or not issubclass(field.annotation, BaseModel):
            return ""
        model = field.annotation
    names = list(model.model_fields)
    near = difflib.get_close_matches(str(place[-1]), names, n=1)
    return f" (did you mean {near[0]!r}?)" if near else f" (there are: {', '.join(names) or 'none'})"
