"""Finds a model on the Hugging Face hub, in the cache first, and fetches it when it is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus_to_ft.errors import ConfigError, ProviderUnavailable
from corpus_to_ft.language import Sentence, tr
from corpus_to_ft.llm.local.gguf import digest_of, part_names, plain_name

DEFAULT_TAG = "Q4_K_M"
OUR_NAME = "corpus-to-ft"
TIMEOUT_S = 20.0
SCHEME = "hf:"
_REFERENCE = re.compile(
    r"(?P<repo>\w[\w.-]*/\w[\w.-]*?)(?:@(?P<revision>[\w.-]+))?(?::(?P<tag>[\w.-]+)|/(?P<file>[^:@]+\.gguf))?",
    re.ASCII | re.IGNORECASE,
)
_TAGGED = re.compile(r"[\w.-]+/[\w.-]+:[\w.-]+", re.ASCII)
# Beside a model lie its eyes and what quantized it; neither can chat.
_BESIDE = re.compile(r"mmproj|imatrix", re.IGNORECASE)
_TELL_EVERY = 0.1
MEBI, GIBI = 2**20, 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file as the hub lists it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """`file` in a repository, or the one whose name bears `tag`."""

    repo: str
    revision: str
    tag: str
    file: str

    def __str__(self) -> str:
        at = f"@{self.revision}" if self.revision != "main" else ""
        return f"{self.repo}{at}/{self.file}" if self.file else f"{self.repo}{at}:{self.tag}"


def parse_reference(text: str) -> HubModel | None:
    """`hf:owner/repo/file.gguf`, `hf:owner/repo@revision:Q4_K_M`, `owner/repo:Q4_K_M` …; None for a path.

    Raises ConfigError for `hf:` with something else behind it.
    """
    if not text.startswith(SCHEME) and not _TAGGED.fullmatch(text):
        return None
    found = _REFERENCE.fullmatch(text.removeprefix(SCHEME))
    file = (found["file"] or "") if found else ""
    if not found or ".." in file.split("/"):
        wrong = "provider.model: {text} is no reference to the hub; write hf:owner/repo/file.gguf or owner/repo:Q4_K_M"
        raise ConfigError(Sentence(wrong, text=repr(text)))
    tag = "" if file else found["tag"] or DEFAULT_TAG
    return HubModel(repo=found["repo"], revision=found["revision"] or "main", tag=tag, file=file)


def cached(model: HubModel) -> list[Path]:
    """The model's files where all of them are in the cache, else none; nothing is asked over the network."""
    from huggingface_hub import snapshot_download

    if model.file:
        return _in_cache(model, part_names(model.file))
    try:
        with _told(model):
            folder = Path(snapshot_download(model.repo, revision=model.revision, local_files_only=True))
    except ConfigError:
        return []
    names = [str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.suffix.lower() == ".gguf"]
    chosen = _bearing(model.tag, names)
    return _in_cache(model, part_names(chosen)) if chosen else []


def listed(model: HubModel) -> tuple[Listed, ...]:
    """The model's files as the hub lists them. Raises ConfigError where it has none such, or cannot be asked."""
    return _listed(model)


def fetched(model: HubModel, say: Callable[[str], None], stopped: Callable[[], bool]) -> list[Path]:
    """The model's files, fetched; what was interrupted goes on. Raises ConfigError where that fails.

    Gigabytes take their time: once `stopped` holds, ProviderUnavailable ends it.
    """
    from huggingface_hub import hf_hub_download

    files = listed(model)
    size = sum(file.size for file in files)
    say(tr("fetching {model}, {size:.1f} GiB", model=model, size=size / GIBI))
    paths = []
    for file in files:
        with _told(model):
            path = hf_hub_download(
                model.repo,
                file.name,
                revision=model.revision,
                tqdm_class=_teller(say, file, stopped),
                library_name=OUR_NAME,
            )
        paths.append(Path(path))
    for file, fetched_to, sha256 in zip(files, paths, digest_of(paths), strict=True):
        if file.sha256 and sha256 != file.sha256:
            text = "{name} was damaged on the way; delete {path} and run again"
            raise ConfigError(Sentence(text, name=file.name, path=fetched_to.resolve()))
    return paths


@lru_cache(maxsize=16)
def _listed(model: HubModel) -> tuple[Listed, ...]:
    from huggingface_hub import HfApi

    with _told(model):
        api = HfApi(library_name=OUR_NAME)
        found = api.model_info(model.repo, revision=model.revision, files_metadata=True, timeout=TIMEOUT_S)
    files = {file.rfilename: file for file in found.siblings or () if file.rfilename.lower().endswith(".gguf")}
    chosen = model.file or _bearing(model.tag, list(files))
    missing = [name for name in part_names(chosen) if name not in files]
    if missing:
        choices = ", ".join(sorted(files)[:12]) or "-"
        text = "provider.model: {repo} has no {name}; its GGUF files: {choices}"
        raise ConfigError(Sentence(text, repo=model.repo, name=missing[0] or model.tag, choices=choices))
    return tuple(
        Listed(name=name, size=files[name].size or 0, sha256=lfs.sha256 if (lfs := files[name].lfs) else "")
        for name in part_names(chosen)
    )


def _in_cache(model: HubModel, names: Sequence[str]) -> list[Path]:
    from huggingface_hub import try_to_load_from_cache

    found = [try_to_load_from_cache(model.repo, name, revision=model.revision) for name in names]
    paths = [Path(path) for path in found if isinstance(path, str)]
    return paths if len(paths) == len(names) else []


def _bearing(tag: str, names: Sequence[str]) -> str:
    """The plainest name that bears the tag, first parts only; empty where none does."""
    bears = re.compile(rf"(?:^|[-._/]){re.escape(tag)}(?=$|[-._/])", re.IGNORECASE)
    found = [
        name
        for name in names
        if name == part_names(name)[0] and bears.search(plain_name(name)) and not _BESIDE.search(name)
    ]
    return min(found, key=lambda name: (len(name), name), default="")


@contextmanager
def _told(model: HubModel) -> Iterator[None]:
    """Turns what the hub's client raises into an error that says what to do."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    # The client's errors stand on those of its HTTP library, whichever that is.
    of_the_wire: type[BaseException] = HfHubHTTPError.__bases__[0]
    page = f"{constants.ENDPOINT}/{model.repo}"
    try:
        yield
    except GatedRepoError as error:
        text = "{repo} wants your consent: give it at {page}, and set HF_TOKEN"
        raise ConfigError(Sentence(text, repo=model.repo, page=page)) from error
    except RepositoryNotFoundError as error:
        text = "provider.model: there is no {page}; if it is private, set HF_TOKEN"
        raise ConfigError(Sentence(text, page=page)) from error
    except RevisionNotFoundError as error:
        text = "provider.model: {repo} has no revision {revision}"
        raise ConfigError(Sentence(text, repo=model.repo, revision=model.revision)) from error
    except HFValidationError as error:
        raise ConfigError(Sentence("provider.model: {model}: {cause}", model=str(model), cause=str(error))) from error
    except HfHubHTTPError as error:
        raise ConfigError(Sentence("{page} cannot be read now: {cause}", page=page, cause=str(error))) from error
    except (of_the_wire, EntryNotFoundError, OSError) as error:
        text = (
            "{model} is not in the cache ({cache}), and {hub} cannot be reached ({cause}); go online once, "
            "or give the path of a GGUF file in provider.model"
        )
        cause = f"{type(error).__name__}: {error}"
        told = Sentence(text, model=model, cache=constants.HF_HUB_CACHE, hub=constants.ENDPOINT, cause=cause)
        raise ConfigError(told) from error


def _teller(say: Callable[[str], None], file: Listed, stopped: Callable[[], bool]) -> type[Any]:
    """A progress bar that speaks now and then instead of drawing."""
    from huggingface_hub.utils.tqdm import tqdm

    drawn: Any = tqdm

    class Teller(drawn):  # type: ignore[misc]
        def __init__(self, *args: Any, **settings: Any) -> None:
            self.come = settings.get("initial") or 0
            self.told = self.come
            super().__init__(*args, **{**settings, "disable": True})

        def update(self, n: float | None = 1) -> None:
            if stopped():
                raise ProviderUnavailable(Sentence("the run was stopped"))
            self.come += n or 0
            if self.come - self.told > max(_TELL_EVERY * file.size, 100 * MEBI):
                self.told = self.come
                say(tr("{file}: {share:.0%} fetched", file=file.name, share=self.come / file.size))

    return Teller
