//! A table of text. Widths are those of the screen: a Chinese letter takes two cells, an
//! Arabic vowel sign none.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// On which side a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows under a head.
#[derive(Debug)]
pub struct Table {
    head: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
    widest: Option<(usize, usize)>,
}

impl Table {
    /// A table with these columns.
    pub fn new<const N: usize>(head: [(&str, Align); N]) -> Self {
        let head = head.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { head, rows: Vec::new(), widest: None }
    }

    /// A table of texts only.
    pub fn of_text<const N: usize>(head: [&str; N]) -> Self {
        Self::new(head.map(|name| (name, Align::Left)))
    }

    /// Adds a row; line breaks in it become spaces.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.iter().map(|cell| clean(cell)).collect());
    }

    /// Adds a row whose first cell keeps the spaces that it begins with.
    pub fn indented_row<const N: usize>(&mut self, cells: [String; N]) {
        let indent: String = cells[0].chars().take_while(|letter| *letter == ' ').collect();
        let mut row: Vec<String> = cells.iter().map(|cell| clean(cell)).collect();
        row[0].insert_str(0, &indent);
        self.rows.push(row);
    }

    /// Shortens one column so that the whole table fits into `width` cells.
    #[must_use]
    pub fn fit(mut self, column: usize, width: Option<usize>) -> Self {
        self.widest = width.map(|width| (column, width));
        self
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, head first.
    pub fn lines(&self) -> Vec<String> {
        let widths = self.widths();
        let head: Vec<String> = self.head.iter().map(|(name, _)| name.clone()).collect();
        std::iter::once(&head).chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().map(|(name, _)| name.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        if let Some((column, most)) = self.widest {
            let gaps = 2 * widths.len().saturating_sub(1);
            let others: usize = widths.iter().sum::<usize>() - widths[column];
            let room = most.saturating_sub(others + gaps).max(12);
            widths[column] = widths[column].min(room);
        }
        widths
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
            let cell = shorten(cell, *width);
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if index > 0 {
                line.push_str("  ");
            }
            match self.head[index].1 {
                Align::Left => line.extend([cell.as_str(), &space]),
                Align::Right => line.extend([space.as_str(), &cell]),
            }
        }
        line.trim_end().to_owned()
    }
}

/// One line, without what could steer a terminal.
fn clean(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").replace(char::is_control, "")
}

/// The text without what could steer a terminal; lines stay lines.
pub fn printable(text: &str) -> String {
    text.replace(|letter: char| letter.is_control() && letter != '\n', "")
}

/// The text in at most `width` cells, with `…` where it was cut.
pub fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut short = String::new();
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        short.push(letter);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_every_script() {
        let mut table =
            Table::new([("Key", Align::Left), ("Title", Align::Left), ("Points", Align::Right)]);
        table.row(["A-1".to_owned(), "حجز موعد".to_owned(), "3".to_owned()]);
        table.row(["A-22".to_owned(), "预约".to_owned(), "13".to_owned()]);
        let lines = table.lines();
        assert_eq!(
            lines,
            ["Key   Title     Points", "A-1   حجز موعد       3", "A-22  预约          13"]
        );
    }

    #[test]
    fn long_cells_are_cut_to_the_screen() {
        let mut table = Table::of_text(["Key", "Title"]).fit(1, Some(20));
        table.row(["A-1".to_owned(), "a title that is much too long".to_owned()]);
        assert_eq!(table.lines()[1], "A-1  a title that i…");
    }

    #[test]
    fn control_characters_do_not_reach_the_screen() {
        let mut table = Table::of_text(["T"]);
        table.row(["a\u{1b}[31m\nb".to_owned()]);
        assert_eq!(table.lines()[1], "a[31m b");
    }
}
