//! What may be a topic's name.
//!
//! Owns the one rule of dashboard contract §9 ("emit"): ASCII letters, digits, `.`, `_` and `-`, not empty. Knows
//! nothing of what topics hold.

use super::error::LogError;

/// Accepts a topic's name or says what is wrong with it: `topic_empty` or `topic_invalid`.
pub fn check_topic(topic: &str) -> Result<(), LogError> {
    if topic.is_empty() {
        return Err(LogError::TopicEmpty);
    }
    match topic.bytes().position(|byte| !is_topic_byte(byte)) {
        None => Ok(()),
        Some(offset) => Err(LogError::TopicInvalid { offset: offset as u64 }),
    }
}

const fn is_topic_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_three_signs_make_a_topic() {
        for topic in ["a", "dashboard.jobs.events", "A-Z_0.9", ".", "-"] {
            assert_eq!(check_topic(topic), Ok(()), "{topic}");
        }
        assert_eq!(check_topic(""), Err(LogError::TopicEmpty));
        for (topic, offset) in [("a b", 1), ("/", 0), ("ab/", 2), ("é", 0), ("a\0", 1)] {
            assert_eq!(check_topic(topic), Err(LogError::TopicInvalid { offset }), "{topic}");
        }
    }
}
