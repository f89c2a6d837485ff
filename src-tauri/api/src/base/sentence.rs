//! Sentences on the wire: each is told in the language of the one who is told.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::Type;
use undercroft_foundation::{Language, Text, TextArgument, TextValue};

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
}

/// Writes sentences in a language, for as long as `work` takes on this thread; English elsewhere.
pub fn in_language<T>(language: Language, work: impl FnOnce() -> T) -> T {
    /// Goes back also when `work` panics.
    struct Before(Language);
    impl Drop for Before {
        fn drop(&mut self) {
            LANGUAGE.set(self.0);
        }
    }
    let _before = Before(LANGUAGE.replace(language));
    work()
}

/// The language that sentences are written in now, on this thread.
pub(crate) fn language() -> Language {
    LANGUAGE.get()
}

/// A sentence, in the language of the one who is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Type)]
#[specta(transparent)]
pub struct Sentence(#[specta(type = String)] Text);

impl Sentence {
    /// The sentence as the rooms have it.
    pub fn to_text(&self) -> Text {
        self.0.clone()
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.said_in(LANGUAGE.get()))
    }
}

impl<'de> Deserialize<'de> for Sentence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl Deref for Sentence {
    type Target = Text;

    fn deref(&self) -> &Text {
        &self.0
    }
}

impl PartialEq<str> for Sentence {
    fn eq(&self, english: &str) -> bool {
        self.0 == *english
    }
}

impl PartialEq<&str> for Sentence {
    fn eq(&self, english: &&str) -> bool {
        self.0 == **english
    }
}

impl AsRef<str> for Sentence {
    fn as_ref(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl From<Text> for Sentence {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<Sentence> for Text {
    fn from(sentence: Sentence) -> Self {
        sentence.0
    }
}

impl From<&Sentence> for Text {
    fn from(sentence: &Sentence) -> Self {
        sentence.0.clone()
    }
}

impl TextArgument for Sentence {
    fn to_value(&self) -> TextValue {
        self.0.to_value()
    }
}

/// The names of sentences beside it that are not in the language of the one who is told, but in
/// English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Type)]
#[specta(transparent)]
pub struct InEnglish(#[specta(type = Vec<String>)] Box<[(&'static str, Text)]>);

impl InEnglish {
    /// The names of these sentences that are in English where that was not asked for.
    pub(crate) fn among(sentences: &[(&'static str, &Sentence)]) -> Self {
        Self(sentences.iter().map(|(name, sentence)| (*name, sentence.to_text())).collect())
    }

    /// Whether all of them are in the language of the one who is told.
    pub(crate) fn is_empty(&self) -> bool {
        self.names().next().is_none()
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let language = LANGUAGE.get();
        let in_english = self.0.iter().filter(move |(_, text)| !text.is_said_in(language));
        in_english.map(|(name, _)| *name)
    }
}

impl Serialize for InEnglish {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for InEnglish {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<String>::deserialize(deserializer).map(|_| Self::default())
    }
}
