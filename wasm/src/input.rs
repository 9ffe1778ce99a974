//! The buffer through which bytes and text come in.
//!
//! JavaScript reserves room, writes into the module's memory itself (`set` for bytes, `encodeInto` for text), and then
//! calls a function that names how many bytes it wrote. So bytes are copied once and text is encoded once, straight to
//! where the core reads them. One buffer for the whole instance: calls do not overlap, since there is one thread and
//! the package never lets anything run between writing and calling. Must not know what the bytes mean.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

/// A buffer larger than this is given back after the call; a smaller one waits for the next.
const KEPT_BYTES_MAX: usize = 1 << 20;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `bytes` and answers the address. What was written before stays in place when `keep` is set.
#[wasm_bindgen]
pub fn input_reserve(bytes: usize, keep: bool) -> usize {
    BUFFER.with(|buffer| {
        let mut buffer = buffer.borrow_mut();
        if buffer.len() < bytes {
            if !keep {
                *buffer = Vec::new();
            }
            buffer.resize(bytes, 0);
        }
        buffer.as_mut_ptr() as usize
    })
}

/// Hands the first `bytes` of the buffer to `read`.
pub(crate) fn with_input<T>(bytes: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    let mut buffer = BUFFER.with(RefCell::take);
    let answer = read(&buffer[..bytes.min(buffer.len())]);
    if buffer.len() > KEPT_BYTES_MAX {
        buffer = Vec::new();
    }
    BUFFER.with(|kept| kept.replace(buffer));
    answer
}

/// Hands texts that were written one after the other to `read`. `lengths` are their bytes.
pub(crate) fn with_texts<T>(lengths: &[u32], read: impl FnOnce(&[&str]) -> T) -> T {
    let total = lengths.iter().map(|length| *length as usize).sum();
    with_input(total, |bytes| {
        let mut rest = bytes;
        let texts: Vec<&str> = lengths.iter().map(|length| text(&mut rest, *length as usize)).collect();
        read(&texts)
    })
}

/// The one text in the buffer's first `bytes`.
pub(crate) fn with_text<T>(bytes: usize, read: impl FnOnce(&str) -> T) -> T {
    with_input(bytes, |mut bytes| read(text(&mut bytes, usize::MAX)))
}

/// Cuts a text off. `encodeInto` writes UTF-8 only; whoever calls without the package gets an empty text instead.
fn text<'a>(bytes: &mut &'a [u8], length: usize) -> &'a str {
    let (text, rest) = bytes.split_at(length.min(bytes.len()));
    *bytes = rest;
    std::str::from_utf8(text).unwrap_or_default()
}
