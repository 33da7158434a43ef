"""How fast a model answers on this machine, by threads and calls at once.

    python -m benchmarks.local_model MODEL [--threads 1,2] [--parallel 1,2,4] [--calls 4]

MODEL is a GGUF file or a reference to the hub. Every setting gets the same prompts in a server of its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from corpus_to_ft.llm.base import REPLY_SCHEMAS, Unwritten
from corpus_to_ft.llm.llama_cpp import LlamaCppProvider
from corpus_to_ft.prompts.qa import qa_messages
from corpus_to_ft.records import Prompt, Reply

REPLY_TOKENS = 96
TEXT = (
    "물때 알림은 바닷물이 드나드는 때를 하루에 두 번 알려 줍니다. 알림 시간은 앱의 설정에서 바꿀 수 있습니다. "
    "낚시꾼과 갯벌 체험객이 주로 쓰고, 기상청의 조석 예보를 받아 열 분마다 새로 고칩니다. "
)


def prompts(calls: int) -> list[Prompt]:
    """As the questions of as many passages are asked for; what differs stands behind what is the same."""
    made = []
    for number in range(calls):
        text = f"{TEXT * 3}이 글은 {number + 1}번째 글입니다."
        messages = qa_messages(text, title="물때 알림", headings=(), count=2, language="ko", style="own_words")
        made.append(
            Prompt.make(
                kind="qa",
                subject_id=str(number),
                text=text,
                messages=messages,
                schema=REPLY_SCHEMAS["qa"],
                sampling={"temperature": 0, "max_tokens": REPLY_TOKENS},
            )
        )
    return made


def measure(model: str, threads: int, parallel: int, asked: Sequence[Prompt]) -> str:
    provider = LlamaCppProvider(model=model, threads=threads, parallel=parallel)
    try:
        began = time.monotonic()
        provider.ask_all(asked[:1], Unwritten())
        first = time.monotonic() - began
        began = time.monotonic()
        replies = [reply for reply in provider.ask_all(asked[1:], Unwritten()) if isinstance(reply, Reply)]
        took = time.monotonic() - began
    finally:
        provider.close()
    read, written = (sum(getattr(reply.usage, side) for reply in replies) for side in ("input_tokens", "output_tokens"))
    return (
        f"{threads:7} {parallel:8} {first:12.1f} {took / len(replies):10.1f} {read / took:10.0f} {written / took:10.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--parallel", default="1,2,4")
    parser.add_argument("--calls", type=int, default=4)
    given = parser.parse_args()
    asked = prompts(given.calls + 1)
    print("threads parallel first call s s a call  read tok/s written tok/s")
    for threads in map(int, given.threads.split(",")):
        for parallel in map(int, given.parallel.split(",")):
            print(measure(given.model, threads, parallel, asked), flush=True)


if __name__ == "__main__":
    main()
