//! Sentences for people: English, with the template and the values that they were made from, so that
//! they can be said in another language too.

mod form;
mod german;
mod language;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::ops::{AddAssign, Deref};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use language::Language;
pub use value::{TextArgument, TextValue};

/// A sentence, in English; [`Text::said_in`] says it in another language. One that was made by
/// [`text!`](crate::text) can be said with its values, one that is a fixed sentence as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptText", into = "KeptText")]
pub struct Text {
    english: String,
    parts: Option<Arc<TextParts>>,
}

/// The template of a sentence, and the values in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextParts {
    template: Cow<'static, str>,
    values: Vec<(Cow<'static, str>, TextValue)>,
}

impl Text {
    /// The sentence that a template makes with its values: what [`text!`](crate::text) expands to.
    pub fn of_template(
        english: String,
        template: &'static str,
        values: Vec<(&'static str, TextValue)>,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let parts = TextParts { template: template.into(), values };
        Self { english, parts: Some(Arc::new(parts)) }
    }

    /// A sentence that was kept: its English, and its parts where those were kept too.
    pub fn of_parts(english: String, parts: Option<TextParts>) -> Self {
        Self { english, parts: parts.map(Arc::new) }
    }

    /// The template and values, to be kept beside the English.
    pub fn parts(&self) -> Option<&TextParts> {
        self.parts.as_deref()
    }

    /// The English sentence.
    pub fn as_str(&self) -> &str {
        &self.english
    }

    /// The sentence in a language; in English where that has no words for it.
    pub fn said_in(&self, language: Language) -> Cow<'_, str> {
        match self.template_in(language) {
            None => Cow::Borrowed(&self.english),
            Some(template) => Cow::Owned(form::fill(template, self.values(), language)),
        }
    }

    /// Whether a language has words for the sentence and for every sentence in it.
    pub fn is_said_in(&self, language: Language) -> bool {
        let in_it = self.values().iter().filter_map(|(_, value)| match value {
            TextValue::Text(text) => Some(text),
            _ => None,
        });
        language == Language::English
            || self.english.is_empty()
            || (self.template_in(language).is_some()
                && in_it.into_iter().all(|text| text.is_said_in(language)))
    }

    fn template_in(&self, language: Language) -> Option<&'static str> {
        let template = self.parts.as_ref().map_or(&*self.english, |parts| &*parts.template);
        match language {
            Language::English => None,
            Language::German => german::template(template),
        }
    }

    fn values(&self) -> &[(Cow<'static, str>, TextValue)] {
        self.parts.as_ref().map_or(&[], |parts| &parts.values)
    }
}

/// Makes a [`Text`] of an English template and its values, which are named in it: `text!("Back up
/// {project} to {destination}", project, destination = row.name)`. Like [`format!`], it takes
/// references.
///
/// The template has to have its German in `text/german`; a test looks for that.
#[macro_export]
macro_rules! text {
    ($template:literal $(,)?) => {
        $crate::Text::from($template)
    };
    ($template:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match ($($crate::TextArgument::to_value(&$crate::text!(@value $name $($value)?)),)+) {
            ($($name,)+) => $crate::Text::of_template(
                ::std::format!($template),
                $template,
                ::std::vec![$((::std::stringify!($name), $name)),+],
            ),
        }
    };
    (@value $name:ident) => { $name };
    (@value $name:ident $value:expr) => { $value };
}

/// The sentence goes on with another.
impl AddAssign for Text {
    fn add_assign(&mut self, more: Self) {
        let so_far = std::mem::take(self);
        *self = crate::text!("{so_far}{more}", so_far, more);
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.english)
    }
}

impl From<String> for Text {
    fn from(english: String) -> Self {
        Self { english, parts: None }
    }
}

impl From<&str> for Text {
    fn from(english: &str) -> Self {
        english.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(english: &String) -> Self {
        english.clone().into()
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(english: Cow<'_, str>) -> Self {
        english.into_owned().into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.english
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, english: &str) -> bool {
        self.english == english
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, english: &&str) -> bool {
        self.english == *english
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, english: &String) -> bool {
        self.english == *english
    }
}

/// A sentence as JSON keeps it: English alone, or with its parts.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum KeptText {
    English(String),
    WithParts {
        english: String,
        #[serde(flatten)]
        parts: TextParts,
    },
}

impl From<Text> for KeptText {
    fn from(Text { english, parts }: Text) -> Self {
        match parts {
            None => Self::English(english),
            Some(parts) => Self::WithParts { english, parts: Arc::unwrap_or_clone(parts) },
        }
    }
}

impl From<KeptText> for Text {
    fn from(kept: KeptText) -> Self {
        match kept {
            KeptText::English(english) => Self::of_parts(english, None),
            KeptText::WithParts { english, parts } => Self::of_parts(english, Some(parts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_english_and_can_be_said_in_german() {
        let (project, destination) = ("R&D {x}", "Shelf");
        let text = text!("Back up {project} to {destination}", project, destination);
        assert_eq!(text, "Back up R&D {x} to Shelf");
        assert_eq!(text.said_in(Language::English), text.as_str());
        assert_eq!(text.said_in(Language::German), "R&D {x} auf Shelf sichern");
        assert!(text.is_said_in(Language::German));
    }

    #[test]
    fn one_without_german_stays_english_and_says_so() {
        let inner = text!("Nobody translated {this}", this = "it");
        let text = text!("{what}: {why}", what = inner, why = "Cancelled");
        assert_eq!(inner.said_in(Language::German), "Nobody translated it");
        assert_eq!(text.said_in(Language::German), "Nobody translated it: Cancelled");
        assert!(!text.is_said_in(Language::German) && text.is_said_in(Language::English));
    }
}
