//! DICOM files made by hand, element by element, so that each can be wrong in exactly one way.

/// A tag as one number: group, then element.
pub(crate) type Tag = u32;

pub(crate) const PIXEL_DATA: Tag = 0x7FE0_0010;
pub(crate) const EXPLICIT_LE: &str = "1.2.840.10008.1.2.1";
pub(crate) const EXPLICIT_BE: &str = "1.2.840.10008.1.2.2";
pub(crate) const IMPLICIT_LE: &str = "1.2.840.10008.1.2";
pub(crate) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

/// How elements are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) is_explicit: bool,
    pub(crate) is_big_endian: bool,
}

impl Order {
    pub(crate) fn of(syntax: &str) -> Self {
        Self {
            is_explicit: syntax != IMPLICIT_LE,
            is_big_endian: syntax == EXPLICIT_BE,
        }
    }
}

/// What an element holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Items(Vec<Fields>),
    Fragments(Vec<Vec<u8>>),
}

/// The elements of a file or of an item, kept in order by tag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    elements: std::collections::BTreeMap<Tag, ([u8; 2], Content)>,
    /// The transfer syntax, for [`Self::part10`].
    pub(crate) syntax: String,
}

impl Fields {
    /// A grey picture without its pixels.
    pub(crate) fn gray(rows: u16, columns: u16, bits: u16) -> Self {
        let mut fields = Self {
            syntax: EXPLICIT_LE.to_owned(),
            ..Self::default()
        };
        fields
            .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.7")
            .text(0x0008_0018, b"UI", "1.2.3")
            .text(0x0008_0060, b"CS", "OT");
        fields
            .text(0x0028_0004, b"CS", "MONOCHROME2")
            .word(0x0028_0002, 1)
            .word(0x0028_0010, rows)
            .word(0x0028_0011, columns);
        fields
            .word(
                0x0028_0100,
                if bits == 1 { 1 } else { bits.div_ceil(8) * 8 },
            )
            .word(0x0028_0101, bits)
            .word(0x0028_0102, bits - 1)
            .word(0x0028_0103, 0);
        fields
    }

    /// A picture of three samples of 8 bits.
    pub(crate) fn colour(rows: u16, columns: u16, photometric: &str) -> Self {
        let mut fields = Self::gray(rows, columns, 8);
        fields
            .word(0x0028_0002, 3)
            .word(0x0028_0006, 0)
            .text(0x0028_0004, b"CS", photometric);
        fields
    }

    pub(crate) fn element(&mut self, tag: Tag, vr: &[u8; 2], content: Content) -> &mut Self {
        self.elements.insert(tag, (*vr, content));
        self
    }

    pub(crate) fn bytes(&mut self, tag: Tag, vr: &[u8; 2], bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.element(tag, vr, Content::Bytes(bytes.into()))
    }

    pub(crate) fn text(&mut self, tag: Tag, vr: &[u8; 2], text: &str) -> &mut Self {
        let mut bytes = text.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if vr == b"UI" { 0 } else { b' ' });
        }
        self.bytes(tag, vr, bytes)
    }

    /// A US element. Always little-endian here; turned round on writing where the syntax wants it.
    pub(crate) fn word(&mut self, tag: Tag, word: u16) -> &mut Self {
        self.bytes(tag, b"US", word.to_le_bytes())
    }

    pub(crate) fn words(&mut self, tag: Tag, words: &[u16]) -> &mut Self {
        self.bytes(
            tag,
            b"US",
            words
                .iter()
                .flat_map(|it| it.to_le_bytes())
                .collect::<Vec<_>>(),
        )
    }

    pub(crate) fn item(&mut self, tag: Tag, item: Self) -> &mut Self {
        self.element(tag, b"SQ", Content::Items(vec![item]))
    }

    pub(crate) fn pixels(&mut self, bytes: Vec<u8>) -> &mut Self {
        self.bytes(PIXEL_DATA, b"OW", bytes)
    }

    /// Encapsulated pixels with an empty offset table.
    pub(crate) fn fragments(&mut self, syntax: &str, fragments: Vec<Vec<u8>>) -> &mut Self {
        self.syntax = syntax.to_owned();
        self.element(PIXEL_DATA, b"OB", Content::Fragments(fragments))
    }

    /// The whole file: preamble, meta group, data set.
    pub(crate) fn part10(&self) -> Vec<u8> {
        let mut bytes = head(&self.syntax);
        bytes.extend(self.dataset());
        bytes
    }

    /// The data set alone, in the syntax of the file.
    pub(crate) fn dataset(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, Order::of(&self.syntax));
        out
    }

    fn write(&self, out: &mut Vec<u8>, order: Order) {
        for (tag, (vr, content)) in &self.elements {
            let length = match content {
                Content::Bytes(bytes) => bytes.len() as u32 + bytes.len() as u32 % 2,
                _ => u32::MAX,
            };
            write_head(out, *tag, vr, length, order);
            match content {
                Content::Bytes(bytes) => {
                    let unit = if order.is_big_endian { unit(vr) } else { 1 };
                    let mut turned = bytes.clone();
                    turned.chunks_mut(unit).for_each(<[u8]>::reverse);
                    out.extend(turned);
                    out.extend(vec![0; bytes.len() % 2]);
                }
                Content::Items(items) => {
                    for item in items {
                        write_tag(out, 0xFFFE_E000, u32::MAX, order);
                        item.write(out, order);
                        write_tag(out, 0xFFFE_E00D, 0, order);
                    }
                    write_tag(out, 0xFFFE_E0DD, 0, order);
                }
                Content::Fragments(fragments) => {
                    write_tag(out, 0xFFFE_E000, 0, order);
                    for fragment in fragments {
                        let padded = [fragment.as_slice(), &vec![0; fragment.len() % 2]].concat();
                        write_tag(out, 0xFFFE_E000, padded.len() as u32, order);
                        out.extend(padded);
                    }
                    write_tag(out, 0xFFFE_E0DD, 0, order);
                }
            }
        }
    }
}

/// Preamble, magic word and a meta group that names the syntax.
pub(crate) fn head(syntax: &str) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    let mut meta = Fields::default();
    meta.text(0x0002_0010, b"UI", syntax);
    meta.write(&mut bytes, Order::of(EXPLICIT_LE));
    bytes
}

/// Bytes of one number of a representation.
fn unit(vr: &[u8; 2]) -> usize {
    match vr {
        b"US" | b"SS" | b"OW" => 2,
        b"UL" | b"SL" | b"FL" | b"OF" | b"OL" | b"AT" => 4,
        b"FD" | b"OD" => 8,
        _ => 1,
    }
}

fn write_tag(out: &mut Vec<u8>, tag: Tag, length: u32, order: Order) {
    write_head(
        out,
        tag,
        b"  ",
        length,
        Order {
            is_explicit: false,
            ..order
        },
    );
}

/// Writes tag, representation and length.
pub(crate) fn write_head(out: &mut Vec<u8>, tag: Tag, vr: &[u8; 2], length: u32, order: Order) {
    let word = |it: u16| {
        if order.is_big_endian {
            it.to_be_bytes()
        } else {
            it.to_le_bytes()
        }
    };
    let long = |it: u32| {
        if order.is_big_endian {
            it.to_be_bytes()
        } else {
            it.to_le_bytes()
        }
    };
    out.extend(word((tag >> 16) as u16));
    out.extend(word(tag as u16));
    if !order.is_explicit {
        out.extend(long(length));
        return;
    }
    out.extend_from_slice(vr);
    if [
        b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
    ]
    .contains(&vr)
    {
        out.extend([0, 0]);
        out.extend(long(length));
    } else {
        out.extend(word(length as u16));
    }
}
