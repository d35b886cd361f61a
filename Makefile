# Two commands do everything on a fresh Debian or Ubuntu with git, make and rustup:
#   make run    set up, build, and open the window (without a display: score the sample case headless)
#   make test   set up, then all checks
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
export PATH := $(CURDIR)/.deps/tools/bin:$(HOME)/.cargo/bin:$(PATH)

WARDLIGHT := target/release/wardlight
SOURCES := $(shell find src assets -type f) Cargo.toml Cargo.lock build.rs

.PHONY: run test lint setup bench bench-window dist training-data train evaluate

run: $(WARDLIGHT)
	@packaging/run.sh

# A file target, so that a second `make run` starts at once.
$(WARDLIGHT): $(SOURCES) | setup
	cargo build --release --locked --bins
	@packaging/link_runtime.sh target/release
	@touch $@

test: lint
	@packaging/link_runtime.sh target/release # first: nextest runs the test binary to list its tests
	cargo nextest run --release --locked

lint: setup
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --lib
	cargo deny --config packaging/deny.toml --locked check --hide-inclusion-graph bans licenses sources

setup:
	@packaging/setup.sh

# Times ours beside PyTorch, ONNX Runtime and OpenVINO: out/bench/bench.md.
bench: setup
	tests/bench/bench.sh

# A copy that runs anywhere: dist/wardlight.
dist: $(WARDLIGHT)
	packaging/dist.sh dist/wardlight

DATA := $(or $(WARDLIGHT_DATA),../shared/data)
TRAINING_DATA := .deps/data

training-data:
	for name in cxr_pediatric_pneumonia cxr_adult_nih cxr_adult_covid_hannover ct_lung_nodules_lidc; do \
		mkdir -p $(TRAINING_DATA)/$$name; \
		tar xf $(DATA)/$$name/images.tar -C $(TRAINING_DATA)/$$name --skip-old-files; \
		cp $(DATA)/$$name/*.csv $(TRAINING_DATA)/$$name; \
	done
	mkdir -p $(TRAINING_DATA)/notes_mtsamples
	gunzip -c $(DATA)/notes_mtsamples/notes.jsonl.gz > $(TRAINING_DATA)/notes_mtsamples/notes.jsonl

# Trains what ships. A run that was stopped goes on where it was; `rm -r out/training` starts anew.
train: $(WARDLIGHT) training-data
	for name in chest-pneumonia-paediatric chest-pneumonia-adult nodule-malignancy note-specialty; do \
		$(WARDLIGHT) train models/recipes/$$name.toml --data $(TRAINING_DATA) --out models/$$name; \
	done

# Measures what ships on the test parts: out/evaluation/*/report.html. Images that a model would refuse are measured too,
# so that the figures are of the whole part; what it refuses stands in the report.
EVALUATE = $(WARDLIGHT) evaluate --split test --image-column file --beyond-scope
CHILDREN := cxr_pediatric_pneumonia
ADULTS := cxr_adult_nih
NODULES := ct_lung_nodules_lidc
STRANGERS := cxr_adult_covid_hannover ct_lung_nodules_lidc
evaluate: $(WARDLIGHT) training-data
	$(EVALUATE) chest-pneumonia-paediatric $(TRAINING_DATA)/$(CHILDREN)/labels.csv --images $(TRAINING_DATA)/$(CHILDREN)/images \
		--positive PNEUMONIA --against chest-pneumonia-adult --out out/evaluation/chest-pneumonia-paediatric \
		$(foreach it,$(ADULTS) $(STRANGERS),--strangers $(TRAINING_DATA)/$(it)/images)
	$(EVALUATE) chest-pneumonia-adult $(TRAINING_DATA)/$(ADULTS)/labels.csv --images $(TRAINING_DATA)/$(ADULTS)/images \
		--positive PNEUMONIA --against chest-pneumonia-paediatric --out out/evaluation/chest-pneumonia-adult \
		$(foreach it,$(CHILDREN) $(STRANGERS),--strangers $(TRAINING_DATA)/$(it)/images)
	awk -F, 'NR == 1 { print "path," $$0; next } $$4 != "indeterminate" { print $$1 ".png," $$0 }' \
		$(TRAINING_DATA)/$(NODULES)/labels.csv > $(TRAINING_DATA)/$(NODULES)/definite.csv
	$(WARDLIGHT) evaluate nodule-malignancy $(TRAINING_DATA)/$(NODULES)/definite.csv \
		--images $(TRAINING_DATA)/$(NODULES)/images --split test --positive malignant --baseline diameter_mm --damage 0 \
		--beyond-scope --out out/evaluation/nodule-malignancy

# First frame, opening, and dragging, on a display of its own. Not a test: it prints figures.
bench-window: $(WARDLIGHT)
	@packaging/bench_window.sh
