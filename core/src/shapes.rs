//! What the host gets at the end: the snapshot and the view as JSON (dashboard contract §8).
//!
//! Owns the members of both. Neither is a filtered record: every member is always there, `null` included. Must not
//! know: how cards come about.

use crate::arguments::read_options;
use crate::error::Error;
use crate::json::write::{self, ObjectWriter, into_text};
use crate::json::{Node, Tape};
use crate::view::JobsView;
use alloc::string::String;
use alloc::vec::Vec;

/// The schema of a snapshot.
pub const SNAPSHOT_SCHEMA: &str = "harn.dashboard_jobs_snapshot.v1";
/// The schema of a view.
pub const VIEW_SCHEMA: &str = "harn.dashboard_jobs_view.v1";

/// The title of a view that was given none.
const TITLE_DEFAULT: &str = "Jobs";

impl JobsView {
    /// The snapshot of what is shown: the cards, with the host's own word for when.
    ///
    /// # Errors
    /// `shape` and `json_invalid` at `options`.
    pub fn snapshot_json(&self, options: Option<&str>) -> Result<String, Error> {
        let mut tape = Tape::new();
        Ok(snapshot(self, read_options(&mut tape, options)?))
    }

    /// The view of what is shown: the cards and the unique events. Nothing is emitted, so there are no receipts.
    ///
    /// # Errors
    /// `history_off`; `shape` and `json_invalid` at `options`.
    pub fn view_json(&self, options: Option<&str>) -> Result<String, Error> {
        let mut tape = Tape::new();
        view(self, read_options(&mut tape, options)?, &[])
    }
}

/// The cards that `view` shows, with the host's own word for when.
pub(crate) fn snapshot(view: &JobsView, options: Option<Node<'_>>) -> String {
    let mut out = Vec::new();
    ObjectWriter::new(&mut out)
        .text("schema", SNAPSHOT_SCHEMA)
        .raw("generated_at", generated_at(options))
        .with("jobs", |out| view.write_cards(out))
        .end();
    into_text(out)
}

/// The cards and the unique events that `view` shows, with the receipts of those that were emitted.
///
/// # Errors
/// `history_off` when `view` has not kept its events.
pub(crate) fn view(view: &JobsView, options: Option<Node<'_>>, receipts: &[Vec<u8>]) -> Result<String, Error> {
    let mut events = Vec::new();
    view.write_events(&mut events)?;
    let mut out = Vec::with_capacity(events.len() * 2);
    let mut shape = ObjectWriter::new(&mut out);
    shape
        .text("schema", VIEW_SCHEMA)
        .raw("generated_at", generated_at(options));
    match options.and_then(|options| options.usable("title")) {
        Some(title) => shape.raw("title", title.raw().as_bytes()),
        None => shape.text("title", TITLE_DEFAULT),
    };
    shape
        .raw("events", &events)
        .with("jobs", |out| view.write_cards(out))
        .with("receipts", |out| {
            write::list(out, receipts, |out, receipt| out.extend_from_slice(receipt));
        })
        .end();
    Ok(into_text(out))
}

/// Any value the host gave, or `null`.
fn generated_at(options: Option<Node<'_>>) -> &[u8] {
    options
        .and_then(|options| options.get("generated_at"))
        .map_or(b"null", |value| value.raw().as_bytes())
}

#[cfg(test)]
mod tests {
    use crate::view::{HistoryOptions, JobsView, ViewOptions};

    #[track_caller]
    fn check(options: Option<&str>, snapshot: &str, view: &str) {
        let shown = JobsView::new(ViewOptions {
            history: Some(HistoryOptions::default()),
            ..ViewOptions::default()
        });
        assert_eq!(shown.snapshot_json(options).as_deref(), Ok(snapshot));
        assert_eq!(shown.view_json(options).as_deref(), Ok(view));
    }

    #[test]
    fn every_member_is_always_there() {
        check(
            None,
            r#"{"schema":"harn.dashboard_jobs_snapshot.v1","generated_at":null,"jobs":[]}"#,
            r#"{"schema":"harn.dashboard_jobs_view.v1","generated_at":null,"title":"Jobs","events":[],"jobs":[],"receipts":[]}"#,
        );
        check(
            Some(r#"{"generated_at":"null","title":""}"#),
            r#"{"schema":"harn.dashboard_jobs_snapshot.v1","generated_at":"null","jobs":[]}"#,
            r#"{"schema":"harn.dashboard_jobs_view.v1","generated_at":"null","title":"","events":[],"jobs":[],"receipts":[]}"#,
        );
    }

    #[test]
    fn a_view_without_history_has_no_events_to_show() {
        let error = JobsView::new(ViewOptions::default())
            .view_json(None)
            .expect_err("no history");
        assert_eq!(error.code(), "history_off");
    }
}
