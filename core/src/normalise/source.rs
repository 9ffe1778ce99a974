//! Where an event comes from (dashboard contract §3).
//!
//! Owns the source's chains and defaults. Must not know: any runtime.

use super::chain::{
    Levels,
    Step::{Input as I, Options as O, Payload as P},
};
use super::record::Record;
use alloc::borrow::Cow;
use alloc::vec::Vec;

pub(super) struct Source<'a> {
    runtime: Cow<'a, str>,
    pub environment: Cow<'a, str>,
    pub id: Option<Cow<'a, str>>,
    pub url: Option<Cow<'a, str>>,
    region: Option<Cow<'a, str>>,
}

pub(super) fn read<'a>(levels: &Levels<'a>) -> Source<'a> {
    Source {
        runtime: levels.text_named("runtime").unwrap_or(Cow::Borrowed("harn")),
        environment: levels.text_named("environment").unwrap_or(Cow::Borrowed("local")),
        id: levels.text_named("source_id"),
        // A nested payload's own status_url belongs to its provider and is not read.
        url: levels.text(&[O("source_url"), I("source_url"), I("status_url"), P("source_url")]),
        region: levels.text_named("region"),
    }
}

impl Source<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        Record::new(out)
            .text("runtime", Some(&self.runtime))
            .text("environment", Some(&self.environment))
            .text("id", self.id.as_deref())
            .text("url", self.url.as_deref())
            .text("region", self.region.as_deref())
            .end();
    }
}
