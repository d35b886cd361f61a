//! Questions to a note.

use std::sync::Arc;

use super::{Content, Effect, ItemId, Loading, Purpose, State};
use crate::{
    engine::{Job, JobId, NoteReply},
    privacy::Phi,
};

impl State {
    /// Asks a note; an earlier answer goes. Nothing happens without words.
    pub(super) fn ask_note(&mut self, item: ItemId, question: &str) -> Vec<Effect> {
        let Some(Content::Note(note)) = self.item(item).map(|it| &it.content) else {
            return Vec::new();
        };
        let question = question.trim();
        if question.is_empty() {
            self.set_reply(item, Loading::Empty);
            return Vec::new();
        }
        let job = Job::AskNote(note.note.clone(), Phi::new(question.to_owned()));
        let effect = self.ask(Purpose::AskNote { item }, job);
        if let Effect::Start(id, _) = &effect {
            self.set_reply(item, Loading::Waiting(*id));
        }
        vec![effect]
    }

    pub(super) fn note_answered(&mut self, id: JobId, purpose: &Purpose, reply: NoteReply) {
        let Purpose::AskNote { item } = *purpose else {
            return;
        };
        let subject = self.target(item, 0).map(|it| it.subject());
        if self.is_asking(item, id) && subject == Some(reply.about) {
            self.set_reply(item, Loading::Ready(Arc::new(reply)));
        }
    }

    /// No answer will come to this question.
    pub(super) fn question_ended(&mut self, item: ItemId, id: JobId) {
        if self.is_asking(item, id) {
            self.set_reply(item, Loading::Empty);
        }
    }

    fn is_asking(&self, item: ItemId, id: JobId) -> bool {
        let content = self.item(item).map(|it| &it.content);
        matches!(content, Some(Content::Note(it)) if it.reply.waiting() == Some(id))
    }

    fn set_reply(&mut self, item: ItemId, reply: Loading<Arc<NoteReply>>) {
        let item = self.item_mut(item);
        if let Some(Content::Note(note)) = item.map(|it| &mut it.content) {
            note.reply = reply;
        }
    }
}
