//! FHIR R4 in JSON: the notes in a resource or in a Bundle, with whom each is about. Nothing is fetched.
//!
//! DocumentReference, DiagnosticReport and Composition are notes, hl7.org/fhir/R4. Not here: Observations.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Draft, FILE_LIMIT_BYTES, draft, html, note as note_of};
use crate::{
    case::{Note, Subject, note::Format},
    disk::Sha256,
    import::{
        Refusal, note,
        recognise::{self, Content},
    },
    privacy::Phi,
    warnings::{WarningKind, Warnings},
};

/// Statuses of a document that is whole and in force; of the three kinds of resource together.
const IN_FORCE: &[&str] = &["current", "final", "amended", "corrected", "appended"];
/// The other statuses, which are told.
const NOT_IN_FORCE: &[&str] = &[
    "superseded",
    "registered",
    "partial",
    "preliminary",
    "cancelled",
    "unknown",
];

/// Whether the file is a JSON object that says what kind of resource it is.
pub(in crate::import) fn is_fhir(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"{")
        && std::str::from_utf8(text).is_ok_and(|it| it.contains("\"resourceType\""))
}

/// Reads the notes of a file, in its order. None if no resource in it is a document.
///
/// # Errors
/// If the file is no FHIR JSON, or if it has documents of which not one can be read: the reason is that of the first.
/// Where some can be read, each of them tells of the others in a warning.
pub(in crate::import) fn fhir_notes(bytes: &[u8]) -> Result<Vec<Note>, Refusal> {
    let n_bytes = bytes.len() as u64;
    if FILE_LIMIT_BYTES < n_bytes {
        let what = "a FHIR file in bytes";
        return Err(Refusal::too_large(what, FILE_LIMIT_BYTES, n_bytes));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let root: Value = serde_json::from_slice(text)
        .map_err(|_dropped| Refusal::malformed("a FHIR resource in JSON", "broken JSON"))?;
    let file = File::parse(&root)?;
    let file_sha256 = Sha256::of(bytes);
    let mut notes = Vec::new();
    let mut refusals = Vec::new();
    for (_, resource) in &file.resources {
        let warnings = Warnings::default();
        let Some(read) = file.draft(resource, &warnings) else {
            continue;
        };
        match read.and_then(|draft| note_of(draft, Format::Fhir, file_sha256, &warnings)) {
            Ok(note) => notes.push(note),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if let (true, Some(first)) = (notes.is_empty(), refusals.first()) {
        return Err(first.clone());
    }
    let left_out = Warnings::default();
    for refusal in refusals {
        left_out.add(
            WarningKind::File,
            format!("a document of the same file was left out: {refusal}"),
        );
    }
    for note in &mut notes {
        note.warnings.extend(left_out.list());
    }
    Ok(notes)
}

/// The resources of a file, each with the address that it has in its Bundle.
struct File<'a> {
    resources: Vec<(Option<&'a str>, &'a Value)>,
}

impl<'a> File<'a> {
    fn parse(root: &'a Value) -> Result<Self, Refusal> {
        let resources = match text(root, "resourceType") {
            None => return Err(Refusal::malformed("a FHIR resource", "other JSON")),
            Some("Bundle") => list(root, "entry")
                .iter()
                .filter_map(|it| Some((text(it, "fullUrl"), it.get("resource")?)))
                .collect(),
            Some(_) => vec![(None, root)],
        };
        Ok(Self { resources })
    }

    /// What a resource says, if it is a document.
    fn draft(&self, resource: &'a Value, warnings: &Warnings) -> Option<Result<Draft, Refusal>> {
        let (date, title) = match text(resource, "resourceType")? {
            "DocumentReference" => (
                text(resource, "date"),
                text(resource, "description").or_else(|| concept(resource.get("type")?)),
            ),
            "DiagnosticReport" => (
                text(resource, "effectiveDateTime")
                    .or_else(|| text(resource.get("effectivePeriod")?, "start"))
                    .or_else(|| text(resource, "issued")),
                concept(resource.get("code").unwrap_or(&Value::Null)),
            ),
            "Composition" => (text(resource, "date"), text(resource, "title")),
            _ => return None,
        };
        Some(self.words(resource, warnings)?.map(|words| {
            let date = date.and_then(moment);
            Draft {
                text: words,
                title: title.map(str::to_owned),
                subject: self.subject(resource, date.as_deref()),
                date,
                encoding: "UTF-8".to_owned(),
                ..Draft::default()
            }
        }))
    }

    /// The text of a document; `None` for a report that has none, only results.
    fn words(&self, resource: &'a Value, warnings: &Warnings) -> Option<Result<String, Refusal>> {
        if let Err(refusal) = check_status(resource, warnings) {
            return Some(Err(refusal));
        }
        match text(resource, "resourceType")? {
            "DocumentReference" => {
                let attachments = list(resource, "content").iter();
                let attachments = attachments.filter_map(|it| it.get("attachment")).collect();
                Some(self.best(attachments, resource, warnings))
            }
            "DiagnosticReport" => self.report(resource, warnings),
            _ => {
                let mut words = String::new();
                sections(resource, 0, &mut words, warnings);
                if words.trim().is_empty() {
                    words = narrative(resource, warnings).unwrap_or_default();
                }
                Some(Ok(words))
            }
        }
    }

    /// The report as it was issued, else its narrative; then the conclusion, unless it stands there already.
    fn report(&self, resource: &'a Value, warnings: &Warnings) -> Option<Result<String, Refusal>> {
        let forms: Vec<&Value> = list(resource, "presentedForm").iter().collect();
        let conclusion = text(resource, "conclusion");
        let issued = (!forms.is_empty()).then(|| self.best(forms, resource, warnings));
        let mut words = match (issued, narrative(resource, warnings)) {
            (Some(Ok(words)), _) => words,
            (Some(Err(refusal)), None) if conclusion.is_none() => return Some(Err(refusal)),
            (Some(Err(refusal)), narrative) => {
                let left_out = format!("the report as it was issued was left out: {refusal}");
                warnings.add(WarningKind::File, left_out);
                narrative.unwrap_or_default()
            }
            (None, Some(words)) => words,
            (None, None) if conclusion.is_none() => return None,
            (None, None) => String::new(),
        };
        let plain = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(conclusion) = conclusion
            && !plain(&words).contains(&plain(conclusion))
        {
            if !words.is_empty() {
                words.truncate(words.trim_end().len());
                words.push_str("\n\nConclusion\n");
            }
            words.push_str(conclusion);
        }
        Some(Ok(words))
    }

    /// The first attachment that can be read: they are forms of the same document.
    fn best(
        &self,
        attachments: Vec<&'a Value>,
        resource: &'a Value,
        warnings: &Warnings,
    ) -> Result<String, Refusal> {
        let n_attachments = attachments.len();
        let mut first_refusal = None;
        for attachment in attachments {
            match self.attachment(attachment, resource, warnings) {
                Ok(words) => {
                    if 1 < n_attachments {
                        warnings.add(
                            WarningKind::File,
                            "the document is there in several forms, of which one was read",
                        );
                    }
                    return Ok(words);
                }
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        Err(first_refusal
            .unwrap_or_else(|| Refusal::unsupported("a document with an attachment", "none")))
    }

    fn attachment(
        &self,
        attachment: &'a Value,
        resource: &'a Value,
        warnings: &Warnings,
    ) -> Result<String, Refusal> {
        let binary = text(attachment, "url").and_then(|it| self.find(it, resource));
        let data = text(attachment, "data")
            .or_else(|| text(binary?, "data"))
            .ok_or_else(|| {
                Refusal::unsupported(
                    "an attachment with its data",
                    "one with only an address, which is never fetched",
                )
            })?;
        let base64: Vec<u8> = data
            .bytes()
            .filter(|it| !it.is_ascii_whitespace())
            .collect();
        let bytes = STANDARD
            .decode(base64)
            .map_err(|_dropped| Refusal::malformed("an attachment in base64", "other text"))?;
        let kind = text(attachment, "contentType")
            .or_else(|| text(binary?, "contentType"))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_html = kind.starts_with("text/html") || kind.starts_with("application/xhtml");
        let is_plain =
            kind.is_empty() || kind.starts_with("text/plain") || kind.starts_with("text/markdown");
        match recognise::content(&bytes)? {
            Content::Document(format) => draft(&bytes, format, warnings).map(|it| it.text),
            Content::Text if is_html || is_plain => {
                let note = note::read(&bytes)?;
                warnings.extend(note.warnings);
                // For the scanner of mark-up, or as it is.
                let words = note.text.reveal();
                Ok(if is_html {
                    html::text(words, warnings)
                } else {
                    words.clone()
                })
            }
            _ => Err(Refusal::unsupported(
                "an attachment of text, HTML, RTF, DOCX or PDF",
                "one of another kind",
            )),
        }
    }

    /// The resource that a reference means: one that is contained, or one of the Bundle.
    fn find(&self, reference: &str, from: &'a Value) -> Option<&'a Value> {
        if let Some(id) = reference.strip_prefix('#') {
            return list(from, "contained")
                .iter()
                .find(|it| text(it, "id") == Some(id));
        }
        let is_it = |(address, resource): &&(Option<&str>, &Value)| {
            let own = text(resource, "resourceType").zip(text(resource, "id"));
            let is_named = own.is_some_and(|(kind, id)| reference == format!("{kind}/{id}"));
            *address == Some(reference) || is_named
        };
        self.resources.iter().find(is_it).map(|it| it.1)
    }

    /// Whom the document says it is about: by the Patient if that is in the file, else by the reference alone.
    fn subject(&self, resource: &'a Value, date: Option<&str>) -> Subject {
        let Some(reference) = resource.get("subject") else {
            return Subject::default();
        };
        let address = text(reference, "reference");
        let patient = address
            .and_then(|it| self.find(it, resource))
            .filter(|it| text(it, "resourceType") == Some("Patient"));
        let Some(patient) = patient else {
            let identifier = reference.get("identifier");
            let id = identifier.and_then(|it| text(it, "value")).or(address);
            return Subject {
                patient_id: phi(id),
                name: phi(text(reference, "display")),
                ..Subject::default()
            };
        };
        Subject {
            patient_id: phi(identifier(patient)),
            issuer: Phi::default(),
            name: Phi::new(name(patient)),
            birth_date: Phi::new(
                text(patient, "birthDate")
                    .unwrap_or_default()
                    .replace('-', ""),
            ),
            age_years: text(patient, "birthDate")
                .zip(date)
                .and_then(|(born, seen)| years(born, seen)),
            sex: match text(patient, "gender") {
                Some("female") => Some("F".to_owned()),
                Some("male") => Some("M".to_owned()),
                Some("other") => Some("O".to_owned()),
                _ => None,
            },
        }
    }
}

fn check_status(resource: &Value, warnings: &Warnings) -> Result<(), Refusal> {
    for status in ["status", "docStatus"] {
        match text(resource, status) {
            Some("entered-in-error") => {
                return Err(Refusal::unsupported(
                    "a document that is in force",
                    "one that is marked as entered in error",
                ));
            }
            Some(status) if NOT_IN_FORCE.contains(&status) => {
                let told = format!("the document is marked as {status}");
                warnings.add(WarningKind::File, told);
            }
            Some(status) if !IN_FORCE.contains(&status) => warnings.add(
                WarningKind::File,
                "the document has a status that FHIR does not know",
            ),
            _ => {}
        }
    }
    Ok(())
}

/// Sections inside sections, each under its title.
fn sections(resource: &Value, depth: usize, words: &mut String, warnings: &Warnings) {
    for section in list(resource, "section") {
        let title = text(section, "title").or_else(|| concept(section.get("code")?));
        let parts = [title.map(str::to_owned), narrative(section, warnings)];
        for part in parts.into_iter().flatten() {
            words.push_str(part.trim_end());
            words.push('\n');
        }
        // The parser of JSON ends at 128 levels; so does this.
        sections(section, depth + 1, words, warnings);
        if depth == 0 {
            words.push('\n');
        }
    }
}

fn narrative(resource: &Value, warnings: &Warnings) -> Option<String> {
    let div = text(resource.get("text")?, "div")?;
    Some(html::text(div, warnings)).filter(|it| !it.trim().is_empty())
}

/// The identifier by which the patient is most likely known: a medical record number, an official one, the first.
fn identifier(patient: &Value) -> Option<&str> {
    let all = list(patient, "identifier");
    let is_record_number = |it: &&Value| {
        let codings = it.get("type").map(|it| list(it, "coding"));
        codings.is_some_and(|it| it.iter().any(|it| text(it, "code") == Some("MR")))
    };
    let is_official = |it: &&Value| text(it, "use") == Some("official");
    let best = all.iter().find(is_record_number);
    let best = best.or_else(|| all.iter().find(is_official));
    text(best.or_else(|| all.first())?, "value")
}

/// The name in the form of DICOM: `Family^Given Given`.
fn name(patient: &Value) -> String {
    let names = list(patient, "name");
    let official = names.iter().find(|it| text(it, "use") == Some("official"));
    let Some(name) = official.or_else(|| names.first()) else {
        return String::new();
    };
    let given: Vec<&str> = list(name, "given")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    match (text(name, "family"), given.as_slice()) {
        (None, []) => text(name, "text").unwrap_or_default().to_owned(),
        (family, []) => family.unwrap_or_default().to_owned(),
        (family, given) => format!("{}^{}", family.unwrap_or_default(), given.join(" ")),
    }
}

/// Whole and part years between two dates.
fn years(born: &str, seen: &str) -> Option<f32> {
    let days = |it: &str| {
        let number = |range: std::ops::Range<usize>| it.get(range)?.parse::<f32>().ok();
        Some(number(0..4)? * 365.2425 + number(5..7)? * 30.436_876 + number(8..10)?)
    };
    let years = (days(seen)? - days(born)?) / 365.2425;
    (0.0..=130.0).contains(&years).then_some(years)
}

/// `2026-11-20T09:14:00+01:00` as `2026-11-20 09:14`; a date alone, or a part of one, as it is.
fn moment(text: &str) -> Option<String> {
    let kept = text.get(..16).unwrap_or(text);
    let is_moment = kept
        .chars()
        .all(|it| it.is_ascii_digit() || matches!(it, '-' | 'T' | ':'));
    is_moment.then(|| kept.replace('T', " "))
}

/// The text of a CodeableConcept.
fn concept(concept: &Value) -> Option<&str> {
    let coding = || list(concept, "coding").iter();
    text(concept, "text").or_else(|| coding().find_map(|it| text(it, "display")))
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|it| !it.trim().is_empty())
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn phi(text: Option<&str>) -> Phi<String> {
    Phi::new(text.unwrap_or_default().to_owned())
}
