#!/usr/bin/env python3
"""notices.py FOLDER: the licences of the crates inside the program: a list, and each crate's own files beside it."""

import json
import pathlib
import shutil
import subprocess
import sys

NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE", "COPYRIGHT")
COMMAND = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]


def inside(metadata: dict) -> list[dict]:
    """The packages that end up in the program: what is only built with or tested with is left out."""
    deps = {it["id"]: it["deps"] for it in metadata["resolve"]["nodes"]}
    waiting, seen = [metadata["resolve"]["root"]], set()
    while waiting:
        package = waiting.pop()
        if package not in seen:
            seen.add(package)
            normal = (it for it in deps[package] if any(kind["kind"] is None for kind in it["dep_kinds"]))
            waiting.extend(it["pkg"] for it in normal)
    seen.discard(metadata["resolve"]["root"])
    found = (it for it in metadata["packages"] if it["id"] in seen)
    return sorted(found, key=lambda it: (it["name"], it["version"]))


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for package in inside(json.loads(subprocess.check_output(COMMAND))):
        name = f"{package['name']}-{package['version']}"
        source = pathlib.Path(package["manifest_path"]).parent
        files = [it for it in sorted(source.iterdir()) if it.is_file() and it.name.upper().startswith(NAMES)]
        if package["license_file"]:
            files.append(source / package["license_file"])
        for file in files:
            (folder / name).mkdir(exist_ok=True)
            shutil.copy(file, folder / name / file.name)
        licence = package["license"] or f"see {package['license_file']}"
        lines.append(f"{name}: {licence}{'' if files else ' (the crate brings no text)'}")
    (folder / "crates.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
