//! Everything that has a name and a key. Menu, palette, key sheet, tooltip and keyboard share this one list.

use super::Tool;

/// An action without an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    OpenFiles,
    OpenPath,
    OpenSample,
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
    SaveOverlay,
    Evaluate,
    Train,
    ToggleStudyList,
    ToggleTheme,
    Palette,
    Keys,
    Log,
    Deidentify,
    BreakGlass,
    Lock,
    Safety,
    Escape,
    Quit,
}

/// How an action is called and reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo {
    pub name: &'static str,
    /// Keys joined by `+`, as egui names them; empty where there is none.
    pub key: &'static str,
    pub tooltip: &'static str,
    pub group: Group,
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
    /// In the order of the sheet, with their headings.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Case, "Case"),
        (Self::Picture, "Picture"),
        (Self::Result, "Result"),
        (Self::Window, "Window"),
    ];
}

impl Action {
    /// In the order of the palette.
    pub const ALL: [Self; 73] = [
        Self::OpenFiles,
        Self::OpenPath,
        Self::OpenSample,
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
        Self::SaveOverlay,
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
        Self::Evaluate,
        Self::Train,
        Self::ToggleStudyList,
        Self::ToggleTheme,
        Self::Palette,
        Self::Keys,
        Self::Log,
        Self::BreakGlass,
        Self::Lock,
        Self::Safety,
        Self::Quit,
    ];

    /// Name, key and tooltip: one row for each action.
    #[rustfmt::skip]
    pub const fn info(self) -> ActionInfo {
        use Group::{Case, Picture, Result, Window};
        let (name, key, tooltip, group) = match self {
            Self::OpenFiles => ("Open…", "Ctrl+O", "Choose scans, notes and series; files can also be dropped on the window", Case),
            Self::OpenPath => ("Open a path…", "Ctrl+P", "Type or paste the path of a file", Case),
            Self::OpenSample => ("Open the sample case", "", "A synthetic chest picture, note and course, made by this program", Case),
            Self::NextItem => ("Next in the study list", "Ctrl+ArrowDown", "Show the next file", Case),
            Self::PreviousItem => ("Previous in the study list", "Ctrl+ArrowUp", "Show the file before", Case),
            Self::CloseItem => ("Close", "Ctrl+W", "Close the file in the middle", Case),
            Self::PutTogether => ("Put together…", "P", "Put another open file of the same patient on this page", Case),
            Self::TakeApart => ("Take apart", "Shift+P", "Undo the last putting together on this page", Case),
            Self::NextMarks => ("Next marks in the note", "K", "Influence of words, status of findings, both, or what would identify the patient", Result),
            Self::ToggleCourse => ("Course on or off", "V", "Show or hide the course under the scan or note", Result),
            Self::NextHour => ("Next hour", ".", "Tell of the next hour of the series", Result),
            Self::PreviousHour => ("Previous hour", ",", "Tell of the hour before", Result),
            Self::Score => ("Score", "Space", "Run the models on what is open; nothing leaves this computer", Result),
            Self::ScoreBeyondScope => ("Score all the same", "Shift+Space", "Score what the model refused as outside its scope; the result says so", Result),
            Self::ToggleOverlay => ("Overlay on or off", "O", "Show or hide the influence map", Result),
            Self::OpacityUp => ("Overlay stronger", "]", "More opaque influence map", Result),
            Self::OpacityDown => ("Overlay weaker", "[", "More transparent influence map", Result),
            Self::NextLabel => ("Explain the next label", "L", "Show the influence on the next label", Result),
            Self::NextMethod => ("Next explanation method", "M", "Explain with the next method", Result),
            Self::CheckMap => ("Check this map", "C", "Take away what the map names and watch the score; some seconds", Result),
            Self::ToggleStrength => ("Same strength for every score", "E", "Draw the map as strongly below the operating point as above it, or not", Result),
            Self::Agree => ("Agree", "A", "Your reading agrees with the model", Result),
            Self::Disagree => ("Disagree", "D", "Your reading differs from the model", Result),
            Self::Unsure => ("Unsure", "U", "You are not sure", Result),
            Self::SaveOverlay => ("Save overlay and result…", "Ctrl+S", "Write the overlay as PNG and the result as JSON beside it", Result),
            Self::AutoWindow => ("Automatic window", "0", "Window from the grey values of the frame", Picture),
            Self::Window(1) => ("Window 1", "1", "First window of the file, or lung", Picture),
            Self::Window(2) => ("Window 2", "2", "Second window", Picture),
            Self::Window(3) => ("Window 3", "3", "Third window", Picture),
            Self::Window(4) => ("Window 4", "4", "Fourth window", Picture),
            Self::Window(5) => ("Window 5", "5", "Fifth window", Picture),
            Self::Window(_) => ("Window 6", "6", "Sixth window", Picture),
            Self::Invert => ("Invert", "I", "Dark becomes bright", Picture),
            Self::TurnRight => ("Turn right", "Shift+R", "A quarter clockwise, on screen only; the model reads the scan as it is stored", Picture),
            Self::TurnLeft => ("Turn left", "Shift+L", "A quarter counter-clockwise, on screen only", Picture),
            Self::FlipAcross => ("Flip left and right", "H", "Left and right exchanged, on screen only; the letters tell the sides of the patient", Picture),
            Self::FlipDown => ("Flip top and bottom", "Shift+H", "Top and bottom exchanged, on screen only", Picture),
            Self::ResetView => ("Reset the view", "R", "First window, fitted, not inverted, not turned; all of a series", Picture),
            Self::Play => ("Play frames", "Z", "Show the frames one after the other, round and round, until pressed again", Picture),
            Self::Magnify => ("Magnifier", "F", "Twice as large round the pointer, until pressed again", Picture),
            Self::NextLayout => ("Layout", "G", "One scan, two side by side, or two by two", Picture),
            Self::NextViewport => ("Next viewport", "Q", "Make the next scan on screen the active one", Picture),
            Self::ComparePrior => ("Compare with the scan before", "B", "Put the patient's last scan before this one beside it", Picture),
            Self::LinkViewports => ("Viewports linked or apart", "J", "Pan, zoom, window and frames of all scans on screen together, or each its own", Picture),
            Self::Measure(Tool::Length) => ("Length", "X", "Draw a line and read its length in mm, or in pixels where the file gives no size", Picture),
            Self::Measure(Tool::Angle) => ("Angle", "Shift+X", "Draw one arm to the corner, then click the end of the other", Picture),
            Self::Measure(Tool::Rectangle) => ("Rectangle", "S", "Area and grey values of a rectangle", Picture),
            Self::Measure(Tool::Ellipse) => ("Ellipse", "Shift+S", "Area and grey values of an ellipse", Picture),
            Self::Measure(Tool::Probe) => ("Pixel value", "Y", "Click a pixel and keep its value", Picture),
            Self::Measure(Tool::Arrow) => ("Arrow", "W", "Draw an arrow to what is meant", Picture),
            Self::RemoveMark => ("Remove mark", "Delete", "Remove the chosen mark, else the last one on the frame", Picture),
            Self::Undo => ("Undo mark", "Ctrl+Z", "Take the last change of the marks back", Picture),
            Self::Redo => ("Redo mark", "Ctrl+Y", "Do it again", Picture),
            Self::PointAt => ("Point at a nodule", "N", "Then click it: some models read only what lies around a point", Picture),
            Self::ZoomIn => ("Zoom in", "+", "Larger; also Ctrl and wheel, or right drag", Picture),
            Self::ZoomOut => ("Zoom out", "-", "Smaller", Picture),
            Self::NextFrame => ("Next frame", "PageDown", "Also the wheel; the next hour of a series", Picture),
            Self::PreviousFrame => ("Previous frame", "PageUp", "Also the wheel", Picture),
            Self::FirstFrame => ("First frame", "Home", "Go to the first frame", Picture),
            Self::LastFrame => ("Last frame", "End", "Go to the last frame", Picture),
            Self::ToggleTexts => ("Corner texts on or off", "T", "Show or hide the texts in the corners", Picture),
            Self::Deidentify => ("De-identify…", "Ctrl+D", "See what names the patient, correct it, and write a copy without it", Case),
            Self::Evaluate => ("Evaluate a model", "Ctrl+E", "Measure a model on images whose answer you know", Window),
            Self::Train => ("Train a model", "Ctrl+T", "Make a model from a recipe and labelled data", Window),
            Self::ToggleStudyList => ("Study list on or off", "Ctrl+B", "Show or hide what is open", Window),
            Self::ToggleTheme => ("Light or dark", "", "Change between the dark and the light theme", Window),
            Self::Palette => ("All actions", "Ctrl+K", "Search all actions", Window),
            Self::Keys => ("Keys", "F1", "All keys on one sheet", Window),
            Self::Log => ("Audit log", "Ctrl+J", "Who did what in the records, newest first", Window),
            Self::BreakGlass => ("Break the glass…", "", "In an emergency: read as a reader may, for a reason that the log keeps", Window),
            Self::Lock => ("Lock", "Ctrl+L", "Close everything that is open and show nothing until you come back", Window),
            Self::Safety => ("Lock and language…", "", "When the window locks, and in which language it speaks", Window),
            Self::Escape => ("Back", "Escape", "Close what lies on top, else go back to reading, else stop what runs, else reset the view", Window),
            Self::Quit => ("Quit", "Ctrl+Q", "Close Wardlight", Window),
        };
        ActionInfo { name, key, tooltip, group }
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

/// The key `+` itself splits into two empty words.
fn dedup(mut words: Vec<&str>) -> Vec<&str> {
    words.dedup();
    words
}
