"""The same calls by other tools, each in an environment of its own; imports nothing of ours. Started by `calls.py`.

VENV/bin/python benchmarks/call_peers.py curator|data-designer PROMPTS URL IN_FLIGHT --folder SCRATCH
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import time
from pathlib import Path
from typing import Any

TASK = "아래 자료 전체를 300자 안으로 요약하세요."
RULES = '자료에 있는 사실만 씁니다. 답은 {"summary": "…"} 모양의 JSON 하나뿐입니다.'
# Limits so high that they never hold anything back.
REQUESTS_A_MINUTE, TOKENS_A_MINUTE = 1_000_000, 1_000_000_000


def curator(texts: list[str], url: str, in_flight: int, folder: Path) -> dict[str, Any]:
    """Its token counter downloads tables at the first start; the same tables lie inside litellm."""
    litellm = importlib.util.find_spec("litellm")
    assert litellm
    assert litellm.origin
    inner = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ.update(
        TIKTOKEN_CACHE_DIR=str(inner), TELEMETRY_ENABLED="false", LITELLM_LOCAL_MODEL_COST_MAP="True",
        CURATOR_CACHE_DIR=str(folder), CURATOR_VIEWER="0", HF_HUB_OFFLINE="1",
    )  # fmt: skip
    from bespokelabs import curator as package
    from datasets import Dataset

    class Summaries(package.LLM):  # type: ignore[misc, name-defined]
        def prompt(self, row: dict[str, Any]) -> list[dict[str, str]]:
            return [
                {"role": "system", "content": RULES},
                {"role": "user", "content": f"{TASK}\n\n{row['text']}"},
            ]

        def parse(self, row: dict[str, Any], response: str) -> dict[str, Any]:
            return {"text": row["text"], "summary": response}

    limits = {
        "max_requests_per_minute": REQUESTS_A_MINUTE, "max_tokens_per_minute": TOKENS_A_MINUTE,
        "max_concurrent_requests": in_flight, "require_all_responses": False,
    }  # fmt: skip
    made = Summaries(model_name="m", backend="openai", backend_params={"base_url": url, "api_key": "none", **limits})
    rows = Dataset.from_dict({"text": texts})
    begun = time.monotonic()
    done = made(rows)
    seconds = time.monotonic() - begun
    answered = len(getattr(done, "dataset", done))
    return {"seconds": seconds, "answered": answered, "lost": len(texts) - answered}


def data_designer(texts: list[str], url: str, in_flight: int, folder: Path) -> dict[str, Any]:
    os.environ.update(NEMO_TELEMETRY_ENABLED="false", DATA_DESIGNER_HOME=str(folder / "home"), HF_HUB_OFFLINE="1")
    import data_designer.config as config
    import pandas
    from data_designer.interface import DataDesigner

    provider = config.ModelProvider(name="local", endpoint=url, provider_type="openai", api_key="none")
    model = config.ModelConfig(
        alias="m", model="m", provider="local", skip_health_check=True,
        inference_parameters=config.ChatCompletionInferenceParams(max_parallel_requests=in_flight),
    )  # fmt: skip
    builder = config.DataDesignerConfigBuilder(model_configs=[model])
    seed = config.DataFrameSeedSource(df=pandas.DataFrame({"text": texts}))
    builder.with_seed_dataset(seed, sampling_strategy=config.SamplingStrategy.ORDERED)
    builder.add_column(
        config.LLMTextColumnConfig(
            name="summary", model_alias="m", system_prompt=RULES, prompt=TASK + "\n\n{{ text }}"
        )
    )  # fmt: skip
    designer = DataDesigner(artifact_path=folder / "artifacts", model_providers=[provider])
    begun = time.monotonic()
    done = designer.create(builder, num_records=len(texts), dataset_name="summaries")
    seconds = time.monotonic() - begun
    answered = int(done.load_dataset()["summary"].notna().sum())
    return {"seconds": seconds, "answered": answered, "lost": len(texts) - answered}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", choices=("curator", "data-designer"))
    parser.add_argument("prompts", type=Path)
    parser.add_argument("url")
    parser.add_argument("in_flight", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    texts = [json.loads(line) for line in chosen.prompts.open(encoding="utf-8")]
    run = curator if chosen.client == "curator" else data_designer
    print("\n" + json.dumps(run(texts, chosen.url, chosen.in_flight, chosen.folder)), flush=True)


if __name__ == "__main__":
    main()
