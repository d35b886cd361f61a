//! Everything that has a name and a key. Menu, palette, key sheet, tooltip and keyboard share this one list.

use super::Tool;
use crate::words::{Part, Words};

/// An action without an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    OpenFiles,
    OpenPath,
    OpenSample,
    OpenAgain,
    Score,
    ScoreBeyondScope,
    ToggleOverlay,
    OpacityUp,
    OpacityDown,
    NextLabel,
    NextMethod,
    CheckMap,
    ToggleStrength,
    AutoWindow,
    Window(u8),
    Invert,
    TurnRight,
    TurnLeft,
    FlipAcross,
    FlipDown,
    ResetView,
    Play,
    Magnify,
    NextLayout,
    NextViewport,
    ToggleOvers,
    TogglePlanes,
    ComparePrior,
    LinkViewports,
    Measure(Tool),
    RemoveMark,
    Undo,
    Redo,
    PointAt,
    ZoomIn,
    ZoomOut,
    NextFrame,
    PreviousFrame,
    FirstFrame,
    LastFrame,
    NextHour,
    PreviousHour,
    ToggleCourse,
    NextMarks,
    PutTogether,
    TakeApart,
    ToggleTexts,
    NextItem,
    PreviousItem,
    CloseItem,
    Agree,
    Disagree,
    Unsure,
    SayWhy,
    SaveOverlay,
    CopyView,
    SaveView,
    PrintView,
    Evaluate,
    Train,
    ToggleStudyList,
    ToggleTheme,
    LettersLarger,
    LettersSmaller,
    LettersUsual,
    Palette,
    Keys,
    Log,
    Worklist,
    NextUnread,
    Deidentify,
    BreakGlass,
    Lock,
    Safety,
    About,
    TestModels,
    Escape,
    Quit,
}

/// How an action is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo {
    /// Keys joined by `+`, as egui names them; empty where there is none.
    pub key: &'static str,
    pub group: Group,
}

/// How an action is called, in the language of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionWords {
    pub name: String,
    pub tooltip: String,
}

/// Section of the key sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Case,
    Picture,
    Result,
    Window,
}

impl Group {
    /// In the order of the sheet.
    pub const ALL: [Self; 4] = [Self::Case, Self::Picture, Self::Result, Self::Window];

    /// Its heading.
    pub fn heading(self, words: &Words) -> String {
        match self {
            Self::Case => words.say("group-case"),
            Self::Picture => words.say("group-picture"),
            Self::Result => words.say("group-result"),
            Self::Window => words.say("group-window"),
        }
    }
}

impl Action {
    /// In the order of the palette.
    pub const ALL: [Self; 87] = [
        Self::OpenFiles,
        Self::OpenPath,
        Self::OpenSample,
        Self::OpenAgain,
        Self::NextItem,
        Self::PreviousItem,
        Self::CloseItem,
        Self::PutTogether,
        Self::TakeApart,
        Self::Score,
        Self::ScoreBeyondScope,
        Self::ToggleOverlay,
        Self::OpacityUp,
        Self::OpacityDown,
        Self::NextLabel,
        Self::NextMethod,
        Self::CheckMap,
        Self::ToggleStrength,
        Self::Agree,
        Self::Disagree,
        Self::Unsure,
        Self::SayWhy,
        Self::SaveOverlay,
        Self::CopyView,
        Self::SaveView,
        Self::PrintView,
        Self::NextMarks,
        Self::ToggleCourse,
        Self::NextHour,
        Self::PreviousHour,
        Self::AutoWindow,
        Self::Window(1),
        Self::Window(2),
        Self::Window(3),
        Self::Window(4),
        Self::Window(5),
        Self::Window(6),
        Self::Invert,
        Self::TurnRight,
        Self::TurnLeft,
        Self::FlipAcross,
        Self::FlipDown,
        Self::ResetView,
        Self::Play,
        Self::Magnify,
        Self::NextLayout,
        Self::NextViewport,
        Self::ToggleOvers,
        Self::TogglePlanes,
        Self::ComparePrior,
        Self::LinkViewports,
        Self::Measure(Tool::Length),
        Self::Measure(Tool::Angle),
        Self::Measure(Tool::Rectangle),
        Self::Measure(Tool::Ellipse),
        Self::Measure(Tool::Probe),
        Self::Measure(Tool::Arrow),
        Self::RemoveMark,
        Self::Undo,
        Self::Redo,
        Self::PointAt,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::NextFrame,
        Self::PreviousFrame,
        Self::FirstFrame,
        Self::LastFrame,
        Self::ToggleTexts,
        Self::Deidentify,
        Self::Worklist,
        Self::NextUnread,
        Self::Evaluate,
        Self::Train,
        Self::ToggleStudyList,
        Self::ToggleTheme,
        Self::LettersLarger,
        Self::LettersSmaller,
        Self::LettersUsual,
        Self::Palette,
        Self::Keys,
        Self::Log,
        Self::BreakGlass,
        Self::Lock,
        Self::Safety,
        Self::About,
        Self::TestModels,
        Self::Quit,
    ];

    /// Key and group: one row for each action.
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub const fn info(self) -> ActionInfo {
        use Group::{Case, Picture, Result, Window};
        let (key, group) = match self {
            Self::OpenFiles => ("Ctrl+O", Case),
            Self::OpenPath => ("Ctrl+Shift+O", Case),
            Self::OpenSample => ("", Case),
            Self::OpenAgain => ("Ctrl+Shift+T", Case),
            Self::NextItem => ("Ctrl+ArrowDown", Case),
            Self::PreviousItem => ("Ctrl+ArrowUp", Case),
            Self::CloseItem => ("Ctrl+W", Case),
            Self::PutTogether => ("P", Case),
            Self::TakeApart => ("Shift+P", Case),
            Self::NextMarks => ("K", Result),
            Self::ToggleCourse => ("V", Result),
            Self::NextHour => (".", Result),
            Self::PreviousHour => (",", Result),
            Self::Score => ("Space", Result),
            Self::ScoreBeyondScope => ("Shift+Space", Result),
            Self::ToggleOverlay => ("O", Result),
            Self::OpacityUp => ("]", Result),
            Self::OpacityDown => ("[", Result),
            Self::NextLabel => ("L", Result),
            Self::NextMethod => ("M", Result),
            Self::CheckMap => ("C", Result),
            Self::ToggleStrength => ("E", Result),
            Self::Agree => ("A", Result),
            Self::Disagree => ("D", Result),
            Self::Unsure => ("U", Result),
            Self::SayWhy => ("Shift+D", Result),
            Self::SaveOverlay => ("Ctrl+S", Result),
            Self::CopyView => ("Ctrl+C", Picture),
            Self::SaveView => ("Ctrl+Shift+S", Picture),
            Self::PrintView => ("Ctrl+P", Picture),
            Self::AutoWindow => ("0", Picture),
            Self::Window(number) => (window_key(number), Picture),
            Self::Invert => ("I", Picture),
            Self::ResetView => ("R", Picture),
            Self::TurnRight => ("Shift+R", Picture),
            Self::TurnLeft => ("Shift+L", Picture),
            Self::FlipAcross => ("H", Picture),
            Self::FlipDown => ("Shift+H", Picture),
            Self::Play => ("Z", Picture),
            Self::Magnify => ("F", Picture),
            Self::NextLayout => ("G", Picture),
            Self::NextViewport => ("Q", Picture),
            Self::ToggleOvers => ("Shift+O", Picture),
            Self::TogglePlanes => ("Shift+G", Picture),
            Self::ComparePrior => ("B", Picture),
            Self::LinkViewports => ("J", Picture),
            Self::Measure(Tool::Length) => ("X", Picture),
            Self::Measure(Tool::Angle) => ("Shift+X", Picture),
            Self::Measure(Tool::Rectangle) => ("S", Picture),
            Self::Measure(Tool::Ellipse) => ("Shift+S", Picture),
            Self::Measure(Tool::Probe) => ("Y", Picture),
            Self::Measure(Tool::Arrow) => ("W", Picture),
            Self::RemoveMark => ("Delete", Picture),
            Self::Undo => ("Ctrl+Z", Picture),
            Self::Redo => ("Ctrl+Y", Picture),
            Self::PointAt => ("N", Picture),
            Self::ZoomIn => ("+", Picture),
            Self::ZoomOut => ("-", Picture),
            Self::NextFrame => ("PageDown", Picture),
            Self::PreviousFrame => ("PageUp", Picture),
            Self::FirstFrame => ("Home", Picture),
            Self::LastFrame => ("End", Picture),
            Self::ToggleTexts => ("T", Picture),
            Self::Deidentify => ("Ctrl+D", Case),
            Self::Evaluate => ("Ctrl+E", Window),
            Self::Train => ("Ctrl+T", Window),
            Self::ToggleStudyList => ("Ctrl+B", Window),
            Self::ToggleTheme => ("", Window),
            Self::LettersLarger => ("Ctrl++", Window),
            Self::LettersSmaller => ("Ctrl+-", Window),
            Self::LettersUsual => ("Ctrl+0", Window),
            Self::Palette => ("Ctrl+K", Window),
            Self::Keys => ("F1", Window),
            Self::Log => ("Ctrl+J", Window),
            Self::Worklist => ("Ctrl+G", Window),
            Self::NextUnread => ("Shift+N", Window),
            Self::BreakGlass => ("", Window),
            Self::Lock => ("Ctrl+L", Window),
            Self::Safety => ("", Window),
            Self::About => ("Shift+F1", Window),
            Self::TestModels => ("", Window),
            Self::Escape => ("Escape", Window),
            Self::Quit => ("Ctrl+Q", Window),
        };
        ActionInfo { key, group }
    }

    /// Name and tooltip: one row for each action.
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub fn words(self, words: &Words) -> ActionWords {
        let (name, tooltip) = match self {
            Self::OpenFiles => (words.say("action-open-files"), words.say("action-open-files-tip")),
            Self::OpenPath => (words.say("action-open-path"), words.say("action-open-path-tip")),
            Self::OpenSample => (words.say("action-open-sample"), words.say("action-open-sample-tip")),
            Self::OpenAgain => (words.say("action-open-again"), words.say("action-open-again-tip")),
            Self::NextItem => (words.say("action-next-item"), words.say("action-next-item-tip")),
            Self::PreviousItem => (words.say("action-previous-item"), words.say("action-previous-item-tip")),
            Self::CloseItem => (words.say("action-close-item"), words.say("action-close-item-tip")),
            Self::PutTogether => (words.say("action-put-together"), words.say("action-put-together-tip")),
            Self::TakeApart => (words.say("action-take-apart"), words.say("action-take-apart-tip")),
            Self::NextMarks => (words.say("action-next-marks"), words.say("action-next-marks-tip")),
            Self::ToggleCourse => (words.say("action-toggle-course"), words.say("action-toggle-course-tip")),
            Self::NextHour => (words.say("action-next-hour"), words.say("action-next-hour-tip")),
            Self::PreviousHour => (words.say("action-previous-hour"), words.say("action-previous-hour-tip")),
            Self::Score => (words.say("action-score"), words.say("action-score-tip")),
            Self::ScoreBeyondScope => (words.say("action-score-beyond-scope"), words.say("action-score-beyond-scope-tip")),
            Self::ToggleOverlay => (words.say("action-toggle-overlay"), words.say("action-toggle-overlay-tip")),
            Self::OpacityUp => (words.say("action-opacity-up"), words.say("action-opacity-up-tip")),
            Self::OpacityDown => (words.say("action-opacity-down"), words.say("action-opacity-down-tip")),
            Self::NextLabel => (words.say("action-next-label"), words.say("action-next-label-tip")),
            Self::NextMethod => (words.say("action-next-method"), words.say("action-next-method-tip")),
            Self::CheckMap => (words.say("action-check-map"), words.say("action-check-map-tip")),
            Self::ToggleStrength => (words.say("action-toggle-strength"), words.say("action-toggle-strength-tip")),
            Self::Agree => (words.say("action-agree"), words.say("action-agree-tip")),
            Self::Disagree => (words.say("action-disagree"), words.say("action-disagree-tip")),
            Self::Unsure => (words.say("action-unsure"), words.say("action-unsure-tip")),
            Self::SayWhy => (words.say("action-say-why"), words.say("action-say-why-tip")),
            Self::SaveOverlay => (words.say("action-save-overlay"), words.say("action-save-overlay-tip")),
            Self::CopyView => (words.say("action-copy-view"), words.say("action-copy-view-tip")),
            Self::SaveView => (words.say("action-save-view"), words.say("action-save-view-tip")),
            Self::PrintView => (words.say("action-print-view"), words.say("action-print-view-tip")),
            Self::AutoWindow => (words.say("action-auto-window"), words.say("action-auto-window-tip")),
            Self::Window(number) => window_words(words, number),
            Self::Invert => (words.say("action-invert"), words.say("action-invert-tip")),
            Self::ResetView => (words.say("action-reset-view"), words.say("action-reset-view-tip")),
            Self::TurnRight => (words.say("action-turn-right"), words.say("action-turn-right-tip")),
            Self::TurnLeft => (words.say("action-turn-left"), words.say("action-turn-left-tip")),
            Self::FlipAcross => (words.say("action-flip-across"), words.say("action-flip-across-tip")),
            Self::FlipDown => (words.say("action-flip-down"), words.say("action-flip-down-tip")),
            Self::Play => (words.say("action-play"), words.say("action-play-tip")),
            Self::Magnify => (words.say("action-magnify"), words.say("action-magnify-tip")),
            Self::NextLayout => (words.say("action-next-layout"), words.say("action-next-layout-tip")),
            Self::NextViewport => (words.say("action-next-viewport"), words.say("action-next-viewport-tip")),
            Self::ToggleOvers => (words.say("action-toggle-overs"), words.say("action-toggle-overs-tip")),
            Self::TogglePlanes => (words.say("action-toggle-planes"), words.say("action-toggle-planes-tip")),
            Self::ComparePrior => (words.say("action-compare-prior"), words.say("action-compare-prior-tip")),
            Self::LinkViewports => (words.say("action-link-viewports"), words.say("action-link-viewports-tip")),
            Self::Measure(Tool::Length) => (words.say("action-length"), words.say("action-length-tip")),
            Self::Measure(Tool::Angle) => (words.say("action-angle"), words.say("action-angle-tip")),
            Self::Measure(Tool::Rectangle) => (words.say("action-rectangle"), words.say("action-rectangle-tip")),
            Self::Measure(Tool::Ellipse) => (words.say("action-ellipse"), words.say("action-ellipse-tip")),
            Self::Measure(Tool::Probe) => (words.say("action-probe"), words.say("action-probe-tip")),
            Self::Measure(Tool::Arrow) => (words.say("action-arrow"), words.say("action-arrow-tip")),
            Self::RemoveMark => (words.say("action-remove-mark"), words.say("action-remove-mark-tip")),
            Self::Undo => (words.say("action-undo"), words.say("action-undo-tip")),
            Self::Redo => (words.say("action-redo"), words.say("action-redo-tip")),
            Self::PointAt => (words.say("action-point-at"), words.say("action-point-at-tip")),
            Self::ZoomIn => (words.say("action-zoom-in"), words.say("action-zoom-in-tip")),
            Self::ZoomOut => (words.say("action-zoom-out"), words.say("action-zoom-out-tip")),
            Self::NextFrame => (words.say("action-next-frame"), words.say("action-next-frame-tip")),
            Self::PreviousFrame => (words.say("action-previous-frame"), words.say("action-previous-frame-tip")),
            Self::FirstFrame => (words.say("action-first-frame"), words.say("action-first-frame-tip")),
            Self::LastFrame => (words.say("action-last-frame"), words.say("action-last-frame-tip")),
            Self::ToggleTexts => (words.say("action-toggle-texts"), words.say("action-toggle-texts-tip")),
            Self::Deidentify => (words.say("action-deidentify"), words.say("action-deidentify-tip")),
            Self::Evaluate => (words.say("action-evaluate"), words.say("action-evaluate-tip")),
            Self::Train => (words.say("action-train"), words.say("action-train-tip")),
            Self::ToggleStudyList => (words.say("action-toggle-study-list"), words.say("action-toggle-study-list-tip")),
            Self::ToggleTheme => (words.say("action-toggle-theme"), words.say("action-toggle-theme-tip")),
            Self::LettersLarger => (words.say("action-letters-larger"), words.say("action-letters-larger-tip")),
            Self::LettersSmaller => (words.say("action-letters-smaller"), words.say("action-letters-smaller-tip")),
            Self::LettersUsual => (words.say("action-letters-usual"), words.say("action-letters-usual-tip")),
            Self::Palette => (words.say("action-palette"), words.say("action-palette-tip")),
            Self::Keys => (words.say("action-keys"), words.say("action-keys-tip")),
            Self::Log => (words.say("action-log"), words.say("action-log-tip")),
            Self::Worklist => (words.say("action-worklist"), words.say("action-worklist-tip")),
            Self::NextUnread => (words.say("action-next-unread"), words.say("action-next-unread-tip")),
            Self::BreakGlass => (words.say("action-break-glass"), words.say("action-break-glass-tip")),
            Self::Lock => (words.say("action-lock"), words.say("action-lock-tip")),
            Self::Safety => (words.say("action-safety"), words.say("action-safety-tip")),
            Self::About => (words.say("action-about"), words.say("action-about-tip")),
            Self::TestModels => (words.say("action-test-models"), words.say("action-test-models-tip")),
            Self::Escape => (words.say("action-escape"), words.say("action-escape-tip")),
            Self::Quit => (words.say("action-quit"), words.say("action-quit-tip")),
        };
        ActionWords { name, tooltip }
    }

    /// The key as people read it: `Ctrl O`.
    pub fn key_text(self) -> String {
        let words = self.info().key.split('+').map(|it| match it {
            "ArrowDown" => "\u{2193}",
            "ArrowUp" => "\u{2191}",
            "PageDown" => "Page\u{2193}",
            "PageUp" => "Page\u{2191}",
            "" => "+",
            "-" => "\u{2212}",
            other => other,
        });
        if self.info().key.is_empty() {
            String::new()
        } else {
            dedup(words.collect()).join(" ")
        }
    }
}

const fn window_key(number: u8) -> &'static str {
    match number {
        1 => "1",
        2 => "2",
        3 => "3",
        4 => "4",
        5 => "5",
        _ => "6",
    }
}

fn window_words(words: &Words, number: u8) -> (String, String) {
    let n = Part::Number(number.into());
    let tooltip = match number {
        1 => words.say("action-window-first-tip"),
        2 => words.say("action-window-second-tip"),
        3 => words.say("action-window-third-tip"),
        4 => words.say("action-window-fourth-tip"),
        5 => words.say("action-window-fifth-tip"),
        _ => words.say("action-window-sixth-tip"),
    };
    (words.say_with("action-window-n", &[("n", n)]), tooltip)
}

/// The key `+` itself splits into two empty words.
fn dedup(mut words: Vec<&str>) -> Vec<&str> {
    words.dedup();
    words
}
