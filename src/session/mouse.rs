//! What the mouse does over a picture, by the profile that was chosen: one table for the viewports and the key sheet.
//!
//! In every profile Shift and the left button move, Ctrl and the left button or the wheel zoom, the right button opens
//! the menu where it is not dragged, and a double click resets: a touchpad has no middle button.

use crate::{settings::MouseProfile, words::Words};

/// What a drag changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drag {
    Window,
    Move,
    Zoom,
}

/// What the wheel does where a series or a file has one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoneFrame {
    Stays,
    Zooms,
}

/// A profile, button by button. The wheel goes through frames in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub left: Drag,
    pub middle: Drag,
    pub right: Option<Drag>,
    pub lone_frame: LoneFrame,
}

impl MouseProfile {
    /// In the order of the settings.
    pub const ALL: [Self; 4] = [Self::Wardlight, Self::Ohif, Self::Weasis, Self::RightWindow];

    /// Its name in the settings.
    pub fn name(self, words: &Words) -> String {
        match self {
            Self::Wardlight => super::NAME.to_owned(),
            Self::Ohif => "OHIF".to_owned(),
            Self::Weasis => "Weasis".to_owned(),
            Self::RightWindow => words.say("mouse-right-window"),
        }
    }

    /// What it does.
    pub const fn mouse(self) -> Mouse {
        let ours = Mouse {
            left: Drag::Window,
            middle: Drag::Move,
            right: Some(Drag::Zoom),
            lone_frame: LoneFrame::Zooms,
        };
        match self {
            Self::Wardlight => ours,
            Self::Ohif => Mouse {
                lone_frame: LoneFrame::Stays,
                ..ours
            },
            Self::Weasis => Mouse {
                right: None,
                lone_frame: LoneFrame::Stays,
                ..ours
            },
            Self::RightWindow => Mouse {
                left: Drag::Move,
                middle: Drag::Zoom,
                right: Some(Drag::Window),
                ..ours
            },
        }
    }
}

impl Mouse {
    /// The rows of the key sheet: what is done, and how.
    pub fn rows(self, words: &Words) -> [(String, String); 6] {
        let zooms = [words.say("mouse-ctrl"), words.say("mouse-ctrl-wheel")];
        let lone = (self.lone_frame == LoneFrame::Zooms).then(|| words.say("mouse-lone-wheel"));
        let zooms = zooms.into_iter().chain(lone).collect();
        let drags = |drag, others: Vec<String>| {
            let buttons = [
                (Some(self.left), words.say("mouse-left")),
                (Some(self.middle), words.say("mouse-middle")),
                (self.right, words.say("mouse-right")),
            ];
            let ours = buttons.into_iter().filter(|it| it.0 == Some(drag));
            let all: Vec<String> = ours.map(|it| it.1).chain(others).collect();
            all.join(&words.say("list-comma"))
        };
        [
            (words.say("mouse-window"), drags(Drag::Window, Vec::new())),
            (
                words.say("mouse-move"),
                drags(Drag::Move, vec![words.say("mouse-shift")]),
            ),
            (words.say("mouse-zoom"), drags(Drag::Zoom, zooms)),
            (words.say("mouse-frames"), words.say("mouse-frames-how")),
            (words.say("mouse-menu"), words.say("mouse-menu-how")),
            (words.say("mouse-reset"), words.say("mouse-reset-how")),
        ]
    }
}
