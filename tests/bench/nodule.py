"""Tables and crops that the lung-nodule model is measured on beside its own test part.

    python tests/bench/nodule.py DATA OUT      (numpy and pillow)

DATA is the folder `ct_lung_nodules_lidc` with `voi_nifti.tar` and `images.tar` unpacked in it. Below OUT come

- `definite.csv`: nodules called benign or malignant, for `wardlight evaluate nodule-malignancy OUT/definite.csv
  --images FOLDER --split test --positive malignant --baseline diameter_mm --damage 0`;
- `indeterminate.csv`: those in between;
- `one-slice/`: the same crops with the slice itself in all three channels, as a file with one slice is read;
- `off-3mm/`: crops around a point 3 mm away in a direction drawn for each nodule, cut from the volumes again.
"""

import csv
import gzip
import random
import struct
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIDE_MM, SIZE, LOW, HIGH, OFF_MM = 28.0, 64, -1000.0, 600.0, 3.0


def volume(path):
    """A NIfTI-1 file as [x, y, z]."""
    raw = gzip.decompress(path.read_bytes())
    shape = struct.unpack("<8h", raw[40:56])
    kind = {2: np.uint8, 4: np.int16, 8: np.int32, 16: np.float32, 64: np.float64, 512: np.uint16}[struct.unpack("<h", raw[70:72])[0]]
    start = int(struct.unpack("<f", raw[108:112])[0])
    slope, shift = struct.unpack("<2f", raw[112:120])
    size = shape[1 : 1 + shape[0]]
    values = np.frombuffer(raw, kind, offset=start, count=int(np.prod(size))).reshape(size, order="F")
    return values.astype(np.float32) * (slope or 1.0) + shift


def linear(plane, xs, ys):
    """Bilinear; the edge goes on outside."""
    xs, ys = np.clip(xs, 0, plane.shape[0] - 1), np.clip(ys, 0, plane.shape[1] - 1)
    x0, y0 = xs.astype(int), ys.astype(int)
    x1, y1 = np.minimum(x0 + 1, plane.shape[0] - 1), np.minimum(y0 + 1, plane.shape[1] - 1)
    fx, fy = xs - x0, ys - y0
    upper = plane[x0, y0] * (1 - fx) + plane[x1, y0] * fx
    lower = plane[x0, y1] * (1 - fx) + plane[x1, y1] * fx
    return upper * (1 - fy) + lower * fy


def center(mask):
    """The slice of largest area, and the middle of its box."""
    z = int(mask.sum((0, 1)).argmax())
    at = np.argwhere(mask[:, :, z])
    return z, (at.min(0) + at.max(0)) / 2


def crop(values, z, middle, pixel_mm):
    """[SIZE, SIZE, 3], 0 to 255: the slices below, at and above."""
    along = ((np.arange(SIZE) + 0.5) * SIDE_MM / SIZE - SIDE_MM / 2) / pixel_mm
    xs, ys = np.meshgrid(middle[0] + along, middle[1] + along)
    slices = [values[:, :, min(max(it, 0), values.shape[2] - 1)] for it in (z - 1, z, z + 1)]
    planes = [np.clip((linear(it, xs, ys) - LOW) / (HIGH - LOW), 0, 1) for it in slices]
    return np.round(255 * np.stack(planes, -1)).astype(np.uint8)


def main(data, out):
    rows = list(csv.DictReader(open(data / "labels.csv")))
    draw = random.Random(20261125)
    for name in ("one-slice", "off-3mm"):
        (out / name).mkdir(parents=True, exist_ok=True)
    for table, is_meant in (("definite", lambda it: it != "indeterminate"), ("indeterminate", lambda it: it == "indeterminate")):
        with open(out / f"{table}.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["path", "label", "patient_id", "split", "diameter_mm"])
            for row in filter(lambda it: is_meant(it["label"]), rows):
                writer.writerow([f"{row['nodule']}.png", row["label"], row["patient_id"], row["split"], row["diameter_mm"]])
    worst = 0.0
    for row in rows:
        name, pixel_mm = row["nodule"], float(row["dx"])
        given = np.asarray(Image.open(data / "images" / f"{name}.png"))
        Image.fromarray(np.repeat(given[:, :, 1:2], 3, 2)).save(out / "one-slice" / f"{name}.png")
        values, mask = volume(data / "voi" / f"{name}.nii.gz"), volume(data / "voi" / f"{name}_mask.nii.gz") > 0
        z, box = center(mask)
        # The crops that were given have their middle in one of two places; the one that reproduces them is meant.
        middles = [box, (np.array(values.shape[:2]) - 1) / 2]
        wrong = [np.abs(crop(values, z, it, pixel_mm)[:, :, 1].astype(float) - given[:, :, 1]).mean() for it in middles]
        worst = max(worst, min(wrong))
        angle = draw.uniform(0, 2 * np.pi)
        away = OFF_MM / pixel_mm * np.array([np.cos(angle), np.sin(angle)])
        middle = middles[int(np.argmin(wrong))] + away
        Image.fromarray(crop(values, z, middle, pixel_mm)).save(out / "off-3mm" / f"{name}.png")
    print(f"{len(rows)} nodules; the given crops are reproduced to {worst:.2f} of 255 in the mean of the worst")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
