//! Made-up patients whose files are full of identifiers, with a list of where they stand.

use std::collections::BTreeSet;

use dicom::{core::VR, dictionary_std::tags};
use wardlight::deid::Policy;

use crate::{
    deid_header::{INNER, OUTER, letters, pairs, rows},
    made::{Content, EXPLICIT_BE, EXPLICIT_LE, Fields, IMPLICIT_LE},
};

/// Letters of every token.
const TOKEN_LETTERS: usize = 11;

/// An identifier and where it was put.
pub(crate) struct Plant {
    pub(crate) token: String,
    pub(crate) place: String,
}

/// One made-up patient's file, full of identifiers.
pub(crate) struct Planted {
    pub(crate) file: Vec<u8>,
    pub(crate) plants: Vec<Plant>,
}

/// Puts tokens into a file.
struct Planter {
    file_idx: usize,
    n_tokens: usize,
    plants: Vec<Plant>,
}

const CHARSETS: [(&str, &str); 3] = [
    ("ISO_IR 100", "é"),
    ("ISO_IR 192", "ß王"),
    ("GB18030", "王小"),
];

impl Planter {
    /// A word that stands nowhere else.
    fn token(&mut self, place: &str) -> String {
        self.n_tokens += 1;
        let token = format!("Zx{}{}k", letters(self.file_idx), letters(self.n_tokens));
        self.plants.push(Plant {
            token: token.clone(),
            place: place.to_owned(),
        });
        token
    }

    /// A word again, at another place.
    fn again(&mut self, token: &str, place: &str) -> String {
        self.plants.push(Plant {
            token: token.to_owned(),
            place: place.to_owned(),
        });
        token.to_owned()
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        match self.file_idx % CHARSETS.len() {
            0 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
            1 => text.as_bytes().to_vec(),
            _ => encoding_rs::GB18030.encode(text).0.into_owned(),
        }
    }
}

/// Texts of Table E.1-1 that must go under the policy; each fifth in a representation that is not its own.
fn plant_rows(planter: &mut Planter, into: &mut Fields, depth: usize, policy: &Policy) {
    let is_text = |vr| {
        matches!(
            vr,
            VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT | VR::PN | VR::AE
        )
    };
    for (idx, row) in rows().into_iter().enumerate() {
        let is_gone = !row.allowed(policy).iter().any(|it| it == "K" || it == "C");
        let is_special =
            matches!(row.tag.0, 0x0000 | 0x0002) || row.tag == tags::ENCAPSULATED_DOCUMENT;
        if !is_gone || is_special || !is_text(row.vr()) {
            continue;
        }
        let token = planter.token(&format!("{} at depth {depth}", row.tag));
        let wide = CHARSETS[planter.file_idx % CHARSETS.len()].1;
        let bytes = planter.encoded(&format!("{token} {wide}"));
        let odd = [*b"UN", *b"UT", *b"LT"];
        let vr = match idx % 5 {
            0 => odd[idx / 5 % 3],
            _ => pairs(row.vr()),
        };
        into.bytes(row.number(), &vr, bytes);
    }
}

/// A content item of a report.
fn content(kind: &str, code: [&str; 3], tag: u32, vr: &[u8; 2], value: Vec<u8>) -> Fields {
    let mut concept = Fields::default();
    concept
        .text(0x0008_0100, b"SH", code[0])
        .text(0x0008_0102, b"SH", code[1])
        .text(0x0008_0104, b"LO", code[2]);
    let mut item = Fields::default();
    item.text(0x0040_A010, b"CS", "CONTAINS")
        .text(0x0040_A040, b"CS", kind)
        .item(0x0040_A043, concept)
        .bytes(tag, vr, value);
    item
}

pub(crate) fn planted(file_idx: usize, policy: &Policy) -> Planted {
    let mut planter = Planter {
        file_idx,
        n_tokens: 0,
        plants: Vec::new(),
    };
    let (charset, wide) = CHARSETS[file_idx % CHARSETS.len()];
    let mut root = Fields::gray(4, 4, 8);
    root.pixels(vec![7; 16]);
    root.syntax = [EXPLICIT_LE, IMPLICIT_LE, EXPLICIT_BE][file_idx / 3 % 3].to_owned();
    root.text(0x0008_0005, b"CS", charset)
        .text(0x0008_0060, b"CS", "DX")
        .text(
            0x0008_0018,
            b"UI",
            &format!("1.3.6.1.4.1.99999.7.{file_idx}"),
        );
    plant_rows(&mut planter, &mut root, 0, policy);
    let mut outer = Fields::default();
    plant_rows(&mut planter, &mut outer, 1, policy);
    let mut inner = Fields::default();
    plant_rows(&mut planter, &mut inner, 2, policy);
    outer.item(INNER, inner);
    root.item(OUTER, outer);

    let name = plant_texts(&mut planter, &mut root, wide);
    plant_report(&mut planter, &mut root, &name);
    plant_private(&mut planter, &mut root);
    let token = planter.token("trailing padding");
    root.text(0xFFFC_FFFC, b"OB", &token);
    Planted {
        file: with_meta(&mut planter, &root),
        plants: planter.plants,
    }
}

/// The file with identifiers in preamble and meta group.
fn with_meta(planter: &mut Planter, root: &Fields) -> Vec<u8> {
    let mut meta = Fields::default();
    meta.syntax = EXPLICIT_LE.to_owned();
    meta.bytes(0x0002_0001, b"OB", [0, 1])
        .text(0x0002_0002, b"UI", "1.2.840.10008.5.1.4.1.1.7")
        .text(0x0002_0003, b"UI", "1.3.6.1.4.1.99999.8")
        .text(0x0002_0012, b"UI", "1.3.6.1.4.1.99999.10")
        .text(0x0002_0010, b"UI", &root.syntax)
        .text(0x0002_0013, b"SH", &planter.token("implementation version"))
        .text(0x0002_0016, b"AE", &planter.token("source AE title"))
        .text(0x0002_0017, b"AE", &planter.token("sending AE title"))
        .text(0x0002_0018, b"AE", &planter.token("receiving AE title"))
        .text(0x0002_0100, b"UI", "1.3.6.1.4.1.99999.9")
        .text(0x0002_0102, b"OB", &planter.token("private information"));
    let mut file = vec![0; 128];
    let token = planter.token("preamble");
    file[2..2 + token.len()].copy_from_slice(token.as_bytes());
    file[..2].copy_from_slice(b"II");
    file.extend_from_slice(b"DICM");
    // Some readers want the length of the group.
    let n_bytes = meta.dataset().len() as u32;
    meta.bytes(0x0002_0000, b"UL", n_bytes.to_le_bytes());
    file.extend(meta.dataset());
    file.extend(root.dataset());
    file
}

/// The places of those plants whose token stands in the bytes, whatever the case, in one byte a letter (as in every
/// character set here) or in two (UTF-16).
pub(crate) fn survivors(planted: &Planted, result: &[u8]) -> Vec<String> {
    let lower = result.to_ascii_lowercase();
    let half = |skip| {
        lower
            .iter()
            .copied()
            .skip(skip)
            .step_by(2)
            .collect::<Vec<u8>>()
    };
    let mut found = BTreeSet::new();
    for bytes in [lower.clone(), half(0), half(1)] {
        for at in bytes
            .windows(2)
            .enumerate()
            .filter(|it| it.1 == b"zx")
            .map(|it| it.0)
        {
            if let Some(word) = bytes.get(at..at + TOKEN_LETTERS) {
                found.insert(word.to_vec());
            }
        }
    }
    let survives = |it: &&Plant| found.contains(it.token.to_lowercase().as_bytes());
    let survivors = planted.plants.iter().filter(survives);
    survivors.map(|it| it.place.clone()).collect()
}

/// The patient, and texts that name him; his name.
fn plant_texts(planter: &mut Planter, root: &mut Fields, wide: &str) -> String {
    let file_idx = planter.file_idx;
    let name = planter.token("patient's name");
    let id = format!("{}77{file_idx}", planter.token("patient's number"));
    let surgeon = planter.token("performing physician");
    root.bytes(
        0x0010_0010,
        b"PN",
        planter.encoded(&format!("{name}{wide}^{name}")),
    )
    .text(0x0010_0020, b"LO", &id)
    .text(0x0010_0030, b"DA", "19470823")
    .text(0x0008_1050, b"PN", &surgeon);
    // Descriptions that are cleaned, not removed: the file itself says whom they name, or a title does.
    let titled = planter.token("a name behind a title in a description");
    planter.again(&name, "patient's name in a description");
    planter.again(&surgeon, "physician's name in a description");
    let description = format!("CT of {name}, {surgeon}; seen by Dr. {titled}");
    root.text(0x0008_103E, b"LO", &description);
    for (tag, vr) in [
        (0x0008_1030, b"LO"),
        (0x0018_1030, b"LO"),
        (0x0020_4000, b"LT"),
    ] {
        planter.again(&name, "patient's name in a description");
        planter.again(&id, "patient's number in a description");
        root.bytes(tag, vr, planter.encoded(&format!("{wide} {name} ({id})")));
    }
    // Attributes that the table does not have.
    planter.again(&name, "patient's name in an attribute that stays");
    root.text(0x0008_0070, b"LO", &format!("Maker of {name}"));
    planter.again(&name, "patient's name as a code");
    root.text(0x0018_0015, b"CS", &name.to_uppercase());
    for (tag, vr) in [(0x0018_1411, b"DS"), (0x0018_1150, b"IS")] {
        let token = planter.token("text in place of a number");
        root.text(tag, vr, &token);
    }
    name
}

/// A report with persons, by value and in texts.
fn plant_report(planter: &mut Planter, root: &mut Fields, name: &str) {
    let mut items = Vec::new();
    for idx in 0..6 {
        let titled = planter.token("a name behind a title in a report");
        planter.again(name, "patient's name in a report");
        let said = format!("Finding {idx}: {name} was told by Dr. {titled} on 2019-03-0{idx}1");
        let text = planter.encoded(&said);
        items.push(content(
            "TEXT",
            ["121071", "DCM", "Finding"],
            0x0040_A160,
            b"UT",
            text,
        ));
        let person = planter.token("a person in a report");
        let person = planter.encoded(&person);
        items.push(content(
            "PNAME",
            ["121008", "DCM", "Observer"],
            0x0040_A123,
            b"PN",
            person,
        ));
    }
    root.element(0x0040_A730, b"SQ", Content::Items(items));
}

/// Private attributes, overlays and curves.
fn plant_private(planter: &mut Planter, root: &mut Fields) {
    root.text(0x0009_0010, b"LO", "ACME 1.1");
    for element in 0..20 {
        let token = planter.token("private attribute");
        root.text(
            0x0009_1000 + element,
            [b"LO", b"UT", b"OB", b"UN"][element as usize % 4],
            &token,
        );
    }
    let mut private = Fields::default();
    let token = planter.token("private sequence");
    private.text(0x0010_0010, b"PN", &token);
    root.item(0x0009_1080, private);
    for group in [0x5000, 0x6000, 0x6002_u32] {
        let token = planter.token("overlay or curve");
        root.text(group << 16 | 0x3000, b"OW", &token);
        let token = planter.token("overlay or curve comment");
        root.text(group << 16 | 0x4000, b"LT", &token);
    }
}
