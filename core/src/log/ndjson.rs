//! A record as one line of JSON, for export and import.
//!
//! Owns the line's members and the strictness of the reader. The payload travels as a JSON *string*, so the text
//! inside comes back byte for byte, whatever it is. The reader checks the line's shape only; whether the records
//! form a chain is [`super::ChainVerifier`]'s question.
//!
//! ```json
//! {"format":1,"seq":1,"topic":"t","topic_seq":1,"kind":"k","at_ms":0,"headers":{},"payload":"{}","prev":"…","hash":"…"}
//! ```

use super::record::{FORMAT_VERSION, Hash, Record};
use crate::json::write::ObjectWriter;
use crate::json::{Node, Tape};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The members of a line, in the order they are written. A line has each of them exactly once and no other.
const MEMBERS: [&str; 10] = [
    "format",
    "seq",
    "topic",
    "topic_seq",
    "kind",
    "at_ms",
    "headers",
    "payload",
    "prev",
    "hash",
];

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// The line is not JSON.
    #[error("line is not json: {0}")]
    Json(crate::error::Error),
    /// The line is JSON, but no object.
    #[error("line is not an object")]
    NotAnObject,
    /// The line was written in a layout that this version does not know.
    #[error("line has format {actual}, expected at most {expected}")]
    FormatUnsupported {
        /// The largest layout known here.
        expected: u16,
        /// The line's layout.
        actual: u64,
    },
    /// A member is missing, of the wrong type, or out of its range.
    #[error("member {member:?} is missing or not {expected}")]
    Member {
        /// The member's name.
        member: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A member occurs twice.
    #[error("member {member:?} occurs twice")]
    MemberRepeated {
        /// The member's name.
        member: &'static str,
    },
    /// A member that a record does not have. Dropping it would lose it, so it is refused.
    #[error("member {ordinal} of the line is not one that a record has")]
    MemberUnknown {
        /// 1-based place of the member in the line.
        ordinal: u64,
    },
}

impl LineError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::FormatUnsupported { .. } => "format_unsupported",
            _ => "line_invalid",
        }
    }
}

/// Appends a record's line to `out`, without a line end. Equal records give equal bytes.
pub fn write_line(out: &mut Vec<u8>, record: &Record) {
    let mut line = ObjectWriter::new(out);
    line.raw("format", FORMAT_VERSION.to_string().as_bytes())
        .raw("seq", record.seq.to_string().as_bytes())
        .text("topic", &record.topic)
        .raw("topic_seq", record.topic_seq.to_string().as_bytes())
        .text("kind", &record.kind)
        .raw("at_ms", record.at_ms.to_string().as_bytes())
        .with("headers", |out| {
            let mut headers = ObjectWriter::new(out);
            for (name, value) in &record.headers {
                headers.text(name, value);
            }
            headers.end();
        })
        .text("payload", &record.payload)
        .text("prev", &record.prev.to_string())
        .text("hash", &record.hash.to_string());
    line.end();
}

/// Reads one line. `tape` is scratch space, reused from line to line.
pub fn read_line(tape: &mut Tape, line: &[u8]) -> Result<Record, LineError> {
    let root = tape.read(line).map_err(LineError::Json)?;
    if !root.is_object() {
        return Err(LineError::NotAnObject);
    }
    let members = Members::collect(root)?;
    members.check_format()?;
    Ok(Record {
        seq: members.unsigned("seq")?,
        topic: members.text("topic")?,
        topic_seq: members.unsigned("topic_seq")?,
        kind: members.text("kind")?,
        payload: members.text("payload")?,
        headers: read_headers(members.node("headers")?)?,
        at_ms: members.node("at_ms")?.int().ok_or(LineError::Member {
            member: "at_ms",
            expected: "an integer within signed 64 bit",
        })?,
        prev: members.hash("prev")?,
        hash: members.hash("hash")?,
    })
}

/// The records of an exported log, one line after the other; blank lines are passed over.
pub struct Lines<'a> {
    rest: &'a [u8],
    offset: u64,
    ordinal: u64,
    tape: Tape,
}

/// One line of an exported log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Place among the lines that are not blank, from 1.
    pub ordinal: u64,
    /// Where the line begins, in bytes from the start.
    pub offset: u64,
    /// What it holds.
    pub record: Result<Record, LineError>,
}

impl<'a> Lines<'a> {
    /// At the beginning of an exported log.
    pub fn new(ndjson: &'a [u8]) -> Self {
        Self {
            rest: ndjson,
            offset: 0,
            ordinal: 0,
            tape: Tape::new(),
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| *byte == b'\n');
            let (line, rest) = self.rest.split_at(end.map_or(self.rest.len(), |end| end + 1));
            let offset = self.offset;
            self.rest = rest;
            self.offset += line.len() as u64;
            if line.trim_ascii().is_empty() {
                continue;
            }
            self.ordinal += 1;
            return Some(Line {
                ordinal: self.ordinal,
                offset,
                record: read_line(&mut self.tape, line.trim_ascii()),
            });
        }
        None
    }
}

/// The line's members by their place in [`MEMBERS`].
struct Members<'a> {
    nodes: [Option<Node<'a>>; MEMBERS.len()],
    unknown: Option<u64>,
}

impl<'a> Members<'a> {
    fn collect(root: Node<'a>) -> Result<Self, LineError> {
        let mut members = Self {
            nodes: [None; MEMBERS.len()],
            unknown: None,
        };
        for (index, (name, value)) in root.members().enumerate() {
            let Some(place) = MEMBERS.iter().position(|member| name.is_text(member)) else {
                members.unknown.get_or_insert(index as u64 + 1);
                continue;
            };
            if members.nodes[place].replace(value).is_some() {
                return Err(LineError::MemberRepeated { member: MEMBERS[place] });
            }
        }
        Ok(members)
    }

    /// The format comes first: a newer layout may well have members that are unknown here.
    fn check_format(&self) -> Result<(), LineError> {
        let actual = self.unsigned("format")?;
        if actual == 0 || actual > u64::from(FORMAT_VERSION) {
            return Err(LineError::FormatUnsupported {
                expected: FORMAT_VERSION,
                actual,
            });
        }
        self.unknown
            .map_or(Ok(()), |ordinal| Err(LineError::MemberUnknown { ordinal }))
    }

    fn node(&self, member: &'static str) -> Result<Node<'a>, LineError> {
        let place = MEMBERS.iter().position(|other| *other == member);
        place.and_then(|place| self.nodes[place]).ok_or(LineError::Member {
            member,
            expected: "present",
        })
    }

    fn unsigned(&self, member: &'static str) -> Result<u64, LineError> {
        let raw = self.node(member)?.raw();
        let digits = !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| raw.parse().ok()).flatten().ok_or(LineError::Member {
            member,
            expected: "an integer within unsigned 64 bit",
        })
    }

    fn text(&self, member: &'static str) -> Result<String, LineError> {
        let text = self.node(member)?.string();
        text.map(Into::into).ok_or(LineError::Member {
            member,
            expected: "a string",
        })
    }

    fn hash(&self, member: &'static str) -> Result<Hash, LineError> {
        Hash::from_hex(&self.text(member)?).ok_or(LineError::Member {
            member,
            expected: "64 lower-case hexadecimal digits",
        })
    }
}

/// Headers in any order; sorted as a record has them, each name once.
fn read_headers(node: Node<'_>) -> Result<Vec<(String, String)>, LineError> {
    let refuse = |expected| LineError::Member {
        member: "headers",
        expected,
    };
    if !node.is_object() {
        return Err(refuse("an object"));
    }
    let mut headers = Vec::new();
    for (name, value) in node.members() {
        let (Some(name), Some(value)) = (name.string(), value.string()) else {
            return Err(refuse("an object of strings"));
        };
        headers.push((name.into_owned(), value.into_owned()));
    }
    headers.sort_unstable();
    if headers.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(refuse("an object with unique names"));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::super::NewRecord;
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn sample() -> Record {
        let new = NewRecord {
            topic: "t".into(),
            kind: "k".into(),
            payload: "{\"n\":1.0}".into(),
            headers: alloc::vec![("b".into(), "2".into()), ("a".into(), "1".into())],
            idempotency_key: None,
        };
        Record::seal(new, 1, 1, -5, Hash::ZERO)
    }

    fn line(record: &Record) -> String {
        let mut out = Vec::new();
        write_line(&mut out, record);
        String::from_utf8(out).unwrap()
    }

    fn read(line: &str) -> Result<Record, LineError> {
        read_line(&mut Tape::new(), line.as_bytes())
    }

    #[test]
    fn a_line_is_what_the_format_says() {
        let record = sample();
        let expected = format!(
            "{{\"format\":1,\"seq\":1,\"topic\":\"t\",\"topic_seq\":1,\"kind\":\"k\",\"at_ms\":-5,\
             \"headers\":{{\"a\":\"1\",\"b\":\"2\"}},\"payload\":\"{{\\\"n\\\":1.0}}\",\"prev\":\"{}\",\"hash\":\"{}\"}}",
            record.prev, record.hash
        );
        assert_eq!(line(&record), expected);
        assert_eq!(read(&expected), Ok(record));
    }

    #[test]
    fn the_reader_refuses_what_it_would_lose() {
        let good = line(&sample());
        let code = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            read(&good.replace(from, to)).unwrap_err().code()
        };
        assert_eq!(code("\"format\":1", "\"format\":2"), "format_unsupported");
        assert_eq!(code("\"format\":1", "\"format\":2,\"new\":0"), "format_unsupported");
        assert_eq!(code("\"format\":1", "\"format\":0"), "format_unsupported");
        assert_eq!(code("\"format\":1,", ""), "line_invalid");
        assert_eq!(code("\"format\":1", "\"format\":1,\"new\":0"), "line_invalid");
        assert_eq!(code("\"seq\":1", "\"seq\":1,\"seq\":1"), "line_invalid");
        assert_eq!(code("\"seq\":1", "\"seq\":-1"), "line_invalid");
        assert_eq!(code("\"seq\":1", "\"seq\":1.0"), "line_invalid");
        assert_eq!(code("\"a\":\"1\"", "\"b\":\"1\""), "line_invalid");
        assert_eq!(code("\"a\":\"1\"", "\"a\":1"), "line_invalid");
        assert_eq!(code("\"prev\":\"00", "\"prev\":\"0"), "line_invalid");
        assert_eq!(code("\"payload\"", "\"payload"), "json_invalid");
        assert_eq!(code("{\\\"n", "\\ud800{\\\"n"), "json_invalid");
        assert_eq!(read("[]").unwrap_err().code(), "line_invalid");
    }

    proptest! {
        #[test]
        fn any_record_survives_its_line(
            kind in any::<String>(), payload in any::<String>(), key in proptest::option::of(any::<String>()),
            headers in proptest::collection::btree_map(".{1,8}", any::<String>(), 0..5),
            seq in any::<u64>(), topic_seq in any::<u64>(), at_ms in any::<i64>(), prev in any::<[u8; 32]>(),
        ) {
            let new = NewRecord {
                topic: "t".into(), kind, payload, headers: headers.into_iter().collect(), idempotency_key: key,
            };
            let record = Record::seal(new, seq, topic_seq, at_ms, Hash(prev));
            let line = line(&record);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(read(&line), Ok(record));
        }

        #[test]
        fn arbitrary_lines_never_panic(line in any::<Vec<u8>>()) {
            let _ = read_line(&mut Tape::new(), &line);
        }

        #[test]
        fn damaged_lines_never_panic(at in any::<usize>(), byte in any::<u8>()) {
            let mut line = line(&sample()).into_bytes();
            let at = at % line.len();
            line[at] = byte;
            let _ = read_line(&mut Tape::new(), &line);
        }
    }
}
