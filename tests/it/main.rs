//! All integration tests in one binary, so that libtorch links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that goes wrong should stop at once and say where"
)]

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// As in the programs.
#[global_allocator]
static HEAP: ZeroAlloc<System> = ZeroAlloc(System);

mod about;
mod access;
mod app;
mod attribute;
mod batch;
mod batch_window;
mod bedside;
mod bert;
mod burned_in;
mod chinese;
mod chooser;
mod cli;
mod command;
mod compare;
mod courses;
mod deid_command;
mod deid_header;
mod deid_notes;
mod deid_pixels;
mod deid_window;
mod dicom;
mod documents;
mod door_store;
mod engine;
mod ensemble;
mod evaluate;
mod evaluate_classes;
mod evaluate_courses;
mod evaluate_notes;
mod evaluate_sequences;
mod evaluate_window;
mod fake;
mod foreign;
mod formula;
mod geometry;
mod hazards;
mod hostile;
mod import;
mod keys;
mod language;
mod literals;
mod lock;
mod lock_memory;
mod looks;
mod made;
mod marks;
mod measure;
mod model;
mod mouse;
mod mpr;
mod neighbours;
mod nn;
mod nodule;
mod opening;
mod over;
mod pages;
mod patient;
mod pickles;
mod pixels;
mod planes;
mod planted;
mod pointing;
mod prep;
mod presentation;
mod render;
mod scope;
mod script;
mod second_start;
mod series;
mod session;
mod sitting;
mod slices;
mod stack;
mod stale;
mod stats;
mod store;
mod store_child;
mod store_command;
mod store_faults;
mod store_mixups;
mod store_sentinels;
mod store_speed;
mod store_tamper;
mod story;
mod streams;
mod synthetic_notes;
mod take_out;
mod terms;
mod tidy;
mod tool;
mod train;
mod train_command;
mod train_data;
mod train_loop;
mod trouble;
mod trust;
mod viewports;
mod window;
mod witness;
mod words;
mod worklist;
mod worklist_window;
