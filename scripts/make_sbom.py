"""Write the bill of materials of this checkout as CycloneDX 1.6 JSON, from the locks alone.

`make sbom` writes dist/bangfu.cdx.json. Equal locks give equal bytes: there is no time and no
random serial number in it. Packages that only build or test the product have the scope `excluded`
(CycloneDX 1.6, component.scope).
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from supply_chain import Component, components

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "dist" / "bangfu.cdx.json"


def bill(root: Path) -> dict[str, Any]:
    """Return the bill of materials of the checkout at `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = components(root)
    ours = f"pkg:generic/bangfu@{project['version']}"
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": ours,
            },
            "properties": [
                {"name": "bangfu:made-from", "value": "locks/ and web/package-lock.json"}
            ],
        },
        "components": [_component(each) for each in found],
        "dependencies": [{"ref": ours, "dependsOn": [c.purl for c in found if c.runtime]}],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    return {"serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}", **body}


def _component(each: Component) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "library",
        "bom-ref": each.purl,
        "name": each.name,
        "version": each.version,
        "scope": "required" if each.runtime else "excluded",
        "purl": each.purl,
    }
    if each.license:
        entry["licenses"] = [{"expression": each.license}]
    if each.ecosystem == "npm":
        entry["hashes"] = [{"alg": "SHA-512", "content": value} for value in each.hashes]
    else:  # a release has several files, of which one is installed
        entry["properties"] = [
            {"name": "bangfu:locked-file-sha256", "value": value} for value in each.hashes
        ]
    return entry


def main() -> None:
    OUT.parent.mkdir(exist_ok=True)
    text = json.dumps(bill(ROOT), ensure_ascii=False, indent=1) + "\n"
    OUT.write_text(text, encoding="utf-8")
    parts = json.loads(text)["components"]
    required = sum(part["scope"] == "required" for part in parts)
    print(f"{OUT.relative_to(ROOT)}: {len(parts)} components, {required} of them in production")


if __name__ == "__main__":
    sys.exit(main())
