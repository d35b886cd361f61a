#!/usr/bin/env bash
# fetch_ocr.sh DEST: the two networks that find and read text in pictures, PaddleOCR's PP-OCRv6 small in the form
# ONNX (Apache-2.0), with their licence, taken from PyPI's wheel of RapidOCR. Does nothing when DEST is complete.
set -euo pipefail
version=3.10.0
wheel_sha256=2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050
dest=$1
sums='090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f  PP-OCRv6_det_small.onnx
6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884  PP-OCRv6_rec_small.onnx'
complete() { [[ -d "$dest" ]] && (cd "$dest" && sha256sum --check --quiet --status <<<"$sums"); }
complete && exit 0

echo "Fetching the networks that find text in pictures (28 MB, once)"
mkdir -p "$dest"
work=$(mktemp -d -p "$dest")
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
  --dest "$work" "rapidocr==$version"
wheel=$(echo "$work"/*.whl)
echo "$wheel_sha256  $wheel" | sha256sum --check --quiet

python3 - "$wheel" "$dest" <<'PY'
import os, shutil, sys, zipfile

wheel, dest = sys.argv[1:]
wanted = {"PP-OCRv6_det_small.onnx": "", "PP-OCRv6_rec_small.onnx": "", "LICENSE": "licences", "MODEL_LICENSES.md": "licences"}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        base = os.path.basename(name)
        if base in wanted:
            folder = os.path.join(dest, wanted[base])
            os.makedirs(folder, exist_ok=True)
            with archive.open(name) as source, open(os.path.join(folder, base), "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
PY
complete || { echo "wanted networks of known hashes, found others in $dest" >&2; exit 1; }
