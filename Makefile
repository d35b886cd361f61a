# Two commands do everything on a fresh Debian or Ubuntu with git, make and rustup:
#   make run    set up, build, and open the window (without a display: score the sample case headless)
#   make test   set up, then all checks
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
export PATH := $(CURDIR)/.deps/tools/bin:$(HOME)/.cargo/bin:$(PATH)

WARDLIGHT := target/release/wardlight
SOURCES := $(shell find src assets -type f) Cargo.toml Cargo.lock build.rs

.PHONY: run test lint setup bench bench-train bench-window cifar dist training-data train evaluate explanations \
	fixtures-foreign fixtures-bert test-parity test-faults train-questions

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

# What the ordinary run samples, whole: a thousand kills, every fault of the disk, a thousand tampers, a million steps among
# look-alike patients, a million of a session whose answers come late and mixed up, a million rows. An hour or more.
test-faults: setup
	@packaging/link_runtime.sh target/release
	WARDLIGHT_FAULTS=all WARDLIGHT_STEPS=1000000 WARDLIGHT_ROWS=1000000 \
		cargo nextest run --release --locked --no-capture -E 'test(store_) + test(stale::)'

lint: setup
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --lib
	cargo deny --config packaging/deny.toml --locked check --hide-inclusion-graph bans licenses sources

setup:
	@packaging/setup.sh

# Times ours beside PyTorch, ONNX Runtime and OpenVINO: out/bench/bench.md; notes and courses: out/bench/reading.md, which
# `tests/bench/bench.sh reading` writes alone.
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
	for name in notes_mts_dialog negation_negex; do \
		mkdir -p $(TRAINING_DATA)/$$name; \
		cp -f $(DATA)/$$name/* $(TRAINING_DATA)/$$name; \
	done
	mkdir -p $(TRAINING_DATA)/dna_promoters
	cp -f $(DATA)/dna_promoters/promoters.data $(TRAINING_DATA)/dna_promoters
	mkdir -p $(TRAINING_DATA)/labs_covid_wuhan
	echo patient,outcome,part > $(TRAINING_DATA)/labs_covid_wuhan/patients.csv
	for part in train375 test110; do \
		from=$(DATA)/labs_covid_wuhan/$$part to=$(TRAINING_DATA)/labs_covid_wuhan; \
		awk -F, -v part=$$part 'NR > 1 { print part "-" $$1 "," $$2 "," part }' $${from}_patients.csv >> $$to/patients.csv; \
		gunzip -c $${from}_labs.csv.gz | sed "1!s/^/$$part-/" > $$to/$${part}_labs.csv; \
	done
	mkdir -p $(TRAINING_DATA)/icu_physionet2012
	cp -f $(DATA)/icu_physionet2012/outcomes.csv $(TRAINING_DATA)/icu_physionet2012
	for name in set-a set-b; do \
		gunzip -c $(DATA)/icu_physionet2012/$$name.csv.gz > $(TRAINING_DATA)/icu_physionet2012/$$name.csv; \
	done

# Trains what ships. A run that was stopped goes on where it was; `rm -r out/training` starts anew.
train: $(WARDLIGHT) training-data
	for name in chest-pneumonia-paediatric chest-pneumonia-adult nodule-malignancy note-specialty dialogue-section \
		assertion-status icu-mortality wuhan-mortality dna-promoters; do \
		$(WARDLIGHT) train models/recipes/$$name.toml --data $(TRAINING_DATA) --out models/$$name; \
	done

# A model that marks answers in notes, begun with the encoder of note-specialty. A demonstration: it does not ship.
train-questions: $(WARDLIGHT) training-data
	$(WARDLIGHT) train models/recipes/note-questions.toml --data $(TRAINING_DATA) --out models/note-questions

# Measures what ships on the test parts: out/evaluation/*/report.html. Images that a model would refuse are measured too,
# so that the figures are of the whole part; what it refuses stands in the report.
EVALUATE = $(WARDLIGHT) evaluate --split test --image-column file --beyond-scope
CHILDREN := cxr_pediatric_pneumonia
ADULTS := cxr_adult_nih
NODULES := ct_lung_nodules_lidc
STAYS := icu_physionet2012
DIALOGUES := notes_mts_dialog/MTS-Dialog-TestSet
STRANGERS := cxr_adult_covid_hannover $(NODULES)
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
		--images $(TRAINING_DATA)/$(NODULES)/images --split test --positive malignant --baseline diameter_mm \
		--beyond-scope --out out/evaluation/nodule-malignancy
	$(WARDLIGHT) evaluate note-specialty $(TRAINING_DATA)/notes_mtsamples/notes.jsonl --label-column task_label \
		--patient-column dup_group --split test --out out/evaluation/note-specialty
	for part in 1-MEDIQA-Chat-2023 2-MEDIQA-Sum-2023; do \
		$(WARDLIGHT) evaluate dialogue-section $(TRAINING_DATA)/$(DIALOGUES)-$$part.csv --text-column dialogue \
			--label-column section_header --class "CC=Chief complaint" --class "EDCOURSE=Emergency department course" \
			--class "FAM/SOCHX=Family or social history" --class "GENHX=History of present illness" \
			--class "GYNHX=Gynecologic history" --class "OTHER_HISTORY=Other history" \
			--class "PASTMEDICALHX=Past medical history" --class "PASTSURGICAL=Past surgical history" \
			--class "ROS=Review of systems" --out out/evaluation/dialogue-section-$$part; \
	done
	sed '1s/RecordID/record/' $(TRAINING_DATA)/$(STAYS)/outcomes.csv > $(TRAINING_DATA)/$(STAYS)/stays.csv
	$(WARDLIGHT) evaluate icu-mortality $(TRAINING_DATA)/$(STAYS)/stays.csv --key-column record \
		--measurements $(TRAINING_DATA)/$(STAYS)/set-a.csv --measurements $(TRAINING_DATA)/$(STAYS)/set-b.csv \
		--label-column In-hospital_death --split test --baseline SAPS-I --baseline SOFA --out out/evaluation/icu-mortality

# Puts the explanation methods of the shipped chest models to the randomisation test, on their test parts, and writes the
# outcome into manifests and cards. A training does it by itself; this is for weights that are there already.
explanations: $(WARDLIGHT) training-data
	for pair in chest-pneumonia-paediatric:cxr_pediatric_pneumonia chest-pneumonia-adult:cxr_adult_nih; do \
		name=$${pair%%:*}; set=$${pair##*:}; \
		$(WARDLIGHT) model check models/$$name $(DATA)/$$set/labels.csv --image-column file --split test \
			--images $(TRAINING_DATA)/$$set/images; \
	done

# The source article's network and a modern one at the same compute, on CIFAR-10. The data carry no licence: what comes
# out is not to be passed on.
cifar: $(WARDLIGHT)
	mkdir -p $(TRAINING_DATA)/cifar10
	for part in train test_dev; do \
		tar xJf $(DATA)/cifar10/$$part.tar.xz -C $(TRAINING_DATA)/cifar10 --skip-old-files; \
	done
	for name in cifar10-article cifar10-modern; do \
		$(WARDLIGHT) train models/recipes/$$name.toml --data $(TRAINING_DATA) --out out/cifar/$$name > out/$$name.jsonl; \
	done
	@grep -H '^| accuracy | test' out/cifar/*/card.md

# Images per second in training, ours beside Keras and PyTorch: out/bench/train.md.
bench-train: setup
	tests/bench/train.sh

# First frame, opening, dragging, and a series of 500 slices, on a display of its own, beside pydicom with matplotlib and
# DCMTK: out/bench/window.md. Not a test. `make bench-window ROUNDS=9` takes nine rounds in place of five.
bench-window: $(WARDLIGHT)
	@packaging/bench_window.sh $(ROUNDS)

# Models of other programs: their Python originals in an environment of their own (several GB, once).
FOREIGN := .deps/venv-foreign
$(FOREIGN)/complete:
	python3 -m venv $(FOREIGN)
	$(FOREIGN)/bin/pip install --quiet --disable-pip-version-check \
		torch==2.15.0 torchvision==0.29.2 torchxrayvision==1.5.7 monai==1.6.1 scikit-image==0.26.0 \
		pydicom "pylibjpeg[all]" transformers==5.24.0
	touch $@

# Writes the small model files of tests/fixtures/foreign and the originals' answers.
fixtures-foreign: $(FOREIGN)/complete
	$(FOREIGN)/bin/python tests/fixtures/make_foreign.py

# Writes small BERTs and the answers of Hugging Face's Transformers into tests/fixtures/bert.
fixtures-bert: $(FOREIGN)/complete
	$(FOREIGN)/bin/python tests/fixtures/make_bert.py

# Imports models with random weights and compares answers with the originals' on ten pictures: minutes, prints figures.
test-parity: $(WARDLIGHT) $(FOREIGN)/complete
	$(FOREIGN)/bin/python tests/fixtures/parity_foreign.py $(WARDLIGHT) $(DATA)
