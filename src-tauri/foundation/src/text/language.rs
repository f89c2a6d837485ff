//! The languages that sentences can be said in.

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, which everything is said in.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag of the language: `de`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The first known language of a list of tags or of names of locales: `de-AT,de;q=0.9`,
    /// `de_DE.UTF-8`.
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split([',', ':']).find_map(|tag| {
            let name = tag.trim().split(['-', '_', '.', ';', '@']).next()?;
            Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_is_taken() {
        for (tags, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("fr, EN-gb", Some(Language::English)),
            ("de_DE.UTF-8", Some(Language::German)),
            ("sv:de:en", Some(Language::German)),
            ("C.UTF-8", None),
            ("", None),
        ] {
            assert_eq!(Language::first_of(tags), language, "{tags}");
        }
    }
}
