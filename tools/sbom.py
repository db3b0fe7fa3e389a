"""List every part that the service is made of, with its digests, in CycloneDX: `python -m tools.sbom > sbom.json`."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAME = "you-decide"

Package = dict[str, Any]


def sbom(lock: dict[str, Any]) -> dict[str, Any]:
    """The parts that are installed where the service runs, extras included, and none that only develops it."""
    packages: dict[str, list[Package]] = {}
    for package in lock["package"]:
        packages.setdefault(package["name"], []).append(package)
    own = packages[NAME][0]
    wanted = [each["name"] for each in _depended(own)]
    parts: dict[str, list[Package]] = {}
    while wanted:
        name = wanted.pop()
        if name not in parts:
            parts[name] = packages[name]
            wanted += [each["name"] for package in packages[name] for each in _depended(package)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": NAME, "version": own["version"]}},
        "components": [_component(package) for name in sorted(parts) for package in parts[name]],
    }


def _depended(package: Package) -> Iterable[dict[str, Any]]:
    yield from package.get("dependencies", ())
    for extra in package.get("optional-dependencies", {}).values():
        yield from extra


def _component(package: Package) -> dict[str, Any]:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    digests = sorted({each["hash"].removeprefix("sha256:") for each in files})
    return {
        "type": "library",
        "name": package["name"],
        "version": package["version"],
        "purl": f"pkg:pypi/{package['name']}@{package['version']}",
        "externalReferences": [
            {"type": "distribution", "url": each["url"], "hashes": [{"alg": "SHA-256", "content": digest}]}
            for digest in digests
            for each in files
            if each["hash"] == f"sha256:{digest}"
        ],
    }


if __name__ == "__main__":
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(sbom(locked), indent=1) + "\n")
