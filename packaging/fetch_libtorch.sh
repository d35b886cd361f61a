#!/usr/bin/env bash
# fetch_libtorch.sh DEST: a CPU-only libtorch (include/ lib/ build-version) for the `tch` crate, taken from
# PyPI's PyTorch wheel. The wheel's libtorch_cpu.so imports a few functions of two CUDA libraries that a
# CPU never calls; stubs that answer "no device" stand in for them. Does nothing when DEST is complete.
set -euo pipefail
version=2.13.0
wheel_sha256=60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7
dest=$1
[[ -f "$dest/build-version" && "$(cat "$dest/build-version")" == "$version+cpu" ]] && exit 0

echo "Fetching libtorch $version (527 MB, once)"
mkdir -p "$dest/lib"
work=$(mktemp -d -p "$dest")
trap 'rm -rf "$work"' EXIT
# The wheel for one Python serves all: only its C++ library is taken.
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
  --platform manylinux_2_28_x86_64 --dest "$work" "torch==$version"
wheel=$(echo "$work"/*.whl)
echo "$wheel_sha256  $wheel" | sha256sum --check --quiet

python3 - "$wheel" "$dest" <<'PY'
import os, shutil, sys, zipfile

wheel, dest = sys.argv[1:]
libraries = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1"}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        base = os.path.basename(name)
        if not base:
            continue
        if name.startswith("torch/include/") or (name.startswith("torch/lib/") and base in libraries):
            target = os.path.join(dest, name.removeprefix("torch/"))
        elif ".dist-info/" in name and base in {"LICENSE", "NOTICE"}:
            target = os.path.join(dest, "licenses", base)
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
PY

# stub SONAME RETURN_CODE: every function of SONAME that libtorch_cpu.so imports (all are lazily bound functions).
stub() {
  local soname=$1 code=$2
  {
    nm -D --undefined-only "$dest/lib/libtorch_cpu.so" | sed -n "s/^ *U \([A-Za-z0-9_]*\)@$soname\$/\1/p" | sort |
      while read -r function; do
        case $function in
          cudaGetDeviceCount) echo "int $function(int *n) { if (n) *n = 0; return 100; }" ;;
          cudaDriverGetVersion | cudaRuntimeGetVersion) echo "int $function(int *v) { if (v) *v = 0; return 0; }" ;;
          cudaGetErrorString) echo "const char *$function(int e) { (void)e; return \"no CUDA in this build\"; }" ;;
          cuptiGetResultString) echo "int $function(int r, const char **p) { (void)r; if (p) *p = \"no CUPTI in this build\"; return 0; }" ;;
          *) echo "int $function(void) { return $code; }" ;;
        esac
      done
  } >"$work/stub.c"
  echo "$soname { global: *; };" >"$work/stub.map"
  gcc -O2 -shared -fPIC -s -Wl,-soname,"$soname" -Wl,--version-script="$work/stub.map" -o "$dest/lib/$soname" "$work/stub.c"
}
stub libcudart.so.13 100 # cudaErrorNoDevice
stub libcupti.so.13 15   # CUPTI_ERROR_NOT_INITIALIZED

# `-ltorch` wants a libtorch.so; the wheel's own would pull in the CUDA half.
gcc -shared -s -x c /dev/null -o "$dest/lib/libtorch.so" -Wl,-soname,libtorch.so -Wl,-rpath,'$ORIGIN' \
  -Wl,--no-as-needed -Wl,--allow-shlib-undefined -L"$dest/lib" -l:libtorch_cpu.so
strip --strip-all "$dest/lib/libtorch_cpu.so" "$dest/lib/libc10.so"
# Last, because it says that the tree is complete.
echo "$version+cpu" >"$dest/build-version"
