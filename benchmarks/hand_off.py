"""The whole hand-off before judges that others wrote: a table of operations, calls, violations and refused probes.

    make contract              once, to install the judges
    python benchmarks/hand_off.py

Every command runs as a process of its own through the validating proxy; each operation that it calls must also refuse
what is wrong (422, or 401 without a key), because a judge that is switched off finds nothing either.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CONTRACT = Path(__file__).resolve().parents[1] / "tests" / "contract"
sys.path.insert(0, str(CONTRACT))

from judging import INSTALLED  # noqa: E402 -- they lie with the tests
from life import Life, fetched, judges, live  # noqa: E402
from probes import PROBES  # noqa: E402


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        description = folder / "openapi.norm.json"
        script = [INSTALLED / "py" / "bin" / "python", CONTRACT / "normalize_spec.py", description]
        subprocess.run(script, check=True)
        with judges(description, folder) as (recorder, bare):
            life = Life(folder=folder, url=recorder.url)
            began = time.monotonic()
            live(life)
            took_s = time.monotonic() - began
            kept = life.said["start"][0]["files"]
            intact = all(
                fetched(recorder.url, file["id"]) == (folder / "자료" / f"{name}.jsonl").read_bytes()
                for file, name in zip(kept, ("훈련 자료", "검증 자료"), strict=True)
            )
            life.run("files delete", "files", "delete", kept[1]["id"], "--yes", "--base-url", f"{life.url}/v1")
            probed = {
                probe: probe.status(bare)
                for probe in PROBES
                if "Batch" not in probe.operation
            }  # fmt: skip
    calls = Counter(one.operation for one in recorder.seen)
    wrong = Counter(one.operation for one in recorder.seen if one.violations)
    names = sorted({probe.operation for probe in probed} | set(calls))
    print(f"{'operation':34}{'calls':>6}{'violations':>12}  wrong requests refused")
    passed = True
    for name in names:
        told = [f"{probe.wrong}: {status}" for probe, status in probed.items() if probe.operation == name]
        fits = all(status == probe.expected for probe, status in probed.items() if probe.operation == name)
        passed &= bool(told) and fits and not wrong[name]
        print(f"{name:34}{calls[name]:>6}{wrong[name]:>12}  {'; '.join(told) or 'none'}")
    done = f"{len(recorder.seen)} requests of {len(life.said)} commands in {took_s:.0f} s"
    print(f"{done}; violations: {sum(wrong.values())}")
    for violation in recorder.violations():
        print(violation)
    print(f"files downloaded again are {'the same bytes' if intact else 'OTHER BYTES'}")
    return 0 if passed and intact else 1


if __name__ == "__main__":
    sys.exit(main())
