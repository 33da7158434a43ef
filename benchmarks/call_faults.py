"""What becomes of calls when servers refuse, break, lie, hang, go away, and when the run itself is killed.

    python -m benchmarks.call_faults [--only limits faults contents away hang kill refusals] [--calls 2000] [--json]

Each line is our client against a model server of our own, told to misbehave in one way: calls wanted, answered with
what was asked for, rejected by reason, left for the next run; requests an answer; seconds beside the ideal; requests
that came before the time the server had named; and prompts that were asked again after a good answer had gone out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.call_clients import write_prompts
from benchmarks.call_kills import killed_runs
from benchmarks.calls import print_table, run_child
from tests.serving import Served, serve

Line = dict[str, Any]
# Shares as in the table that the bars come from.
MIXED = {"500": 0.10, "429": 0.05, "reset": 0.05, "cut": 0.04, "not_json": 0.03, "hang": 0.03}
CONTENTS = {"broken_json": 0.10, "empty_content": 0.05, "length": 0.05, "content_filter": 0.02}
EVERY_CONTENT = (
    "fenced", "prose_around", "duplicate_ids", "extra_keys", "broken_json", "wrong_schema", "empty_choices",
    "empty_content", "null_content", "length", "content_filter", "refusal", "echo", "wrong_language", "huge", "nul",
    "raw_nul", "lone_surrogate", "raw_lone_surrogate",
)  # fmt: skip


def ask(
    name: str,
    calls: int,
    in_flight: int,
    server: Served,
    *,
    ideal_s: float | None = None,
    client: str = "ours",
    **settings: Any,
) -> Line:
    """One client once, on a server that already misbehaves; `settings` are those of our provider."""
    server.reset()
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder, "prompts.jsonl")
        write_prompts(prompts, calls)
        command = [sys.executable, "-m", "benchmarks.call_clients", client, str(prompts), server.url, str(in_flight)]
        command += ["--folder", str(Path(folder, "run")), "--settings", json.dumps(settings)]
        said, _, cpu_s, peak_mb = run_child(command, {"OPENAI_API_KEY": "none"})
    stats = server.stats()
    answered = said["answered"]
    return {
        "what": name, "calls": calls, "in_flight": in_flight, "answered": answered,
        "rejected": sum(said.get("rejected", {}).values()), "postponed": said.get("postponed", 0),
        "lost": said.get("lost", calls),
        "seconds": round(said["seconds"], 2), "times_ideal": round(said["seconds"] / ideal_s, 2) if ideal_s else None,
        "requests_an_answer": round(stats["requests"] / max(answered, 1), 2),
        "429s": stats["by_status"].get("429", 0),
        "early": stats["early_prompt"], "early_others": stats["early_client"], "twice": stats["prompts_answered_twice"],
        "cpu_s_per_1000": round(1000 * cpu_s / calls, 2), "peak_mb": round(peak_mb),
        "error": said.get("error") or " ".join(filter(None, (said.get("stopped"), str(said.get("rejected") or "")))),
    }  # fmt: skip


def limits(calls: int) -> Iterator[Line]:
    """100 requests a second, 100 at once after a rest; the ideal is what such a bucket lets through."""
    ideal_s = max(0.2, (calls - 100) / 100 + 0.2)
    forms = [
        ("rate 100/s, headers", "auto", "bucket"), ("rate 100/s, no headers", "auto", ""),
        ("rate 100/s, headers a minute", "auto", "minute"), ("… as a date", "date:2", ""),
        ("… in milliseconds", "ms:200", ""), ("… absent", "absent", ""), ("… zero", "0", ""),
    ]  # fmt: skip
    for number, (name, form, headers) in enumerate(forms):
        # The two first are the bars; the other forms are seen as well on fewer calls.
        wanted = calls if number < 2 else max(200, calls // 4)
        ideal = ideal_s if number < 2 else max(0.2, (wanted - 100) / 100 + 0.2)
        with serve(latency_ms=200, rate_per_s=100, burst=100, retry_after=form, limit_headers=headers) as server:
            yield ask(name, wanted, 64, server, ideal_s=ideal)
    with serve(latency_ms=200, tokens_per_min=600_000, limit_headers="bucket") as server:
        # About 800 tokens a request by the server's count; a minute's worth passes at once.
        yield ask("tokens 600,000 a minute, headers", max(200, calls // 2), 64, server)


def faults(calls: int) -> Iterator[Line]:
    """30 % mixed faults, at every number in flight; one at a time asks fewer."""
    for wanted in (calls // 2, calls):
        for in_flight in (1, 16, 64, 256):
            if in_flight == 1 and wanted == calls:
                continue
            many = wanted if in_flight > 1 else max(20, wanted // 25)
            with serve(latency_ms=200, faults=MIXED, retry_after="1") as server:
                yield ask(f"30 % faults, {in_flight} in flight", many, in_flight, server, timeout_s=5)
    with serve(latency_ms=200, faults=MIXED, retry_after="1") as server:
        yield ask("30 % faults, the official client", calls // 2, 64, server, client="openai", timeout_s=5)


def contents(calls: int) -> Iterator[Line]:
    """22 % wrong contents beside none, then each way of going wrong alone, on half of all first attempts."""
    wanted = calls // 4
    with serve(latency_ms=100) as server:
        calm = ask("right contents", wanted, 64, server)
        yield calm
        server.set(faults=CONTENTS)
        yield ask("22 % wrong contents", wanted, 64, server, ideal_s=calm["seconds"])
        for each in EVERY_CONTENT:
            server.set(faults={each: 0.5}, latency_ms=20)
            yield ask(f"{each}, half of the attempts", 40, 16, server)


def away(calls: int) -> Iterator[Line]:
    for seconds in (30,):
        with serve(latency_ms=200, down_after=calls // 4, down_s=seconds) as server:
            ideal_s = calls / 2 * 0.2 / 64 + seconds
            yield ask(f"server gone for {seconds} s", calls // 2, 64, server, ideal_s=ideal_s)


def hang(calls: int) -> Iterator[Line]:
    with serve(latency_ms=200, hang_after=calls // 4, hang_s=30) as server:
        yield ask("server stuck for 30 s, 5 s timeout", calls // 2, 64, server, timeout_s=5)
    with serve(latency_ms=200, faults={"stall": 0.05, "hang": 0.05}) as server:
        yield ask("10 % never end, 5 s timeout", calls // 2, 64, server, timeout_s=5)


def refusals(calls: int) -> Iterator[Line]:
    """What must stop a run at once, be learned once, or be kept as a rejection."""
    wanted = max(100, calls // 10)
    ways: list[tuple[str, Line]] = [
        ("quota used up after 50 requests", {"quota": 50}), ("wrong key", {"api_keys": ["other"]}),
        ("unknown model", {"models": ["other"]}), ("Retry-After 3600 after 50", {"rate_per_s": 0.001, "burst": 50,
         "retry_after": "3600"}), ("5 % x-should-retry: false", {"faults": {"no_retry": 0.05}}),
        ("5 % refused prompts", {"faults": {"refused_prompt": 0.05}, "fault_by": "prompt"}),
        ("5 % too long", {"faults": {"context_length": 0.05}, "fault_by": "prompt"}),
        ("no json_schema", {"unsupported": ["json_schema"]}),
        ("no json_schema, no json_object", {"unsupported": ["json_schema", "json_object"]}),
        ("no temperature, no max_completion_tokens", {"unsupported": ["temperature", "max_completion_tokens"]}),
        ("10 % overloaded (503)", {"faults": {"503": 0.1}}),
    ]  # fmt: skip
    for name, settings in ways:
        with serve(latency_ms=50, **settings) as server:
            yield ask(name, wanted, 32, server, timeout_s=5, patience_s=60)


KINDS: dict[str, Callable[[int], Iterator[Line]]] = {
    "limits": limits, "faults": faults, "contents": contents, "away": away, "hang": hang, "refusals": refusals,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=(*KINDS, "kill"), default=(*KINDS, "kill"))
    parser.add_argument("--calls", type=int, default=2000, help="the larger number; most kinds take a part of it")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    said: dict[str, list[Line]] = {}
    for kind, run in KINDS.items():
        if kind not in chosen.only:
            continue
        said[kind] = []
        for line in run(chosen.calls):
            print(f"{line['what']}: {line['answered']} in {line['seconds']} s", file=sys.stderr)
            said[kind].append(line)
    if "kill" in chosen.only:
        said["kill"] = [killed_runs(rows=600, in_flight=32, kills=chosen.kills, seed=chosen.seed)]
    if chosen.json:
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for lines in said.values():
        print_table(lines, "what")
        print()


if __name__ == "__main__":
    main()
