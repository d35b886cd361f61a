//! How a scan, a note and a patient are called on screen. What is revealed here is for the clinician's eyes only.

use crate::{
    case::{Modality, Scan, Sequence, Series, SpacingSource, Subject, Window, note, scan::Format},
    evaluate::report::Share,
    measure::{Extent, Measured, NoMillimetres, PixelValue, Region, Scale},
    model::Manifest,
    prediction::Estimate,
    session::{Item, NoteItem, View},
};

/// Separates the parts of a line.
pub(super) const DOT: &str = " \u{00B7} ";

/// What the scan shows: `Chest AP`, else what made it.
pub(super) fn scan_title(scan: &Scan) -> String {
    let header = &scan.header;
    let part = header.body_part.as_deref().map(sentence_case);
    match (part, header.view.as_deref().filter(|it| !it.is_empty())) {
        (Some(part), Some(view)) => format!("{part} {view}"),
        (Some(part), None) => part,
        (None, Some(view)) => format!("{} {view}", modality_words(scan)),
        (None, None) => modality_words(scan).to_owned(),
    }
}

/// What made the scan, in words.
pub(super) fn modality_words(scan: &Scan) -> &str {
    match (&scan.header.modality, scan.header.format) {
        (Modality::Cr | Modality::Dx, _) => "X-ray",
        (Modality::Ct, _) => "CT",
        (Modality::Mr, _) => "MR",
        (Modality::Us, _) => "Ultrasound",
        (Modality::Pt, _) => "PET",
        (Modality::Nm, _) => "Nuclear medicine",
        (Modality::Mg, _) => "Mammogram",
        (Modality::Xa, _) => "Angiogram",
        (Modality::Other(term), _) => term,
        (Modality::Unknown, Format::Dicom) => "Image",
        (Modality::Unknown, Format::Png | Format::Jpeg | Format::Tiff | Format::Bmp) => "Picture",
    }
}

/// Patient, age, sex, equipment and date, for the line at the top.
pub(super) fn patient_line(scan: &Scan) -> String {
    let header = &scan.header;
    let subject = &header.subject;
    // For the clinician's eyes: the safe way to know whose picture this is.
    let name = subject.name.reveal().replace('^', " ");
    let id = subject.patient_id.reveal();
    let mut parts = vec![name.trim().to_owned(), id.trim().to_owned()];
    parts.extend(subject.age_years.map(age));
    parts.extend(subject.sex.clone());
    parts.push(if header.modality == Modality::Unknown {
        String::new()
    } else {
        header.modality.as_str().to_owned()
    });
    parts.extend(
        header
            .acquired
            .reveal()
            .as_ref()
            .map(|it| it.chars().take(10).collect::<String>()),
    );
    parts.retain(|it| !it.is_empty());
    parts.dedup();
    parts.join(DOT)
}

fn age(years: f32) -> String {
    match years {
        _ if years < 1.0 => format!("{:.0} months", (years * 12.0).floor()),
        _ => format!("{:.0} y", years.floor()),
    }
}

/// Second line in the study list.
pub(super) fn scan_detail(scan: &Scan) -> String {
    let n_frames = scan.frames.len();
    let frames = if n_frames == 1 {
        "1 image".to_owned()
    } else {
        format!("{n_frames} frames")
    };
    let size = scan
        .frames
        .first()
        .map(|it| format!("{}\u{00D7}{}", it.width, it.height))
        .unwrap_or_default();
    format!("{frames}{DOT}{size}")
}

/// Second line of a note in the study list.
pub(super) fn note_detail(note: &NoteItem) -> String {
    let note = &note.note;
    let n_words = length(note.text.reveal()); // for the clinician's eyes
    let kind = match note.format {
        note::Format::Text => note.encoding.as_str(),
        other => other.as_str(),
    };
    match note.pages.len() {
        0 | 1 => format!("{n_words}{DOT}{kind}"),
        n_pages => format!("{n_words}{DOT}{kind}{DOT}{}", counted(n_pages, "page")),
    }
}

/// How long a text is: in words or, where it is mostly Chinese, in characters.
fn length(text: &str) -> String {
    let n_wide = text.chars().filter(|it| is_wide(*it)).count();
    let n_words = text.split_whitespace().count();
    if n_words < n_wide {
        counted(n_wide, "character")
    } else {
        counted(n_words, "word")
    }
}

/// Ideographs, which are written without blanks between words.
fn is_wide(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Second line of a series in the study list.
pub(super) fn series_detail(series: &Series) -> String {
    let hours = series
        .hours()
        .map_or(0.0, |(first, last)| last - first.min(0.0));
    let n = counted(series.channels.len(), "variable");
    match hours.ceil() {
        hours if hours < 96.0 => format!("{hours:.0} h{DOT}{n}"),
        hours => format!("{:.0} days{DOT}{n}", hours / 24.0),
    }
}

/// Second line of a sequence in the study list.
pub(super) fn sequence_detail(sequence: &Sequence) -> String {
    counted(sequence.letters.as_str().len(), "base")
}

/// Patient, age and sex, as far as a file knows them, and the file.
pub(super) fn subject_line(subject: &Subject, file: &str) -> String {
    // For the clinician's eyes: the safe way to know whose course this is.
    let name = subject.name.reveal().replace('^', " ");
    let number = subject.patient_id.reveal();
    let mut parts = vec![name.trim().to_owned(), number.trim().to_owned()];
    parts.extend(subject.age_years.map(age));
    parts.extend(subject.sex.clone());
    parts.push(file.to_owned());
    parts.retain(|it| !it.is_empty());
    parts.dedup();
    parts.join(DOT)
}

/// A unit of UCUM as people write it.
pub(super) fn unit(code: &str) -> &str {
    match code {
        "mm[Hg]" => "mmHg",
        "Cel" => "\u{B0}C",
        "{score}" => "points",
        "1" => "share",
        "[pH]" => "pH",
        "10*9/L" => "10^9/L",
        "10*12/L" => "10^12/L",
        other => other,
    }
}

/// The name of an item's file.
pub(super) fn file_name(item: &Item) -> &str {
    // For the clinician's eyes.
    item.name.reveal()
}

/// `W 2048 · C 1024 HU`, with as many decimals as the width needs.
pub(super) fn window_words(window: &Window, unit: Option<&str>) -> String {
    let decimals = match window.width {
        width if width < 2.0 => 3,
        width if width < 20.0 => 1,
        _ => 0,
    };
    let number = |it: f32| format!("{it:.decimals$}").replace('-', "\u{2212}");
    let unit = unit.map(|it| format!(" {it}")).unwrap_or_default();
    format!(
        "W {}{DOT}C {}{unit}",
        number(window.width),
        number(window.center)
    )
}

/// Pixel spacing, and where it was measured.
pub(super) fn spacing_words(scan: &Scan) -> String {
    let Some(spacing) = scan.header.spacing else {
        return "no pixel size".to_owned();
    };
    let size = if (spacing.row_mm - spacing.column_mm).abs() < 1e-4 {
        format!("{:.3} mm", spacing.row_mm)
    } else {
        format!("{:.3} \u{00D7} {:.3} mm", spacing.row_mm, spacing.column_mm)
    };
    match spacing.source {
        SpacingSource::Patient | SpacingSource::Calibrated | SpacingSource::Corrected => size,
        SpacingSource::Detector => format!("{size} at the detector"),
    }
}

/// In which way the picture on screen is not as it is stored; empty where it is.
pub(super) fn changed_words(view: &View) -> String {
    if !view.is_changed() {
        return String::new();
    }
    let turned = format!("turned {}\u{00B0}", 90 * u32::from(view.turn.n_quarters()));
    let mut ways = Vec::new();
    if view.turn.n_quarters() != 0 {
        ways.push(turned.as_str());
    }
    if view.turn.is_mirrored() {
        ways.push("mirrored");
    }
    if view.is_inverted {
        ways.push("inverted");
    }
    format!("not as stored: {}", ways.join(", "))
}

/// What a mark measures, line by line; `unit` is that of grey values.
pub(super) fn measured_words(measured: &Measured, unit: Option<&str>) -> Vec<String> {
    match measured {
        Measured::Length(extent) => extent_words(*extent, ("mm", "px")),
        Measured::Angle { degrees, scale } => {
            let angle = degrees.map(|it| format!("{it:.1}\u{00B0}"));
            let words = angle.unwrap_or_else(|| "an arm has no length".to_owned());
            let mut lines = vec![words];
            if let Scale::Pixels(_) = scale {
                lines.push("as if pixels were square".to_owned());
            }
            lines
        }
        Measured::Region(region) => region_words(region),
        Measured::Pixel(Some(pixel)) => vec![
            pixel_value_words(pixel.value, unit),
            format!("column {}, row {}", pixel.column + 1, pixel.row + 1),
        ],
        Measured::Pixel(None) => vec!["outside the picture".to_owned()],
        Measured::Nothing => Vec::new(),
    }
}

/// A length or an area, then what limits it.
fn extent_words(extent: Extent, (mm, px): (&str, &str)) -> Vec<String> {
    let (unit, limit) = match extent.scale {
        Scale::Millimetres(SpacingSource::Patient) => (mm, None),
        Scale::Millimetres(SpacingSource::Calibrated) => (mm, Some("as calibrated")),
        Scale::Millimetres(SpacingSource::Corrected) => {
            (mm, Some("corrected by the stated magnification"))
        }
        Scale::Millimetres(SpacingSource::Detector) => (mm, Some("at the detector: magnified")),
        Scale::Pixels(NoMillimetres::NoSpacing) => (px, Some("the file gives no pixel size")),
        Scale::Pixels(NoMillimetres::BrokenSpacing) => {
            (px, Some("the file's pixel size is no size"))
        }
    };
    let digits = if extent.value < 100.0 { 1 } else { 0 };
    let value = format!("{:.digits$} {unit}", extent.value);
    std::iter::once(value)
        .chain(limit.map(str::to_owned))
        .collect()
}

fn region_words(region: &Region) -> Vec<String> {
    let mut lines = match region.area {
        Some(area) => extent_words(area, ("mm\u{00B2}", "px\u{00B2}")),
        None => vec!["no area: the outline crosses itself".to_owned()],
    };
    if let Some(found) = &region.statistics {
        let unit = found.unit.as_deref().unwrap_or_default();
        let mean = format!("mean {} {unit}", signed(found.mean));
        lines.insert(
            0,
            format!("{} \u{00B1} {:.1}", mean.trim_end(), found.deviation),
        );
        let range = format!("{} to {}", signed(found.min), signed(found.max));
        lines.insert(1, format!("{range}{DOT}{} pixels", region.n_pixels));
    }
    lines
}

/// A grey value with its unit, or three colours.
pub(super) fn pixel_value_words(value: PixelValue, unit: Option<&str>) -> String {
    match value {
        PixelValue::Gray(value) => {
            let words = format!("{} {}", signed(f64::from(value)), unit.unwrap_or_default());
            words.trim_end().to_owned()
        }
        PixelValue::Padding => "no measurement here".to_owned(),
        PixelValue::Rgb([red, green, blue]) => format!("{red}, {green}, {blue}"),
    }
}

/// Whole numbers without a point; a minus is a minus.
fn signed(value: f64) -> String {
    let digits = if value.fract() == 0.0 || 1000.0 <= value.abs() {
        0
    } else {
        1
    };
    format!("{value:.digits$}").replace('-', "\u{2212}")
}

/// The side opposite to a DICOM patient direction: `L` to `R`, `AF` to `PH`.
pub(super) fn opposite(direction: &str) -> String {
    let turn = |it| match it {
        'L' => 'R',
        'R' => 'L',
        'A' => 'P',
        'P' => 'A',
        'H' => 'F',
        'F' => 'H',
        other => other,
    };
    direction.chars().map(turn).collect()
}

/// Name and version.
pub(super) fn model_name(manifest: &Manifest) -> String {
    format!("{} {}", manifest.name, manifest.version)
}

/// `1 word`, `2 words`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", thousands(n))
    }
}

fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if 0 < idx && (digits.len() - idx).is_multiple_of(3) {
            grouped.push('\u{00A0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// First letter large, the rest small; `CHEST` to `Chest`.
pub(super) fn sentence_case(words: &str) -> String {
    let mut letters = words.trim().chars();
    letters
        .next()
        .map(|it| {
            it.to_uppercase()
                .chain(letters.flat_map(char::to_lowercase))
                .collect()
        })
        .unwrap_or_default()
}

/// At most as many letters as a chooser of this width has room for: it would grow with its text.
pub(super) fn fitted(words: String, width: f32) -> String {
    const LETTER: f32 = 7.2;
    let n_letters = (width / LETTER).max(4.0) as usize;
    if words.chars().count() <= n_letters {
        return words;
    }
    words
        .chars()
        .take(n_letters - 1)
        .chain(['\u{2026}'])
        .collect()
}

/// First letter large, the rest as it is; what is written like `pH` stays so.
pub(super) fn capital(words: &str) -> String {
    if words.chars().nth(1).is_some_and(char::is_uppercase) {
        return words.to_owned();
    }
    let mut letters = words.chars();
    letters
        .next()
        .map(|it| it.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A measured figure: `0.973`, with a true minus.
pub(super) fn figure(value: f64) -> String {
    format!("{value:.3}").replace('-', "\u{2212}")
}

/// An interval: `0.960 to 0.984`.
pub(super) fn span(low: f64, high: f64) -> String {
    format!("{} to {}", figure(low), figure(high))
}

/// A figure with its interval; a dash where there is none.
pub(super) fn estimate(it: Option<Estimate>) -> String {
    it.map_or_else(nothing, |it| {
        format!("{} ({})", figure(it.value), span(it.low, it.high))
    })
}

/// A part of a count with its interval: `95.1 % (92.0\u{2013}97.2), 371 of 390`.
pub(super) fn share(it: Share) -> String {
    it.value.map_or_else(nothing, |value| {
        format!(
            "{:.1} % ({:.1}\u{2013}{:.1}), {} of {}",
            value * 100.0,
            it.wilson.low * 100.0,
            it.wilson.high * 100.0,
            it.k,
            it.n
        )
    })
}

/// In the place of a figure that there is not.
pub(super) fn nothing() -> String {
    "\u{2013}".to_owned()
}

/// A probability that chance alone does as well.
pub(super) fn p_value(p: Option<f64>) -> String {
    match p {
        None => nothing(),
        Some(p) if p < 0.001 => "< 0.001".to_owned(),
        Some(p) => figure(p),
    }
}

/// A number at an axis, with as many decimals as it needs.
pub(super) fn tick(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "" | "-" | "-0" => "0".to_owned(),
        text => text.replace('-', "\u{2212}"),
    }
}

/// Time that is left, as people say it.
pub(super) fn time_left(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    match seconds {
        it if !it.is_finite() => String::new(),
        it if it < 45.0 => "less than a minute left".to_owned(),
        it if it < 3600.0 => format!("about {minutes:.0} min left"),
        _ => format!(
            "about {:.0} h {:.0} min left",
            (minutes / 60.0).floor(),
            minutes % 60.0
        ),
    }
}

/// A part of a whole that is known.
pub(super) fn part(done: usize, total: usize) -> Option<f32> {
    (0 < total).then(|| done as f32 / total as f32)
}

/// What a stage of an evaluation does.
pub(super) fn stage(name: &str) -> &str {
    match name {
        "scoring" => "Opening and scoring the cases",
        "figures" => "Working out the figures and their intervals",
        "strangers" => "Showing it what does not belong",
        "damaged images" => "Scoring damaged images",
        "damaged cases" => "Scoring damaged cases",
        other => other,
    }
}

/// Which network of a training learns: `fold-2`, `all`.
pub(super) fn network(run: &str) -> String {
    match run.strip_prefix("fold-") {
        Some(fold) => format!("Without fold {fold}"),
        None if run == "all" => "All folds".to_owned(),
        None => capital(run),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, opposite, sentence_case, tick, time_left};

    #[test]
    fn words_are_formed_as_people_write_them() {
        assert_eq!(sentence_case("CHEST"), "Chest");
        assert_eq!(opposite("AF"), "PH");
        assert_eq!(counted(1, "word"), "1 word");
        assert_eq!(tick(-0.2), "\u{2212}0.2");
        assert_eq!(tick(0.1 * 6.0), "0.6");
        assert_eq!(tick(0.0), "0");
        assert_eq!(time_left(20.0), "less than a minute left");
        assert_eq!(time_left(200.0), "about 3 min left");
        assert_eq!(time_left(7500.0), "about 2 h 5 min left");
        assert_eq!(counted(12_345, "word"), "12\u{00A0}345 words");
    }
}
