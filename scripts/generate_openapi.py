"""Write the OpenAPI document that the console's typed client is generated from."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "web" / "packages" / "api-client" / "openapi.json"


def main() -> None:
    check = "--check" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.json"
        command = [str(ROOT / ".venv" / "bin" / "bangfu"), "openapi", "--out", str(fresh)]
        subprocess.run(command, cwd=ROOT, check=True)
        text = fresh.read_text(encoding="utf-8")
    if check:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print(f"stale: {TARGET.relative_to(ROOT)}; run make generate and npm run api")
            sys.exit(1)
        return
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
