"""The window's benchmark beside its peers: makes the series, times pydicom with matplotlib, and writes the table.

    bench_window.py make FOLDER N    a CT of N slices, the same each time
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


def make(folder: Path, n: int) -> None:
    """A body of water with two lungs, a spine and noise, one file a slice."""
    import numpy
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

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
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{root}.3.{idx + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        slice_ = Dataset()
        slice_.file_meta = meta
        slice_.SOPClassUID, slice_.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        slice_.StudyInstanceUID, slice_.SeriesInstanceUID = f"{root}.1", f"{root}.2"
        slice_.FrameOfReferenceUID = f"{root}.4"
        slice_.PatientName, slice_.PatientID, slice_.Modality = "SYNTHETIC^BENCH", "BENCH-500", "CT"
        slice_.StudyDate, slice_.StudyTime, slice_.InstanceNumber = "20261128", "090000", idx + 1
        slice_.ImagePositionPatient = [-180, -180, 0.8 * idx]
        slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        slice_.PixelSpacing, slice_.SliceThickness = [0.7, 0.7], 0.8
        slice_.Rows = slice_.Columns = EDGE
        slice_.SamplesPerPixel, slice_.PhotometricInterpretation = 1, "MONOCHROME2"
        slice_.BitsAllocated, slice_.BitsStored, slice_.HighBit, slice_.PixelRepresentation = 16, 12, 11, 0
        slice_.RescaleSlope, slice_.RescaleIntercept, slice_.RescaleType = 1, -1024, "HU"
        slice_.WindowCenter, slice_.WindowWidth = 40, 400
        stored = numpy.clip(units + 1024, 0, 4095).round().astype("<u2")
        slice_.PixelData = stored.tobytes()
        # Names in another order than the slices: a viewer must sort by position.
        name = f"{(idx * 337 + 11) % n:04}.dcm"
        slice_.save_as(folder / name, enforce_file_format=True)
    folder.with_suffix(".complete").touch()


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


def dragged(log: Path) -> dict:
    told = lines(log)
    drawn = first_of(told, "scan_drawn")
    frames = [it["unix_ms"] for it in told if it["event"] == "frame" and drawn + 1000 < it["unix_ms"]]
    started = float(log.with_suffix(".started").read_text())
    return {
        "first_frame": first_of(told, "first_frame") - started,
        "open": drawn - first_of(told, "open"),
        "gaps": [b - a for a, b in zip(frames, frames[1:]) if b - a < 250],
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


def p95(values: list[float], is_more_better: bool) -> float:
    """The value that 95 % are no worse than."""
    ordered = sorted(values, reverse=is_more_better)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def row(what: str, unit: str, values: list[float], wanted: str, peers: list[float]) -> str:
    is_more_better = unit.endswith("/s")
    other = f"{statistics.median(peers):.0f} {unit}" if peers else ""
    return (f"| {what} | {len(values)} | {statistics.median(values):.0f} {unit} | {p95(values, is_more_better):.0f} {unit} "
            f"| {wanted} | {other} |")


def version_of(command: list[str]) -> str:
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    return told.splitlines()[0].strip("$ ") if told else ""


def table(folder: Path, n: int) -> None:
    drags = {draw: [dragged(it) for it in sorted(folder.glob(f"drag-{draw}-*.jsonl"))] for draw in ("gpu", "cpu")}
    series = [scrolled(it, n) for it in sorted(folder.glob("series-*.jsonl"))]
    peers = [json.loads(it.read_text()) for it in sorted(folder.glob("peer-*.json"))]
    pnm = [json.loads(it.read_text())["all_ms"] for it in sorted(folder.glob("dcm2pnm-*.json"))]
    of = lambda rounds, key: [it[key] for it in rounds]
    gaps = lambda rounds, key: [gap for it in rounds for gap in it[key]]
    limit = 2 * n * EDGE * EDGE / 2**20 + 300
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = [version_of(["target/release/wardlight", "--version"]), peers[0]["versions"] if peers else "",
                version_of(["dcm2pnm", "--version"])]
    print(f"# The window, {date.today().isoformat()}\n")
    print(f"Xvfb, software OpenGL, {processor.group(1) if processor else platform.machine()}. "
          f"{'; '.join(it for it in versions if it)}. Where frames are counted, n is frames, else rounds. "
          "The peer's start is the import of its libraries, and it draws into memory: there is no window to wait for.\n")
    print("| what | n | median | p95 | wanted | pydicom and matplotlib, median |")
    print("|---|---|---|---|---|---|")
    print(row("first frame after the start", "ms", of(drags["gpu"], "first_frame"), "below 1000 ms", of(peers, "import_ms")))
    for draw, name in (("gpu", "shader"), ("cpu", "no shader")):
        print(row(f"4 megapixels of 16 bits drawn after they were asked for ({name})", "ms", of(drags[draw], "open"), "", []))
        wanted = "below 16 ms" if draw == "gpu" else ""
        print(row(f"a frame while window and level are dragged at 2048 x 2048 ({name})", "ms", gaps(drags[draw], "gaps"), wanted, []))
    print(row(f"first slice of {n}", "ms", of(series, "first"), "below 500 ms", of(peers, "first_ms")))
    print(row(f"all {n} slices", "ms", of(series, "all"), "", of(peers, "all_ms")))
    print(row(f"scroll through {n} slices of {EDGE} x {EDGE}", "slices/s", of(series, "per_s"), "at least 30 slices/s", of(peers, "per_s")))
    print(row("slices that were skipped in it", "", of(series, "skipped"), "0", []))
    print(row("a frame of that scroll", "ms", gaps(series, "gaps"), "", gaps(peers, "gaps_ms")))
    print(row("most memory of the window", "MiB", of(series, "own"), f"below {limit:.0f} MiB", of(peers, "peak_mib")))
    print(row("the same with its decode workers", "MiB", of(series, "with_workers"), "", []))
    if pnm:
        print(f"\ndcm2pnm, one process a file, all {n}: median {statistics.median(pnm):.0f} ms of {len(pnm)} rounds.")


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    match command:
        case "make":
            make(Path(folder), int(rest[0]))
        case "peer":
            peer(Path(folder))
        case "table":
            table(Path(folder), int(rest[0]))
