//! What stands in the desktop's clipboard because of this window, and how it is taken out again.

use egui::{Color32, ColorImage, Context, FullOutput, OutputCommand, Plugin};

/// Sees what leaves the window for the clipboard, by whichever way.
#[derive(Default)]
pub(super) struct Clipboard {
    has_text: bool,
    has_picture: bool,
}

impl Clipboard {
    /// Watches over a window from now on.
    pub(super) fn install(ctx: &Context) {
        ctx.add_plugin(Self::default());
    }

    /// Takes out what was put in.
    pub(super) fn empty(ctx: &Context) {
        let Some(Self {
            has_text,
            has_picture,
        }) = ctx.with_plugin(|it: &mut Self| std::mem::take(it))
        else {
            return;
        };
        if has_picture {
            // On the way that the picture took, which need not be that of text.
            ctx.copy_image(ColorImage::filled([1, 1], Color32::BLACK));
        }
        if has_text || has_picture {
            ctx.copy_text(String::new());
        }
    }
}

impl Plugin for Clipboard {
    fn debug_name(&self) -> &'static str {
        "clipboard"
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        let commands = &mut output.platform_output.commands;
        // What is only selected does not leave the window.
        commands.retain(|it| !matches!(it, OutputCommand::TextSelectionSettled(_)));
        for command in commands {
            match command {
                OutputCommand::CopyText(text) if text.is_empty() => *self = Self::default(),
                OutputCommand::CopyText(_) => self.has_text = true,
                OutputCommand::CopyImage(_) => self.has_picture = true,
                _ => {}
            }
        }
    }
}
