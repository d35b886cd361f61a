# Two commands do everything on a fresh Debian or Ubuntu with git, make and rustup:
#   make run    set up, build, and open the window (without a display: score the sample case headless)
#   make test   set up, then all checks
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
export PATH := $(CURDIR)/.deps/tools/bin:$(HOME)/.cargo/bin:$(PATH)

WARDLIGHT := target/release/wardlight
SOURCES := $(shell find src assets -type f) Cargo.toml Cargo.lock build.rs

.PHONY: run test lint setup dist

run: $(WARDLIGHT)
	@packaging/run.sh

# A file target, so that a second `make run` starts at once.
$(WARDLIGHT): $(SOURCES) | setup
	cargo build --release --locked --bins
	@packaging/link_runtime.sh target/release
	@touch $@

test: lint
	cargo nextest run --release --locked --no-run
	@packaging/link_runtime.sh target/release
	cargo nextest run --release --locked

lint: setup
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --lib
	cargo deny --config packaging/deny.toml --locked check --hide-inclusion-graph bans licenses sources

setup:
	@packaging/setup.sh

# A copy that runs anywhere: dist/wardlight.
dist: $(WARDLIGHT)
	packaging/dist.sh dist/wardlight
