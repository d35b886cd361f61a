//! The thread of de-identified copies: a search for text takes seconds for each frame, and must not hold up opening. Nor
//! must a look at the installation.

use std::sync::mpsc::Receiver;

use super::{CopierFn, Error, Event, Job, SurveyFn, client::Ticket, work};
use crate::{
    privacy::{Phi, process},
    share::{Copier, Source},
};

/// Serves `Preview`, `WriteCopy` and `Survey` until the queue closes.
pub(super) fn run_copies(
    jobs: &Receiver<Ticket>,
    (mut make, mut survey): (CopierFn, SurveyFn),
    outbox: &work::Outbox,
) {
    let mut made: Option<Copier> = None;
    while let Ok(ticket) = jobs.recv() {
        // The stack is scrubbed after every job.
        let end = work::guarded(&ticket, || match &ticket.job {
            Job::Forget => Ok(None),
            Job::Survey => Ok(Some(Event::Surveyed(survey()))),
            job => {
                let copier = match made.take() {
                    Some(it) => made.insert(it),
                    None => made.insert(make()?),
                };
                done(copier, job, &ticket)
            }
        });
        if work::finish(&ticket, end, outbox).is_err() {
            return;
        }
        drop(ticket);
        process::scrub_stack();
    }
}

fn done(copier: &mut Copier, job: &Job, ticket: &Ticket) -> Result<Option<Event>, Error> {
    match job {
        Job::Preview { wish, is_searched } => {
            let n_frames = match &wish.source {
                Source::Scan { scan, .. } => scan.n_frames(),
                Source::Note(_) => 1,
            };
            let progress = |n_searched| ticket.task.report(n_searched, n_frames);
            let preview = copier.preview((wish, *is_searched), &ticket.decode, progress)?;
            Ok(Some(Event::Previewed(Box::new(preview))))
        }
        Job::WriteCopy {
            wish,
            decision,
            folder,
        } => {
            let path = copier.write(wish, decision, folder.reveal(), &ticket.decode)?;
            Ok(Some(Event::CopyWritten(Phi::new(path))))
        }
        _ => Ok(None),
    }
}
