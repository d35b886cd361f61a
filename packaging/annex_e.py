#!/usr/bin/env python3
"""Writes the tables of src/deid/dicom from an extract of PS3.15 Annex E.

    packaging/annex_e.py TABLES.json SAFE_PRIVATE.csv src/deid/dicom

TABLES.json holds the edition (`source.edition`), the rows of Table E.1-1 (`rules`: `tag`, `name`, `basic`, `options`)
and of Table E.3.4-1 (`content_items`: `scheme`, `code`, `value_type`, `basic`, `options`). SAFE_PRIVATE.csv holds the
rows of Table E.3.10-1 (columns `Private Creator`, `Group`, `Element`, `VR`; those whose
`IsInDICOMRetainSafePrivateTags` is `True`). Only facts are taken over: tags, codes, actions, names of attributes.
"""

import csv
import json
import pathlib
import sys

OPTIONS = {
    "uids": "retain_uids",
    "device": "retain_device_identity",
    "institution": "retain_institution_identity",
    "patient": "retain_patient_characteristics",
    "full_dates": "retain_longitudinal_full_dates",
    "modified_dates": "retain_longitudinal_modified_dates",
    "descriptors": "clean_descriptors",
    "structured": "clean_structured_content",
    "graphics": "clean_graphics",
}


def actions(row):
    options = row["options"]
    unknown = set(options) - set(OPTIONS.values()) - {"retain_safe_private"}
    if unknown:
        sys.exit(f"wanted options that are known, found {sorted(unknown)}")
    return [row["basic"], *(options.get(it, "") for it in OPTIONS.values())]


def write(path, title, head, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {title}\n# " + "\t".join(head) + "\n")
        file.writelines("\t".join(row) + "\n" for row in rows)
    print(f"{path}: {len(rows)} rows")


def main(tables, safe_private, folder):
    tables = json.loads(pathlib.Path(tables).read_text(encoding="utf-8"))
    edition = tables["source"]["edition"]
    folder = pathlib.Path(folder)
    rules = sorted([it["tag"].upper().replace("X", "x"), *actions(it), it["name"]] for it in tables["rules"])
    write(
        folder / "annex_e.tsv",
        f"DICOM PS3.15 {edition}, Table E.1-1; written by packaging/annex_e.py",
        ["tag", "basic", *OPTIONS, "attribute"],
        rules,
    )
    items = sorted([it["scheme"], it["code"], it["value_type"], *actions(it)] for it in tables["content_items"])
    write(
        folder / "annex_e_content.tsv",
        f"DICOM PS3.15 {edition}, Table E.3.4-1: content items of structured reports; written by packaging/annex_e.py",
        ["scheme", "code", "value type", "basic", *OPTIONS],
        items,
    )
    with open(safe_private, encoding="utf-8", newline="") as file:
        private = [it for it in csv.DictReader(file) if it["IsInDICOMRetainSafePrivateTags"] == "True"]
    safe = {(it["Private Creator"], it["Group"].lower(), it["Element"].lower().replace("xx", ""), it["VR"]) for it in private}
    write(
        folder / "safe_private.tsv",
        "DICOM PS3.15, Table E.3.10-1: private attributes that are known to be safe; written by packaging/annex_e.py",
        ["private creator", "group", "element", "vr"],
        sorted(list(it) for it in safe),
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
