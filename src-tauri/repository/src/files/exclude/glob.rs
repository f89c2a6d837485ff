//! One name's pattern, as Go's `filepath.Match` reads it: `*` any bytes, `?` one character,
//! `[a-z]` and `[^a-z]` one of or none of these characters, `\` takes the next as it is.

/// A pattern of one name.
#[derive(Debug, Clone)]
pub(super) struct Glob(Vec<Token>);

#[derive(Debug, Clone)]
enum Token {
    Star,
    Any,
    Byte(u8),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Glob {
    /// Reads a pattern; `None` when it is not well formed.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let [first, tail @ ..] = rest {
            rest = tail;
            tokens.push(match first {
                b'*' => Token::Star,
                b'?' => Token::Any,
                b'\\' => Token::Byte(take_byte(&mut rest)?),
                b'[' => take_class(&mut rest)?,
                &byte => Token::Byte(byte),
            });
        }
        Some(Self(tokens))
    }

    pub(super) fn matches(&self, name: &[u8]) -> bool {
        let (mut at, mut rest) = (0, name);
        // Where to go on when what follows the last star does not fit: one byte further.
        let mut retry: Option<(usize, &[u8])> = None;
        loop {
            let fits = match self.0.get(at) {
                Some(Token::Star) => {
                    retry = Some((at + 1, rest));
                    Some(0)
                }
                Some(token) => token.length_in(rest),
                None if rest.is_empty() => return true,
                None => None,
            };
            if let Some(length) = fits {
                at += 1;
                rest = &rest[length..];
            } else if let Some((behind_star, [_, left @ ..])) = retry {
                (at, rest) = (behind_star, left);
                retry = Some((at, rest));
            } else {
                return false;
            }
        }
    }
}

impl Token {
    /// The number of bytes of the start of `name` that it matches; no star.
    fn length_in(&self, name: &[u8]) -> Option<usize> {
        match self {
            Self::Star => Some(0),
            Self::Byte(byte) => (name.first() == Some(byte)).then_some(1),
            Self::Any => first_char(name).map(|(_, length)| length),
            Self::Class { negated, ranges } => {
                let (c, length) = first_char(name)?;
                let found = ranges.iter().any(|&(low, high)| (low..=high).contains(&c));
                (found != *negated).then_some(length)
            }
        }
    }
}

/// The first character and its length; a byte that is no text is `U+FFFD` of length 1, as in Go.
fn first_char(text: &[u8]) -> Option<(char, usize)> {
    let chunk = text[..text.len().min(4)].utf8_chunks().next()?;
    Some(
        chunk
            .valid()
            .chars()
            .next()
            .map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8())),
    )
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, tail) = rest.split_first()?;
    *rest = tail;
    Some(byte)
}

/// The class whose `[` was just read.
fn take_class(rest: &mut &[u8]) -> Option<Token> {
    let negated = skip(rest, b'^');
    let mut ranges = Vec::new();
    while ranges.is_empty() || !skip(rest, b']') {
        let low = take_bound(rest)?;
        let high = if skip(rest, b'-') { take_bound(rest)? } else { low };
        ranges.push((low, high));
    }
    Some(Token::Class { negated, ranges })
}

/// A character of a class: text, and neither `-` nor `]` unless behind a backslash.
fn take_bound(rest: &mut &[u8]) -> Option<char> {
    if matches!(rest.first(), Some(b'-' | b']')) {
        return None;
    }
    skip(rest, b'\\');
    let (c, length) = first_char(rest)?;
    if c == char::REPLACEMENT_CHARACTER && length == 1 {
        return None;
    }
    *rest = &rest[length..];
    // Nothing may end here: at least the closing bracket follows.
    (!rest.is_empty()).then_some(c)
}

fn skip(rest: &mut &[u8], byte: u8) -> bool {
    match rest {
        [first, tail @ ..] if *first == byte => {
            *rest = tail;
            true
        }
        _ => false,
    }
}
