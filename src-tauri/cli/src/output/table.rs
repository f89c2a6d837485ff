//! Lists as columns.

use unicode_width::UnicodeWidthStr;

use super::format::printable;
use super::streams::Output;

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows below a heading.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; a missing cell is empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| printable(&cell)).collect());
    }

    /// Prints it, or `empty` on the side when it has no rows.
    pub(crate) fn print(&self, out: &Output, empty: &str) {
        if self.rows.is_empty() {
            return out.note(empty);
        }
        let head: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let widths = self.widths(&head);
        let rows = std::iter::once(&head).chain(&self.rows);
        out.lines(rows.map(|row| self.format(row, &widths)));
    }

    /// Prints its rows without a heading.
    pub(crate) fn print_rows(&self, out: &Output) {
        let widths = self.widths(&[]);
        out.lines(self.rows.iter().map(|row| self.format(row, &widths)));
    }

    fn widths(&self, head: &[String]) -> Vec<usize> {
        let width = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.chain(head.get(at)).map(|cell| cell.width()).max().unwrap_or(0)
        };
        (0..self.columns.len()).map(width).collect()
    }

    fn format(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, (_, align)) in self.columns.iter().enumerate() {
            let cell = row.get(at).map_or("", String::as_str);
            let padding = " ".repeat(widths[at].saturating_sub(cell.width()));
            let gap = if at == 0 { "" } else { "  " };
            line.push_str(gap);
            match align {
                Align::Left => line.extend([cell, &padding]),
                Align::Right => line.extend([&padding, cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}
