//! How a scan, a note and a patient are called on screen. What is revealed here is for the clinician's eyes only.

use crate::{
    case::{
        Modality, Scan, Sequence, Series, SpacingSource, Subject, Window, note, scan::Format,
        stack::Finding,
    },
    evaluate::report::Share,
    measure::{Extent, Measured, NoMillimetres, PixelValue, Region, Scale},
    model::Manifest,
    prediction::Estimate,
    render::{Look, Table},
    session::{Item, NoteItem, View},
    words::{Part, Words},
};

/// Separates the parts of a line.
pub(super) const DOT: &str = " \u{00B7} ";

/// What the scan shows: `Chest AP`, else what made it.
pub(super) fn scan_title(words: &Words, scan: &Scan) -> String {
    let header = &scan.header;
    let part = header.body_part.as_deref().map(sentence_case);
    match (part, header.view.as_deref().filter(|it| !it.is_empty())) {
        (Some(part), Some(view)) => format!("{part} {view}"),
        (Some(part), None) => part,
        (None, Some(view)) => format!("{} {view}", modality_words(words, scan)),
        (None, None) => modality_words(words, scan),
    }
}

/// First line in the study list: what the series is called, else what a scan is.
pub(super) fn row_title(words: &Words, scan: &Scan) -> String {
    let dicom = scan.header.dicom.as_ref();
    // For the clinician's eyes.
    let called = dicom.map(|it| it.series_description.reveal().trim());
    match called.filter(|it| !it.is_empty()) {
        Some(called) => called.to_owned(),
        None => scan_title(words, scan),
    }
}

/// What made the scan, in words.
pub(super) fn modality_words(words: &Words, scan: &Scan) -> String {
    match (&scan.header.modality, scan.header.format) {
        (Modality::Cr | Modality::Dx, _) => words.say("modality-xray"),
        (Modality::Ct, _) => words.say("modality-ct"),
        (Modality::Mr, _) => words.say("modality-mr"),
        (Modality::Us, _) => words.say("modality-us"),
        (Modality::Pt, _) => words.say("modality-pet"),
        (Modality::Nm, _) => words.say("modality-nm"),
        (Modality::Mg, _) => words.say("modality-mg"),
        (Modality::Xa, _) => words.say("modality-xa"),
        (Modality::Other(term), _) => term.clone(),
        (Modality::Unknown, Format::Dicom) => words.say("modality-image"),
        (Modality::Unknown, Format::Png | Format::Jpeg | Format::Tiff | Format::Bmp) => {
            words.say("modality-picture")
        }
    }
}

/// Patient, age, sex, equipment and date, for the line at the top.
pub(super) fn patient_line(words: &Words, scan: &Scan) -> String {
    let header = &scan.header;
    let subject = &header.subject;
    // For the clinician's eyes: the safe way to know whose picture this is.
    let name = subject.name.reveal().replace('^', " ");
    let id = subject.patient_id.reveal();
    let mut parts = vec![name.trim().to_owned(), id.trim().to_owned()];
    parts.extend(subject.age_years.map(|it| age(words, it)));
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

fn age(words: &Words, years: f32) -> String {
    let whole = |it: f32| Part::Number(it.floor() as u64);
    match years {
        _ if years < 1.0 => words.say_with("age-months", &[("n", whole(years * 12.0))]),
        _ => words.say_with("age-years", &[("n", whole(years))]),
    }
}

/// Second line in the study list: the day tells one study of a patient from another; without one, the size.
pub(super) fn scan_detail(words: &Words, scan: &Scan, n_slices: usize) -> String {
    let frames = if scan.n_frames() == 1 && 1 < n_slices {
        words.say_with("n-slices", &[("n", n_slices.into())])
    } else {
        words.say_with("n-frames", &[("n", n_slices.into())])
    };
    // For the clinician's eyes.
    let acquired = scan.header.acquired.reveal().as_deref();
    let day = acquired.and_then(|it| it.split_whitespace().next());
    if let Some(day) = day {
        return format!("{day}{DOT}{frames}");
    }
    let pixels = &scan.header.pixels;
    format!("{frames}{DOT}{}\u{00D7}{}", pixels.columns, pixels.rows)
}

/// Second line of a note in the study list.
pub(super) fn note_detail(words: &Words, note: &NoteItem) -> String {
    let note = &note.note;
    let n_words = length(words, note.text.reveal()); // for the clinician's eyes
    let kind = match note.format {
        note::Format::Text => note.encoding.as_str(),
        other => other.as_str(),
    };
    match note.pages.len() {
        0 | 1 => format!("{n_words}{DOT}{kind}"),
        n_pages => {
            let n_pages = words.say_with("n-pages", &[("n", n_pages.into())]);
            format!("{n_words}{DOT}{kind}{DOT}{n_pages}")
        }
    }
}

/// How long a text is: in words or, where it is mostly Chinese, in characters.
fn length(words: &Words, text: &str) -> String {
    let n_wide = text.chars().filter(|it| is_wide(*it)).count();
    let n_words = text.split_whitespace().count();
    if n_words < n_wide {
        words.say_with("n-characters", &[("n", n_wide.into())])
    } else {
        words.say_with("n-words", &[("n", n_words.into())])
    }
}

/// Ideographs, which are written without blanks between words.
fn is_wide(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Second line of a series in the study list.
pub(super) fn series_detail(words: &Words, series: &Series) -> String {
    let hours = series
        .hours()
        .map_or(0.0, |(first, last)| last - first.min(0.0));
    let n = n_variables(words, series);
    match hours.ceil() {
        hours if hours < 96.0 => format!("{hours:.0} h{DOT}{n}"),
        hours => {
            let days = Part::Number((hours / 24.0).round() as u64);
            format!("{}{DOT}{n}", words.say_with("n-days", &[("n", days)]))
        }
    }
}

/// `1 variable`, `2 variables`.
pub(super) fn n_variables(words: &Words, series: &Series) -> String {
    words.say_with("n-variables", &[("n", series.channels.len().into())])
}

/// Second line of a sequence in the study list.
pub(super) fn sequence_detail(words: &Words, sequence: &Sequence) -> String {
    let n = sequence.letters.as_str().len();
    words.say_with("n-bases", &[("n", n.into())])
}

/// Patient, age and sex, as far as a file knows them, and the file.
pub(super) fn subject_line(words: &Words, subject: &Subject, file: &str) -> String {
    // For the clinician's eyes: the safe way to know whose course this is.
    let name = subject.name.reveal().replace('^', " ");
    let number = subject.patient_id.reveal();
    let mut parts = vec![name.trim().to_owned(), number.trim().to_owned()];
    parts.extend(subject.age_years.map(|it| age(words, it)));
    parts.extend(subject.sex.clone());
    parts.push(file.to_owned());
    parts.retain(|it| !it.is_empty());
    parts.dedup();
    parts.join(DOT)
}

/// A unit of UCUM as people write it.
pub(super) fn unit(words: &Words, code: &str) -> String {
    match code {
        "mm[Hg]" => "mmHg".to_owned(),
        "Cel" => "\u{B0}C".to_owned(),
        "{score}" => words.say("unit-points"),
        "1" => words.say("unit-share"),
        "[pH]" => "pH".to_owned(),
        "10*9/L" => "10^9/L".to_owned(),
        "10*12/L" => "10^12/L".to_owned(),
        other => other.to_owned(),
    }
}

/// The name of an item's file.
pub(super) fn file_name(item: &Item) -> &str {
    // For the clinician's eyes.
    item.name.reveal()
}

/// `W 2048 · C 1024 HU`, with as many decimals as the width needs.
pub(super) fn window_words(words: &Words, window: &Window, unit: Option<&str>) -> String {
    let decimals = match window.width {
        width if width < 2.0 => 3,
        width if width < 20.0 => 1,
        _ => 0,
    };
    let number = |it: f32| format!("{it:.decimals$}").replace('-', "\u{2212}");
    let unit = unit.map(|it| format!(" {it}")).unwrap_or_default();
    let (width, center) = (number(window.width), number(window.center));
    let parts = [
        ("width", Part::Text(&width)),
        ("center", Part::Text(&center)),
    ];
    words.say_with("window-words", &parts) + &unit
}

/// Pixel spacing, and where it was measured.
pub(super) fn spacing_words(words: &Words, scan: &Scan) -> String {
    let Some(spacing) = scan.header.spacing else {
        return words.say("spacing-none");
    };
    let size = if (spacing.row_mm - spacing.column_mm).abs() < 1e-4 {
        format!("{:.3} mm", spacing.row_mm)
    } else {
        format!("{:.3} \u{00D7} {:.3} mm", spacing.row_mm, spacing.column_mm)
    };
    match spacing.source {
        SpacingSource::Patient | SpacingSource::Calibrated | SpacingSource::Corrected => size,
        SpacingSource::Detector => {
            words.say_with("spacing-detector", &[("size", Part::Text(&size))])
        }
    }
}

/// What a window is called: our own names in the language of the window, those of the file as they stand.
pub(super) fn window_name(words: &Words, name: &str) -> String {
    match name {
        "auto" => words.say("window-auto"),
        "from the file" => words.say("window-file"),
        "lung" => words.say("window-lung"),
        "mediastinum" => words.say("window-mediastinum"),
        "abdomen" => words.say("window-abdomen"),
        "bone" => words.say("window-bone"),
        "brain" => words.say("window-brain"),
        "liver" => words.say("window-liver"),
        own => own.to_owned(),
    }
}

/// What a display table is called.
pub(super) fn table_name(words: &Words, table: &Table) -> String {
    // For the clinician's eyes.
    let name = table.name.reveal().trim();
    if name.is_empty() {
        return words.say("window-table");
    }
    words.say_with("window-table-named", &[("name", name.into())])
}

/// What a window or a table is called among others; `None` for a window set by hand.
pub(super) fn look_name(words: &Words, look: &Look) -> Option<String> {
    match look {
        Look::Table(table) => Some(table_name(words, table)),
        Look::Window(window) => {
            let name = window.name.as_deref()?;
            Some(sentence_case(&window_name(words, name)))
        }
    }
}

/// What is odd about the slices that are paged through.
pub(super) fn oddity_words(words: &Words, finding: &Finding) -> String {
    let mm = |it: f64| format!("{it:.1} mm");
    match *finding {
        Finding::Gap {
            after_idx,
            gap_mm,
            usual_mm,
        } => {
            let (gap, usual) = (mm(gap_mm), mm(usual_mm));
            let parts = [
                ("number", (after_idx + 1).into()),
                ("gap", Part::Text(&gap)),
                ("usual", Part::Text(&usual)),
            ];
            words.say_with("slices-gap", &parts)
        }
        Finding::Uneven {
            least_mm,
            greatest_mm,
        } => {
            let (least, greatest) = (mm(least_mm), mm(greatest_mm));
            let parts = [
                ("least", Part::Text(&least)),
                ("greatest", Part::Text(&greatest)),
            ];
            words.say_with("slices-uneven", &parts)
        }
        Finding::Duplicate { idx } => {
            words.say_with("slices-duplicate", &[("number", (idx + 1).into())])
        }
        Finding::Tilted { degrees } => {
            let degrees = format!("{degrees:.0}");
            words.say_with("slices-tilted", &[("degrees", Part::Text(&degrees))])
        }
        Finding::Unplaced => words.say("slices-unplaced"),
    }
}

/// In which way the picture on screen is not as it is stored; empty where it is.
pub(super) fn changed_words(words: &Words, view: &View) -> String {
    let degrees = 90 * u64::from(view.turn.n_quarters());
    let turned = words.say_with("changed-turned", &[("degrees", Part::Number(degrees))]);
    let ways = [
        (view.turn.n_quarters() != 0, turned),
        (view.turn.is_mirrored(), words.say("changed-mirrored")),
        (view.is_inverted, words.say("changed-inverted")),
    ];
    let ways = ways.into_iter().filter(|it| it.0).map(|it| it.1);
    let how = ways.reduce(|one, other| {
        let parts = [("one", Part::Text(&one)), ("other", Part::Text(&other))];
        words.say_with("changed-and", &parts)
    });
    how.map_or_else(String::new, |it| {
        words.say_with("changed", &[("how", Part::Text(&it))])
    })
}

/// What a mark measures, line by line; `unit` is that of grey values.
pub(super) fn measured_words(
    words: &Words,
    measured: &Measured,
    unit: Option<&str>,
) -> Vec<String> {
    match measured {
        Measured::Length(extent) => extent_words(words, *extent, ("mm", "px")),
        Measured::Angle { degrees, scale } => {
            let angle = degrees.map(|it| format!("{it:.1}\u{00B0}"));
            let mut lines = vec![angle.unwrap_or_else(|| words.say("measured-no-arm"))];
            if let Scale::Pixels(NoMillimetres::NoSpacing | NoMillimetres::BrokenSpacing) = scale {
                lines.push(words.say("measured-square"));
            }
            lines
        }
        Measured::Region(region) => region_words(words, region),
        Measured::Pixel(Some(pixel)) => {
            let place = [
                ("column", Part::Number(pixel.column as u64 + 1)),
                ("row", Part::Number(pixel.row as u64 + 1)),
            ];
            vec![
                pixel_value_words(words, pixel.value, unit),
                words.say_with("measured-pixel", &place),
            ]
        }
        Measured::Pixel(None) => vec![words.say("measured-outside")],
        Measured::Nothing => Vec::new(),
    }
}

/// A place in the patient: so far to the left or right, to the back or front, to the head or feet of the origin.
pub(super) fn place_words([x, y, z]: [f64; 3]) -> String {
    let along = |it: f64, [plus, minus]: [char; 2]| {
        let side = if it < 0.0 { minus } else { plus };
        format!("{side} {:.1}", it.abs())
    };
    let parts = [
        along(x, ['L', 'R']),
        along(y, ['P', 'A']),
        along(z, ['H', 'F']),
    ];
    format!("{} mm", parts.join(DOT))
}

/// A length or an area, then what limits it.
fn extent_words(words: &Words, extent: Extent, (mm, px): (&str, &str)) -> Vec<String> {
    let (unit, limit) = match extent.scale {
        Scale::Millimetres(SpacingSource::Patient) => (mm, None),
        Scale::Millimetres(SpacingSource::Calibrated) => {
            (mm, Some(words.say("measured-calibrated")))
        }
        Scale::Millimetres(SpacingSource::Corrected) => (mm, Some(words.say("measured-corrected"))),
        Scale::Millimetres(SpacingSource::Detector) => (mm, Some(words.say("measured-detector"))),
        Scale::Pixels(NoMillimetres::NoSpacing | NoMillimetres::OnlyAspect) => {
            (px, Some(words.say("measured-no-size")))
        }
        Scale::Pixels(NoMillimetres::BrokenSpacing) => {
            (px, Some(words.say("measured-broken-size")))
        }
    };
    let digits = if extent.value < 100.0 { 1 } else { 0 };
    let value = format!("{:.digits$} {unit}", extent.value);
    std::iter::once(value).chain(limit).collect()
}

fn region_words(words: &Words, region: &Region) -> Vec<String> {
    let mut lines = match region.area {
        Some(area) => extent_words(words, area, ("mm\u{00B2}", "px\u{00B2}")),
        None => vec![words.say("measured-crossing")],
    };
    if let Some(found) = &region.statistics {
        let unit = found.unit.as_deref().unwrap_or_default();
        let mean = format!("{} {unit}", signed(found.mean));
        let deviation = format!("{:.1}", found.deviation);
        let parts = [
            ("mean", Part::Text(mean.trim_end())),
            ("deviation", Part::Text(&deviation)),
        ];
        lines.insert(0, words.say_with("measured-mean", &parts));
        let (low, high) = (signed(found.min), signed(found.max));
        let parts = [("low", Part::Text(&low)), ("high", Part::Text(&high))];
        let n = Part::Number(region.n_pixels as u64);
        let range = words.say_with("measured-range", &parts);
        let pixels = words.say_with("measured-pixels", &[("n", n)]);
        lines.insert(1, format!("{range}{DOT}{pixels}"));
    }
    lines
}

/// A grey value with its unit, or three colours.
pub(super) fn pixel_value_words(words: &Words, value: PixelValue, unit: Option<&str>) -> String {
    match value {
        PixelValue::Gray(value) => {
            let value = format!("{} {}", signed(f64::from(value)), unit.unwrap_or_default());
            value.trim_end().to_owned()
        }
        PixelValue::Padding => words.say("measured-padding"),
        PixelValue::Rgb([red, green, blue]) => format!("{red}, {green}, {blue}"),
    }
}

/// Whole numbers without a point; a minus is a minus.
fn signed(value: f64) -> String {
    let is_whole = value.fract() == 0.0 || 1000.0 <= value.abs();
    let digits = if is_whole { 0 } else { 1 };
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

/// What reading, preparing or scoring remarked, as a sentence of its own.
pub(super) fn remark(words: &Words, said: &str) -> String {
    capital(&words.retell(said))
}

/// A measured figure: `0.973`, with a true minus.
pub(super) fn figure(value: f64) -> String {
    format!("{value:.3}").replace('-', "\u{2212}")
}

/// An interval: `0.960 to 0.984`.
pub(super) fn span(words: &Words, low: f64, high: f64) -> String {
    let (low, high) = (figure(low), figure(high));
    words.say_with(
        "span",
        &[("low", Part::Text(&low)), ("high", Part::Text(&high))],
    )
}

/// A figure with its interval; a dash where there is none.
pub(super) fn estimate(words: &Words, it: Option<Estimate>) -> String {
    it.map_or_else(nothing, |it| {
        format!("{} ({})", figure(it.value), span(words, it.low, it.high))
    })
}

/// A part of a count with its interval: `95.1 % (92.0\u{2013}97.2), 371 of 390`.
pub(super) fn share(words: &Words, it: Share) -> String {
    it.value.map_or_else(nothing, |value| {
        let share = format!(
            "{:.1} % ({:.1}\u{2013}{:.1})",
            value * 100.0,
            it.wilson.low * 100.0,
            it.wilson.high * 100.0
        );
        let parts = [
            ("share", Part::Text(&share)),
            ("k", Part::Number(it.k as u64)),
            ("n", Part::Number(it.n as u64)),
        ];
        words.say_with("share-of", &parts)
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
pub(super) fn time_left(words: &Words, seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    match seconds {
        it if !it.is_finite() => String::new(),
        it if it < 45.0 => words.say("left-less"),
        it if it < 3600.0 => words.say_with("left-minutes", &[("n", Part::Number(minutes))]),
        _ => {
            let hours = ("h", Part::Number(minutes / 60));
            words.say_with("left-hours", &[hours, ("n", Part::Number(minutes % 60))])
        }
    }
}

/// A part of a whole that is known.
pub(super) fn part(done: usize, total: usize) -> Option<f32> {
    (0 < total).then(|| done as f32 / total as f32)
}

/// What a stage of an evaluation does.
pub(super) fn stage(words: &Words, name: &str) -> String {
    match name {
        "scoring" => words.say("stage-scoring"),
        "figures" => words.say("stage-figures"),
        "strangers" => words.say("stage-strangers"),
        "damaged images" => words.say("stage-images"),
        "damaged cases" => words.say("stage-cases"),
        other => other.to_owned(),
    }
}

/// Which network of a training learns: `fold-2`, `all`.
pub(super) fn network(words: &Words, run: &str) -> String {
    match run.strip_prefix("fold-") {
        Some(fold) => words.say_with("network-without", &[("fold", fold.into())]),
        None if run == "all" => words.say("network-all"),
        None => capital(run),
    }
}

#[cfg(test)]
mod tests {
    use super::{opposite, sentence_case, tick, time_left};
    use crate::words::{Language, Words};

    #[test]
    fn words_are_formed_as_people_write_them() {
        let words = Words::new(Language::English);
        let time_left = |it: f64| time_left(&words, it);
        assert_eq!(sentence_case("CHEST"), "Chest");
        assert_eq!(opposite("AF"), "PH");
        assert_eq!(tick(-0.2), "\u{2212}0.2");
        assert_eq!(tick(0.1 * 6.0), "0.6");
        assert_eq!(tick(0.0), "0");
        assert_eq!(time_left(20.0), "less than a minute left");
        assert_eq!(time_left(200.0), "about 3 min left");
        assert_eq!(time_left(7500.0), "about 2 h 5 min left");
    }
}
