//! `wardlight deidentify confirm`: a person has looked at held pictures and read held notes.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;

use super::told;
use crate::{
    cli::print,
    deid::dicom::{Mask, Rect},
    deid::{Policy, Secret},
    disk,
    import::{Cancel, Decoder, Request, Task},
    share::{Outputs, Report, Row, Status},
};

/// Largest file.
const LIMIT_BYTES: u64 = 4 << 30;

#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder of results.
    folder: PathBuf,
    /// UIDs of held pictures, as the report has them. Without any, those that are held are listed.
    uids: Vec<String>,
    /// All that are held.
    #[arg(long, conflicts_with = "uids")]
    all: bool,
    /// First fill this rectangle of pixels in every frame.
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = rect)]
    mask: Vec<Rect>,
}

/// Confirms, or lists what is held.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let outputs = Outputs::open(&args.folder, false)?;
    let held = outputs.all_held()?;
    if args.uids.is_empty() && !args.all {
        let lines: Vec<String> = held.iter().map(|it| format!("{it}\n")).collect();
        print(&lines.concat())?;
        return Ok(ExitCode::SUCCESS);
    }
    let uids = if args.all { &held } else { &args.uids };
    let decoder =
        Decoder::start(Default::default()).context("could not start the decode worker")?;
    let mut report = Report::new(&Policy::default(), false);
    for (idx, uid) in uids.iter().enumerate() {
        let confirmed = one(&decoder, &outputs, uid, &args.mask);
        report.rows.push(match confirmed {
            Ok(()) => Row::by_word(idx + 1, uid, args.mask.len(), None),
            Err(error) => Row::failed(idx + 1, Status::Error, &format!("{error:#}")),
        });
    }
    let written = outputs.report("confirmed", &report)?;
    told::tell(&report, written.as_deref(), false)?;
    Ok(told::exit_code(&report))
}

fn one(decoder: &Decoder, outputs: &Outputs, uid: &str, rects: &[Rect]) -> anyhow::Result<()> {
    if outputs.confirm_note(uid)? {
        return Ok(());
    }
    let bytes = disk::read(&outputs.held(uid)?, LIMIT_BYTES)?;
    let masks = rects.iter().map(|rect| Mask {
        frame_idx: None,
        rect: *rect,
    });
    let request = Request {
        task: Task::Confirm,
        policy: Policy::default(),
        // Nothing is given a pseudonym any more.
        secret: Secret::new([0; 32]),
        masks: masks.collect(),
        is_explained: false,
    };
    let confirmed = decoder.deidentify(&bytes, &request, &Cancel::default())?;
    if confirmed.facts.instance_uid != uid {
        anyhow::bail!("wanted the picture of this UID, found another under its name: {uid}");
    }
    Ok(outputs.confirm(uid, &confirmed.file)?)
}

/// Four numbers with commas.
pub(super) fn rect(text: &str) -> Result<Rect, String> {
    let wrong = || format!("wanted four whole numbers with commas, found {text}");
    let numbers: Vec<usize> = text
        .split(',')
        .map(|it| it.trim().parse().map_err(|_dropped| wrong()))
        .collect::<Result<_, _>>()?;
    match numbers.as_slice() {
        [x, y, width, height] if 0 < *width && 0 < *height => Ok(Rect {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
        }),
        _ => Err(wrong()),
    }
}
