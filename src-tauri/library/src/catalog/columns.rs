//! The form of our values in columns: ids and words as their text, lists as JSON, moments as text
//! of one width that sorts by time, so that `sqlite3` shows all of it readably.

use std::fmt::Display;
use std::str::FromStr;

use jiff::{Timestamp, TimestampRound, Unit};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};
use serde::Serialize;
use serde::de::DeserializeOwned;
use undercroft_foundation::{Text, TextParts};

/// A value kept as its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<T>(pub T);

impl<T: Display> ToSql for Column<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl<T: FromStr> FromSql for Column<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

/// A value kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(Into::into)
            .map_err(|source| rusqlite::Error::ToSqlConversionFailure(source.into()))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// The parts of a sentence, beside the column with its English.
pub fn parts_of(text: &Text) -> Option<Json<&TextParts>> {
    text.parts().map(Json)
}

/// The sentence of two columns of a row: its English, and its parts. Parts that a newer program has
/// written otherwise leave it English.
///
/// # Errors
/// The errors of reading a column.
pub fn text_of(row: &Row<'_>, english: usize, parts: usize) -> rusqlite::Result<Text> {
    let parts: Option<String> = row.get(parts)?;
    let parts = parts.and_then(|parts| serde_json::from_str(&parts).ok());
    Ok(Text::of_parts(row.get(english)?, parts))
}

/// A moment, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// The moment as it comes back from the catalog.
    pub fn of(time: Timestamp) -> Self {
        let round = TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc);
        Self(time.round(round).unwrap_or(time))
    }
}

impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(format!("{:.3}", self.0).into())
    }
}

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}
