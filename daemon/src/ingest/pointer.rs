//! From the core's member paths to JSON Pointers (RFC 6901).
//!
//! Owns the translation only. The core names an event's members `event.source.runtime`, and its arguments `input`,
//! `options`, `payload`; where those sit in what was sent depends on the item's form.

/// Where the core's arguments sit inside an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// The item is the envelope, or the input itself.
    Item,
    /// The item is `{kind, input, options}`.
    Spec,
}

/// The pointer of a core path.
pub(super) fn of(path: &str, within: Within) -> String {
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let mut pointer = match (within, first) {
        (Within::Spec, "input" | "options" | "kind") => format!("/{first}"),
        // The event is made from the input, so that is where its members' faults have to be mended.
        (Within::Spec, "event" | "payload") => "/input".to_owned(),
        _ => String::new(),
    };
    for step in steps {
        push_step(&mut pointer, step);
    }
    pointer
}

/// One step, which may carry list places: `receipt_refs[2]`.
fn push_step(pointer: &mut String, step: &str) {
    let (name, places) = step.split_once('[').unwrap_or((step, ""));
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    for place in places.split('[').map(|place| place.trim_end_matches(']')) {
        if !place.is_empty() {
            pointer.push('/');
            pointer.push_str(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_pointers() {
        assert_eq!(of("event.source.runtime", Within::Item), "/source/runtime");
        assert_eq!(of("event.receipt_refs[2].kind", Within::Item), "/receipt_refs/2/kind");
        assert_eq!(of("input", Within::Item), "");
        assert_eq!(of("options", Within::Spec), "/options");
        assert_eq!(of("input.x", Within::Spec), "/input/x");
        assert_eq!(of("", Within::Item), "");
    }
}
