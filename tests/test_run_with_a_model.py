"""The whole line with a chat model behind it: what is paid is paid once, kept, bounded and said beforehand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serve

import corpus_to_ft

KEY = "sk-canary-0123456789abcdef"
POSTS = (
    "대패는 나무를 얇게 깎는 연장입니다. 날은 25도로 갈아야 합니다. 날이 무디면 나무가 뜯깁니다. "
    "그래서 작업을 시작하기 전에 숫돌 세 개로 날을 세웁니다. 마지막 숫돌은 8000번입니다.",
    "공방은 2019년 3월에 문을 열었습니다. 처음에는 의자만 만들었습니다. 지금은 책장과 식탁도 만듭니다. "
    "책장은 주문한 날부터 3주 안에 배송합니다. 식탁은 참나무로 만들어 오래 씁니다.",
    "기름칠은 여름에 두 번 합니다. 습기가 많으면 나무가 붇기 때문입니다. 기름은 얇게 바르고 하루 동안 말립니다. "
    "마른 천으로 닦으면 얼룩이 남지 않습니다. 제습제를 서랍에 넣어 두면 더 좋습니다.",
    "톱은 켜는 톱과 자르는 톱으로 나뉩니다. 켜는 톱은 나뭇결을 따라 움직입니다. 자르는 톱은 결을 가로지릅니다. "
    "두 톱은 날의 모양이 다릅니다. 자르는 톱의 날은 칼처럼 비스듬합니다.",
)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "글"
    folder.mkdir()
    for number, text in enumerate(POSTS):
        (folder / f"{number}.md").write_text(f"# 공방 이야기 {number}\n\n{text}\n", encoding="utf-8")
    return folder


@pytest.fixture
def server() -> Iterator[Served]:
    with serve(latency_ms=30) as served:
        yield served


def command(server: Served, posts: Path, out: Path, *more: str, model: str = "gpt-4o-mini") -> list[str]:
    # Loads faster than the analyzer of every day, and the calls are the same.
    settings = (
        "analyzer.use=regex",
        "provider.use=openai_compatible",
        f"provider.base_url={server.url}",
        f"provider.model={model}",
    )
    said = [part for setting in settings for part in ("--set", setting)]
    return [sys.executable, "-m", "corpus_to_ft", "run", str(posts), "-o", str(out), *said, *more]


def environment() -> dict[str, str]:
    return {**os.environ, "CORPUS_TO_FT_LANG": "en", "COLUMNS": "200", "OPENAI_API_KEY": KEY}


def run(
    server: Served, posts: Path, out: Path, *more: str, model: str = "gpt-4o-mini", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    line = command(server, posts, out, *more, model=model)
    variables = {**environment(), **({"PYTHONPATH": str(cwd)} if cwd else {})}
    return subprocess.run(
        line, capture_output=True, text=True, check=False, env=variables, stdin=subprocess.DEVNULL, cwd=cwd
    )


def test_a_run_asks_what_is_new_and_nothing_else(server: Served, posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(server, posts, out, "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["examples"] > 0
    assert told["calls"]["made"] == server.stats()["requests"] == 4
    assert run(server, posts, out, "--json").returncode == 0
    assert server.stats()["requests"] == 4
    (posts / "4.md").write_text(
        "# 새 글\n\n끌은 홈을 파는 연장입니다. 날의 폭은 3mm에서 40mm까지 있습니다. 망치로 자루를 두드려 나무를 떼어 냅니다. 홈이 깊으면 여러 번에 나누어 팝니다.\n",
        encoding="utf-8",
    )
    assert run(server, posts, out, "--json").returncode == 0
    assert server.stats()["requests"] == 5
    # Another generator asks for itself alone; the replies about questions stay.
    assert run(server, posts, out, "--json", "--set", "generate=qa,keywords").returncode == 0
    assert server.stats()["requests"] == 10
    assert server.stats()["repeated"] == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "calls"),
    [
        ("llm/replies.py", "_MAX_CANDIDATES = 64", "_MAX_CANDIDATES = 65", 0),
        ("generate/stage.py", '"""Runs', '"""Now runs', 0),
        ("prompts/keywords.py", "색인을 만드는 편집자", "찾아보기를 만드는 편집자", 4),
    ],
    ids=["parser", "stage", "prompt"],
)
def test_changed_code_asks_only_where_its_prompts_changed(
    server: Served, posts: Path, tmp_path: Path, file: str, before: str, after: str, calls: int
) -> None:
    out, kinds = tmp_path / "out", ("--json", "--set", "generate=qa,keywords")
    first = json.loads(run(server, posts, out, *kinds).stdout)
    assert server.stats()["requests"] == 8
    changed = tmp_path / "changed"
    shutil.copytree(
        Path(corpus_to_ft.__file__).parent, changed / "corpus_to_ft", ignore=shutil.ignore_patterns("*.pyc")
    )
    path = changed / "corpus_to_ft" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    second = json.loads(run(server, posts, out, *kinds, cwd=changed).stdout)
    assert second["made"] > 0
    assert server.stats()["requests"] == 8 + calls
    assert (second["calls"]["made"], second["calls"]["reused"]) == (calls, 8 - calls)
    assert second["examples"] == first["examples"]


def test_the_price_is_said_first_and_a_dry_run_asks_nothing(server: Served, posts: Path, tmp_path: Path) -> None:
    dry = run(server, posts, tmp_path / "out", "--dry-run", "--json")
    plan = json.loads(dry.stdout)
    assert (plan["calls"], plan["billed"], plan["price_date"] > "2026") == (4, True, True)
    assert 0 < plan["usual_cost"] < plan["most_cost"]
    assert server.stats()["requests"] == 0
    assert not (tmp_path / "out").exists()
    done = run(server, posts, tmp_path / "out")
    assert "4 calls of gpt-4o-mini to make" in done.stderr
    spent = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["cost"]
    assert 0 < spent <= plan["most_cost"]
    unknown = run(server, posts, tmp_path / "other", "--dry-run", model="mystery-9b")
    assert "no price of mystery-9b is known" in unknown.stdout


def test_much_money_needs_a_yes(server: Served, posts: Path, tmp_path: Path) -> None:
    dear = ("--set", "provider.input_price=900", "--set", "provider.output_price=900")
    refused = run(server, posts, tmp_path / "out", *dear)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert server.stats()["requests"] == 0
    assert run(server, posts, tmp_path / "out", *dear, "--yes").returncode == 0


def test_a_limit_reached_stops_cleanly_and_a_higher_one_finishes(server: Served, posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    price = ("--set", "provider.input_price=100", "--set", "provider.output_price=100")
    stopped = run(server, posts, out, *price, "--max-cost", "0.3", "--set", "provider.max_concurrency=1")
    assert stopped.returncode == 3, stopped.stderr
    assert "--max-cost" in stopped.stderr
    made = server.stats()["requests"]
    assert 0 < made < 4
    left = sorted(path.name for path in out.iterdir())
    assert run(server, posts, out, *price, "--dry-run").returncode == 0
    assert sorted(path.name for path in out.iterdir()) == left
    ledger = subprocess.run(
        [sys.executable, "-m", "corpus_to_ft", "cost", str(out), "--json"],
        capture_output=True, text=True, check=True, env=environment(),
    )  # fmt: skip
    assert 0 < json.loads(ledger.stdout)["total"]["at_most"] <= 0.3
    assert run(server, posts, out, *price, "--max-cost", "50").returncode == 0
    assert server.stats()["requests"] == 4
    counted = run(server, posts, tmp_path / "counted", "--max-calls", "2")
    assert (counted.returncode, "--max-calls" in counted.stderr) == (3, True)
    assert server.stats()["requests"] == 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_goes_on_where_it_was(posts: Path, tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    with serve(latency_ms=1500) as server:
        line = command(
            server, posts, out, "--set", "provider.max_concurrency=2", "--set", "generate=qa,keywords,summary"
        )
        with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=environment()) as process:
            while server.stats()["answers"] < 3:
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(number)
            stopped_at = time.monotonic()
            said = process.communicate()[1]
        assert time.monotonic() - stopped_at < 5
        if number != signal.SIGKILL:
            assert process.returncode == 128 + number
            assert "the same command continues" in said
        server.set(latency_ms=10)
        answered = server.stats()["answers"]
        assert run(server, posts, out, "--set", "generate=qa,keywords,summary").returncode == 0
        stats = server.stats()
        # SIGKILL cannot save the two that were under way.
        assert stats["repeated"] <= (2 if number == signal.SIGKILL else 0), answered


def test_the_key_is_nowhere_that_a_run_leaves_behind(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with serve(faults={"401": 0.5}, fault_by="prompt") as server:
        said = run(server, posts, out, "--export")
        with subprocess.Popen(command(server, posts, out), env=environment(), stderr=subprocess.PIPE) as process:
            shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            shown += process.communicate()[1]
    with serve() as server:
        done = run(server, posts, out, "--export")
    assert done.returncode == 0
    left = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    for seen in (said.stdout.encode(), said.stderr.encode(), done.stderr.encode(), shown, left):
        assert KEY.encode() not in seen
        assert KEY[3:].encode() not in seen


def test_a_key_in_the_settings_is_refused(server: Served, posts: Path, tmp_path: Path) -> None:
    refused = run(server, posts, tmp_path / "out", "--set", f"provider.api_key={KEY}")
    assert refused.returncode == 2
    assert "api_key_env" in refused.stderr
    assert KEY not in refused.stderr


def test_examples_are_judged_once_and_a_higher_bar_costs_nothing(server: Served, posts: Path, tmp_path: Path) -> None:
    out, kinds = tmp_path / "out", ("--set", 'generate=[{use="qa", per_passage=3}, {use="keywords"}]')
    judge = (*kinds, "--set", "judge.use=true")
    plan = json.loads(run(server, posts, out, *judge, "--dry-run", "--json").stdout)
    told = run(server, posts, out, *judge, "--dry-run").stdout
    assert f"{plan['judgements']} of these calls judge examples" in told
    assert (plan["calls"] - plan["judgements"], plan["judgements"]) == (8, 16)

    first = json.loads(run(server, posts, out, *judge, "--json").stdout)
    line = [sys.executable, "-m", "corpus_to_ft", "cost", str(out), "--json"]
    said = subprocess.run(line, capture_output=True, text=True, check=True, env=environment())
    calls = {entry["kind"]: entry["calls"] for entry in json.loads(said.stdout)["calls"]}
    assert calls["judge"] == first["examples"] <= plan["judgements"]
    assert "judged_low" not in first["rejected"]
    asked = server.stats()["requests"]
    spent = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["cost"]
    assert 0 < spent <= plan["most_cost"]

    higher = json.loads(run(server, posts, out, *judge, "--set", "judge.least=5", "--json").stdout)
    assert server.stats()["requests"] == asked
    assert (higher["examples"], higher["rejected"]["judged_low"]) == (0, first["examples"])
    without = json.loads(run(server, posts, out, *kinds, "--json").stdout)
    assert (without["examples"], server.stats()["requests"]) == (first["examples"], asked)


def test_a_judge_needs_a_model(posts: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "corpus_to_ft", "run", str(posts), "-o", str(tmp_path / "out")]
    refused = subprocess.run(
        [*line, "--set", "judge.use=true"], capture_output=True, text=True, check=False, env=environment()
    )
    assert refused.returncode == 2
    assert "provider.use = 'extractive'" in refused.stderr
    assert not (tmp_path / "out").exists()
