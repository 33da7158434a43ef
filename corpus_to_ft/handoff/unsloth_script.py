"""The scripts that go with a hand-off to Unsloth; `# SETTINGS` is replaced by what the data needs."""

_BEGINNING = '''"""Trains with Unsloth; written by corpus-to-ft. It stops where an example is missing or too long."""

import json

# SETTINGS

from unsloth import FastLanguageModel  # before the others, which it changes
from datasets import load_dataset
'''

_LOADING = """

def checked(name, dataset):
    found, expected = len(dataset), EXPECTED[name]
    if found != expected:
        raise SystemExit(f"{name}: {expected} examples were written and {found} were read")
    return dataset


def load(name):
    return checked(name, load_dataset("json", data_files=name, split="train"))


def refuse_long(name, dataset, column):
    lengths = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in dataset[column]]
    if lengths and max(lengths) > MAX_SEQ_LENGTH:
        raise SystemExit(f"{name}: an example has {max(lengths)} tokens; set MAX_SEQ_LENGTH to at least that")


model, tokenizer = FastLanguageModel.from_pretrained(MODEL, max_seq_length=MAX_SEQ_LENGTH, load_in_4bit=True)
model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=32, random_state=0)
"""

SCRIPT_FOR_ANSWERS = (
    _BEGINNING
    + """from trl import SFTConfig, SFTTrainer
from unsloth.chat_templates import train_on_responses_only
"""
    + _LOADING
    + """

def as_text(example):
    tools = example.get("tools")
    tools = json.loads(tools) if tools else None
    return {"text": tokenizer.apply_chat_template(example["messages"], tools=tools, tokenize=False)}


def prepared(name):
    dataset = load(name)
    dataset = dataset.map(as_text, remove_columns=dataset.column_names)
    refuse_long(name, dataset, "text")
    return dataset


trainer = SFTTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=prepared("train.jsonl"),
    eval_dataset=prepared("validation.jsonl") if EVALUATES else None,
    args=SFTConfig(
        dataset_text_field="text",
        max_length=MAX_SEQ_LENGTH,
        packing=False,
        num_train_epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=8,
        eval_strategy="epoch" if EVALUATES else "no",
        seed=0,
        report_to="none",
        output_dir="output",
    ),
)
trainer = train_on_responses_only(trainer, last_response_only=LAST_ANSWER_ONLY)
# The masking leaves out what it finds no answer in.
checked("train.jsonl", trainer.train_dataset)
trainer.train()
model.save_pretrained("output/lora")
tokenizer.save_pretrained("output/lora")
"""
)

SCRIPT_FOR_PREFERENCES = (
    _BEGINNING
    + """from trl import DPOConfig, DPOTrainer
"""
    + _LOADING
    + """

def as_text(example):
    prompt = tokenizer.apply_chat_template(example["prompt"], add_generation_prompt=True, tokenize=False)
    whole = {
        name: tokenizer.apply_chat_template(example["prompt"] + example[name], tokenize=False)
        for name in ("chosen", "rejected")
    }
    if not all(text.startswith(prompt) for text in whole.values()):
        raise SystemExit("the template of this model changes the question when it is answered; use another model")
    answers = {name: text[len(prompt) :] for name, text in whole.items()}
    return {"prompt": prompt, **answers, **{f"whole_{name}": text for name, text in whole.items()}}


def prepared(name):
    dataset = load(name).map(as_text)
    for column in ("whole_chosen", "whole_rejected"):
        refuse_long(name, dataset, column)
    return dataset.remove_columns(["whole_chosen", "whole_rejected"])


trainer = DPOTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=prepared("train.jsonl"),
    eval_dataset=prepared("validation.jsonl") if EVALUATES else None,
    args=DPOConfig(
        max_length=MAX_SEQ_LENGTH,
        num_train_epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=8,
        eval_strategy="epoch" if EVALUATES else "no",
        seed=0,
        report_to="none",
        output_dir="output",
    ),
)
trainer.train()
model.save_pretrained("output/lora")
tokenizer.save_pretrained("output/lora")
"""
)
