//! Tables. A terminal gets aligned columns; another program gets one line per row, with tabs between the cells and no
//! heading, for `cut`, `awk` and `while read`.

use std::fmt::Display;

use comfy_table::{ContentArrangement, TableStyle};

use super::Tone;

/// A cell. It drops control characters, so that no name from a tenant can control the terminal.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(tone: Tone, text: impl Display) -> Self {
        let text = text
            .to_string()
            .chars()
            .map(|char| if char.is_control() { ' ' } else { char })
            .collect();
        Self { text, tone }
    }
}

impl<T: Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(Tone::Plain, text)
    }
}

/// Rows under a heading.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
    footer: Option<String>,
}

impl Table {
    /// A table without rows; `empty` is shown if it gets none.
    pub(crate) fn new(heading: impl IntoIterator<Item = &'static str>, empty: &'static str) -> Self {
        Self {
            heading: heading.into_iter().collect(),
            rows: Vec::new(),
            empty,
            footer: None,
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a line below the table, for people at a terminal.
    pub(crate) fn footer(mut self, text: impl Into<String>) -> Self {
        self.footer = Some(text.into());
        self
    }

    /// The table as text that ends with a line break, for a terminal of this width or for another program.
    pub(super) fn render(&self, width: Option<u16>) -> String {
        let Some(width) = width else {
            return self.plain();
        };
        let mut text = if self.rows.is_empty() {
            self.empty.to_owned()
        } else {
            self.aligned(width)
        };
        text.push('\n');
        if let Some(footer) = &self.footer {
            text.push_str(footer);
            text.push('\n');
        }
        text
    }

    fn plain(&self) -> String {
        let line = |row: &Vec<Cell>| {
            let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
            cells.join("\t") + "\n"
        };
        self.rows.iter().map(line).collect()
    }

    fn aligned(&self, width: u16) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width)
            .set_header(self.heading.iter().map(|title| Tone::Strong.paint(title)));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| cell.tone.paint(&cell.text)));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.trim_fmt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["id", "status"], "nothing there");
        table.row(["edit_1".into(), Cell::new(Tone::Good, "succeeded")]);
        table.row(["edit_22".into(), Cell::new(Tone::Bad, "failed\x1b[2J\n")]);
        table
    }

    #[test]
    fn another_program_gets_rows_without_heading_and_colour() {
        assert_eq!(table().render(None), "edit_1\tsucceeded\nedit_22\tfailed [2J \n");
    }

    #[test]
    fn a_terminal_gets_aligned_columns_under_a_heading() {
        let text = anstream::adapter::strip_str(&table().render(Some(80))).to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            ["id       status", "edit_1   succeeded", "edit_22  failed [2J"]
        );
    }

    #[test]
    fn a_narrow_terminal_wraps_cells_and_drops_no_word() {
        let mut table = Table::new(["check", "mend"], "");
        table.row([
            "budgets".into(),
            "magic-edits catalog apply my-catalogue.yaml".into(),
        ]);
        let text = anstream::adapter::strip_str(&table.render(Some(30))).to_string();
        assert!(
            text.lines().all(|line| line.trim_end().chars().count() <= 30),
            "{text}"
        );
        for word in ["magic-edits", "catalog", "apply", "my-catalogue.yaml"] {
            assert!(text.contains(word), "{text}");
        }
    }

    #[test]
    fn only_people_are_told_that_a_table_is_empty() {
        let empty = Table::new(["id"], "no edit is stuck");
        assert_eq!(empty.render(Some(80)), "no edit is stuck\n");
        assert_eq!(empty.render(None), "");
    }
}
