//! The page of the audit log: what is asked of it, and what came.

use std::path::PathBuf;

use super::{Effect, LogForm, LogRow, Page, Request, State, Tone, records::failure_of};
use crate::{
    failure::Failure,
    privacy::Phi,
    store::{Action, Error, Filter},
};

/// The page, as typed and as found.
#[derive(Debug, Default)]
pub struct LogPage {
    /// `2026-11-27` in UTC; empty for all days.
    pub day: String,
    pub action: Option<Action>,
    /// Id and name.
    pub person: Option<(String, Phi<String>)>,
    /// Only what somebody should hear of at once.
    pub is_loud_only: bool,
    pub form: LogForm,
    /// Where it is written.
    pub out: String,
    /// Newest first.
    pub rows: Vec<LogRow>,
    pub is_waiting: bool,
    pub failure: Option<Failure>,
}

/// What can be asked on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum LogCommand {
    SetDay(String),
    ChooseAction(Option<Action>),
    ChoosePerson(Option<(String, Phi<String>)>),
    SetLoudOnly(bool),
    SetForm(LogForm),
    SetOut(String),
    Look,
    Export,
}

/// Rows that the page asks for; beyond that a narrower filter is wanted.
pub const LOG_ROWS: usize = 10_000;
const DAY_MS: i64 = 86_400_000;

impl LogPage {
    /// What is asked for; `None` where the day cannot be read.
    fn filter(&self) -> Option<Filter> {
        let day = self.day.trim();
        let from_ms = if day.is_empty() {
            None
        } else {
            let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
            Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
        };
        Some(Filter {
            from_ms,
            before_ms: from_ms.map(|it| it + DAY_MS),
            action: self.action,
            person: self.person.as_ref().map(|it| it.0.clone()),
            is_loud_only: self.is_loud_only,
            ..Filter::default()
        })
    }
}

impl State {
    /// Turns to the page and reads the log.
    pub(super) fn open_log(&mut self) -> Vec<Effect> {
        if self.door.user.is_none() {
            let failure = Failure {
                headline: self.words.say("notice-no-log"),
                remedy: self.words.say("notice-no-log-remedy"),
                cause: "wanted records of this computer, found none open".to_owned(),
            };
            self.tell(Tone::Failure, failure, None, None);
            return Vec::new();
        }
        self.turn_to(Page::Log);
        self.look_at_log()
    }

    pub(super) fn apply_on_log(&mut self, command: LogCommand) -> Vec<Effect> {
        let log = &mut self.log;
        match command {
            LogCommand::SetDay(day) => {
                log.day = day;
                return Vec::new();
            }
            LogCommand::SetForm(form) => {
                log.form = form;
                return Vec::new();
            }
            LogCommand::SetOut(out) => {
                log.out = out;
                return Vec::new();
            }
            LogCommand::Export => return self.export_log(),
            LogCommand::ChooseAction(action) => log.action = action,
            LogCommand::ChoosePerson(person) => log.person = person,
            LogCommand::SetLoudOnly(is_loud_only) => log.is_loud_only = is_loud_only,
            LogCommand::Look => {}
        }
        self.look_at_log()
    }

    fn look_at_log(&mut self) -> Vec<Effect> {
        let Some(filter) = self.log_filter() else {
            return Vec::new();
        };
        self.log.is_waiting = true;
        vec![Effect::Records(Request::ViewLog(filter))]
    }

    fn export_log(&mut self) -> Vec<Effect> {
        let Some(filter) = self.log_filter() else {
            return Vec::new();
        };
        let to = PathBuf::from(self.log.out.trim());
        if !to.is_absolute() {
            self.log.failure = Some(Failure {
                headline: self.words.say("notice-where"),
                remedy: self.words.say("notice-where-remedy"),
                cause: "wanted an absolute path, found another".to_owned(),
            });
            return Vec::new();
        }
        let form = self.log.form;
        vec![Effect::Records(Request::ExportLog { filter, form, to })]
    }

    fn log_filter(&mut self) -> Option<Filter> {
        let filter = self.log.filter();
        self.log.failure = filter.is_none().then(|| Failure {
            headline: self.words.say("notice-no-day"),
            remedy: self.words.say("notice-no-day-remedy"),
            cause: "wanted a day as YYYY-MM-DD, found other text".to_owned(),
        });
        filter
    }

    pub(super) fn log_came(&mut self, answer: Result<Vec<LogRow>, Error>) {
        if !std::mem::take(&mut self.log.is_waiting) {
            return;
        }
        match answer {
            Ok(rows) => self.log.rows = rows,
            Err(error) => self.log.failure = Some(failure_of(&self.words, &error)),
        }
    }

    pub(super) fn log_exported(&mut self, answer: Result<PathBuf, Error>) {
        if !self.door.is_open() {
            return;
        }
        match answer {
            Ok(path) => {
                let done = Failure {
                    headline: self.words.say("notice-written"),
                    remedy: self.words.say("notice-written-remedy"),
                    cause: String::new(),
                };
                self.tell(Tone::Done, done, Some(Phi::new(path)), None);
            }
            Err(error) => self.log.failure = Some(failure_of(&self.words, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LogPage;

    #[test]
    fn a_day_is_a_day_of_utc_and_nothing_else() {
        let of = |day: &str| {
            let page = LogPage {
                day: day.to_owned(),
                ..LogPage::default()
            };
            page.filter()
        };
        let day = of(" 1970-01-02 ").unwrap();
        assert_eq!(
            (day.from_ms, day.before_ms),
            (Some(86_400_000), Some(172_800_000))
        );
        assert_eq!(of("").unwrap().from_ms, None);
        for other in ["yesterday", "1970-13-01", "1970-01-02x"] {
            assert!(of(other).is_none(), "{other}");
        }
    }
}
