//! Lines of text from characters and their places on a page.
//!
//! 1. characters that follow each other on one baseline are a piece; a wide gap ends it;
//! 2. pieces on one baseline are a row, from left to right, gaps as tabulators: so a value stays with its label,
//!    in whatever order they were drawn;
//! 3. rows beside each other are columns, and read one after the other, only where all of it points there: a gutter,
//!    prose on both sides, and the left side drawn before the right one.

/// A character, or a few that are one shape, and where it is drawn: points, downwards from the top left corner.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) text: String,
    /// On the baseline, where it begins.
    pub(super) start: (f64, f64),
    /// Where the next one would begin.
    pub(super) end: (f64, f64),
    /// Height of the font.
    pub(super) size: f64,
}

/// Gaps in units of the font's height: what separates two words, and two pieces of a row.
const WORD_GAP: f64 = 0.15;
const PIECE_GAP: f64 = 1.5;
/// How far a baseline may be off in one row: superscripts stay in it.
const ROW_DRIFT: f64 = 0.4;
/// Baselines further apart than this have a blank line between them.
const PARAGRAPH_GAP: f64 = 2.0;
/// The least rows of a column, and their least mean length in characters.
const COLUMN_ROWS: usize = 3;
const COLUMN_CHARACTERS: usize = 12;
/// Pages with more rows are read row by row.
const COLUMN_SEARCH_ROWS: usize = 200;

/// Characters of one baseline that stand together.
#[derive(Debug)]
struct Piece {
    text: String,
    left: f64,
    right: f64,
    y: f64,
    size: f64,
    /// Its place in the order of drawing.
    order: usize,
}

/// Pieces from left to right.
type Row = Vec<Piece>;

/// The text of a page.
pub(super) fn text(marks: Vec<Mark>) -> String {
    let (level, turned): (Vec<Mark>, Vec<Mark>) = marks
        .into_iter()
        .filter(|it| is_finite(it) && 0.0 < it.size)
        .partition(is_level);
    let mut rows = rows(pieces(&level));
    let mut text = String::new();
    while !rows.is_empty() {
        let (n_rows, gutter) = columns(&rows).unwrap_or((0, 0.0));
        if n_rows == 0 {
            let first = rows.remove(0);
            line(&mut text, &first, rows.first());
            continue;
        }
        let rest = rows.split_off(n_rows);
        let (left, right) = halves(rows, gutter);
        for column in [left, right] {
            for (idx, row) in column.iter().enumerate() {
                line(&mut text, row, column.get(idx + 1));
            }
            text.push('\n');
        }
        rows = rest;
    }
    // Text that is turned, as in a margin, is told last, as it was drawn.
    for mark in &turned {
        text.push_str(&mark.text);
    }
    text.trim_matches(['\n', ' ', '\t']).to_owned()
}

fn is_finite(mark: &Mark) -> bool {
    [
        mark.start.0,
        mark.start.1,
        mark.end.0,
        mark.end.1,
        mark.size,
    ]
    .iter()
    .all(|it| it.is_finite())
}

/// Whether it runs from left to right, or has no width to tell.
fn is_level(mark: &Mark) -> bool {
    let (right, down) = (mark.end.0 - mark.start.0, mark.end.1 - mark.start.1);
    down.abs() <= right.max(1e-6) * 0.2
}

fn pieces(marks: &[Mark]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last: Option<&Mark> = None;
    for mark in marks {
        // Some writers draw bold text twice, a hair apart.
        let is_double = last.is_some_and(|it| {
            it.text == mark.text
                && (it.start.0 - mark.start.0).abs() < 0.05 * mark.size
                && (it.start.1 - mark.start.1).abs() < 0.05 * mark.size
        });
        if is_double {
            continue;
        }
        last = Some(mark);
        let gap = pieces.last().map(|it| {
            let same_row = (it.y - mark.start.1).abs() < ROW_DRIFT * it.size.max(mark.size);
            let gap = (mark.start.0 - it.right) / it.size.max(mark.size);
            (gap, same_row && (-0.5..PIECE_GAP).contains(&gap))
        });
        match (gap, pieces.last_mut()) {
            (Some((gap, true)), Some(piece)) => {
                push(&mut piece.text, &mark.text, gap);
                piece.right = piece.right.max(mark.end.0);
                piece.size = piece.size.max(mark.size);
            }
            _ => pieces.push(Piece {
                text: mark.text.clone(),
                left: mark.start.0,
                right: mark.end.0,
                y: mark.start.1,
                size: mark.size,
                order: pieces.len(),
            }),
        }
    }
    pieces.retain(|it| !it.text.trim().is_empty());
    pieces
}

/// Adds to a text what stands `gap` behind it.
fn push(text: &mut String, more: &str, gap: f64) {
    if WORD_GAP < gap && !text.ends_with(' ') && !more.starts_with(' ') {
        text.push(' ');
    }
    text.push_str(more);
}

/// Pieces by baseline, from top to bottom and from left to right.
fn rows(mut pieces: Vec<Piece>) -> Vec<Row> {
    pieces.sort_by(|left, right| left.y.total_cmp(&right.y));
    let mut rows: Vec<Row> = Vec::new();
    for piece in pieces {
        let fits = rows
            .last()
            .and_then(|row| row.first())
            .is_some_and(|it| piece.y - it.y < ROW_DRIFT * it.size.max(piece.size));
        match rows.last_mut().filter(|_| fits) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    for row in &mut rows {
        row.sort_by(|left, right| left.left.total_cmp(&right.left));
    }
    rows
}

/// How many rows from the first on stand in two columns, and where the gutter is.
fn columns(rows: &[Row]) -> Option<(usize, f64)> {
    if COLUMN_SEARCH_ROWS < rows.len() {
        return None;
    }
    let mut best = None;
    for n_rows in COLUMN_ROWS..=rows.len() {
        let rows = rows.get(..n_rows)?;
        let Some(gutter) = gutter(rows) else {
            continue;
        };
        if is_columns(rows, gutter) {
            best = Some((n_rows, gutter));
        }
    }
    best
}

/// The middle of the widest strip that no piece of the rows crosses, if it is wide enough to be seen.
fn gutter(rows: &[Row]) -> Option<f64> {
    let mut spans: Vec<(f64, f64)> = rows
        .iter()
        .flatten()
        .map(|it| (it.left, it.right))
        .collect();
    spans.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut covered = spans.first()?.1;
    let mut widest = (0.0, 0.0);
    for (left, right) in spans {
        if widest.0 < left - covered {
            widest = (left - covered, f64::midpoint(left, covered));
        }
        covered = covered.max(right);
    }
    let size = rows.iter().flatten().map(|it| it.size).fold(0.0, f64::max);
    (size < widest.0).then_some(widest.1)
}

fn is_columns(rows: &[Row], gutter: f64) -> bool {
    let (left, right): (Vec<&Piece>, Vec<&Piece>) =
        rows.iter().flatten().partition(|it| it.left < gutter);
    let is_prose = |side: &[&Piece]| {
        let n_characters: usize = side.iter().map(|it| it.text.chars().count()).sum();
        COLUMN_ROWS <= side.len() && COLUMN_CHARACTERS * side.len() <= n_characters
    };
    let last_left = left.iter().map(|it| it.order).max();
    let first_right = right.iter().map(|it| it.order).min();
    is_prose(&left) && is_prose(&right) && last_left < first_right
}

fn halves(rows: Vec<Row>, gutter: f64) -> (Vec<Row>, Vec<Row>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows {
        let (west, east): (Row, Row) = row.into_iter().partition(|it| it.left < gutter);
        left.extend((!west.is_empty()).then_some(west));
        right.extend((!east.is_empty()).then_some(east));
    }
    (left, right)
}

/// Adds a row as a line, and a blank line if the next one is far.
fn line(text: &mut String, row: &Row, next: Option<&Row>) {
    let mut right: Option<(f64, f64)> = None;
    for piece in row {
        match right {
            Some((end, size)) => {
                let gap = (piece.left - end) / size.max(piece.size);
                if PIECE_GAP <= gap {
                    text.push('\t');
                    text.push_str(piece.text.trim_start());
                } else {
                    push(text, &piece.text, gap);
                }
            }
            None => text.push_str(&piece.text),
        }
        right = Some((piece.right, piece.size));
    }
    text.push('\n');
    let far = next.and_then(|it| it.first()).zip(row.first());
    if far.is_some_and(|(next, it)| PARAGRAPH_GAP * next.size.max(it.size) < next.y - it.y) {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, text};

    /// Words as marks of ten points, half an em for each character.
    fn marks(pieces: &[(&'static str, f64, f64)]) -> Vec<Mark> {
        let mark = |(words, x, y): (&'static str, f64, f64)| {
            words.chars().enumerate().map(move |(idx, char)| Mark {
                text: char.to_string(),
                start: (x + 5.0 * idx as f64, y),
                end: (x + 5.0 * idx as f64 + 5.0, y),
                size: 10.0,
            })
        };
        pieces.iter().copied().flat_map(mark).collect()
    }

    #[test]
    fn a_value_stays_with_its_label_in_whatever_order_they_are_drawn() {
        let drawn = marks(&[
            ("Heart rate", 0.0, 10.0),
            ("Temperature", 0.0, 22.0),
            ("Saturation", 0.0, 34.0),
            ("72 /min", 200.0, 10.0),
            ("38.5 C", 200.0, 22.0),
            ("94 %", 200.0, 34.0),
        ]);
        assert_eq!(
            text(drawn),
            "Heart rate\t72 /min\nTemperature\t38.5 C\nSaturation\t94 %"
        );
    }

    #[test]
    fn columns_of_prose_read_one_after_the_other_and_tables_row_by_row() {
        let (left, right) = (
            [
                "The heart is not enlarged.",
                "The lungs are clear.",
                "No effusion.",
            ],
            [
                "No acute disease seen.",
                "Compare with the film",
                "of the year before.",
            ],
        );
        let at = |x, words: [&'static str; 3]| {
            [0, 1, 2].map(|it| (words[it], x, 40.0 + 12.0 * it as f64))
        };
        let title = (
            "A title that runs over both of the columns of this page, as titles do",
            0.0,
            10.0,
        );
        let by_column = [vec![title], at(0.0, left).into(), at(200.0, right).into()].concat();
        assert_eq!(
            text(marks(&by_column)),
            format!("{}\n\n{}\n\n{}", title.0, left.join("\n"), right.join("\n"))
        );
        let by_row: Vec<_> = (0..3)
            .flat_map(|it| [at(0.0, left)[it], at(200.0, right)[it]])
            .collect();
        let rows: Vec<_> = (0..3)
            .map(|it| format!("{}\t{}", left[it], right[it]))
            .collect();
        assert_eq!(text(marks(&by_row)), rows.join("\n"));
    }

    #[test]
    fn words_part_at_gaps_and_a_piece_of_a_word_does_not() {
        let drawn = marks(&[
            ("Pneumo", 0.0, 10.0),
            ("thorax", 30.0, 10.0),
            ("absent", 63.0, 10.5),
        ]);
        assert_eq!(text(drawn), "Pneumothorax absent");
        assert_eq!(
            text(marks(&[("SpO", 0.0, 10.0), ("2", 15.0, 12.0)])),
            "SpO2"
        );
        assert_eq!(text(Vec::new()), "");
    }
}
