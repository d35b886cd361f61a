//! A view on its way out of the window: into the clipboard, as a picture or on a page.

use std::path::PathBuf;

use super::{Error, Event};
use crate::{
    disk,
    model::Task,
    privacy::Phi,
    render::{
        outgoing::Outgoing,
        page::{Page, pdf},
        picture::encode,
    },
};

/// A view, and where it goes.
#[derive(Clone)]
pub struct TakeOutJob {
    pub outgoing: Outgoing,
    /// On a page, else as a picture.
    pub page: Option<Page>,
    /// Into the clipboard where there is none.
    pub to: Option<PathBuf>,
}

const N_STEPS: usize = 2;

pub(super) fn take_out(job: &TakeOutJob, task: &Task) -> Result<Option<Event>, Error> {
    task.report(0, N_STEPS);
    let Some(to) = &job.to else {
        let picture = job.outgoing.captioned();
        return Ok(Some(Event::Pictured(Phi::new(picture))));
    };
    let bytes = match &job.page {
        Some(page) => pdf(&job.outgoing, page)?,
        None => encode(&job.outgoing.captioned())?,
    };
    task.report(1, N_STEPS);
    if task.is_cancelled() {
        return Ok(None);
    }
    let written = disk::write_new(to, &bytes)?;
    Ok(Some(Event::Saved(Phi::new(written))))
}
