#!/usr/bin/env bash
# dist.sh FOLDER: a self-contained copy of the program, to be moved anywhere: binaries, libtorch, models, licences. What the
# desktop wants to know lies under share, in the places where it looks below ~/.local or /usr.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
rm -rf "$folder"
mkdir -p "$folder/lib" "$folder/licences"
cp target/release/wardlight target/release/wardlight-decode target/release/wardlight-script "$folder/"
cp -L target/release/lib/lib{torch_cpu,c10,torch,cudart,cupti,gomp}.so* "$folder/lib/"
cp -r models "$folder/models"
rm -rf "$folder/models/recipes"
cp -rL .deps/ocr "$folder/ocr"
install -Dm644 packaging/wardlight.desktop "$folder/share/applications/wardlight.desktop"
install -Dm644 assets/wardlight.svg "$folder/share/icons/hicolor/scalable/apps/wardlight.svg"
cp LICENSE LICENSE-MIT LICENSE-APACHE SECURITY.md assets/fonts/*-OFL.txt "$folder/licences/"
packaging/notices.py "$folder/licences/crates"
cp "${LIBTORCH:-.deps/libtorch}"/licenses/* "$folder/licences/" 2>/dev/null || true
"$folder/wardlight" doctor
du -sh "$folder"
