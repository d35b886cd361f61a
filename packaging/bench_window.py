"""The window's benchmark beside its peers: makes the series, times pydicom with matplotlib, and writes the table.

    bench_window.py make FOLDER N    a CT of N slices, the same each time
    bench_window.py large FILE       a picture of 12 megapixels and 16 bits
    bench_window.py report FILE N    what `wardlight score` would write of N files
    bench_window.py peer FOLDER      one round of the peer, as JSON
    bench_window.py table FOLDER N   all rounds, as Markdown
"""

import json
import platform
import re
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

EDGE = 512


def grey(sop_class: str, root: str, number: int, patient: tuple[str, str], values):
    """An image of one frame in 16-bit words, of a study and a series of its own under `root`."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = f"{root}.3.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = Dataset()
    image.file_meta = meta
    image.SOPClassUID, image.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{root}.1", f"{root}.2"
    image.PatientName, image.PatientID = patient
    image.StudyDate, image.StudyTime, image.InstanceNumber = "20261128", "090000", number
    image.Rows, image.Columns = values.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 0
    image.PixelData = values.round().astype("<u2").tobytes()
    return image


def make(folder: Path, n: int) -> None:
    """A body of water with two lungs, a spine and noise, one file a slice."""
    import numpy
    from pydicom.uid import CTImageStorage

    folder.mkdir(parents=True, exist_ok=True)
    noise = numpy.random.default_rng(20261128)
    y, x = numpy.mgrid[0:EDGE, 0:EDGE] - EDGE / 2
    root = "1.2.826.0.1.3680043.10.999.500"
    for idx in range(n):
        swell = 1 - 0.3 * abs(idx / n - 0.5)
        units = numpy.full((EDGE, EDGE), -1000.0)
        units[(x / 220) ** 2 + (y / 150) ** 2 < swell**2] = 30
        for side in (-1, 1):
            units[((x - 95 * side) / 70) ** 2 + (y / 100) ** 2 < swell**2] = -820
        units[x**2 + (y - 95) ** 2 < 28**2] = 700
        units += noise.normal(0, 18, units.shape)
        stored = numpy.clip(units + 1024, 0, 4095)
        slice_ = grey(CTImageStorage, root, idx + 1, ("SYNTHETIC^BENCH", "BENCH-500"), stored)
        slice_.Modality, slice_.FrameOfReferenceUID = "CT", f"{root}.4"
        slice_.ImagePositionPatient = [-180, -180, 0.8 * idx]
        slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        slice_.PixelSpacing, slice_.SliceThickness = [0.7, 0.7], 0.8
        slice_.BitsStored, slice_.HighBit = 12, 11
        slice_.RescaleSlope, slice_.RescaleIntercept, slice_.RescaleType = 1, -1024, "HU"
        slice_.WindowCenter, slice_.WindowWidth = 40, 400
        # Names in another order than the slices: a viewer must sort by position.
        name = f"{(idx * 337 + 11) % n:04}.dcm"
        slice_.save_as(folder / name, enforce_file_format=True)
    folder.with_suffix(".complete").touch()


def large(path: Path) -> None:
    """A computed radiograph of 4000 x 3000, 16 bits: a slope with noise."""
    import numpy
    from pydicom.uid import ComputedRadiographyImageStorage

    noise = numpy.random.default_rng(20261128)
    rows, columns = 3000, 4000
    values = numpy.linspace(8000, 52000, columns)[None, :] + noise.normal(0, 900, (rows, columns))
    root = "1.2.826.0.1.3680043.10.999.12"
    image = grey(ComputedRadiographyImageStorage, root, 1, ("SYNTHETIC^LARGE", "BENCH-12"), numpy.clip(values, 0, 65535))
    image.Modality = "CR"
    image.save_as(path, enforce_file_format=True)


def report(path: Path, n: int) -> None:
    """Answers of one model with made-up probabilities; every thousandth file has none."""
    import random

    chance = random.Random(20261128)
    model = {"name": "chest-pneumonia-adult", "version": "1.0.0"}
    results, failures = [], []
    for idx in range(n):
        file = f"/scans/{idx // 1000:03}/{idx:06}.dcm"
        if idx % 1000 == 999:
            told = {"headline": "The file cannot be read", "remedy": "Send it again.", "cause": "wanted pixels, found none"}
            failures.append({"file": file, **told, "is_refused": idx % 2000 == 999})
            continue
        results.append({
            "file": file,
            "kind": "scan",
            "prediction": {
                "about": {"file_sha256": f"{idx:064x}", "frame_idx": 0},
                "model": model,
                "scores": [{"label": "Pneumonia", "probability": chance.random(), "operating_point": {"threshold": 0.42}}],
                "uncertainty": {"total": chance.random()},
                "ood": {"verdict": "within", "distance": 1.0, "limit": 1.5},
                "beyond_scope": [],
            },
        })
    path.write_text(json.dumps({"schema": "wardlight-score-1", "results": results, "failures": failures}))


def peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def peer(folder: Path) -> None:
    """What a script of pydicom and matplotlib takes, drawing into memory (no window to wait for, which is in its favour)."""
    started = time.perf_counter()
    import matplotlib

    matplotlib.use("Agg")
    import pydicom
    from matplotlib import pyplot

    imported = time.perf_counter()

    def pixels(file):
        return file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept)

    paths = sorted(folder.glob("*.dcm"))
    figure = pyplot.figure(figsize=(8.28, 7.0), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    first = axes.imshow(pixels(pydicom.dcmread(paths[0])), cmap="gray", vmin=-160, vmax=240)
    figure.canvas.draw()
    drawn = time.perf_counter()
    files = [pydicom.dcmread(path) for path in paths]
    files.sort(key=lambda it: float(it.ImagePositionPatient[2]))
    slices = [pixels(it).astype("float32") for it in files]
    loaded = time.perf_counter()
    gaps = []
    for it in slices:
        before = time.perf_counter()
        first.set_data(it)
        figure.canvas.draw()
        gaps.append(1e3 * (time.perf_counter() - before))
    print(json.dumps({
        "import_ms": 1e3 * (imported - started),
        "first_ms": 1e3 * (drawn - imported),
        "all_ms": 1e3 * (loaded - imported),
        "gaps_ms": gaps,
        "per_s": 1e3 * len(gaps) / sum(gaps),
        "peak_mib": peak_mib(),
        "versions": f"pydicom {pydicom.__version__}, matplotlib {matplotlib.__version__} (Agg)",
    }))


def lines(path: Path) -> list[dict]:
    return [json.loads(it) for it in path.read_text().splitlines()]


def first_of(log: list[dict], event: str) -> float:
    return next(it["unix_ms"] for it in log if it["event"] == event)


def memory_mib(log: Path) -> list[float]:
    """Of the window, and of each of its workers."""
    told = log.with_suffix(".memory").read_text()
    return [int(it) / 1024 for it in re.findall(r"VmHWM:\s+(\d+)", told)]


def gaps(frames: list[dict]) -> list[float]:
    """From frame to frame while something moves; longer ones are pauses of the hand."""
    times = [it["unix_ms"] for it in frames]
    return [b - a for a, b in zip(times, times[1:]) if b - a < 250]


def opened(log: Path) -> dict:
    """A file by argument: from the start of the process."""
    told = lines(log)
    started = float(log.with_suffix(".started").read_text())
    return {"first_frame": first_of(told, "first_frame") - started, "drawn": first_of(told, "scan_drawn") - started}


def dragged(log: Path) -> dict:
    """From frame to frame while the hand moves; it has begun by then."""
    begun_ms = 200
    frames = [it for it in lines(log) if it["event"] == "frame"]
    moves = [map(float, it.split()) for it in log.with_suffix(".moves").read_text().splitlines()]
    between = [gaps([it for it in frames if start + begun_ms < it["unix_ms"] < end]) for start, end in moves]
    return {**opened(log), "gaps": [one for it in between for one in it]}


def toggled(log: Path, keys: Path) -> dict:
    """How long after the key the map is there or gone, and in which frame; frames are drawn only when something happens."""
    frames = [it for it in lines(log) if it["event"] == "frame"]
    after, nth = [], []
    for key in lines(keys):
        before = [it for it in frames if it["unix_ms"] < key["unix_ms"]][-1]
        later = [it for it in frames if it["unix_ms"] >= key["unix_ms"]]
        changed = next(idx for idx, it in enumerate(later) if it["has_map"] != before["has_map"])
        after.append(later[changed]["unix_ms"] - key["unix_ms"])
        nth.append(changed + 1)
    ticks = int(log.with_suffix(".idle").read_text())
    return {"after": after, "nth": nth, "idle": 100 * ticks * 0.01 / 20}


def listed(log: Path, marks: Path) -> dict:
    """Frames while the worklist is scrolled; the work of each order, and the frame that shows it."""
    told = lines(log)
    scroll, sort = (it["unix_ms"] for it in lines(marks))
    frames = [it for it in told if it["event"] == "list_frame"]
    took = [it["took_ms"] for it in told if it["event"] == "list_command" and it["unix_ms"] > sort]
    return {
        "gaps": gaps([it for it in frames if scroll < it["unix_ms"] < sort]),
        "cpu": [it["cpu_ms"] for it in frames if scroll < it["unix_ms"] < sort],
        "sorts": took,
    }


def scrolled(log: Path, n: int) -> dict:
    told = lines(log)
    asked = first_of(told, "open")
    loaded = next(it["unix_ms"] for it in told if it.get("n_scans") == n)
    frames = [it for it in told if it["event"] == "frame" and it["unix_ms"] > loaded + 1000]
    end = next(idx for idx, it in enumerate(frames) if it["slice"] == n - 1)
    start = max(idx for idx, it in enumerate(frames[:end]) if it["slice"] == 0)
    run = frames[start : end + 1]
    n_seen = len({it["slice"] for it in run})
    times = [it["unix_ms"] for it in run]
    own, *workers = memory_mib(log)
    return {
        "first": first_of(told, "scan_drawn") - asked,
        "all": loaded - asked,
        "per_s": 1e3 * (n_seen - 1) / (times[-1] - times[0]),
        "skipped": n - n_seen,
        "gaps": [b - a for a, b in zip(times, times[1:])],
        "own": own,
        "with_workers": own + sum(workers),
    }


def bound(values: list[float], share: float, is_more_better: bool) -> float:
    """The value that this share is no worse than."""
    ordered = sorted(values, reverse=is_more_better)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"


def row(what: str, unit: str, values: list[float], wanted: str, peers: list[float]) -> str:
    is_more_better = unit.endswith("/s")
    if not values:
        return f"| {what} | 0 | not measured | | | {wanted} | |"
    other = f"{number(statistics.median(peers))} {unit}" if peers else ""
    bounds = [f"{number(bound(values, share, is_more_better))} {unit}" for share in (0.95, 0.99)]
    return f"| {what} | {len(values)} | {number(statistics.median(values))} {unit} | {bounds[0]} | {bounds[1]} | {wanted} | {other} |"


def version_of(command: list[str]) -> str:
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    return told.splitlines()[0].strip("$ ") if told else ""


def table(folder: Path, n: int) -> None:
    drags = {draw: [dragged(it) for it in sorted(folder.glob(f"drag-{draw}-*.jsonl"))] for draw in ("auto", "gpu")}
    series = [scrolled(it, n) for it in sorted(folder.glob("series-*.jsonl"))]
    peers = [json.loads(it.read_text()) for it in sorted(folder.glob("peer-*.json"))]
    pnm = [json.loads(it.read_text())["all_ms"] for it in sorted(folder.glob("dcm2pnm-*.json"))]
    files = {name: [opened(it) for it in sorted(folder.glob(f"{name}-*.jsonl"))] for name in ("slice", "large")}
    pairs = [dragged(it) for it in sorted(folder.glob("pair-*.jsonl"))]
    maps = [toggled(it, folder / it.name.replace("map", "keys")) for it in sorted(folder.glob("map-*.jsonl"))]
    lists = [listed(it, folder / it.name.replace("list", "lists")) for it in sorted(folder.glob("list-*.jsonl"))]
    of = lambda rounds, key: [it[key] for it in rounds]
    all_of = lambda rounds, key: [one for it in rounds for one in it[key]]
    limit = 2 * n * EDGE * EDGE / 2**20 + 300
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = [version_of(["target/release/wardlight", "--version"]), peers[0]["versions"] if peers else "",
                version_of(["dcm2pnm", "--version"])]
    print(f"# The window, {date.today().isoformat()}\n")
    print(f"Xvfb, software OpenGL, {processor.group(1) if processor else platform.machine()}. "
          f"{'; '.join(it for it in versions if it)}. Where frames are counted, n is frames, else rounds. "
          "The peer's start is the import of its libraries, and it draws into memory: there is no window to wait for.\n")
    print("| what | n | median | p95 | p99 | wanted | pydicom and matplotlib, median |")
    print("|---|---|---|---|---|---|---|")
    starts = of(drags["auto"], "first_frame") + of(files["slice"], "first_frame")
    print(row("first frame after the start", "ms", starts, "below 1000 ms", of(peers, "import_ms")))
    print(row(f"a CT slice by argument, drawn after the start", "ms", of(files["slice"], "drawn"), "below 1500 ms",
              [it["import_ms"] + it["first_ms"] for it in peers]))
    print(row("12 megapixels of 16 bits by argument, drawn after the start", "ms", of(files["large"], "drawn"), "below 2000 ms", []))
    for draw, name in (("auto", "as the program chooses"), ("gpu", "by the shader")):
        wanted = "median below 16 ms" if draw == "auto" else ""
        print(row(f"a frame while the window is dragged, 4 megapixels in one viewport ({name})", "ms", all_of(drags[draw], "gaps"), wanted, []))
    print(row("a frame while two viewports of 1,000 x 1,000 are dragged and zoomed", "ms", all_of(pairs, "gaps"),
              "median below 16 ms, p99 below 50 ms", []))
    print(row("the influence map there or gone after the key", "ms", all_of(maps, "after"), "", []))
    print(row("the same in frames that were drawn since", "", all_of(maps, "nth"), "the next frame", []))
    print(row("processor while nothing happens, 20 s", "% of one core", of(maps, "idle"), "below 1 %", []))
    print(row(f"first slice of {n}", "ms", of(series, "first"), "below 500 ms", of(peers, "first_ms")))
    print(row(f"all {n} slices", "ms", of(series, "all"), "", of(peers, "all_ms")))
    print(row(f"scroll through {n} slices of {EDGE} x {EDGE}", "slices/s", of(series, "per_s"), "at least 30 slices/s", of(peers, "per_s")))
    print(row("slices that were skipped in it", "", of(series, "skipped"), "0", []))
    print(row("a frame of that scroll", "ms", all_of(series, "gaps"), "", all_of(peers, "gaps_ms")))
    print(row("most memory of the window", "MiB", of(series, "own"), f"below {limit:.0f} MiB", of(peers, "peak_mib")))
    print(row("the same with its decode workers", "MiB", of(series, "with_workers"), "", []))
    print(row("a frame while a worklist of 100,000 rows is scrolled", "ms", all_of(lists, "gaps"), "p99 below 50 ms", []))
    print(row("the work of such a frame", "ms", all_of(lists, "cpu"), "", []))
    print(row("the work of another order of 100,000 rows", "ms", all_of(lists, "sorts"), "p99 below 50 ms", []))
    if pnm:
        print(f"\ndcm2pnm, one process a file, all {n}: median {statistics.median(pnm):.0f} ms of {len(pnm)} rounds.")


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    match command:
        case "make":
            make(Path(folder), int(rest[0]))
        case "large":
            large(Path(folder))
        case "report":
            report(Path(folder), int(rest[0]))
        case "peer":
            peer(Path(folder))
        case "table":
            table(Path(folder), int(rest[0]))
