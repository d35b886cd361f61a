//! The thread of batches: scoring a folder takes hours, and must hold up neither opening nor the answers that a person waits
//! for. Its models are loaded when it starts and dropped when it ends.

use std::{ops::ControlFlow, sync::mpsc::Receiver};

use super::{BatchFn, Error, Event, Job, client::Ticket, work};
use crate::{
    batch::{Batch, Files, Told},
    import::Origin,
    privacy::{Phi, process},
};

/// Serves `RunBatch` until the queue closes.
pub(super) fn run_batches(jobs: &Receiver<Ticket>, mut make: BatchFn, outbox: &work::Outbox) {
    while let Ok(ticket) = jobs.recv() {
        // The stack is scrubbed after every job.
        let end = work::guarded(&ticket, || match &ticket.job {
            Job::RunBatch(batch) => run(batch, &mut make, &ticket, outbox).map(|()| None),
            _ => Ok(None),
        });
        if work::finish(&ticket, end, outbox).is_err() {
            return;
        }
        drop(ticket);
        process::scrub_stack();
    }
}

fn run(
    batch: &Batch,
    make: &mut BatchFn,
    ticket: &Ticket,
    outbox: &work::Outbox,
) -> Result<(), Error> {
    let mut scorer = make(batch)?;
    let given = match &batch.files {
        Files::Folder(folder) => folder,
        Files::These(_) => &batch.report,
    };
    let mut tell = |told: Told| {
        let event = match told {
            Told::Known(rows) => {
                let from = Origin::file(batch.report.clone());
                return work::list(&from, rows, ticket, outbox);
            }
            Told::Noticed(notice) => Event::Noticed {
                given: Phi::new(given.clone()),
                notice,
            },
            Told::Started(stand) => Event::BatchStarted(stand),
            Told::Files(files, stand) => Event::BatchTold(files, stand),
        };
        match outbox.send(ticket.id, event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(work::Gone) => {
                ticket.task.cancel();
                ControlFlow::Break(())
            }
        }
    };
    scorer.run(batch, (&ticket.task, &ticket.decode), &mut tell)?;
    Ok(())
}
