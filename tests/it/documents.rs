//! Notes from documents, through the real worker: what a person would read, whom it is about, what is left out.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use wardlight::{
    case::{Note, note::Format},
    import::{Decoder, Error, Opened, Refusal},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    dicom::{decoder, shared_data},
    made::{Content, EXPLICIT_LE, Fields},
};

/// tests/fixtures/make_documents.py writes these.
const FIXTURES: &[(&str, &[u8])] = &[
    (
        "letter.docx",
        include_bytes!("../fixtures/documents/letter.docx"),
    ),
    (
        "letter.rtf",
        include_bytes!("../fixtures/documents/letter.rtf"),
    ),
    (
        "letter.pdf",
        include_bytes!("../fixtures/documents/letter.pdf"),
    ),
    (
        "two_pages.pdf",
        include_bytes!("../fixtures/documents/two_pages.pdf"),
    ),
    (
        "two_columns.pdf",
        include_bytes!("../fixtures/documents/two_columns.pdf"),
    ),
    (
        "chinese.pdf",
        include_bytes!("../fixtures/documents/chinese.pdf"),
    ),
    (
        "picture_only.pdf",
        include_bytes!("../fixtures/documents/picture_only.pdf"),
    ),
    (
        "password.pdf",
        include_bytes!("../fixtures/documents/password.pdf"),
    ),
    (
        "owner_password.pdf",
        include_bytes!("../fixtures/documents/owner_password.pdf"),
    ),
];

fn fixture(name: &str) -> &'static [u8] {
    FIXTURES.iter().find(|it| it.0 == name).unwrap().1
}

fn note(decoder: &Decoder, bytes: &[u8]) -> Note {
    match decoder.open_bytes(bytes) {
        Ok(Opened::Chart(chart)) if chart.only_note().is_some() => chart.notes[0].clone(),
        other => panic!("wanted a note, found {other:?}"),
    }
}

fn refusal(decoder: &Decoder, bytes: &[u8]) -> Refusal {
    match decoder.open_bytes(bytes) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("wanted a refusal, found {other:?}"),
    }
}

#[track_caller]
fn check(decoder: &Decoder, bytes: &[u8], format: Format, text: &str, warnings: &[&str]) -> Note {
    let note = note(decoder, bytes);
    assert_eq!(note.text.reveal(), text);
    assert_eq!(note.format, format);
    let told: Vec<&str> = note.warnings.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(told, warnings);
    note
}

/// What `make_documents.py` put into the letter.
const LETTER: [&str; 7] = [
    "Discharge letter",
    "Ms Zoë Müller-Šťastná was admitted with fièvre and a productive cough. Temperature 38.5 °C, SpO₂ 94 %.",
    "Drug\tDose",
    "Amoxicillin\t3 × 1 g",
    "患者咳嗽三天，无呼吸困难。",
    "No pleural effusion.",
    "Follow-up in six weeks.",
];

#[test]
fn a_letter_of_an_office_program_reads_the_same_in_every_format() {
    let decoder = decoder();
    let letter = LETTER.join("\n");
    let rtf = check(&decoder, fixture("letter.rtf"), Format::Rtf, &letter, &[]);
    let docx = check(&decoder, fixture("letter.docx"), Format::Docx, &letter, &[]);
    for note in [rtf, docx] {
        assert_eq!(note.title.reveal().as_deref(), Some("Discharge letter"));
    }
    // A page has lines of its own, and paragraphs apart.
    let pdf = note(&decoder, fixture("letter.pdf"));
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(pdf.text.reveal()), words(&letter));
    // The cells of the second row are too near to each other to be told from words.
    assert!(
        pdf.text
            .reveal()
            .contains("Drug\tDose\nAmoxicillin 3 × 1 g\n")
    );
    assert_eq!(pdf.pages, [0]);
}

#[test]
fn pages_and_columns_of_a_pdf_read_in_their_order() {
    let decoder = decoder();
    let first = "Chest radiograph, posteroanterior\n\nComparison: none. Naïve reading by a trainee.\n\nPneumothorax\tabsent";
    let second = "Second page: 5 µg/L, “stable”.";
    for name in ["two_pages.pdf", "owner_password.pdf"] {
        let text = format!("{first}\n\n{second}");
        let note = check(&decoder, fixture(name), Format::Pdf, &text, &[]);
        assert_eq!(note.pages, [0, first.len() + 2], "{name}");
        assert_eq!(note.title.reveal().as_deref(), Some("Radiology report"));
    }
    check(
        &decoder,
        fixture("two_columns.pdf"),
        Format::Pdf,
        "Findings\nThe heart is not enlarged.\nThe lungs are clear.\nNo effusion is seen.\n\nImpression\nNo acute disease.\nCompare with the film\nof last year.",
        &[],
    );
    check(
        &decoder,
        fixture("chinese.pdf"),
        Format::Pdf,
        "患者咳嗽三天，无呼吸困难。\n\n左肺下叶见片状影。",
        &[],
    );
}

#[test]
fn a_pdf_of_pictures_and_a_locked_one_say_what_they_are() {
    let decoder = decoder();
    let pictures = refusal(&decoder, fixture("picture_only.pdf"));
    assert_eq!(
        pictures.to_string(),
        "wanted a document with text, found one that holds pictures of pages and no text: recognise the text (OCR) first"
    );
    assert_eq!(refusal(&decoder, fixture("password.pdf")), Refusal::Locked);
}

#[test]
fn rich_text_reads_in_its_code_pages_and_without_what_is_no_text() {
    let decoder = decoder();
    let rtf = |rest: &str| [r"{\rtf1\ansi ", rest, "}"].concat().into_bytes();
    for (rest, text) in [
        (r"\ansicpg1252 Fi\'e8vre 38\'b0", "Fièvre 38°"),
        (
            r"\ansicpg1251\deff0{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset134 SimSun;}}\f0 \'ea\'e0\'f8\'e5\'eb\'fc {\f1 \'bf\'c8\'cb\'d4}.",
            "кашель 咳嗽.",
        ),
        (
            r"\uc1 \u24739?\u32773? \u-10179?\u-8704? {\uc2 \u233\'c3\'a9e} \uc0\u176 C",
            "患者 😀 ée °C",
        ),
        (
            r"one\par two\line three\tab four\~five{\*\generator Nobody;}{\info{\author A}}",
            "one\ntwo\nthree\tfour\u{a0}five",
        ),
        (
            r"\trowd\intbl Drug\cell Dose\cell\row\intbl Amoxicillin\par twice\cell 1 g\cell\row\pard end",
            "Drug\tDose\nAmoxicillin twice\t1 g\nend",
        ),
        (
            r"a \{b\} \\ c\'7d {\field{\*\fldinst HYPERLINK nowhere}{\fldrslt link}}",
            "a {b} \\ c} link",
        ),
        (
            r"{\header Ward 3\par}body{\footnote note}",
            "body\n\n[Page header]\nWard 3\n\n[Footnotes]\nnote",
        ),
        (r"\bin3 }}}after", "after"),
    ] {
        check(&decoder, &rtf(rest), Format::Rtf, text, &[]);
    }
    check(
        &decoder,
        &rtf(r"kept {\deleted gone}{\revised new}{\v hidden}{\pict 0102}{\*\annotation remark}"),
        Format::Rtf,
        "kept new",
        &[
            "the document has tracked changes: deleted text was left out",
            "the document has tracked changes: inserted text was read as if accepted",
            "text that the document hides was left out",
            "the document has pictures, which were not read",
            "the comments in the margin were left out",
        ],
    );
    let nested =
        |depth: usize| rtf(&["{".repeat(depth), "deep".to_owned(), "}".repeat(depth)].concat());
    check(&decoder, &nested(90), Format::Rtf, "deep", &[]);
    for bad in [
        nested(200),
        nested(1_000_000),
        b"{\\rtf1 cut".to_vec(),
        b"{\\rtf1 \\'g0}".to_vec(),
    ] {
        assert!(matches!(refusal(&decoder, &bad), Refusal::Malformed { .. }));
    }
    assert!(matches!(
        refusal(&decoder, &rtf("")),
        Refusal::NoText { .. }
    ));
}

/// A package of the parts that are given by name, kind and content.
fn package(parts: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut types = "<Types xmlns='t'>".to_owned();
    for (name, kind, _) in parts {
        types.push_str(&format!(
            "<Override PartName='/{name}' ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml'/>"
        ));
    }
    types.push_str("</Types>");
    let all = [("[Content_Types].xml", types.as_str())]
        .into_iter()
        .chain(parts.iter().map(|it| (it.0, it.2)));
    for (name, content) in all {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn body(paragraphs: &str) -> String {
    format!("<w:document xmlns:w='w'><w:body>{paragraphs}</w:body></w:document>")
}

#[test]
fn an_office_document_reads_with_its_margins_and_without_what_was_deleted() {
    let decoder = decoder();
    let main = body(
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>No </w:t></w:r><w:del><w:r><w:delText>small </w:delText></w:r></w:del>\
         <w:ins><w:r><w:t>large</w:t></w:r></w:ins><w:r><w:tab/><w:t>effusion &lt; 1&#xA0;cm</w:t><w:footnoteReference w:id='2'/></w:r></w:p>\
         <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Drug</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p><w:p><w:r><w:t>g</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
         <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:t>end</w:t><w:drawing><a:blip/></w:drawing></w:r></w:p>",
    );
    let notes = "<w:footnotes xmlns:w='w'><w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>-</w:t></w:r></w:p></w:footnote>\
                 <w:footnote w:id='2'><w:p><w:r><w:t>By ultrasound.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let header = "<w:hdr xmlns:w='w'><w:p><w:r><w:t>病房三</w:t></w:r></w:p></w:hdr>";
    let document = package(&[
        ("word/document.xml", "document.main", &main),
        ("word/footnotes.xml", "footnotes", notes),
        ("word/header1.xml", "header", header),
        ("word/header2.xml", "header", header),
        ("word/comments.xml", "comments", "<w:comments/>"),
    ]);
    check(
        &decoder,
        &document,
        Format::Docx,
        "No large\teffusion < 1\u{a0}cm[2]\nDrug\t\t1 g\nend\n\n[Page header]\n病房三\n\n[Footnotes]\n[2] By ultrasound.",
        &[
            "the document has tracked changes: deleted text was left out",
            "the document has tracked changes: inserted text was read as if accepted",
            "text that the document hides was left out",
            "the document has pictures, which were not read",
            "the comments in the margin were left out",
        ],
    );
}

#[test]
fn an_office_document_cannot_unpack_without_measure() {
    let decoder = decoder();
    let long = body(&"<w:p><w:r><w:t>aaaaaaaaaaaaaaaa</w:t></w:r></w:p>".repeat(2_000_000));
    let deep = format!("<w:document xmlns:w='w'>{}", "<w:p>".repeat(100_000));
    let entities = format!(
        "<!DOCTYPE d [<!ENTITY a 'aaaa'>]>{}",
        body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>")
    );
    let mut lie = package(&[("word/document.xml", "document.main", &long)]);
    // The sizes in the central directory and in the local header: say that the part is small.
    let size = u32::try_from(long.len()).unwrap().to_le_bytes();
    while let Some(at) = lie.windows(4).position(|it| it == size) {
        lie[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    for (what, bomb) in [
        (
            "large",
            package(&[("word/document.xml", "document.main", &long)]),
        ),
        ("lie", lie),
        (
            "deep",
            package(&[("word/document.xml", "document.main", &deep)]),
        ),
        (
            "entities",
            package(&[("word/document.xml", "document.main", &entities)]),
        ),
        (
            "no main part",
            package(&[("word/styles.xml", "styles", "<w:styles/>")]),
        ),
        (
            "no text",
            package(&[("word/document.xml", "document.main", &body(""))]),
        ),
        (
            "cut part",
            package(&[("word/document.xml", "document.main", "<w:document><w:p>")]),
        ),
    ] {
        let found = refusal(&decoder, &bomb);
        println!("{what}: {} bytes, {found}", bomb.len());
        assert!(!matches!(found, Refusal::Defect { .. }), "{what}: {found}");
    }
}

#[test]
fn a_note_of_ten_megabytes_opens_in_every_format_of_text() {
    let decoder = decoder();
    let sentence = "No acute disease is seen in this patient. ";
    let text = sentence.repeat(10_000_000 / sentence.len());
    let rtf = [r"{\rtf1 ", &text, "}"].concat();
    let paragraph = format!(
        "<w:p><w:r><w:t xml:space='preserve'>{}</w:t></w:r></w:p>",
        sentence.repeat(10)
    );
    let docx = body(&paragraph.repeat(text.len() / (sentence.len() * 10)));
    let docx = package(&[("word/document.xml", "document.main", &docx)]);
    for bytes in [text.clone().into_bytes(), rtf.into_bytes(), docx] {
        assert!(9_000_000 < note(&decoder, &bytes).text.reveal().len());
    }
}

#[test]
fn a_fhir_bundle_with_one_document_is_a_note_with_its_patient() {
    let decoder = decoder();
    let bundle = |rest: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1956-11-20",
              "identifier":[{{"value":"x"}},{{"type":{{"coding":[{{"code":"MR"}}]}},"value":"INV-7"}}],"name":[{{"family":"Erfunden","given":["Erika","B"]}}]}}}},
            {{"resource":{{"resourceType":"Observation","id":"o"}}}},{rest}]}}"#
        )
        .into_bytes()
    };
    // "Fièvre.\r\nNo effusion." in base64.
    let document = |status: &str, attachment: &str| {
        bundle(&format!(
            r#"{{"resource":{{"resourceType":"DocumentReference","status":"{status}","date":"2026-11-20T09:14:00+01:00","description":"Letter",
            "subject":{{"reference":"urn:uuid:1"}},"content":[{{"attachment":{attachment}}}]}}}}"#
        ))
    };
    let data = r#"{"contentType":"text/plain","data":"Rmnu8nZyZQ=="}"#;
    let data = data.replace("Rmnu8nZyZQ==", "RmnDqHZyZS4NCk5vIGVmZnVzaW9uLg==");
    let note = check(
        &decoder,
        &document("current", &data),
        Format::Fhir,
        "Fièvre.\nNo effusion.",
        &[],
    );
    assert_eq!(note.subject.patient_id.reveal(), "INV-7");
    assert_eq!(note.subject.name.reveal(), "Erfunden^Erika B");
    assert_eq!(note.subject.sex.as_deref(), Some("F"));
    assert!((note.subject.age_years.unwrap() - 70.0).abs() < 0.1);
    assert_eq!(note.date.reveal().as_deref(), Some("2026-11-20 09:14"));
    assert_eq!(note.title.reveal().as_deref(), Some("Letter"));
    for (status, attachment, words) in [
        ("entered-in-error", data.as_str(), "entered in error"),
        (
            "current",
            r#"{"url":"https://example.org/letter.pdf"}"#,
            "never fetched",
        ),
        ("current", r#"{"data":"%%%"}"#, "base64"),
        (
            "current",
            r#"{"contentType":"image/png","data":"iVBORw0KGgo="}"#,
            "another kind",
        ),
    ] {
        let found = refusal(&decoder, &document(status, attachment)).to_string();
        assert!(found.contains(words), "{found}");
    }
    let report = r#"{"resourceType":"DiagnosticReport","status":"preliminary","code":{"text":"Chest radiograph"},"issued":"2026-11-20",
        "subject":{"reference":"Patient/9","display":"E. E."},"text":{"div":"<div><p>Lungs &amp; heart</p><table><tr><td>HR</td><td>72</td></tr></table></div>"},
        "conclusion":"No acute disease."}"#;
    let note = check(
        &decoder,
        report.as_bytes(),
        Format::Fhir,
        "Lungs & heart\nHR\t72\n\nConclusion\nNo acute disease.",
        &["the document is marked as preliminary"],
    );
    assert_eq!(note.subject.patient_id.reveal(), "Patient/9");
    let composition = r#"{"resourceType":"Composition","status":"final","title":"Discharge","section":[
        {"title":"Course","text":{"div":"<div>Fever.</div>"},"section":[{"title":"Day 2","text":{"div":"<div>No fever.</div>"}}]},
        {"title":"Plan","text":{"div":"<div><ul><li>rest</li></ul></div>"}}]}"#;
    check(
        &decoder,
        composition.as_bytes(),
        Format::Fhir,
        "Course\nFever.\nDay 2\nNo fever.\n\nPlan\n- rest",
        &[],
    );
}

#[test]
fn a_structured_report_reads_as_its_tree() {
    let code = |meaning: &str| {
        let mut code = Fields::default();
        code.text(0x0008_0100, b"SH", "1")
            .text(0x0008_0102, b"SH", "TEST")
            .text(0x0008_0104, b"LO", meaning);
        Content::Items(vec![code])
    };
    let item = |kind: &str, name: &str| {
        let mut item = Fields::default();
        item.text(0x0040_A040, b"CS", kind);
        item.element(0x0040_A043, b"SQ", code(name));
        item
    };
    let mut finding = item("TEXT", "Finding");
    finding.text(0x0040_A160, b"UT", "Fièvre.\r\nNo effusion.");
    let mut size = item("NUM", "Diameter");
    let (mut measured, mut unit) = (Fields::default(), Fields::default());
    unit.text(0x0008_0100, b"SH", "mm")
        .text(0x0008_0102, b"SH", "UCUM")
        .text(0x0008_0104, b"LO", "millimetre");
    measured.text(0x0040_A30A, b"DS", "6.5");
    measured.element(0x0040_08EA, b"SQ", Content::Items(vec![unit]));
    size.element(0x0040_A300, b"SQ", Content::Items(vec![measured]));
    let mut side = item("CODE", "Laterality");
    side.element(0x0040_A168, b"SQ", code("Left"));
    size.element(0x0040_A730, b"SQ", Content::Items(vec![side]));
    let mut observer = item("PNAME", "Observer");
    observer.text(0x0040_A123, b"PN", "Beispiel^Berta");
    let mut section = item("CONTAINER", "Findings");
    section.element(0x0040_A730, b"SQ", Content::Items(vec![finding, size]));
    let mut report = item("CONTAINER", "Chest report");
    report.syntax = EXPLICIT_LE.to_owned();
    report
        .text(0x0008_0005, b"CS", "ISO_IR 192")
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.88.33")
        .text(0x0008_0023, b"DA", "20261120")
        .text(0x0008_0033, b"TM", "091400")
        .text(0x0010_0010, b"PN", "Erfunden^Erika")
        .text(0x0010_0020, b"LO", "INV-7")
        .text(0x0040_A493, b"CS", "UNVERIFIED");
    report.element(0x0040_A730, b"SQ", Content::Items(vec![observer, section]));
    let decoder = decoder();
    let note = check(
        &decoder,
        &report.part10(),
        Format::Sr,
        "Chest report\n  Observer: Beispiel Berta\n  Findings\n    Finding: Fièvre.\n      No effusion.\n    Diameter: 6.5 mm\n      Laterality: Left",
        &["the report is marked as not verified"],
    );
    assert_eq!(note.subject.patient_id.reveal(), "INV-7");
    assert_eq!(note.date.reveal().as_deref(), Some("2026-11-20 09:14"));
    report.text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.88.59");
    assert_eq!(
        refusal(&decoder, &report.part10()),
        Refusal::NoPixels {
            sop_class: "Key Object Selection".to_owned()
        }
    );
}

#[test]
fn a_structured_report_of_another_program_reads() {
    let Some(data) = shared_data() else { return };
    let opened = decoder().open(&data.join("dicom/sr_report.dcm"));
    let Ok(Opened::Chart(chart)) = opened else {
        panic!("wanted a note, found {opened:?}");
    };
    let note = chart.only_note().unwrap();
    let text = note.text.reveal();
    assert!(text.starts_with("Diagnosis\n"), "{text}");
    assert!(text.contains("Text Code: A mass of\n"), "{text}");
    assert_eq!(note.subject.name.reveal(), "Test^S R");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back_from_rich_text(text in "[a-zé患\\{\\}]{1,40}( [a-zé患\\{\\}]{1,20}){0,4}") {
        let escaped: String = text
            .encode_utf16()
            .map(|unit| match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii_alphanumeric() || byte == b' ' => char::from(byte).to_string(),
                Ok(byte) if byte < 0x80 => format!("\\{}", char::from(byte)),
                _ => format!("\\u{}?", unit as i16),
            })
            .collect();
        let opened = decoder().open_bytes(format!("{{\\rtf1\\uc1 {escaped}}}").as_bytes());
        let Ok(Opened::Chart(chart)) = opened else { panic!("{opened:?}") };
        prop_assert_eq!(chart.only_note().unwrap().text.reveal(), &text);
    }
}

/// What hurts documents: see `hostile`.
pub(crate) fn fixtures() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FIXTURES.iter().copied()
}
