"""The vendor's description in a validating proxy before somebody else's mock server, and the mock alone for probes.

`make contract` installs them into `.contract/`; the tests are skipped where that has not been done.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from judging import INSTALLED, PROGRAMS, Judged, free_port, running


@pytest.fixture(scope="session")
def description(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("node"):
        pytest.skip("Node is absent")
    if not (PROGRAMS / "prism").exists() or not (INSTALLED / "py").exists():
        pytest.skip("the foreign programs are not installed; install them with: make contract")
    path = tmp_path_factory.mktemp("description") / "openapi.norm.json"
    script = Path(__file__).with_name("normalize_spec.py")
    subprocess.run([INSTALLED / "py" / "bin" / "python", script, path], check=True)
    return path


@pytest.fixture(scope="session")
def judged(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    folder = tmp_path_factory.mktemp("judged")
    fixtures = folder / "fixtures"
    fixtures.mkdir()
    said = {"fixtures": [{"match": {"userMessage": "창고"}, "response": {"content": "답변입니다."}}]}
    (fixtures / "all.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    behind, before = free_port(), free_port()
    mock = [PROGRAMS / "llmock", "-p", behind, "-f", fixtures, "--log-level", "warn"]
    direct = f"http://127.0.0.1:{behind}/v1"
    proxy = [PROGRAMS / "prism", "proxy", "-h", "127.0.0.1", "-p", before, "--errors", description, direct]
    log = folder / "proxy.log"
    with running(mock, behind, folder / "mock.log"), running(proxy, before, log):
        yield Judged(url=f"http://127.0.0.1:{before}", direct=direct, log=log)


@pytest.fixture(scope="session")
def described(description: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The description alone as a server, for requests that must be refused."""
    port, folder = free_port(), tmp_path_factory.mktemp("described")
    words = [PROGRAMS / "prism", "mock", "-h", "127.0.0.1", "-p", port, "--errors", description]
    with running(words, port, folder / "mock.log"):
        yield f"http://127.0.0.1:{port}"
