"""The commands and their options; what they do is imported when they run, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus_to_ft.cli.batches import batches_app
from corpus_to_ft.cli.models_files import files_app, models_app
from corpus_to_ft.cli.tune import ask, tune_app
from corpus_to_ft.language import tr


def _end(code: int | None, **_options: object) -> None:
    """What a command returns is the exit code."""
    raise typer.Exit(int(code or 0))


app = typer.Typer(
    name="corpus-to-ft",
    help=tr("Turns documents you already have into fine-tuning data you can trust."),
    no_args_is_help=True,
    result_callback=_end,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", help=tr("files, folders or addresses"))]
Config = Annotated[Path | None, typer.Option("--config", "-c", help=tr("TOML file"))]
Out = Annotated[Path, typer.Option("--out", "-o", help=tr("folder for the results"))]
Overrides = Annotated[
    list[str], typer.Option("--set", metavar="A.B=C", help=tr("one setting; it wins over the config file"))
]
Json = Annotated[bool, typer.Option("--json", help=tr("print JSON for machines"))]
MaxCost = Annotated[float | None, typer.Option(min=0, help=tr("stop before this many US dollars are spent"))]
MaxCalls = Annotated[int | None, typer.Option(min=0, help=tr("stop after this many billed calls"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=tr("do not ask before money is spent"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=tr("show what would be done and what it would cost"))]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help=tr("also read addresses of this machine and its network"))
]
Export = Annotated[bool, typer.Option("--export", help=tr("also write OUT/exports/*.jsonl"))]
RunFolder = Annotated[Path, typer.Argument(metavar="[OUT]", help=tr("folder of a run"))]
DEFAULT_OUT = Path("out")


def _add_stage(name: str, upto: str, help_text: str) -> None:
    def command(
        sources: Sources,
        config: Config = None,
        out: Out = DEFAULT_OUT,
        overrides: Overrides = [],  # noqa: B006 (typer reads the default, nobody writes it)
        max_cost: MaxCost = None,
        max_calls: MaxCalls = None,
        yes: Yes = False,
        dry_run: DryRun = False,
        allow_private: AllowPrivate = False,
        export: Export = False,
        json: Json = False,
    ) -> int:
        from corpus_to_ft.cli.run import RunRequest, run

        return run(
            RunRequest(
                sources=sources,
                config=config,
                out=out,
                overrides=[*overrides, *(["ingest.site.allow_private=true"] if allow_private else [])],
                upto=upto,
                max_cost=max_cost,
                max_calls=max_calls,
                yes=yes,
                dry_run=dry_run,
                export=export,
                json=json,
            )
        )

    app.command(name, help=help_text)(command)


_add_stage("run", "write", tr("Do everything: from documents to training files."))
_add_stage("ingest", "ingest", tr("Read the documents, and stop."))
_add_stage("summarize", "summarize", tr("Read, cut and summarize, and stop."))
_add_stage("generate", "generate", tr("Read, summarize and make examples, and stop before files are written."))
_add_stage("write", "write", tr("Write the training files; what is missing before is done first."))


@app.command(help=tr("Write a config file that says what can be set."))
def init(
    path: Annotated[Path, typer.Argument(help=tr("file to write"))] = Path("corpus-to-ft.toml"),
    force: Annotated[bool, typer.Option("--force", help=tr("overwrite"))] = False,
) -> int:
    from corpus_to_ft.cli.init import write_config

    return write_config(path, force=force)


@app.command(help=tr("Count what a run consists of."))
def status(out: RunFolder = DEFAULT_OUT, json: Json = False) -> int:
    from corpus_to_ft.cli.look import print_status

    return print_status(out, as_json=json)


@app.command(help=tr("Show examples beside the passages they were made from, evidence marked."))
def show(
    out: RunFolder = DEFAULT_OUT,
    example: Annotated[str, typer.Option("--id", help=tr("beginning of an example id"))] = "",
    kind: Annotated[str, typer.Option(help=tr("qa, keywords or summary"))] = "",
    source: Annotated[str, typer.Option(help=tr("part of the source's name"))] = "",
    number: Annotated[int, typer.Option("--number", "-n", min=1, help=tr("how many"))] = 3,
    seed: Annotated[int, typer.Option(help=tr("which ones"))] = 0,
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.look import Wanted, print_examples

    return print_examples(
        out, Wanted(example=example, kind=kind, source=source, number=number, seed=seed), as_json=json
    )


@app.command(help=tr("List what fell out, and why."))
def rejected(
    out: RunFolder = DEFAULT_OUT,
    reason: Annotated[str, typer.Option(help=tr("only this reason"))] = "",
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.look import print_rejected

    return print_rejected(out, reason=reason, as_json=json)


@app.command(help=tr("Add up the calls that were made and what they cost."))
def cost(out: RunFolder = DEFAULT_OUT, json: Json = False) -> int:
    from corpus_to_ft.cli.money import print_cost

    return print_cost(out, as_json=json)


@app.command(help=tr("Rank the keywords of each document."))
def keywords(
    sources: Sources,
    analyzer: Annotated[
        str, typer.Option(help="kiwi, konlpy.okt, konlpy.komoran, konlpy.hannanum, konlpy.kkma, konlpy.mecab, regex")
    ] = "",
    top: Annotated[int, typer.Option("--top", min=1, help=tr("how many for each document"))] = 10,
    config: Config = None,
    overrides: Overrides = [],  # noqa: B006
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.listing import print_keywords

    return print_keywords(sources, analyzer=analyzer, top=top, config=config, overrides=overrides, as_json=json)


@app.command(help=tr("Count the tokens of text files, exactly and offline."))
def tokens(
    sources: Annotated[list[str], typer.Argument(metavar="FILE...", help=tr("files or folders"))],
    encoding: Annotated[str, typer.Option(help=tr("an encoding or a model name"))] = "o200k_base",
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.listing import print_tokens

    return print_tokens(sources, encoding=encoding, as_json=json)


@app.command(help=tr("Make training files of your own table or lines of examples."))
def prepare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr("CSV, TSV, XLSX, JSON, JSONL, TXT or Parquet"))],
    target: Annotated[str, typer.Option("--target", "-t", help=tr("where it goes; see: corpus-to-ft targets"))] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=tr("folder for the results; else beside FILE"))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=tr("agree to everything that harms nothing"))] = False,
    apply: Annotated[
        list[str], typer.Option("--apply", metavar="REMEDY", help=tr("also do what is only proposed"))
    ] = [],  # noqa: B006
    model: Annotated[str, typer.Option(help=tr("model to estimate the cost for"))] = "",
    epochs: Annotated[int, typer.Option(min=0, help=tr("epochs to estimate the cost for; 0: what is usual"))] = 0,
    by_meaning: Annotated[
        bool, typer.Option("--by-meaning", help=tr("also find questions that ask the same in other words"))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("look and tell, write nothing"))] = False,
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.prepare import run_prepare

    return run_prepare(
        file,
        target=target,
        out=out,
        model=model,
        epochs=epochs,
        yes=yes,
        apply=apply,
        dry_run=dry_run,
        by_meaning=by_meaning,
        as_json=json,
    )


@app.command(help=tr("Check a training file against its target before anything is sent."))
def validate(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=tr("file, or folder with a manifest"))],
    target: Annotated[
        str, typer.Option("--target", "-t", help=tr("where the file goes; the manifest beside it says it otherwise"))
    ] = "",
    validation: Annotated[Path | None, typer.Option(help=tr("validation file to compare with"))] = None,
    strict: Annotated[bool, typer.Option("--strict", help=tr("warnings count as errors"))] = False,
    most: Annotated[
        int | None, typer.Option("--max", min=0, help=tr("show at most this many findings of a kind; 0: all"))
    ] = None,
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.validate import ValidateRequest
    from corpus_to_ft.cli.validate import validate as run_validate

    return run_validate(
        ValidateRequest(path=path, target=target, validation=validation, strict=strict, most=most, json=json)
    )


@app.command(help=tr("List everything that can be plugged in, with its settings."))
def plugins(json: Json = False) -> int:
    from corpus_to_ft.cli.listing import print_plugins

    return print_plugins(as_json=json)


@app.command(help=tr("List where training files can go: limits, prices and last days."))
def targets(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=tr("say everything about this one"))] = "",
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.targets import print_targets

    return print_targets(name, as_json=json)


@app.command(help=tr("Write a finished data set as the files and settings of a local trainer."))
def handoff(
    out: RunFolder = DEFAULT_OUT,
    to: Annotated[
        str, typer.Option("--to", help="llama_factory, axolotl, trl, unsloth, hugging_face")
    ] = "hugging_face",
    folder: Annotated[Path | None, typer.Option("--out", "-o", help=tr("folder for the results"))] = None,
    overrides: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help=tr("one setting of the trainer, such as model"))
    ] = [],  # noqa: B006
    json: Json = False,
) -> int:
    from corpus_to_ft.cli.handoff import print_handoff

    return print_handoff(out, trainer=to, folder=folder, overrides=overrides, as_json=json)


app.add_typer(batches_app, name="batches")
app.add_typer(tune_app, name="tune")
app.command("ask", help=tr("Ask a tuned model, exactly as it was trained."))(ask)
app.add_typer(models_app, name="models")
app.add_typer(files_app, name="files")


@app.callback(invoke_without_command=True)
def version(
    show_version: Annotated[bool, typer.Option("--version", is_eager=True, help=tr("print the version"))] = False,
) -> None:
    if show_version:
        from corpus_to_ft import __version__

        typer.echo(f"corpus-to-ft {__version__}")
        raise typer.Exit
