//! A sentence in another language than English: its template with the values written as the
//! language writes them.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Language, TextValue, german};
use crate::{group_digits, size_text};

/// The values of a template, by their names.
type Values<'a> = &'a [(Cow<'static, str>, TextValue)];

/// The template with its values. `{name}` stands for a value, `{name:dative}` for a number of
/// things in the dative.
pub(super) fn fill(template: &str, values: Values<'_>, language: Language) -> String {
    let mut sentence = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(before);
        let Some((place, after)) = after.split_once('}') else { break };
        let (name, form) = place.split_once(':').unwrap_or((place, ""));
        if let Some((_, value)) = values.iter().find(|(it, _)| it == name) {
            sentence.push_str(&say(value, form, language));
        }
        rest = after;
    }
    sentence + rest
}

fn say(value: &TextValue, form: &str, language: Language) -> String {
    match value {
        TextValue::Name(name) => name.clone(),
        TextValue::Number(number) => digits(*number),
        TextValue::Count(number, noun) => {
            // A space at which no line is broken, as on the pages.
            format!("{}\u{a0}{}", digits(*number), german::noun(noun, *number, form == "dative"))
        }
        TextValue::Size(bytes) => size_text(*bytes).replace('.', ",").replace(' ', "\u{a0}"),
        TextValue::Day(date, has_year) => day(*date, *has_year),
        TextValue::Text(text) => text.said_in(language).into_owned(),
        TextValue::List(values) => {
            let all: Vec<_> = values.iter().map(|value| say(value, form, language)).collect();
            match all.split_last() {
                Some((last, others)) if !others.is_empty() => {
                    format!("{} und {last}", others.join(", "))
                }
                _ => all.concat(),
            }
        }
    }
}

fn digits(number: u64) -> String {
    group_digits(number).replace(',', ".")
}

fn day(date: Date, has_year: bool) -> String {
    let month = usize::try_from(date.month() - 1).unwrap_or_default();
    let day = format!("{}. {}", date.day(), german::MONTHS[month]);
    if has_year { format!("{day} {}", date.year()) } else { day }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextArgument;

    fn filled(template: &str, value: impl TextArgument) -> String {
        fill(template, &[("it".into(), value.to_value())], Language::German)
    }

    #[test]
    fn values_are_written_as_german_writes_them() {
        assert_eq!(filled("{it} da", 1_234_567_u64), "1.234.567 da");
        assert_eq!(filled("{it}", TextValue::Size(1_234_567)), "1,2\u{a0}MB");
        assert_eq!(filled("{it}", TextValue::count(1, "project")), "1\u{a0}Projekt");
        assert_eq!(filled("{it}", TextValue::count(2, "project")), "2\u{a0}Projekte");
        assert_eq!(filled("in {it:dative}", TextValue::count(2, "project")), "in 2\u{a0}Projekten");
        assert_eq!(filled("{it}", TextValue::names(["a", "b", "c"])), "a, b und c");
        let date = Date::new(2024, 3, 9).unwrap();
        assert_eq!(filled("{it}", TextValue::Day(date, true)), "9. März 2024");
        assert_eq!(filled("{it}", TextValue::Day(date, false)), "9. März");
    }

    #[test]
    fn braces_in_a_value_are_no_places() {
        assert_eq!(filled("[{it}]", "{it}"), "[{it}]");
    }
}
