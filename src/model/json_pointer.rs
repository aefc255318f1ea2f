//! JSON pointers (RFC 6901): the way to one value inside a JSON text.

use std::fmt;

/// A pointer, and its steps without the escapes that the text has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPointer {
    text: String,
    steps: Vec<String>,
}

/// Why a text is no pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a JSON pointer (RFC 6901): empty for the whole value, or a / before each step")]
pub struct NoPointer;

impl JsonPointer {
    /// Reads `/a/b`; in a step `~1` stands for `/` and `~0` for `~`.
    ///
    /// # Errors
    /// [`NoPointer`], for any other text.
    pub fn parse(text: &str) -> Result<Self, NoPointer> {
        let steps = match text.strip_prefix('/') {
            Some(steps) => steps.split('/').map(step).collect::<Option<_>>().ok_or(NoPointer)?,
            None if text.is_empty() => Vec::new(),
            None => return Err(NoPointer),
        };
        Ok(Self { text: text.to_owned(), steps })
    }

    /// Its steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[String] {
        &self.steps
    }
}

fn step(step: &str) -> Option<String> {
    let mut parts = step.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (letter, rest) = part.split_at_checked(1)?;
        text.push(match letter {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        text.push_str(rest);
    }
    Some(text)
}

impl fmt::Display for JsonPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_as_the_standard_says() {
        let steps = |text| JsonPointer::parse(text).map(|pointer| pointer.steps().join(","));
        assert_eq!(JsonPointer::parse("").unwrap().steps().len(), 0);
        assert_eq!(steps("/"), Ok(String::new()));
        assert_eq!(steps("/a/b"), Ok("a,b".to_owned()));
        assert_eq!(steps("/a~1b/m~0n/~01"), Ok("a/b,m~n,~1".to_owned()));
        for text in ["a", "a/b", "#/a", "/~", "/~2", "/a~", "/~é"] {
            assert_eq!(steps(text), Err(NoPointer), "{text}");
        }
    }
}
