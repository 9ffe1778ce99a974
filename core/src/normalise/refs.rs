//! References to receipts, replay fixtures and source records (dashboard contract §3.1).
//!
//! Owns how a list of references is read, the one reference built from loose members, and how they are written.
//! Must not know: what a reference opens.

use super::chain::{Levels, Step};
use crate::error::{Code, Error};
use crate::json::Node;
use crate::json::write::{self, ObjectWriter};
use crate::text;
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// One reference, as it will be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref<'a> {
    kind: Option<Cow<'a, str>>,
    label: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
}

impl<'a> Ref<'a> {
    /// A reference that loses members by the `"null"` rule, even its kind.
    fn record(kind: Cow<'a, str>, rest: [Option<Cow<'a, str>>; 3]) -> Self {
        let kept = |text: Option<Cow<'a, str>>| text.filter(|text| !text::vanishes(text));
        let [label, id, url] = rest.map(kept);
        Self {
            kind: kept(Some(kind)),
            label,
            id,
            url,
        }
    }
}

/// Which reference loose members such as `receipt_id` and `receipt_url` make.
struct Loose {
    kind: &'static str,
    label: &'static str,
    id: &'static str,
    url: &'static str,
}

pub(super) fn receipts<'a>(levels: &Levels<'a>) -> Result<Vec<Ref<'a>>, Error> {
    given(levels, "receipt_refs")?.map_or_else(
        || {
            Ok(loose(
                levels,
                &Loose {
                    kind: "receipt",
                    label: "Receipt",
                    id: "receipt_id",
                    url: "receipt_url",
                },
            ))
        },
        Ok,
    )
}

pub(super) fn replays<'a>(levels: &Levels<'a>) -> Result<Vec<Ref<'a>>, Error> {
    given(levels, "replay_refs")?.map_or_else(
        || {
            Ok(loose(
                levels,
                &Loose {
                    kind: "replay_fixture",
                    label: "Replay fixture",
                    id: "replay_id",
                    url: "replay_url",
                },
            ))
        },
        Ok,
    )
}

/// The source's own address is the related record when no list is given. This one reference is not filtered: an
/// address of `null` stays.
pub(super) fn related<'a>(levels: &Levels<'a>, source_url: Option<&Cow<'a, str>>) -> Result<Vec<Ref<'a>>, Error> {
    let source = || {
        let url = source_url?.clone();
        Some(Ref {
            kind: Some(Cow::Borrowed("source")),
            label: Some(Cow::Borrowed("Source")),
            id: None,
            url: Some(url),
        })
    };
    Ok(given(levels, "related_refs")?.unwrap_or_else(|| source().into_iter().collect()))
}

fn loose<'a>(levels: &Levels<'a>, names: &Loose) -> Vec<Ref<'a>> {
    let (id, url) = (levels.text_named(names.id), levels.text_named(names.url));
    if id.is_none() && url.is_none() {
        return Vec::new();
    }
    let label = Some(Cow::Borrowed(names.label));
    vec![Ref::record(Cow::Borrowed(names.kind), [label, id, url])]
}

fn given<'a>(levels: &Levels<'a>, name: &'static str) -> Result<Option<Vec<Ref<'a>>>, Error> {
    let chain = [Step::Options(name), Step::Input(name), Step::Payload(name)];
    levels.raw(&chain).map(|list| read_list(list, name)).transpose()
}

fn read_list<'a>(list: Node<'a>, name: &str) -> Result<Vec<Ref<'a>>, Error> {
    if !list.is_array() {
        return Err(list_expected(list, format!("event.{name}")));
    }
    list.items()
        .enumerate()
        .map(|(index, item)| {
            read(item).map_err(|(code, detail)| {
                Error::new(code, format!("event.{name}"), format!("ref {}: {detail}", index + 1))
            })
        })
        .collect()
}

/// The refusal of a member that has to be a list.
pub(super) fn list_expected(actual: Node<'_>, path: impl Into<Cow<'static, str>>) -> Error {
    Error::new(
        Code::ListExpected,
        path,
        format!("expected a list, got {}", actual.kind().name()),
    )
}

fn read(item: Node<'_>) -> Result<Ref<'_>, (Code, &'static str)> {
    if !item.is_object() {
        return Err((Code::RefNotObject, "expected an object"));
    }
    let text = |name| text::usable(item.usable(name)?);
    let kind = text("kind").ok_or((Code::RefKindRequired, "expected a kind, got none"))?;
    let (id, url) = (text("id"), text("url"));
    if id.is_none() && url.is_none() {
        return Err((Code::RefTargetRequired, "expected an id or a url, got neither"));
    }
    Ok(Ref::record(kind, [text("label"), id, url]))
}

pub(super) fn write(out: &mut Vec<u8>, refs: &[Ref<'_>]) {
    write::list(out, refs, |out, entry| {
        let mut item = ObjectWriter::new(out);
        let members = [&entry.kind, &entry.label, &entry.id, &entry.url];
        for (name, text) in ["kind", "label", "id", "url"].into_iter().zip(members) {
            if let Some(text) = text {
                item.text(name, text);
            }
        }
        item.end();
    });
}

#[cfg(test)]
mod tests {
    use super::{read_list, write};
    use crate::json::{Tape, write::into_text};
    use alloc::string::String;
    use alloc::vec::Vec;

    #[track_caller]
    fn check(json: &str, expected: Result<&str, (&str, &str)>) {
        let mut tape = Tape::new();
        let actual = read_list(tape.read(json.as_bytes()).unwrap(), "receipt_refs").map(|refs| {
            let mut out = Vec::new();
            write(&mut out, &refs);
            into_text(out)
        });
        let actual = actual.map_err(|error| (error.code(), String::from(error.path())));
        let expected = expected
            .map(String::from)
            .map_err(|(code, path)| (code, String::from(path)));
        assert_eq!(actual, expected, "{json}");
    }

    #[test]
    fn refs_keep_four_members_as_text() {
        check("[]", Ok("[]"));
        check(
            r#"[{"kind":7,"id":1.5,"label":true,"extra":1}]"#,
            Ok(r#"[{"kind":"7","label":"true","id":"1.5"}]"#),
        );
        check(r#"[{"kind":"null","id":"x","url":"null"}]"#, Ok(r#"[{"id":"x"}]"#));
    }

    #[test]
    fn refs_are_refused_in_order() {
        check("{}", Err(("list_expected", "event.receipt_refs")));
        check("[[]]", Err(("ref_not_object", "event.receipt_refs")));
        check(
            r#"[{"kind":"k","url":"u"},{"id":"x"}]"#,
            Err(("ref_kind_required", "event.receipt_refs")),
        );
        check(
            r#"[{"kind":"k","id":" "}]"#,
            Err(("ref_target_required", "event.receipt_refs")),
        );
    }
}
