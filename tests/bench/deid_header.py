#!/usr/bin/env python3
"""How many planted identifiers survive which de-identifier of DICOM headers.

    WARDLIGHT_PLANTED_OUT=planted cargo nextest run ... -E 'test(of_five_thousand_planted)'
    python3 -m venv env && env/bin/pip install pydicom deid dicom-anonymizer dcmanon
    env/bin/python tests/bench/deid_header.py planted target/release/wardlight [RESULTS]

The planted files and their lists are made by tests/it/planted.rs: text in every attribute that Table E.1-1 removes or
replaces, at three depths, one in five in a representation that is not its own; names of the patient in descriptions,
reports and attributes that stay; private attributes, overlays, curves, meta group, preamble and padding; in Latin-1,
UTF-8 and GB18030. They come from us, so they are where we looked; what the others were made for is less. `dcmanon` is the
Python wheel of the crate `dicom-anonymization` of the same version.
"""

import collections
import json
import logging
import pathlib
import subprocess
import sys
import time
import warnings

LETTERS = 11


def wardlight(program):
    def run(source, target):
        out = target.parent / "wardlight"
        command = [program, "deidentify", source, "--out", out, "--key", target.parent / "key"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        found = [it for it in out.rglob("*.dcm")]
        (newest,) = [it for it in found if it not in run.seen]
        run.seen.add(newest)
        target.write_bytes(newest.read_bytes())

    run.seen = set()
    return run


def pydicom_deid(remove_private):
    from deid.config import DeidRecipe
    from deid.dicom import get_identifiers, replace_identifiers

    def run(source, target):
        ids = get_identifiers([str(source)])
        (cleaned,) = replace_identifiers(
            dicom_files=[str(source)], deid=DeidRecipe(), ids=ids, save=False, remove_private=remove_private
        )
        cleaned.save_as(str(target))

    return run


def dicom_anonymizer():
    from dicomanonymizer import anonymize_dicom_file

    return lambda source, target: anonymize_dicom_file(str(source), str(target))


def dcmanon():
    from dcmanon import Anonymizer

    anonymizer = Anonymizer()
    return lambda source, target: target.write_bytes(anonymizer.anonymize(str(source)))


def survivors(plants, path):
    """The places of those plants whose token stands in the file, in one or two bytes a letter."""
    lower = path.read_bytes().lower()
    words = set()
    for data in (lower, lower[::2], lower[1::2]):
        at = data.find(b"zx")
        while at >= 0:
            words.add(data[at : at + LETTERS])
            at = data.find(b"zx", at + 1)
    return [place for token, place in plants if token.lower().encode() in words]


def main(planted, program, results="deid-results"):
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    planted, results = pathlib.Path(planted), pathlib.Path(results)
    tools = {
        "wardlight": lambda: wardlight(program),
        "deid (its recipe)": lambda: pydicom_deid(False),
        "deid (and no private)": lambda: pydicom_deid(True),
        "dicom-anonymizer": dicom_anonymizer,
        "dicom-anonymization": dcmanon,
    }
    print("tool | files done | failed | planted in them | survived | s a file | most frequent")
    for name, make in tools.items():
        folder = results / name
        folder.mkdir(parents=True)
        run, n_done, n_planted, left, failures, seconds = make(), 0, 0, [], collections.Counter(), 0.0
        for source in sorted(planted.glob("*.dcm")):
            plants = json.loads(source.with_suffix(".json").read_text())
            target = folder / source.name
            begun = time.monotonic()
            try:
                run(source, target)
            except Exception as error:
                failures[f"{type(error).__name__}: {str(error)[:60]}"] += 1
                continue
            seconds += time.monotonic() - begun
            n_done, n_planted = n_done + 1, n_planted + len(plants)
            left += survivors(plants, target)
        kinds = collections.Counter(it if it[0] != "(" else it[it.index(")") + 2 :] for it in left)
        most = "; ".join(f"{n} {it}" for it, n in kinds.most_common(4))
        each = seconds / n_done if n_done else 0.0
        print(f"{name} | {n_done} | {sum(failures.values())} | {n_planted} | {len(left)} | {each:.2f} | {most}")
        for failure, n in failures.most_common(3):
            print(f"    {n} x {failure}")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
