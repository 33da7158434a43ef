"""What every test shares: where the shared material lies, and that nothing reaches out of the machine."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them, and all that they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real material that is not part of the project; tests skip where it is absent."""
    folder = Path(os.environ.get("CORPUS_TO_FT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"shared material is absent ({folder.name}); set CORPUS_TO_FT_DATA to its folder")
    return folder


@pytest.fixture(autouse=True)
def _no_network_no_keys_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        is_local = host in ("127.0.0.1", "::1", "localhost") or self.family == getattr(socket, "AF_UNIX", None)
        if not is_local:
            raise OSError(f"a test tried to reach {host}")
        real_connect(self, address)

    real_connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for key in [name for name in os.environ if name.endswith("_API_KEY")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("CORPUS_TO_FT_HOME", str(tmp_path / "home"))
