//! Names and paths as words of a command that somebody may copy.

/// These bytes as a shell takes them for one word and nothing else.
pub fn shell_word(bytes: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(byte);
    if !bytes.is_empty() && !bytes.starts_with(b"-") && bytes.iter().all(is_plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            let byte = |byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                0x20..0x7f => char::from(*byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", bytes.iter().map(byte).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn a_word_is_one_word_whatever_is_in_it() {
        assert_eq!(shell_word(b"/mnt/disk-2"), "/mnt/disk-2");
        assert_eq!(shell_word(b"/mnt/My disk"), "'/mnt/My disk'");
        assert_eq!(shell_word(b"/it's $(x)"), r"'/it'\''s $(x)'");
        assert_eq!(shell_word(b"/a'\xff\n"), r"$'/a\'\xff\x0a'");
        assert_eq!((shell_word(b"").as_str(), shell_word(b"-x").as_str()), ("''", "'-x'"));
    }
}
