//! Wardlight: offline clinical decision support. Research use only, not for diagnosis.
//!
//! Values flow one way: **file → `Scan`/`Chart` → `Input` → `Logits` → `Prediction` + `Explanation` → view**.
//! Everything in the middle is a pure function of its arguments; I/O stands at both ends; libtorch lives
//! behind the trait [`model::Model`]. `session` decides, `app` draws, `engine` works.
//!
//! The table is the law: a module names only the modules of its row (`tests/it/tidy.rs` reads it).
//! Rows stand in dependency order, which is also the reading order.
//!
//! | module | what it holds | may name |
//! |---|---|---|
//! | `privacy` | `Phi<T>`: a value that identifies a patient and does not print; the privacy of a process | — |
//! | `disk` | bounded read, atomic write, content hash | `privacy` |
//! | `spreadsheet` | comma-separated tables, each row with its line | — |
//! | `sandbox` | the walls around a worker process | — |
//! | `words` | what the window says, by language | — |
//! | `lock` | when the window must lock | — |
//! | `desktop` | what the desktop offers: dialogs for files | — |
//! | `journal` | codes and counts for whoever looks after the computer | `privacy` `disk` |
//! | `second_start` | one window for each person and display: a second start hands its files to it | `privacy` `disk` |
//! | `licences` | the licences of what is inside the program | — |
//! | `warnings` | `Warnings`, the reporter passed down | — |
//! | `cores` | short work on all cores at once | — |
//! | `case` | what the clinician brought: scan, note, series and sequence, as plain values; a row of a worklist | `privacy` `disk` `warnings` |
//! | `prediction` | what we answer: `Prediction`, `Explanation`, `Heatmap` | `disk` `warnings` |
//! | `measure` | what a shape drawn on a frame measures: lengths, angles, regions, pixels | `case` |
//! | `stats` | pure numbers: AUROC, calibration, intervals | — |
//! | `bedside` | published scores and guideline cards, by their exact rules | — |
//! | `language` | a clinical text taken apart: sections, sentences, concepts and their status, identifiers, dialogue, answers | — |
//! | `deid` | de-identification: DICOM by PS3.15 Annex E, text in pictures, notes; policy and secret | `privacy` `disk` `case` `language` |
//! | `import` | recognise and read files; the decode worker and its pool | `privacy` `disk` `sandbox` `warnings` `case` `language` `deid` |
//! | `share` | de-identified copies: the preview that a person corrects, the copy, the folder of results and its report | `privacy` `disk` `case` `deid` `import` |
//! | `prep` | `Spec`; a case as the arrays a model reads | `warnings` `case` `prediction` |
//! | `model` | the `Model` trait, manifest and bundle | `privacy` `disk` `prediction` `stats` `prep` |
//! | `nn` | the only code that knows libtorch: networks, attribution, training; the script worker | `disk` `sandbox` `warnings` `prediction` `prep` `model` `stats` |
//! | `sample` | the synthetic case for the first run | `disk` |
//! | `score` | one case, one model → prediction or explanation, unless it is out of scope | `privacy` `warnings` `case` `language` `prediction` `stats` `prep` `model` |
//! | `training` | from a recipe and labelled data to a bundle with its evaluation | `privacy` `disk` `spreadsheet` `warnings` `case` `prediction` `stats` `language` `prep` `model` `nn` `score` |
//! | `failure` | trouble in words for a person: headline, remedy, cause | `disk` `words` `import` `model` `prep` `score` |
//! | `batch` | files that are scored without being looked at: which model reads which, what became of each, the report | `privacy` `disk` `case` `import` `prediction` `prep` `model` `score` `failure` |
//! | `evaluate` | how good a model is on a table of labelled images: figures, floors, stress, report | `privacy` `disk` `spreadsheet` `case` `prediction` `stats` `prep` `model` `score` `failure` |
//! | `render` | samples to pixels: curves, colour map, overlay, pictures, pages | `privacy` `cores` `case` `prediction` |
//! | `foreign` | what a model file of another program means; the bundle that it becomes | `disk` `warnings` `case` `prediction` `import` `prep` `model` `nn` `render` |
//! | `store` | encrypted records: cases, answers and readings; people and rights; the audit log; backup and erasure | `privacy` `disk` |
//! | `settings` | what the window remembers | `privacy` `disk` `words` `lock` |
//! | `engine` | worker threads: `Job` in, `Event` out | `privacy` `disk` `case` `language` `prediction` `import` `share` `model` `sample` `score` `training` `failure` `batch` `evaluate` `render` |
//! | `session` | what is open and what a command does; no drawing | `privacy` `cores` `case` `measure` `bedside` `language` `deid` `prediction` `import` `share` `prep` `model` `sample` `training` `failure` `batch` `evaluate` `render` `store` `settings` `engine` `words` `lock` `licences` |
//! | `app` | the window | `privacy` `disk` `case` `measure` `bedside` `language` `deid` `prediction` `stats` `share` `model` `failure` `evaluate` `render` `store` `settings` `engine` `session` `warnings` `words` `lock` `desktop` `journal` `second_start` `licences` |
//! | `cli` | the command line; the one place that wires `nn` to the rest | `all` |

pub mod app;
pub mod batch;
pub mod bedside;
pub mod case;
pub mod cli;
pub mod cores;
pub mod deid;
pub mod desktop;
pub mod disk;
pub mod engine;
pub mod evaluate;
pub mod failure;
pub mod foreign;
pub mod import;
pub mod journal;
pub mod language;
pub mod licences;
pub mod lock;
pub mod measure;
pub mod model;
pub mod nn;
pub mod prediction;
pub mod prep;
pub mod privacy;
pub mod render;
pub mod sample;
pub mod sandbox;
pub mod score;
pub mod second_start;
pub mod session;
pub mod settings;
pub mod share;
mod spreadsheet;
pub mod stats;
pub mod store;
pub mod training;
pub mod warnings;
pub mod words;
