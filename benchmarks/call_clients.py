"""One client asks one server for all prompts of a file and says how that went, as one JSON line: a process of its own.

    python -m benchmarks.call_clients aiohttp|openai|ours PROMPTS URL IN_FLIGHT [--folder RUN] [--settings JSON]

`seconds` is the time of the calls, without imports and the reading of the prompts; for ours, from the opening of
its store to the closing. A prompt that got no answer is `lost`, whatever the reason that is counted beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

Body = dict[str, Any]
Outcome = dict[str, Any]

SENTENCES = (
    "새벽 시장의 생선 상인은 얼음을 두 번 갈아 줍니다.", "경매는 네 시에 시작하며 손짓으로 값을 부릅니다.",
    "고등어는 눈이 맑고 배가 단단한 것이 좋습니다.", "창고의 온도는 영하 삼 도를 넘지 않게 지킵니다.",
    "젖은 장화는 볏짚을 넣어 말리면 냄새가 덜합니다.", "배달 차는 다리가 막히기 전에 강을 건너야 합니다.",
    "저울은 달마다 검사를 받고 도장을 붙입니다.", "단골 식당은 전날 저녁에 주문을 전화로 알립니다.",
    "상자는 소나무로 짜서 쉽게 썩지 않습니다.", "눈이 오는 날에는 바닥에 소금을 미리 뿌려 둡니다.",
    "젊은 상인은 장부를 휴대 전화로 옮겨 적었습니다.", "남은 생선은 말려서 겨울 반찬으로 씁니다.",
)  # fmt: skip
# US dollars a million tokens.
INPUT_PRICE, OUTPUT_PRICE = 0.1, 0.4
TASK = "아래 자료 전체를 300자 안으로 요약하세요."
RULES = '자료에 있는 사실만 씁니다. 답은 {"summary": "…"} 모양의 JSON 하나뿐입니다.'
SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}
SHAPE = {"type": "json_schema", "json_schema": {"name": "summary", "strict": True, "schema": SCHEMA}}


def write_prompts(path: Path, count: int, chars: int = 1000) -> None:
    """Texts of about `chars` Korean characters, no two alike, one JSON text a line."""
    drawn = random.Random(count)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"{number}번째 기록입니다."
            while len(text) < chars:
                text += " " + drawn.choice(SENTENCES)
            file.write(json.dumps(text, ensure_ascii=False) + "\n")


def read_prompts(path: Path) -> list[str]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def bodies(texts: Sequence[str]) -> list[Body]:
    """The same request for every client but ours, which builds it itself."""
    return [
        {
            "model": "m",
            "messages": [{"role": "system", "content": RULES}, {"role": "user", "content": f"{TASK}\n\n{text}"}],
            "response_format": SHAPE,
        }
        for text in texts
    ]


async def at_once(ask: Callable[[Body], Awaitable[None]], wanted: Sequence[Body], in_flight: int) -> Outcome:
    """`in_flight` workers over all bodies; an exception of a call is counted by its name."""
    failed: Counter[str] = Counter()
    waiting = iter(wanted)

    async def work() -> None:
        for body in waiting:
            try:
                await ask(body)
            except Exception as error:  # noqa: BLE001 -- whatever a client raises is a lost call, and is counted
                failed[type(error).__name__] += 1

    begun = time.monotonic()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    seconds = time.monotonic() - begun
    return {"seconds": seconds, "answered": len(wanted) - failed.total(), "lost": failed.total(), "why": dict(failed)}


def raw_aiohttp(texts: Sequence[str], url: str, in_flight: int) -> Outcome:
    """The limit: requests sent and answers parsed, with nothing kept and nothing tried again."""
    import aiohttp

    async def run() -> Outcome:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def ask(body: Body) -> None:
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    response.raise_for_status()
                    said = await response.json()
                    json.loads(said["choices"][0]["message"]["content"])

            return await at_once(ask, bodies(texts), in_flight)

    return asyncio.run(run())


def openai_sdk(texts: Sequence[str], url: str, in_flight: int, timeout_s: float) -> Outcome:
    """The official client with its two repeats."""
    import openai

    async def run() -> Outcome:
        async with openai.AsyncOpenAI(base_url=url, api_key="none", timeout=timeout_s) as client:

            async def ask(body: Body) -> None:
                said = await client.chat.completions.create(**body)
                json.loads(said.choices[0].message.content or "")

            return await at_once(ask, bodies(texts), in_flight)

    return asyncio.run(run())


def ours(texts: Sequence[str], url: str, in_flight: int, folder: Path, settings: Body) -> Outcome:
    """Store, ledger, limits and budget on, as in a run; what can be continued is `postponed`."""
    from corpus_to_ft.errors import BadReply, CorpusToFtError
    from corpus_to_ft.llm.base import Provider
    from corpus_to_ft.llm.replies import read_json_reply
    from corpus_to_ft.llm.stage import LedgerAsk, Limits
    from corpus_to_ft.plugin import make_plugin
    from corpus_to_ft.prompts.summary import summary_messages
    from corpus_to_ft.records import Prompt, ProviderFailure, Reply
    from corpus_to_ft.store import RunStore

    prompts = [
        Prompt.make(
            kind="summary", subject_id=str(number), text=text, schema=SCHEMA, sampling={"temperature": 0},
            messages=summary_messages(
                text, title="", published=None, headings=(), chars=300, language="ko", level="whole"
            ),
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    price = {"input_price": INPUT_PRICE, "output_price": OUTPUT_PRICE}
    chosen = {"base_url": url, "model": "m", "max_concurrency": in_flight, **price, **settings}
    provider = make_plugin("llm", "openai_compatible", Provider, chosen)
    limits = Limits(max_calls=100 * len(texts), max_cost=1000.0)
    said: list[str] = []
    stopped = ""
    answers: list[Reply | ProviderFailure] = []
    begun = time.monotonic()
    with RunStore.open(folder) as store, closing(provider):
        ask = LedgerAsk(provider, store, limits, said.append)
        try:
            answers = ask(prompts)
        except CorpusToFtError as error:
            stopped = f"{type(error).__name__}: {error}"
            fingerprint = provider.fingerprint()
            kept = (store.reply(fingerprint, prompt.id) for prompt in prompts)
            answers = [reply for reply in kept if reply]
    seconds = time.monotonic() - begun
    reasons: Counter[str] = Counter()
    usable = 0
    for answer in answers:
        if isinstance(answer, ProviderFailure):
            reasons[answer.reason] += 1
            continue
        try:
            read_json_reply(answer, SCHEMA)
            usable += 1
        except BadReply as error:
            reasons[answer.finish if answer.finish != "stop" else error.reason] += 1
    return {
        "seconds": seconds, "answered": usable, "rejected": dict(reasons), "postponed": len(texts) - len(answers),
        "lost": 0 if stopped else len(texts) - len(answers), "stopped": stopped, "said": said[:3],
        "made": ask.made, "reused": ask.reused, "failed": ask.failed,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", choices=("aiohttp", "openai", "ours"))
    parser.add_argument("prompts", type=Path)
    parser.add_argument("url")
    parser.add_argument("in_flight", type=int)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--settings", type=json.loads, default={})
    chosen = parser.parse_args()
    texts = read_prompts(chosen.prompts)
    if chosen.client == "ours":
        outcome = ours(texts, chosen.url, chosen.in_flight, chosen.folder, chosen.settings)
    elif chosen.client == "openai":
        outcome = openai_sdk(texts, chosen.url, chosen.in_flight, chosen.settings.get("timeout_s", 600))
    else:
        outcome = raw_aiohttp(texts, chosen.url, chosen.in_flight)
    print(json.dumps(outcome, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
