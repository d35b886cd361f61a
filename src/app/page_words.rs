//! What the pages say. How figures, times and tools are written is in `words`.

/// The page that evaluates.
pub(super) mod evaluate {
    use crate::session::Kind;

    pub(in crate::app) const TITLE: &str = "Evaluate a model";
    pub(in crate::app) const MODEL: &str = "Model";
    pub(in crate::app) const NO_MODEL: &str = "No model that gives labels is installed";
    pub(in crate::app) const TABLE_HINT: &str = "Path of a CSV file, or drop it here";
    pub(in crate::app) const MEASUREMENTS: &str = "Table of measurements";
    pub(in crate::app) const MEASUREMENTS_HINT: &str =
        "One value a row: key, minutes or hours, parameter, value";
    pub(in crate::app) const OUT: &str = "Folder for the report";
    pub(in crate::app) const OUT_HINT: &str = "Made if need be";
    pub(in crate::app) const PART: &str = "Part to evaluate";
    pub(in crate::app) const PART_HINT: &str = "All rows; or a value of split, such as test";
    pub(in crate::app) const POSITIVE: &str = "Word for \u{201C}yes\u{201D}";
    pub(in crate::app) const POSITIVE_HINT: &str = "1, true, yes, or the name of the label";
    pub(in crate::app) const SECOND: &str = "Second model";
    pub(in crate::app) const NONE: &str = "None";
    pub(in crate::app) const IMAGES_HINT: &str = "That of the table";
    pub(in crate::app) const LABEL_COLUMN: &str = "Column of labels";
    pub(in crate::app) const LABEL_COLUMN_HINT: &str = "label";
    pub(in crate::app) const BEYOND: &str = "Score what the model would refuse";
    pub(in crate::app) const START: &str = "Start evaluation";
    pub(in crate::app) const MISSING: &str = "Name a table and a folder for the report to start.";
    pub(in crate::app) const WAITS: &str = "Waits for the training to end";
    pub(in crate::app) const RUNS: &str = "The report appears here when the evaluation is done";
    pub(in crate::app) const RECENT: &str = "Recent reports";
    pub(in crate::app) const EMPTY: &str = "No report yet";
    pub(in crate::app) const EMPTY_LEAD: &str = "Name a table at the left, or drop one on this window. The report tells how well the model ranks, whether its \
         probabilities mean what they say, for whom it fails, what it refuses, and how little would have done as well.";
    pub(in crate::app) const READING: &str = "Reading the report\u{2026}";
    pub(in crate::app) const NEW: &str = "New evaluation";
    pub(in crate::app) const OPEN: &str = "Open report.html";
    pub(in crate::app) const FOLDER: &str = "Show folder";

    /// What the model reads.
    pub(in crate::app) const fn many(kind: Kind) -> &'static str {
        match kind {
            Kind::Scan => "images",
            Kind::Note => "notes",
            Kind::Series => "courses",
            Kind::Sequence => "sequences",
        }
    }

    pub(in crate::app) fn lead(kind: Kind) -> String {
        let many = many(kind);
        format!(
            "How good a model is on {many} whose answer you know. The work is a process of its own: you can go on reading."
        )
    }

    pub(in crate::app) fn table(kind: Kind) -> String {
        format!("Table of labelled {}", many(kind))
    }

    pub(in crate::app) fn folder(kind: Kind) -> String {
        format!("Folder of the {}", many(kind))
    }

    pub(in crate::app) fn damage(kind: Kind) -> String {
        format!("Test on damaged {} as well", many(kind))
    }

    pub(in crate::app) const fn table_help(kind: Kind) -> &'static str {
        match kind {
            Kind::Scan => {
                "With a header: path and label; where known patient_id, split, age, sex, view, subtype."
            }
            Kind::Note => {
                "With a header: text or path, and label; where known patient_id, split, age, sex."
            }
            Kind::Series => {
                "With a header: key (or path) and label; where known patient_id, split, age, sex."
            }
            Kind::Sequence => {
                "With a header: sequence or path, and label; where known patient_id, split."
            }
        }
    }

    /// The column of the cases, and its usual name.
    pub(in crate::app) const fn case_column(kind: Kind) -> (&'static str, &'static str) {
        match kind {
            Kind::Scan => ("Column of paths", "path"),
            Kind::Note => ("Column of texts", "text; or path of files"),
            Kind::Series => ("Column of keys", "key"),
            Kind::Sequence => ("Column of letters", "sequence; or path of files"),
        }
    }
}

/// The page that trains.
pub(super) mod train {
    pub(in crate::app) const TITLE: &str = "Train a model";
    pub(in crate::app) const LEAD: &str = "From a recipe and labelled data to a model with its own evaluation. The work is a process of its own: you can \
         go on reading.";
    pub(in crate::app) const RECIPE: &str = "Recipe";
    pub(in crate::app) const RECIPE_HINT: &str = "Path of a TOML file, or drop it here";
    pub(in crate::app) const DATA: &str = "Folder of the data";
    pub(in crate::app) const DATA_HINT: &str = "The recipe\u{2019}s table lies below it";
    pub(in crate::app) const OUT: &str = "Folder of the new model";
    pub(in crate::app) const OUT_HINT: &str = "Made if need be";
    pub(in crate::app) const START: &str = "Start training";
    pub(in crate::app) const GO_ON: &str = "Go on training";
    pub(in crate::app) const MISSING: &str = "Name a recipe, data and a folder to start.";
    pub(in crate::app) const WAITS: &str = "Waits for the evaluation to end";
    pub(in crate::app) const PAUSED: &str = "Not finished. Started again with the same recipe, it goes on where it was, also another day.";
    pub(in crate::app) const PREPARING: &str = "Reading and preparing the cases";
    pub(in crate::app) const FINISHING: &str = "Measuring on the test part";
    pub(in crate::app) const STOPS_SAFELY: &str =
        "It can be stopped at any moment, even by closing the window, and goes on where it was.";
    pub(in crate::app) const EMPTY: &str = "Nothing trained yet";
    pub(in crate::app) const EMPTY_LEAD: &str = "A recipe holds every choice of a run; the recipes of the models that ship lie in models/recipes. While it runs, \
         loss and held-out figure are drawn here, epoch by epoch.";
    pub(in crate::app) const DONE: &str = "The model is written";
    pub(in crate::app) const USE: &str = "Use this model now";
    pub(in crate::app) const USE_HELP: &str =
        "Until the window closes; in the models folder it is there at the next start as well.";
    pub(in crate::app) const LOSS: &str = "Loss";
    pub(in crate::app) const HELD_OUT: &str = "Figure on held-out cases";
    pub(in crate::app) const ALL_FIGURES: &str = "All figures";
    pub(in crate::app) const FIGURE_HEADS: [&str; 3] = ["Figure", "95 % interval", "Cases"];
    pub(in crate::app) const EPOCH: &str = "epoch";
}

/// Titles of the desktop's dialogs.
pub(super) mod dialog {
    pub(in crate::app) const TABLE: &str = "Choose a table";
    pub(in crate::app) const CSV: &str = "Comma-separated values";
    pub(in crate::app) const RECIPE: &str = "Choose a recipe";
    pub(in crate::app) const TOML: &str = "Recipe";
    pub(in crate::app) const FOLDER: &str = "Choose a folder";
}

/// On both pages.
pub(super) mod both {
    pub(in crate::app) const BROWSE: &str = "Choose\u{2026}";
    pub(in crate::app) const MORE: &str = "More";
    pub(in crate::app) const STOP: &str = "Stop";
    pub(in crate::app) const STOPPING: &str = "Stopping\u{2026}";
    pub(in crate::app) const STARTING: &str = "Starting\u{2026}";
}

/// The report.
pub(super) mod report {
    use crate::evaluate::report::SetFigures;

    pub(in crate::app) const AUROC: &str = "AUROC";
    pub(in crate::app) const PRECISION: &str = "Average precision";
    pub(in crate::app) const BRIER: &str = "Brier score";
    pub(in crate::app) const ECE: &str = "Calibration error";
    pub(in crate::app) const ROC: &str = "ROC curve";
    pub(in crate::app) const PR: &str = "Precision and recall";
    pub(in crate::app) const RELIABILITY: &str = "Reliability";
    pub(in crate::app) const DECISION: &str = "Decision curve";
    pub(in crate::app) const CHANCE: &str = "chance";
    pub(in crate::app) const MODEL: &str = "model";
    pub(in crate::app) const IDEAL: &str = "ideal";
    pub(in crate::app) const ALL: &str = "act on all";
    pub(in crate::app) const NOBODY: &str = "act on nobody";
    pub(in crate::app) const FALSE_ALARMS: &str = "1 \u{2212} specificity";
    pub(in crate::app) const SENSITIVITY: &str = "sensitivity";
    pub(in crate::app) const RECALL: &str = "recall";
    pub(in crate::app) const PPV: &str = "precision";
    pub(in crate::app) const PREDICTED: &str = "predicted probability";
    pub(in crate::app) const OBSERVED: &str = "observed frequency";
    pub(in crate::app) const THRESHOLD: &str = "threshold probability";
    pub(in crate::app) const BENEFIT: &str = "net benefit";
    pub(in crate::app) const POINTS: &str = "Operating points";
    pub(in crate::app) const POINT_HEADS: [&str; 6] = [
        "Point",
        "Threshold",
        "Sensitivity",
        "Specificity",
        "PPV",
        "NPV",
    ];
    pub(in crate::app) const CHOSEN_HERE: &str =
        "Chosen by the very cases that are measured, which flatters it.";
    pub(in crate::app) const SET_HEADS: [&str; 2] = ["Sets", "Part of the cases"];
    pub(in crate::app) const UNDECIDED: &str = "Undecided: everything or nothing is left";
    pub(in crate::app) const EMPTY_SETS: &str = "Nothing is left";

    pub(in crate::app) fn sets(promised: f64) -> String {
        format!("Label sets at {:.0} %", 100.0 * promised)
    }

    pub(in crate::app) fn set_holds(kind: &str) -> String {
        format!("Hold the truth, {kind}")
    }

    pub(in crate::app) fn promise(found: &SetFigures) -> String {
        format!(
            "Promised for new cases like those that the sets were fitted on: {:.0} % of each kind hold the truth; at \
             worst, in 5 of 100 such fits, {:.1} %. Void under any shift.",
            100.0 * found.promised,
            100.0 * found.worst
        )
    }

    pub(in crate::app) const GROUPS: &str = "Subgroups";
    pub(in crate::app) const GROUP_HEADS: [&str; 5] =
        ["Group", "Cases", "AUROC", "Sensitivity", "Specificity"];
    pub(in crate::app) const GROUP_HEADS_MANY: [&str; 3] = ["Group", "Cases", "Accuracy"];
    pub(in crate::app) const TOO_FEW: &str = "too few";
    pub(in crate::app) const AGAINST_NEGATIVE: &str = "against all without";
    pub(in crate::app) const AGAINST_POSITIVE: &str = "against all with";
    pub(in crate::app) const BASELINES: &str = "What little would have done";
    pub(in crate::app) const BASELINE_HEADS: [&str; 4] =
        ["Logistic regression on", "AUROC", "Model is better by", "p"];
    pub(in crate::app) const SECOND: &str = "Second model";
    pub(in crate::app) const SECOND_AUROC: &str = "AUROC of the second";
    pub(in crate::app) const DIFFERENCE: &str = "First less second (DeLong)";
    pub(in crate::app) const RIGHT: &str = "Only the first right, only the second (McNemar)";
    pub(in crate::app) const BOTH: &str = "Cases that both answered";
    pub(in crate::app) const STRANGERS: &str = "What does not belong";
    pub(in crate::app) const STRANGER_HEADS: [&str; 3] =
        ["Pictures", "Refused", "AUROC of the distance"];
    pub(in crate::app) const STRANGERS_PLOT: &str = "Strangers told by their distance";
    pub(in crate::app) const OWN_OUTSIDE: &str = "own images called outside";
    pub(in crate::app) const THEIRS_OUTSIDE: &str = "strangers called outside";
    pub(in crate::app) const DAMAGE: &str = "Damaged cases";
    pub(in crate::app) const DAMAGE_HEADS: [&str; 7] = ["Damage", "None", "1", "2", "3", "4", "5"];
    pub(in crate::app) const DEGREE: &str = "degree of damage";
    pub(in crate::app) const REFUSED: &str = "Rows without an answer";
    pub(in crate::app) const REFUSED_HEADS: [&str; 3] = ["Reason", "Rows", "Lines of the table"];
    pub(in crate::app) const LABELS: &str = "Labels";
    pub(in crate::app) const LABEL_HEADS: [&str; 3] = ["Label", "Cases", "AUROC against the rest"];
    pub(in crate::app) const CONFUSION: &str = "Confusion";
    pub(in crate::app) const TRUTH: &str = "True \\ chosen";
    pub(in crate::app) const ABOUT: &str = "About this evaluation";
}
