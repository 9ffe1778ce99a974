//! Reads a batch of events from bytes: JSON Lines, one JSON array, or one event.
//!
//! Owns where one event ends and the next begins, the size limit, and the places that errors name. Each event arrives
//! located and validated. Must not know: duplicates, cards.

use crate::envelope::Envelope;
use crate::error::{Code, Error};
use crate::json::scan::{SIZE_MAX, invalid, scan_value, skip_space};
use crate::json::tape::Tape;
use crate::layouts::Layouts;
use crate::validate::locate_and_check;

/// Buffers and learned layouts that outlive one batch.
#[derive(Debug)]
pub(crate) struct Reader {
    tape: Tape,
    pub envelope: Envelope,
    layouts: Layouts,
    event_bytes_max: u32,
}

/// How the events of a batch are separated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Array,
}

/// A place in a batch.
pub(crate) struct Cursor {
    at: usize,
    form: Form,
    /// Events read so far.
    pub items: u64,
}

/// Where an event stands in its batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Reader {
    pub(crate) fn new(event_bytes_max: u32) -> Self {
        Self {
            tape: Tape::new(),
            envelope: Envelope::new(),
            layouts: Layouts::new(),
            event_bytes_max,
        }
    }

    /// Starts a batch.
    pub(crate) fn begin(bytes: &[u8]) -> Result<Cursor, Error> {
        if bytes.len() > SIZE_MAX {
            let detail = alloc::format!("expected at most {SIZE_MAX} bytes in one batch");
            return Err(Error::new(Code::EventTooLarge, "events", detail));
        }
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let at = skip_space(bytes, start);
        Ok(if bytes.get(at) == Some(&b'[') {
            Cursor {
                at: at + 1,
                form: Form::Array,
                items: 0,
            }
        } else {
            Cursor {
                at,
                form: Form::Lines,
                items: 0,
            }
        })
    }

    /// Reads the next event into `self.envelope`; `None` at the end of the batch.
    pub(crate) fn next(&mut self, bytes: &[u8], cursor: &mut Cursor) -> Result<Option<Span>, Error> {
        let Some(start) = Self::advance(bytes, cursor).map_err(|error| place(error, cursor))? else {
            return Ok(None);
        };
        let end = self
            .event(bytes, start)
            .map_err(|error| rebase(error, cursor.items + 1, start))?;
        cursor.items += 1;
        cursor.at = end;
        Ok(Some(Span { start, end }))
    }

    /// Locates the members of an event that was read and found good before.
    pub(crate) fn reread(&mut self, event: &[u8]) {
        let reread = self.event(event, 0);
        debug_assert!(reread.is_ok(), "an event in the history has been validated");
    }

    /// Whether nothing but white space follows the event that was read last.
    pub(crate) fn is_last(bytes: &[u8], cursor: &Cursor) -> bool {
        cursor.form == Form::Lines && skip_space(bytes, cursor.at) == bytes.len()
    }

    /// Moves to the first byte of the next event, checking what separates it from the one before.
    fn advance(bytes: &[u8], cursor: &mut Cursor) -> Result<Option<usize>, Error> {
        let at = skip_space(bytes, cursor.at);
        match cursor.form {
            Form::Lines if at == bytes.len() => Ok(None),
            Form::Lines if cursor.items == 0 || bytes[cursor.at..at].contains(&b'\n') => Ok(Some(at)),
            Form::Lines => Err(invalid(at, "expected the end of the line after an event")),
            Form::Array => Self::advance_array(bytes, cursor, at),
        }
    }

    fn advance_array(bytes: &[u8], cursor: &mut Cursor, at: usize) -> Result<Option<usize>, Error> {
        match bytes.get(at) {
            Some(b']') => {
                let rest = skip_space(bytes, at + 1);
                if rest < bytes.len() {
                    return Err(invalid(rest, "unexpected text after the list of events"));
                }
                cursor.form = Form::Lines;
                cursor.at = rest;
                Ok(None)
            }
            Some(b',') if cursor.items > 0 => Ok(Some(skip_space(bytes, at + 1))),
            Some(_) if cursor.items == 0 => Ok(Some(at)),
            Some(_) => Err(invalid(at, "expected a comma or the end of the list of events")),
            None => Err(invalid(at, "expected the end of the list of events")),
        }
    }

    /// Reads the event at `start`; answers its end. Offsets in errors count from the start of the batch.
    fn event(&mut self, bytes: &[u8], start: usize) -> Result<usize, Error> {
        if let Some(end) = self.layouts.recognise(bytes, start, &mut self.envelope) {
            self.check_size(end - start)?;
            return Ok(end);
        }
        self.tape.clear();
        let (end, wide) = scan_value(bytes, start, &mut self.tape)?;
        self.check_size(end - start)?;
        if wide {
            core::str::from_utf8(&bytes[start..end])
                .map_err(|error| invalid(start + error.valid_up_to(), "text is not utf-8"))?;
        }
        locate_and_check(&mut self.envelope, self.tape.root(bytes))?;
        self.layouts.learn(bytes, start, end, &self.tape, &self.envelope);
        Ok(end)
    }

    fn check_size(&self, size: usize) -> Result<(), Error> {
        if size > self.event_bytes_max as usize {
            let detail = alloc::format!("expected at most {} bytes, got {size}", self.event_bytes_max);
            return Err(Error::new(Code::EventTooLarge, "event", detail));
        }
        Ok(())
    }
}

/// An error between events already carries its offset in the batch; it belongs to the event that should follow.
fn place(error: Error, cursor: &Cursor) -> Error {
    let item = cursor.items + 1;
    error.in_item(item)
}

/// An error inside an event names the event; one without an offset of its own gets the event's first byte.
fn rebase(error: Error, item: u64, start: usize) -> Error {
    let error = if error.offset().is_none() {
        error.at_offset(start as u64)
    } else {
        error
    };
    error.in_item(item)
}
