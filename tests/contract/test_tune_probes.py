"""One request that must be refused for every operation of the hand-off: so that no violation means something."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from probes import PROBES, Probe
from recorder import operations

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.operation}: {probe.wrong}")
def test_what_is_wrong_is_refused_so_that_silence_means_something(described: str, probe: Probe) -> None:
    assert probe.status(described) == probe.expected


def test_every_probe_is_of_an_operation_that_the_description_has(description: Path) -> None:
    found = {}
    for probe in PROBES:
        path = probe.path.partition("?")[0]
        found[probe.operation] = next(
            (name for method, told, name in operations(description) if method == probe.method and told.fullmatch(path)),
            "",
        )
    assert found == {name: name for name in found}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fine_tuning/jobs", {"model": "gpt-4o-mini", "training_file": "file-1", "suffix": "창고", "seed": 7}),
        ("/chat/completions", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "창고?"}]}),
    ],
)
def test_what_is_right_passes_the_same_judge(described: str, path: str, body: dict[str, object]) -> None:
    request = urllib.request.Request(
        described + path,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Authorization": "Bearer test", "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        assert answer.status == 200
