//! Rich Text Format 1.9.1: the text of a document, from its bytes. No layout, no pictures, no embedded objects.
//!
//! The format is a stream of groups, control words and bytes in the code page of the font at hand. One pass with a
//! stack of group states reads it; nothing recurses.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, MACINTOSH, UTF_8, WINDOWS_1252};

use super::{
    Draft, beside,
    code_page::{code_page, page_of_charset},
};
use crate::{
    import::Refusal,
    warnings::{WarningKind, Warnings},
};

/// Groups inside groups beyond any real document: office programs stay under 20.
const DEPTH_LIMIT: usize = 100;

/// Destinations without text of the document. Any other that is marked `\*` is left out too.
const SILENT: &[&str] = &[
    "colortbl",
    "stylesheet",
    "listtable",
    "pict",
    "object",
    "sp",
    "nonshppict",
    "fldinst",
    "datafield",
    "xe",
    "tc",
    "bkmkstart",
    "bkmkend",
    "pntxta",
    "pntxtb",
    "atnid",
    "atnauthor",
    "annotation",
    "filetbl",
    "revtbl",
    "info",
];
/// Destinations that are marked `\*` and hold text, or pictures to tell of.
const STARRED: &[&str] = &["shppict", "shpinst", "shptxt", "footnote", "annotation"];

/// Where the text of a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Body,
    Header,
    Footer,
    Footnote,
    Title,
    Fonts,
    Nowhere,
}

/// What a closing brace takes back.
#[derive(Clone, Copy, Debug)]
struct Group {
    target: Target,
    font: Option<i32>,
    /// Characters that stand for one `\u`, for readers that do not know it.
    n_fallback: usize,
    is_hidden: bool,
    is_deleted: bool,
    is_in_table: bool,
}

/// The next thing in the file.
enum Token<'a> {
    Open,
    Close,
    Word(&'a str, Option<i32>),
    /// A backslash and one byte that is no letter.
    Symbol(u8),
    /// `\'hh`.
    Hex(u8),
    Byte(u8),
}

/// Reads the text.
pub(super) fn read(bytes: &[u8], warnings: &Warnings) -> Result<Draft, Refusal> {
    let mut reader = Reader {
        rest: bytes,
        group: Group {
            target: Target::Body,
            font: None,
            n_fallback: 1,
            is_hidden: false,
            is_deleted: false,
            is_in_table: false,
        },
        outer: Vec::new(),
        is_starred: false,
        default_font: None,
        code_page: WINDOWS_1252,
        raw: std::str::from_utf8(bytes).is_ok().then_some(UTF_8),
        fonts: BTreeMap::new(),
        pending: Vec::new(),
        pending_encoding: WINDOWS_1252,
        high: None,
        n_skip: 0,
        body: String::new(),
        title: String::new(),
        margins: BTreeMap::new(),
        warnings,
    };
    while let Some(token) = reader.token()? {
        reader.take(token)?;
        if reader.outer.is_empty() {
            return Ok(reader.finish());
        }
    }
    Err(Refusal::malformed(
        "a closing brace for every opening one",
        "that the document is cut short",
    ))
}

struct Reader<'a> {
    rest: &'a [u8],
    group: Group,
    outer: Vec<Group>,
    /// `\*` stood before the word that comes.
    is_starred: bool,
    default_font: Option<i32>,
    code_page: &'static Encoding,
    /// How bytes beyond ASCII that are not escaped are read, if not by the code page.
    raw: Option<&'static Encoding>,
    fonts: BTreeMap<i32, &'static Encoding>,
    /// Bytes of one code page that are not decoded yet: a character may take two.
    pending: Vec<u8>,
    pending_encoding: &'static Encoding,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    n_skip: usize,
    body: String,
    title: String,
    margins: BTreeMap<&'static str, String>,
    warnings: &'a Warnings,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Option<Token<'a>>, Refusal> {
        let [first, rest @ ..] = self.rest else {
            return Ok(None);
        };
        self.rest = rest;
        let token = match first {
            b'{' => Token::Open,
            b'}' => Token::Close,
            b'\\' => return self.control().map(Some),
            byte => Token::Byte(*byte),
        };
        Ok(Some(token))
    }

    /// What stands after a backslash.
    fn control(&mut self) -> Result<Token<'a>, Refusal> {
        let letters = self.split(|it| it.is_ascii_alphabetic());
        let [first, rest @ ..] = self.rest else {
            return Err(Refusal::malformed(
                "a control word",
                "the end of the document",
            ));
        };
        if letters.is_empty() {
            self.rest = rest;
            let hex = |it: &u8| char::from(*it).to_digit(16).map(|it| it as u8);
            return Ok(match (first, rest) {
                (b'\'', [high, low, after @ ..]) => {
                    let (Some(high), Some(low)) = (hex(high), hex(low)) else {
                        return Err(Refusal::malformed("two hexadecimal digits", "others"));
                    };
                    self.rest = after;
                    Token::Hex(high << 4 | low)
                }
                _ => Token::Symbol(*first),
            });
        }
        let sign: &[u8] = match (first, rest) {
            (b'-', [b'0'..=b'9', ..]) => {
                self.rest = rest;
                b"-"
            }
            _ => b"",
        };
        let digits = self.split(|it| it.is_ascii_digit());
        let number = std::str::from_utf8(digits)
            .ok()
            .and_then(|it| it.parse::<i32>().ok())
            .map(|it| if sign.is_empty() { it } else { -it });
        if let [b' ', rest @ ..] = self.rest {
            self.rest = rest;
        }
        let word = std::str::from_utf8(letters).unwrap_or_default();
        if word == "bin" {
            let n = number.and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
            self.rest = self.rest.get(n..).unwrap_or_default();
        }
        Ok(Token::Word(word, number))
    }

    /// Takes the bytes that are as wanted.
    fn split(&mut self, is_wanted: impl Fn(&u8) -> bool) -> &'a [u8] {
        let n = self
            .rest
            .iter()
            .position(|it| !is_wanted(it))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(n);
        self.rest = rest;
        taken
    }

    fn take(&mut self, token: Token<'a>) -> Result<(), Refusal> {
        match token {
            Token::Open => {
                self.flush();
                self.n_skip = 0;
                if DEPTH_LIMIT <= self.outer.len() {
                    return Err(Refusal::malformed(
                        format!("groups nested at most {DEPTH_LIMIT} deep"),
                        "more",
                    ));
                }
                self.outer.push(self.group);
            }
            Token::Close => {
                self.flush();
                self.n_skip = 0;
                if self.group.target == Target::Footnote
                    && self
                        .outer
                        .last()
                        .is_some_and(|it| it.target != Target::Footnote)
                {
                    self.put("\n");
                }
                if let Some(outer) = self.outer.pop() {
                    self.group = outer;
                }
            }
            Token::Byte(b'\r' | b'\n') => {}
            Token::Word(word, number) => {
                self.flush();
                // A word would count as one too, but none is ever written for a character that has no place.
                self.n_skip = 0;
                self.word(word, number);
                self.is_starred = false;
            }
            _ if 0 < self.n_skip => self.n_skip -= 1,
            Token::Byte(byte) => self.byte(byte, if byte < 0x80 { None } else { self.raw }),
            Token::Hex(byte) => self.byte(byte, None),
            Token::Symbol(symbol) => self.symbol(symbol),
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.is_starred = true,
            b'\\' | b'{' | b'}' => self.byte(symbol, None),
            b'~' => self.char('\u{a0}'),
            b'_' => self.char('\u{2011}'),
            b'\r' | b'\n' => self.char('\n'),
            b'\t' => self.char('\t'),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        let is_on = number != Some(0);
        match word {
            "u" => self.unit(number.unwrap_or(0)),
            "uc" => self.group.n_fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1),
            "par" | "line" | "sect" | "page" | "softline" if self.group.is_in_table => {
                self.char(' ')
            }
            "par" | "line" | "sect" | "page" | "softline" => self.char('\n'),
            "cell" | "nestcell" => self.end_cell('\t'),
            "row" => self.end_cell('\n'),
            "nestrow" => self.end_cell(' '),
            "intbl" => self.group.is_in_table = true,
            "pard" => self.group.is_in_table = false,
            "f" => self.group.font = number,
            "deff" => self.default_font = number,
            "plain" => {
                self.group.font = None;
                self.group.is_hidden = false;
                self.group.is_deleted = false;
            }
            "v" => self.group.is_hidden = is_on,
            "deleted" => self.group.is_deleted = is_on,
            "revised" if is_on => beside::inserted(self.warnings),
            "ansicpg" => self.code_page = self.encoding(number.unwrap_or(1252)),
            "mac" => self.code_page = MACINTOSH,
            "fcharset" => self.charset(number.unwrap_or(0)),
            _ => match spelt(word) {
                Some(char) => self.char(char),
                None => self.destination(word),
            },
        }
    }

    /// A word that may say what the group is for.
    fn destination(&mut self, word: &str) {
        match word {
            "pict" | "shppict" => beside::pictures(self.warnings),
            "object" | "objdata" => beside::objects(self.warnings),
            "annotation" => beside::comments(self.warnings),
            _ => {}
        }
        let is_silent = self.group.target == Target::Nowhere && word != "title";
        self.group.target = match word {
            "title" => Target::Title,
            _ if is_silent => Target::Nowhere,
            "fonttbl" => Target::Fonts,
            "header" | "headerl" | "headerr" | "headerf" => Target::Header,
            "footer" | "footerl" | "footerr" | "footerf" => Target::Footer,
            "footnote" => Target::Footnote,
            _ if SILENT.contains(&word) => Target::Nowhere,
            _ if self.is_starred && !STARRED.contains(&word) => Target::Nowhere,
            _ => self.group.target,
        };
    }

    /// Ends a cell or a row: white space before its end means nothing, nor does the end of the last cell.
    fn end_cell(&mut self, end: char) {
        if let Some(text) = self.text()
            && !text.is_empty()
        {
            let trimmed = text.trim_end_matches(' ').len();
            text.truncate(trimmed);
            if end != '\t' && text.ends_with('\t') {
                text.pop();
            }
        }
        self.char(end);
    }

    /// One UTF-16 unit, written as a signed number; some programs write a whole code point.
    fn unit(&mut self, number: i32) {
        self.n_skip = self.group.n_fallback;
        let beyond = u32::try_from(number).ok().filter(|it| 0xffff < *it);
        if let Some(char) = beyond.and_then(char::from_u32) {
            return self.char(char);
        }
        let unit = number as u16;
        let units = match (self.high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            (Some(high), _) => vec![high, unit],
            (None, _) => vec![unit],
        };
        for char in char::decode_utf16(units) {
            let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
            if char == char::REPLACEMENT_CHARACTER {
                beside::loss(self.warnings);
            }
            self.char(char);
        }
    }

    fn charset(&mut self, charset: i32) {
        if let (Target::Fonts, Some(font)) = (self.group.target, self.group.font) {
            // The default character set is the document's; that of symbols has no encoding that is agreed on.
            let encoding = match charset {
                1 | 2 => self.code_page,
                77 => MACINTOSH,
                other => self.encoding(page_of_charset(other)),
            };
            self.fonts.insert(font, encoding);
        }
    }

    fn encoding(&self, page: i32) -> &'static Encoding {
        code_page(page).unwrap_or_else(|| {
            self.warnings.add(
                WarningKind::Text,
                format!("the code page {page} is not known: read as windows-1252"),
            );
            WINDOWS_1252
        })
    }

    /// Adds a byte in the encoding of its font, or in another.
    fn byte(&mut self, byte: u8, other: Option<&'static Encoding>) {
        let font = self.group.font.or(self.default_font);
        let own = || font.and_then(|it| self.fonts.get(&it).copied());
        let encoding = other.or_else(own).unwrap_or(self.code_page);
        if encoding != self.pending_encoding {
            self.flush();
            self.pending_encoding = encoding;
        }
        self.pending.push(byte);
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let encoding = self.pending_encoding;
        let (text, has_loss) = encoding.decode_without_bom_handling(&pending);
        if has_loss {
            beside::loss(self.warnings);
        }
        self.put(&text);
    }

    fn char(&mut self, char: char) {
        self.flush();
        self.put(char.encode_utf8(&mut [0; 4]));
    }

    fn put(&mut self, text: &str) {
        if self.group.is_deleted || self.group.is_hidden {
            if self.group.target != Target::Nowhere && !text.trim().is_empty() {
                if self.group.is_deleted {
                    beside::deleted(self.warnings);
                } else {
                    beside::hidden(self.warnings);
                }
            }
            return;
        }
        if let Some(target) = self.text() {
            target.push_str(text);
        }
    }

    fn text(&mut self) -> Option<&mut String> {
        let margin = match self.group.target {
            Target::Body => return Some(&mut self.body),
            Target::Title => return Some(&mut self.title),
            Target::Fonts | Target::Nowhere => return None,
            Target::Header => beside::HEADER,
            Target::Footer => beside::FOOTER,
            Target::Footnote => beside::FOOTNOTES,
        };
        Some(self.margins.entry(margin).or_default())
    }

    fn finish(mut self) -> Draft {
        let mut text = self.body;
        for name in [beside::HEADER, beside::FOOTER, beside::FOOTNOTES] {
            if let Some(margin) = self.margins.remove(name) {
                beside::append(&mut text, name, &margin);
            }
        }
        Draft {
            text,
            title: (!self.title.is_empty()).then_some(self.title),
            encoding: self.code_page.name().to_owned(),
            ..Draft::default()
        }
    }
}

/// Characters that have a word.
fn spelt(word: &str) -> Option<char> {
    Some(match word {
        "tab" => '\t',
        "emdash" => '—',
        "endash" => '–',
        "lquote" => '‘',
        "rquote" => '’',
        "ldblquote" => '“',
        "rdblquote" => '”',
        "bullet" => '•',
        "emspace" | "enspace" | "qmspace" => ' ',
        _ => return None,
    })
}
