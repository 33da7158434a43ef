"""What a trainer itself makes of a hand-off; run by that trainer's Python, so nothing of ours is imported here.

    python handoff_judges.py TRAINER FOLDER MODEL

MODEL is a folder with a tokenizer and a tiny model (`python handoff_judges.py model FOLDER MODEL` makes one of the
texts in FOLDER). Prints JSON: for each split the texts that are learnt, one list entry an example, decoded from the
labels that the trainer's own collator or dataset holds.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEMPLATE = (
    "{% if tools %}<|im_start|>system\n{{ tools | tojson }}<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}"
    "{% if m.get('tool_calls') %}{{ m['tool_calls'] | tojson }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
IGNORED = -100
Learnt = dict[str, list[Any]]


def make_model(folder: Path, model: Path) -> None:
    """A byte-level tokenizer learnt from the lines in `folder`, with chat marks, and a model of a few weights."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=20_000, special_tokens=special, initial_alphabet=alphabet)
    plain.train_from_iterator(
        (line for path in folder.rglob("*.jsonl") for line in path.open(encoding="utf-8")), trainer
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, eos_token="<|im_end|>", pad_token="<|endoftext|>", unk_token="<|endoftext|>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(model)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(
        vocab_size=len(tokenizer), num_key_value_heads=2, max_position_embeddings=131_072, **sizes,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(model)


def decoded(tokenizer: Any, labels: list[int]) -> str:
    return str(tokenizer.decode([label for label in labels if label != IGNORED], skip_special_tokens=False))


def settings_of(folder: Path, name: str) -> dict[str, Any]:
    import yaml

    with (folder / name).open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file))


def hugging_face(folder: Path, _model: Path) -> Learnt:
    from datasets import load_dataset

    data = load_dataset(str(folder))
    learnt: Learnt = {}
    for split, lines in data.items():
        if "chosen" in lines.column_names:
            learnt[str(split)] = [[line["chosen"][0]["content"], line["rejected"][0]["content"]] for line in lines]
        else:
            answers = ([m["content"] for m in line["messages"] if m["role"] == "assistant"] for line in lines)
            learnt[str(split)] = ["\n".join(said) for said in answers]
    return learnt


def trl(folder: Path, model: Path) -> Learnt:
    """The arguments as `trl sft --config` and `trl dpo --config` parse them, and the batches of their trainers."""
    import trl as library
    from datasets import load_dataset

    os.chdir(folder)
    prefers = Path("dpo.yaml").exists()
    config = library.DPOConfig if prefers else library.SFTConfig
    parser = library.TrlParser((library.ScriptArguments, config, library.ModelConfig, library.DatasetMixtureConfig))
    given = ["--config", "dpo.yaml" if prefers else "sft.yaml", "--model_name_or_path", str(model), "--use_cpu", "true"]
    script, training, _, _ = parser.parse_args_and_config(args=[*given, "--bf16", "false"])
    data = load_dataset(script.dataset_name)
    trainer_class = library.DPOTrainer if prefers else library.SFTTrainer
    evaluates = training.eval_strategy != "no"
    trainer = trainer_class(
        model=str(model), args=training, train_dataset=data[script.dataset_train_split],
        eval_dataset=data[script.dataset_test_split] if evaluates else None,
    )  # fmt: skip
    tokenizer = trainer.processing_class
    learnt: Learnt = {}
    for split, lines in (("train", trainer.train_dataset), ("validation", trainer.eval_dataset)):
        if lines is None:
            continue
        batches = (trainer.data_collator([line]) for line in lines)
        if prefers:
            learnt[split] = [
                [
                    decoded(tokenizer, [t for t, kept in zip(ids, mask, strict=True) if kept])
                    for ids, mask in zip(batch["input_ids"].tolist(), batch["completion_mask"].tolist(), strict=True)
                ]
                for batch in batches
            ]
        else:
            learnt[split] = [decoded(tokenizer, batch["labels"][0].tolist()) for batch in batches]
    return learnt


def llama_factory(folder: Path, model: Path) -> Learnt:
    """Its own reader of arguments, then its own loader with template and cut."""
    if importlib.util.find_spec("torchaudio") is None:
        # For sound alone, and its builds for the CPU lag behind; what looks for it afterwards must not find it.
        import transformers.utils  # noqa: F401

        sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from llamafactory.model import load_tokenizer

    os.chdir(folder)
    given = {**settings_of(folder, "run.yaml"), "model_name_or_path": str(model), "bf16": False, "use_cpu": True}
    model_args, data_args, training_args, finetuning_args, _ = get_train_args(given)
    parts = load_tokenizer(model_args)
    tokenizer = parts["tokenizer"]
    template = get_template_and_fix_tokenizer(tokenizer, data_args)
    prefers = finetuning_args.stage == "dpo"
    loaded = get_dataset(
        template, model_args, data_args, training_args, stage="rm" if prefers else "sft", **parts
    )  # fmt: skip
    learnt: Learnt = {}
    for split, name in (("train", "train_dataset"), ("validation", "eval_dataset")):
        lines = loaded.get(name)
        lines = next(iter(lines.values())) if isinstance(lines, dict) else lines
        if lines is None:
            continue
        if prefers:
            learnt[split] = [
                [decoded(tokenizer, line[f"{answer}_labels"]) for answer in ("chosen", "rejected")] for line in lines
            ]
        else:
            learnt[split] = [decoded(tokenizer, line["labels"]) for line in lines]
    return learnt


def axolotl(folder: Path, model: Path) -> Learnt:
    """What `axolotl preprocess` does: its reader of settings, its loader of data sets."""
    from axolotl.cli.config import load_cfg
    from axolotl.common.datasets import load_datasets, load_preference_datasets

    os.chdir(folder)
    cfg = load_cfg("axolotl.yaml", base_model=str(model), bf16=False)
    prefers = bool(cfg.rl)
    found = (load_preference_datasets if prefers else load_datasets)(cfg=cfg)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    learnt: Learnt = {}
    for split, lines in (("train", found.train_dataset), ("validation", found.eval_dataset)):
        if lines is None:
            continue
        if prefers:
            learnt[split] = [[line["chosen"], line["rejected"]] for line in lines]
        else:
            learnt[split] = [decoded(tokenizer, line["labels"]) for line in lines]
    return learnt


def _stand_in(model: Path) -> None:
    """What `import unsloth` gives the script."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = Path(os.environ["UNSLOTH_ZOO"]) / "dataset_utils.py"
    package = types.ModuleType("unsloth_zoo")
    package.__path__ = [str(source.parent)]
    sys.modules["unsloth_zoo"] = package
    spec = importlib.util.spec_from_file_location("unsloth_zoo.dataset_utils", source)
    assert spec is not None
    assert spec.loader is not None
    masking = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(masking)

    class FastLanguageModel:
        @staticmethod
        def from_pretrained(*_: object, **__: object) -> tuple[Any, Any]:
            return AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32), AutoTokenizer.from_pretrained(
                model
            )

        @staticmethod
        def get_peft_model(given: Any, **_: object) -> Any:
            return given

    stand_in, templates = types.ModuleType("unsloth"), types.ModuleType("unsloth.chat_templates")
    stand_in.FastLanguageModel = FastLanguageModel  # type: ignore[attr-defined]
    templates.train_on_responses_only = masking.train_on_responses_only  # type: ignore[attr-defined]
    sys.modules.update({"unsloth": stand_in, "unsloth.chat_templates": templates})


def unsloth(folder: Path, model: Path) -> Learnt:
    """The script that we wrote, run to where the training would begin.

    Unsloth cannot be loaded without a graphics card; its loader of models is stood in for by the plain one, its masking
    of answers is taken from its own source, whose folder `UNSLOTH_ZOO` names.
    """
    from transformers import Trainer

    _stand_in(model)
    learnt: Learnt = {}

    class Ready(Exception):
        """Everything but the training is done."""

    def look(trainer: Any, **_: object) -> None:
        tokenizer = trainer.processing_class
        for split, lines in (("train", trainer.train_dataset), ("validation", trainer.eval_dataset)):
            if lines is None:
                continue
            batches = [trainer.data_collator([line]) for line in lines]
            if "completion_mask" in batches[0]:
                learnt[split] = [
                    [
                        decoded(tokenizer, [t for t, kept in zip(ids, mask, strict=True) if kept])
                        for ids, mask in zip(
                            batch["input_ids"].tolist(), batch["completion_mask"].tolist(), strict=True
                        )
                    ]
                    for batch in batches
                ]
            else:
                learnt[split] = [decoded(tokenizer, batch["labels"][0].tolist()) for batch in batches]
        raise Ready

    Trainer.train = look  # type: ignore[method-assign, assignment]
    os.chdir(folder)
    plain = 'output_dir="output"'
    script = (folder / "train.py").read_text(encoding="utf-8").replace(plain, f"{plain}, bf16=False, use_cpu=True")
    try:
        exec(compile(script, "train.py", "exec"), {"__name__": "__main__"})
    except Ready:
        return learnt
    raise SystemExit("the script never began to train")


JUDGES: dict[str, Callable[[Path, Path], Learnt]] = {
    "hugging_face": hugging_face,
    "trl": trl,
    "llama_factory": llama_factory,
    "axolotl": axolotl,
    "unsloth": unsloth,
}


def main() -> None:
    name, folder, model = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    os.environ.update({"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
    os.environ["HF_HOME"] = str(model / "cache")
    if name == "model":
        make_model(folder, model)
        return
    # Trainers print what they like.
    out, sys.stdout = sys.stdout, sys.stderr
    learnt = JUDGES[name](folder, model)
    out.write(json.dumps(learnt, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
