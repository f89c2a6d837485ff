//! The values in a sentence, each with its kind, so that a language writes it in its own way.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::{Error, TreePath, count_text, group_digits, size_text};

/// A value in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextValue {
    /// A name, a path, or a word of the user's: the same in every language.
    Name(String),
    /// A number.
    Number(u64),
    /// A number of things, with the English noun for one of them.
    Count(u64, Cow<'static, str>),
    /// A size in bytes.
    Size(u64),
    /// A day, with its year where that is `true`.
    Day(Date, bool),
    /// Another sentence.
    Text(Text),
    /// Several of these, as a list.
    List(Vec<TextValue>),
}

impl TextValue {
    /// A number of things: `count(3, "file")` is `3 files`.
    pub fn count(number: u64, noun: &'static str) -> Self {
        Self::Count(number, noun.into())
    }

    /// Names, as a list.
    pub fn names<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::List(names.into_iter().map(|name| Self::Name(name.into())).collect())
    }
}

impl fmt::Display for TextValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(name),
            Self::Number(number) => out.write_str(&group_digits(*number)),
            Self::Count(number, noun) => out.write_str(&count_text(*number, noun)),
            Self::Size(bytes) => out.write_str(&size_text(*bytes)),
            Self::Day(day, true) => write!(out, "{}", day.strftime("%-d %b %Y")),
            Self::Day(day, false) => write!(out, "{}", day.strftime("%-d %b")),
            Self::Text(text) => out.write_str(text),
            Self::List(values) => {
                for (at, value) in values.iter().enumerate() {
                    match at {
                        0 => {}
                        _ if at + 1 == values.len() => out.write_str(" and ")?,
                        _ => out.write_str(", ")?,
                    }
                    write!(out, "{value}")?;
                }
                Ok(())
            }
        }
    }
}

/// Something that can be a value in a sentence as it is.
pub trait TextArgument {
    /// The value.
    fn to_value(&self) -> TextValue;
}

impl<T: TextArgument + ?Sized> TextArgument for &T {
    fn to_value(&self) -> TextValue {
        (**self).to_value()
    }
}

impl TextArgument for TextValue {
    fn to_value(&self) -> TextValue {
        self.clone()
    }
}

impl TextArgument for Text {
    fn to_value(&self) -> TextValue {
        TextValue::Text(self.clone())
    }
}

impl TextArgument for str {
    fn to_value(&self) -> TextValue {
        TextValue::Name(self.to_owned())
    }
}

impl TextArgument for String {
    fn to_value(&self) -> TextValue {
        TextValue::Name(self.clone())
    }
}

impl TextArgument for Error {
    fn to_value(&self) -> TextValue {
        TextValue::Text(self.sentence())
    }
}

impl TextArgument for TreePath {
    fn to_value(&self) -> TextValue {
        TextValue::Name(self.to_string())
    }
}

impl TextArgument for u64 {
    fn to_value(&self) -> TextValue {
        TextValue::Number(*self)
    }
}

impl TextArgument for u8 {
    fn to_value(&self) -> TextValue {
        TextValue::Number(u64::from(*self))
    }
}

impl TextArgument for u16 {
    fn to_value(&self) -> TextValue {
        TextValue::Number(u64::from(*self))
    }
}

impl TextArgument for u32 {
    fn to_value(&self) -> TextValue {
        TextValue::Number(u64::from(*self))
    }
}

impl TextArgument for usize {
    fn to_value(&self) -> TextValue {
        TextValue::Number(*self as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_in_and() {
        for (names, said) in [
            (&[][..], ""),
            (&["a"][..], "a"),
            (&["a", "b"][..], "a and b"),
            (&["a", "b", "c"][..], "a, b and c"),
        ] {
            assert_eq!(TextValue::names(names.iter().copied()).to_string(), said);
        }
    }
}
