//! Text in the character sets of DICOM, with the escapes of ISO 2022 (PS3.3 C.12.1.1.2, PS3.5 6.1).

use encoding_rs::{
    EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_15, SHIFT_JIS, UTF_8, WINDOWS_874,
    WINDOWS_1252, WINDOWS_1254,
};

const ESC: u8 = 0x1b;

/// How the bytes of one piece become characters.
#[derive(Clone, Copy)]
enum Set {
    /// As the encoding says.
    Plain(&'static Encoding),
    /// Two seven-bit bytes a character; `lead` stands before each in EUC-JP.
    Wide { lead: &'static [u8] },
}

/// What an escape sequence turns on.
const ESCAPES: &[(&[u8], Set)] = &[
    (b"(B", Set::Plain(WINDOWS_1252)),
    (b"(J", Set::Plain(SHIFT_JIS)),
    (b")I", Set::Plain(SHIFT_JIS)),
    (b"$B", Set::Wide { lead: b"" }),
    (b"$@", Set::Wide { lead: b"" }),
    (b"$(D", Set::Wide { lead: b"\x8f" }),
    (b"$)C", Set::Plain(EUC_KR)),
    (b"$)A", Set::Plain(GBK)),
    (b"-A", Set::Plain(WINDOWS_1252)),
    (b"-B", Set::Plain(ISO_8859_2)),
    (b"-C", Set::Plain(ISO_8859_3)),
    (b"-D", Set::Plain(ISO_8859_4)),
    (b"-L", Set::Plain(ISO_8859_5)),
    (b"-G", Set::Plain(ISO_8859_6)),
    (b"-F", Set::Plain(ISO_8859_7)),
    (b"-H", Set::Plain(ISO_8859_8)),
    (b"-M", Set::Plain(WINDOWS_1254)),
    (b"-T", Set::Plain(WINDOWS_874)),
    (b"-b", Set::Plain(ISO_8859_15)),
];

/// The text of `bytes` under the defined terms of (0008,0005), of which there may be several, or none.
/// What cannot be decoded becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], terms: &str) -> String {
    let first = terms.split('\\').next().unwrap_or_default();
    let initial = Set::Plain(encoding(first));
    let mut text = String::new();
    let mut set = initial;
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|it| *it == ESC).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(at);
        push(&mut text, piece, &mut set, initial);
        let Some(after) = after.get(1..) else {
            return text;
        };
        match ESCAPES.iter().find(|(escape, _)| after.starts_with(escape)) {
            Some((escape, next)) => {
                set = *next;
                rest = after.get(escape.len()..).unwrap_or_default();
            }
            None => {
                text.push('\u{fffd}');
                rest = after;
            }
        }
    }
}

/// Decodes a piece between escapes. A delimiter of values or name parts ends what an escape turned on.
fn push(text: &mut String, piece: &[u8], set: &mut Set, initial: Set) {
    match *set {
        Set::Plain(encoding) => text.push_str(&encoding.decode_without_bom_handling(piece).0),
        Set::Wide { lead } => {
            let is_wide = |it: &u8| (0x21..0x7f).contains(it);
            let (pairs, _) = piece.as_chunks::<2>();
            let n_wide = pairs
                .iter()
                .take_while(|pair| pair.iter().all(is_wide))
                .count()
                * 2;
            let (wide, narrow) = piece.split_at(n_wide);
            let (pairs, _) = wide.as_chunks::<2>();
            let euc: Vec<u8> = pairs
                .iter()
                .flat_map(|[high, low]| [lead, &[high | 0x80, low | 0x80]].concat())
                .collect();
            text.push_str(&EUC_JP.decode_without_bom_handling(&euc).0);
            if !narrow.is_empty() {
                *set = initial;
                push(text, narrow, set, initial);
            }
        }
    }
}

/// The encoding of a defined term. An unknown or absent term is read as Latin, of which ASCII is a part.
fn encoding(term: &str) -> &'static Encoding {
    // The three spellings of a term: `ISO_IR 100`, `ISO 2022 IR 100`, and the misspelt `ISO_IR_100`.
    let term = term.trim();
    let number = term.rsplit([' ', '_']).next().unwrap_or_default();
    match number {
        "101" => ISO_8859_2,
        "109" => ISO_8859_3,
        "110" => ISO_8859_4,
        "144" => ISO_8859_5,
        "127" => ISO_8859_6,
        "126" => ISO_8859_7,
        "138" => ISO_8859_8,
        "148" => WINDOWS_1254,
        "157" => ISO_8859_10,
        "203" => ISO_8859_15,
        "13" => SHIFT_JIS,
        "166" => WINDOWS_874,
        "149" => EUC_KR,
        "58" | "GBK" | "GB2312" => GBK,
        "192" => UTF_8,
        "GB18030" => GB18030,
        _ => WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn names_of_the_standard_decode_as_printed_there() {
        // PS3.5 H.3.1 example 1, H.3.2 example 2, I.2 example, J.1, K.2.
        let yamada =
            "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        assert_eq!(
            decode(yamada.as_bytes(), "\\ISO 2022 IR 87"),
            "Yamada^Tarou=山田^太郎=やまだ^たろう"
        );
        let katakana = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J";
        assert_eq!(
            decode(katakana, "ISO 2022 IR 13\\ISO 2022 IR 87"),
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
        );
        let hong = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        assert_eq!(
            decode(hong, "\\ISO 2022 IR 149"),
            "Hong^Gildong=洪^吉洞=홍^길동"
        );
        assert_eq!(
            decode("Wang^XiaoDong=王^小东".as_bytes(), "ISO_IR 192"),
            "Wang^XiaoDong=王^小东"
        );
        assert_eq!(
            decode(b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "GB18030"),
            "Wang^XiaoDong=王^小东"
        );
        assert_eq!(
            decode(b"\xbb\xee\xda\x63\x65\xdc\xd1\x79\x70\xd3", "ISO_IR 144"),
            "Люкceмбypг"
        );
        assert_eq!(decode(b"Buc^J\xe9r\xf4me", "ISO_IR 100"), "Buc^Jérôme");
    }
}
