"""`models` and `files`: what of ours lies at a host, and taking it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from corpus_to_ft.language import tr

models_app = typer.Typer(help=tr("List and delete models at a host."), no_args_is_help=True)
files_app = typer.Typer(help=tr("List and delete files at a host."), no_args_is_help=True)
Target = Annotated[str, typer.Option(help=tr("the host of this target; else that of the last job"))]
BaseUrl = Annotated[str, typer.Option("--base-url", help=tr("address of the host"))]
KeyEnv = Annotated[str, typer.Option("--api-key-env", help=tr("environment variable that holds the key"))]
All = Annotated[bool, typer.Option("--all", help=tr("also those that were not tuned by you"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=tr("do not ask before something is deleted"))]
Json = Annotated[bool, typer.Option("--json", help=tr("print JSON for machines"))]
# So much of an id is shown in lists.
SHOWN_ID = 8
Id = Annotated[str, typer.Argument(metavar="ID")]


@models_app.command("list", help=tr("List tuned models, with the day on which they end."))
def list_models(
    target: Target = "", every: All = False, base_url: BaseUrl = "", api_key_env: KeyEnv = "", json: Json = False
) -> int:
    def show(tuner: Any, _: Any) -> None:
        found = [model for model in tuner.models() if every or model.is_tuned]
        lines = [
            {"id": m.id, "owner": m.owner, "created_at": m.created_at, "shutdown": m.shutdown, "is_tuned": m.is_tuned}
            for m in found
        ]
        _print(lines, as_json=json)

    return _at_host(target, base_url, api_key_env, show)


@models_app.command("delete", help=tr("Delete a tuned model at the host, for good."))
def delete_model(
    model: Id, target: Target = "", base_url: BaseUrl = "", api_key_env: KeyEnv = "", yes: Yes = False,
    json: Json = False,
) -> int:  # fmt: skip
    def take_away(tuner: Any, ledger: Any) -> None:
        # The beginning of an id may be a model's name; what is deleted was named whole.
        job = next((job for job in ledger.jobs() if model in (job.id, job.id[:SHOWN_ID], job.remote_id)), None)
        name = job.tuned_model if job and job.tuned_model else model
        _agree(name, yes=yes)
        tuner.delete_model(name)
        _print([{"id": name, "deleted": True}], as_json=json)

    return _at_host(target, base_url, api_key_env, take_away, name=model)


@files_app.command("list", help=tr("List the files at the host, and which of them were sent from here."))
def list_files(target: Target = "", base_url: BaseUrl = "", api_key_env: KeyEnv = "", json: Json = False) -> int:
    def show(tuner: Any, ledger: Any) -> None:
        sent = {file.file_id: file for file in ledger.files() if file.server == tuner.base_url.rstrip("/")}
        lines = [
            {
                "id": file.id, "name": file.name, "bytes": file.size, "purpose": file.purpose,
                "created_at": file.created_at, "status": file.status, "expires_at": file.expires_at,
                "sha256": sent[file.id].sha256 if file.id in sent else "",
                "job": sent[file.id].job if file.id in sent else "",
            }
            for file in tuner.files()
        ]  # fmt: skip
        _print(lines, as_json=json)

    return _at_host(target, base_url, api_key_env, show)


@files_app.command("delete", help=tr("Delete a file at the host, for good."))
def delete_file(
    file: Id, target: Target = "", base_url: BaseUrl = "", api_key_env: KeyEnv = "", yes: Yes = False,
    json: Json = False,
) -> int:  # fmt: skip
    def take_away(tuner: Any, ledger: Any) -> None:
        _agree(file, yes=yes)
        tuner.delete_file(file)
        ledger.forget_file(tuner.base_url.rstrip("/"), file)
        _print([{"id": file, "deleted": True}], as_json=json)

    return _at_host(target, base_url, api_key_env, take_away, name=file)


def _at_host(target: str, base_url: str, api_key_env: str, what: Callable[[Any, Any], None], name: str = "") -> int:
    from contextlib import closing

    from corpus_to_ft.cli.tune_jobs import tuner_for, tuner_of
    from corpus_to_ft.errors import ExitCode
    from corpus_to_ft.home import home
    from corpus_to_ft.store.jobs import JobLedger

    with JobLedger.open(home()) as ledger:
        # A model or file of ours says by itself where it is.
        own = next((job for job in ledger.jobs() if name and name in _names(job)), None)
        is_named = target or base_url
        tuner = tuner_of(own) if own and not is_named else tuner_for(target, base_url, api_key_env, ledger)
        with closing(tuner):
            what(tuner, ledger)
    return ExitCode.DONE


def _names(job: Any) -> set[str]:
    return {job.id, job.id[:SHOWN_ID], job.remote_id, job.tuned_model, *(file.remote_id for file in job.files)}


def _agree(name: str, *, yes: bool) -> None:
    """Raises ConfigError where nobody agrees."""
    import sys

    from corpus_to_ft.errors import ConfigError, Declined
    from corpus_to_ft.language import Sentence

    if yes:
        return
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise ConfigError(Sentence("nobody is at the terminal to agree to deleting {name}; add --yes", name=name))
    print(tr("Delete {name} for good? Type yes: ", name=name), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("yes", "예", "네"):
        raise Declined(Sentence("stopped; nothing was deleted"))


def _print(lines: list[dict[str, Any]], *, as_json: bool) -> None:
    import json as json_text

    from corpus_to_ft.cli.tune_follow import print_table

    if as_json:
        for line in lines:
            print(json_text.dumps(line, ensure_ascii=False))
    elif not lines:
        print(tr("there are none"))
    else:
        names = [name for name in lines[0] if any(line[name] not in ("", None) for line in lines)]
        print_table(names, [[str(line[name]) for name in names] for line in lines])
