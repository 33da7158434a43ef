"""`tune`: start a tuning job, follow it for as long as one likes, and come back to it after days."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus_to_ft.language import Sentence, tr

tune_app = typer.Typer(help=tr("Tune a model at a host, and look after the jobs."), no_args_is_help=True)
Job = Annotated[str, typer.Argument(metavar="ID", help=tr("our id or its beginning, the host's id, or latest"))]
Json = Annotated[bool, typer.Option("--json", help=tr("print JSON for machines"))]
Poll = Annotated[float, typer.Option("--poll", min=0.01, help=tr("seconds between two looks at the host"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=tr("do not ask before money is spent"))]
BaseUrl = Annotated[str, typer.Option("--base-url", help=tr("address of the host"))]
KeyEnv = Annotated[str, typer.Option("--api-key-env", help=tr("environment variable that holds the key"))]
POLL_S = 5.0
# What hosts call epochs.
EPOCHS_ELSEWHERE = frozenset({"n_epochs", "num_epochs", "num_train_epochs", "train_epochs", "trainEpochs"})


@tune_app.command(help=tr("Check the files, say what it costs, send them and start the job; again: go on with it."))
def start(
    source: Annotated[Path, typer.Argument(metavar="OUT|FILE", help=tr("folder of a data set, or a training file"))],
    target: Annotated[str, typer.Option(help=tr("where the data goes; see: corpus-to-ft targets"))] = "",
    model: Annotated[str, typer.Option(help=tr("base model"))] = "",
    start_from: Annotated[
        str, typer.Option("--from", help=tr("go on from a tuned model, or from the job of one"))
    ] = "",
    validation: Annotated[Path | None, typer.Option(help=tr("validation file"))] = None,
    suffix: Annotated[str, typer.Option(help=tr("part of the tuned model's name"))] = "",
    epochs: Annotated[int | None, typer.Option(min=1, help=tr("how often the data is gone over"))] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1)] = None,
    learning_rate_multiplier: Annotated[float | None, typer.Option("--learning-rate-multiplier")] = None,
    method: Annotated[str, typer.Option(help=tr("supervised or dpo"))] = "",
    beta: Annotated[float | None, typer.Option(help=tr("of the method dpo"))] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    hyper: Annotated[
        list[str], typer.Option("--hyper", metavar="NAME=VALUE", help=tr("a figure that only this host knows"))
    ] = [],  # noqa: B006 (typer reads the default, nobody writes it)
    wandb: Annotated[str, typer.Option(help=tr("Weights & Biases project"))] = "",
    metadata: Annotated[
        list[str], typer.Option("--metadata", metavar="NAME=VALUE", help=tr("kept with the job at the host"))
    ] = [],  # noqa: B006
    settings: Annotated[
        list[str], typer.Option("--set", metavar="NAME=VALUE", help=tr("a setting of the host's tuner"))
    ] = [],  # noqa: B006
    base_url: BaseUrl = "",
    api_key_env: KeyEnv = "",
    max_cost: Annotated[float | None, typer.Option(min=0, help=tr("do not start what costs more US dollars"))] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help=tr("start in spite of what would be refused"))] = False,
    again: Annotated[bool, typer.Option("--again", help=tr("train once more what has been trained"))] = False,
    yes: Yes = False,
    no_follow: Annotated[bool, typer.Option("--no-follow", help=tr("do not wait for the end"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("check and price, send nothing"))] = False,
    poll: Poll = POLL_S,
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.tune_start import StartRequest, assigned, start_job
    from corpus_to_ft.errors import ConfigError
    from corpus_to_ft.tune.planning import Wish

    figures = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate_multiplier": learning_rate_multiplier, "beta": beta,
    }  # fmt: skip
    more = assigned(hyper, "--hyper")
    if doubled := EPOCHS_ELSEWHERE & more.keys():
        # The price is reckoned with the epochs.
        raise ConfigError(Sentence("{name}: say it with --epochs", name=", ".join(sorted(doubled))))
    chosen = {name: value for name, value in figures.items() if value is not None}
    wish = Wish(
        source=source, validation=validation, target=target, model=model, method=method,
        hyperparameters={**more, **chosen}, suffix=suffix, seed=seed, wandb=wandb,
        metadata={name: str(value) for name, value in assigned(metadata, "--metadata", as_text=True).items()},
    )  # fmt: skip
    return start_job(
        StartRequest(
            wish=wish, start_from=start_from, settings=assigned(settings, "--set"), base_url=base_url,
            api_key_env=api_key_env, max_cost=max_cost, anyway=anyway, again=again, yes=yes, follow=not no_follow,
            dry_run=dry_run, poll_s=poll, json=json,
        )
    )  # fmt: skip


@tune_app.command("list", help=tr("List all jobs that were started on this machine."))
def list_jobs(json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import print_jobs

    return print_jobs(as_json=json)


@tune_app.command(help=tr("Ask the host how a job stands, and show its steps."))
def show(job: Job = "latest", json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import show_job

    return show_job(job, as_json=json)


@tune_app.command(help=tr("Watch a job to its end; Ctrl-C ends the watch and not the job."))
def follow(job: Job = "latest", poll: Poll = POLL_S, json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import follow_again

    return follow_again(job, poll_s=poll, as_json=json)


@tune_app.command(help=tr("Print what the host tells of a job."))
def events(job: Job = "latest", json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import print_events

    return print_events(job, as_json=json)


@tune_app.command(help=tr("End a job at the host."))
def cancel(job: Job, json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import change

    return change(job, "cancel", as_json=json)


@tune_app.command(help=tr("Pause a job, where the host can do that."))
def pause(job: Job, json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import change

    return change(job, "pause", as_json=json)


@tune_app.command(help=tr("Let a paused job go on."))
def resume(job: Job, json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import change

    return change(job, "resume", as_json=json)


@tune_app.command(help=tr("List the models that were saved on the way."))
def checkpoints(job: Job = "latest", json: Json = False) -> int:
    from corpus_to_ft.cli.tune_follow import print_checkpoints

    return print_checkpoints(job, as_json=json)


def ask(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help=tr("a job of ours, a tuned model, latest, or any model"))
    ],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help=tr("- reads it from standard input"))],
    run: Annotated[
        Path | None, typer.Option("--run", help=tr("ask as the data set in this folder was written"))
    ] = None,
    kind: Annotated[str, typer.Option(help=tr("qa, keywords or summary"))] = "qa",
    system: Annotated[str, typer.Option(help=tr("context that the system gives"))] = "",
    target: Annotated[str, typer.Option(help=tr("where the data goes; see: corpus-to-ft targets"))] = "",
    base_url: BaseUrl = "",
    api_key_env: KeyEnv = "",
    temperature: Annotated[float | None, typer.Option(min=0)] = None,
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", min=1, help=tr("longest answer"))] = None,
    stream: Annotated[str, typer.Option(metavar="yes|no", help=tr("show the answer as it comes"))] = "yes",
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.ask import AskRequest
    from corpus_to_ft.cli.ask import ask as ask_model

    return ask_model(
        AskRequest(
            model=model, question=question, run=run, kind=kind, system=system, target=target, base_url=base_url,
            api_key_env=api_key_env, temperature=temperature, max_tokens=max_tokens,
            stream=stream.lower() not in ("no", "false", "0"), json=json,
        )
    )  # fmt: skip
