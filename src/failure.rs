//! `Failure`: trouble in words for a person: what did not happen, what to do, and the technical cause.
//!
//! One exhaustive `match` for each error: a new variant does not compile until it has words.

use serde::{Deserialize, Serialize};

use crate::{disk, import, model, prep, score};

/// What a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What did not happen.
    pub headline: String,
    /// What to do about it.
    pub remedy: String,
    /// The technical chain, to be copied into a report. Free of patient data.
    pub cause: String,
}

/// The last JSON line of a command that gave up, for whoever reads its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LastLine {
    Failed(Failure),
}

impl Failure {
    /// A failure with its words; the cause is the error's own text and those below it.
    pub fn new(
        headline: impl Into<String>,
        remedy: impl Into<String>,
        error: &dyn std::error::Error,
    ) -> Self {
        let mut cause = error.to_string();
        let mut below = error.source();
        while let Some(error) = below {
            let text = error.to_string();
            if !cause.contains(&text) {
                cause.push_str(": ");
                cause.push_str(&text);
            }
            below = error.source();
        }
        Self {
            headline: headline.into(),
            remedy: remedy.into(),
            cause,
        }
    }
}

impl From<&disk::Error> for Failure {
    fn from(error: &disk::Error) -> Self {
        let (headline, remedy) = match error {
            disk::Error::NotAFile { .. } => (
                "This is not a file",
                "Choose a file; to open several, choose them all.",
            ),
            disk::Error::TooLarge { .. } => (
                "The file is too large",
                "Choose a smaller file, or split it.",
            ),
            disk::Error::Io { action: "read", .. } => (
                "The file could not be read",
                "Check that it exists and that you may read it.",
            ),
            disk::Error::Io { .. } => (
                "The file could not be written",
                "Check that the folder exists, that you may write there, and that the disk is not full.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&prep::Error> for Failure {
    fn from(error: &prep::Error) -> Self {
        let (headline, remedy) = match error {
            prep::Error::WrongKind { .. } => (
                "The model does not read this kind of input",
                "Choose a model for it.",
            ),
            prep::Error::NoSuchFrame { .. } => (
                "There is no such frame",
                "Choose a frame that the scan has; frames count from 1.",
            ),
            prep::Error::TooSmall { .. } => (
                "The image is too small to be scored",
                "Open the original image instead of a thumbnail.",
            ),
            prep::Error::Colour { .. } => (
                "The picture is in colour",
                "Open a radiograph; this model reads grey values, not photographs.",
            ),
            prep::Error::Blank { .. } => (
                "The image is blank",
                "Open another image; a blank one has nothing to score.",
            ),
            prep::Error::NoPoint { side_mm } => {
                return Self::new(
                    "The model needs a point",
                    format!(
                        "It reads {side_mm} mm around what you point at: in the window press N and click it; on the \
                         command line name its column and row with --at."
                    ),
                    error,
                );
            }
            prep::Error::PointOutside { .. } => (
                "The point lies beside the picture",
                "Name column and row of a pixel of the frame; both count from 0.",
            ),
            prep::Error::NoSpacing { .. } => (
                "The file does not say how large its pixels are",
                "Open the DICOM file that the picture was made from: this model reads millimetres.",
            ),
            prep::Error::Values { .. } => (
                "The values are not of the kind that the model reads",
                "Choose a model that was made for them; of a picture, open the original.",
            ),
            prep::Error::EmptyNote => ("The note has no words", "Open a note with text in it."),
            prep::Error::EmptyQuestion => ("The question has no words", "Ask in a few words."),
            prep::Error::QuestionTooLong { .. } => (
                "The question is too long for the model",
                "Ask in fewer words.",
            ),
            prep::Error::NoteTooLong { .. } => (
                "The note is too long for the model",
                "Score the part that matters as a note of its own.",
            ),
            prep::Error::Tokenizer { .. } | prep::Error::Terms { .. } => (
                "The model's tokenizer cannot be read",
                "Install the model again from its source.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&model::Error> for Failure {
    fn from(error: &model::Error) -> Self {
        const AGAIN: &str = "Install the model again from its source; do not use it until then.";
        let (headline, remedy) = match error {
            model::Error::Disk(error) => return error.into(),
            model::Error::Prep(error) => return error.into(),
            model::Error::Manifest { .. } => ("The model's manifest is not valid", AGAIN),
            model::Error::Site { .. } => (
                "The file of the site is not valid",
                "Fit it anew with `wardlight calibrate`.",
            ),
            model::Error::OtherModel { .. } => (
                "The site was fitted on answers of another model",
                "Fit it anew on answers of this one with `wardlight calibrate`.",
            ),
            model::Error::Unfit { .. } => (
                "No calibration fits these cases",
                "Choose another method, or label more cases.",
            ),
            model::Error::Hash { .. } => ("A file of the model was changed or damaged", AGAIN),
            model::Error::Weights { .. } => ("The weights do not belong to this network", AGAIN),
            model::Error::LabelCount { .. } => {
                ("The weights do not belong to the model's labels", AGAIN)
            }
            model::Error::KnownAnswer { .. } => ("The model fails its self-test", AGAIN),
            model::Error::Input { .. } => {
                ("The model cannot read this input", "Choose another model.")
            }
            model::Error::NotFinite { .. } => (
                "The model gave no usable number",
                "There is no result for this input; report it with the cause.",
            ),
            model::Error::Checkpoint { .. } => (
                "The training's checkpoint could not be used",
                "Make room on the disk, or delete the checkpoint, and start the training again.",
            ),
            model::Error::Method { .. } => (
                "The model does not offer this explanation",
                "Choose another method.",
            ),
            model::Error::Label { .. } => (
                "The model has no such label",
                "Choose a label that the model lists.",
            ),
            model::Error::Engine { .. } => (
                "The network failed",
                "Try again; if it fails again, report it with the cause.",
            ),
            model::Error::NotAllowed { sha256 } => {
                return Self::new(
                    "This model is a program that nobody has allowed to run here",
                    format!(
                        "If you trust where it comes from, run `wardlight model allow {sha256}` and start again."
                    ),
                    error,
                );
            }
            model::Error::AllowList { .. } => (
                "The list of allowed models cannot be read",
                "Mend the file or remove it; until then no TorchScript model runs.",
            ),
            model::Error::NoScriptWorker { .. } => (
                "The worker for the model could not be started",
                "Reinstall Wardlight: `wardlight-script` must lie beside the program.",
            ),
            model::Error::ScriptTimeout { .. } => (
                "The model took too long",
                "There is no result. Allow it more seconds in WARDLIGHT_SCRIPT_TIMEOUT, or do not use it.",
            ),
            model::Error::ScriptDied { .. } => (
                "The model broke its worker",
                "There is no result, and nothing else was harmed. The model is too large, damaged or hostile.",
            ),
            model::Error::Script { .. } => (
                "The model's program does not do what its manifest says",
                AGAIN,
            ),
            model::Error::Cancelled => ("Cancelled", "Start it again when you want the result."),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&score::Error> for Failure {
    fn from(error: &score::Error) -> Self {
        match error {
            score::Error::Prep(error) => error.into(),
            score::Error::Model(error) => error.into(),
            score::Error::OutOfScope { reasons } => Self::new(
                "No result: outside the model's scope",
                format!("{}.", capital(&reasons.join("; "))),
                error,
            ),
            score::Error::NotOffered { reason, .. } => Self::new(
                "The model does not offer this explanation",
                format!("Choose another method: {reason}."),
                error,
            ),
            score::Error::WrongModel { .. } => Self::new(
                "The model does not read this kind of input",
                "Choose a model for it.",
                error,
            ),
        }
    }
}

impl From<&import::Error> for Failure {
    fn from(error: &import::Error) -> Self {
        let (headline, remedy) = match error {
            import::Error::Disk(error) => return error.into(),
            import::Error::Refused(refusal) => return refusal.into(),
            import::Error::Timeout { .. } => (
                "The file took too long to open",
                "Open a smaller part of it; if it is a small file, it is damaged.",
            ),
            import::Error::Cancelled => ("Cancelled", "Open it again when you want it."),
            import::Error::WorkerDied { .. } => (
                "The file broke the decoder",
                "Nothing else was harmed. The file is damaged or hostile: ask for it again from its source.",
            ),
            import::Error::Protocol { .. } => (
                "The decoder gave an answer that does not add up",
                "Reinstall Wardlight; if it happens again, report it with the cause.",
            ),
            import::Error::NoWorker { .. } => (
                "The decode worker could not be started",
                "Reinstall Wardlight: `wardlight-decode` must lie beside the program.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&import::Refusal> for Failure {
    fn from(refusal: &import::Refusal) -> Self {
        const DAMAGED: &str = "The file is damaged: ask for it again from its source.";
        let (headline, remedy) = match refusal {
            import::Refusal::Empty => ("The file is empty", "Ask for it again from its source."),
            import::Refusal::NotRecognised { .. } => (
                "The file was not recognised",
                "Open a DICOM, PNG, JPEG, TIFF or BMP image, or a note as PDF, DOCX, RTF or text.",
            ),
            import::Refusal::NoPixels { .. } => (
                "The file holds no image",
                "Open an image of the study; this object is a document or a plan.",
            ),
            import::Refusal::NoText { .. } => (
                "The document holds no text",
                "Have the text recognised (OCR) by a scanning program, or open the original.",
            ),
            import::Refusal::Locked => (
                "The document is protected by a password",
                "Save it without a password in the program that made it.",
            ),
            import::Refusal::UnsupportedTransferSyntax { .. } => (
                "The image is compressed in a way that Wardlight does not decode",
                "Export it again as Explicit VR Little Endian or JPEG 2000 lossless.",
            ),
            import::Refusal::Unsupported { .. } => (
                "The file uses something that Wardlight does not understand",
                "It is refused rather than shown wrong. Export it in a plainer form.",
            ),
            import::Refusal::LengthBeyondEnd { .. } => ("The file is cut off", DAMAGED),
            import::Refusal::NestedTooDeep { .. } => ("The file is nested too deeply", DAMAGED),
            import::Refusal::PixelContract { .. } => {
                ("The pixels do not fit their description", DAMAGED)
            }
            import::Refusal::Series { .. } => (
                "The measurements cannot be read as they are",
                "The cause says what is missing. `wardlight inspect --columns` takes what the columns of a table mean.",
            ),
            import::Refusal::TooLarge { .. } => (
                "The file is too large",
                "Export fewer frames, a smaller image, a shorter document or fewer values.",
            ),
            import::Refusal::Malformed { .. } => ("The file does not follow its format", DAMAGED),
            import::Refusal::Codec { .. } => ("The compressed pixels are damaged", DAMAGED),
            import::Refusal::NotDeidentified { .. } => (
                "The file was not de-identified",
                "The cause says what stands against it; the file itself was not changed.",
            ),
            import::Refusal::Defect { .. } => (
                "The decoder failed on this file",
                "Nothing else was harmed. Report it with the cause.",
            ),
            import::Refusal::Abandoned => ("Cancelled", "Open it again when you want it."),
        };
        Self::new(headline, remedy, refusal)
    }
}

impl From<&import::Notice> for Failure {
    fn from(notice: &import::Notice) -> Self {
        use import::Notice;
        let (headline, remedy) = match notice {
            Notice::LeftOut(left_out) => {
                return Self::new(
                    "Some files were left out",
                    format!(
                        "Of a folder or an archive only images are opened; left out were {left_out}. Open such a file by itself."
                    ),
                    notice,
                );
            }
            Notice::Nothing => (
                "There is nothing to open in it",
                "Choose a folder or an archive with DICOM files or pictures.",
            ),
            Notice::Unreadable { .. } => (
                "A folder could not be read",
                "Check that you may read it. What lies beside it was opened.",
            ),
            Notice::TooMany { limit } => {
                return Self::new(
                    "There are too many files",
                    format!("The first {limit} were opened. Open one study at a time."),
                    notice,
                );
            }
            Notice::TooDeep { .. } => (
                "Some folders are nested too deeply",
                "Open the inner folder by itself.",
            ),
            Notice::Loops { .. } => (
                "Some links lead back to folders that are open already",
                "There is nothing to do: each folder was read once.",
            ),
            Notice::Missing { .. } => (
                "Some files that the DICOMDIR names are missing",
                "Copy the whole disc or folder, not the DICOMDIR alone; if it is whole, ask for it again.",
            ),
            Notice::Outside { .. } => (
                "The DICOMDIR names files outside of its folder",
                "Those were not opened. It is damaged or hostile: ask for it again from its source.",
            ),
            Notice::Encrypted { .. } => (
                "Some files in the archive are protected by a password",
                "Unpack it with the program that made it, and open the folder.",
            ),
            Notice::Damaged { .. } => (
                "Some files in the archive are damaged",
                "The others were opened. Ask for the archive again from its source.",
            ),
            Notice::Bombs { .. } => (
                "Some files in the archive unpack to far too much",
                "Those were not opened. The archive is hostile, or holds other things than images.",
            ),
            Notice::ArchiveTooLarge { .. } => (
                "The archive is too large",
                "Its first files were opened. Unpack it, and open the folder.",
            ),
        };
        Self::new(headline, remedy, notice)
    }
}

/// The clause as a sentence.
fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}
