# Two commands do everything on a fresh Debian or Ubuntu with git, make and rustup:
#   make run    set up, build and open the window (without a display: score the sample case headless)
#   make test   set up, then all checks
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

WARDLIGHT := target/release/wardlight
SOURCES := $(shell find src models -type f) Cargo.toml Cargo.lock build.rs

.PHONY: run test test-long bench train dist clean setup build lint

setup:
	@packaging/setup.sh

# The build is a file target, so that a second `make run` starts the window at once.
build: $(WARDLIGHT)
$(WARDLIGHT): $(SOURCES) | setup
	cargo build --release --locked --bins
	@packaging/link_runtime.sh target/release
	@touch $@

run: build
	@packaging/run.sh

test: setup lint
	cargo nextest run --release --locked --no-run
	@packaging/link_runtime.sh target/release
	cargo nextest run --release --locked

lint: setup
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --lib
	cargo deny --locked check --config packaging/deny.toml --hide-inclusion-graph bans licenses sources
