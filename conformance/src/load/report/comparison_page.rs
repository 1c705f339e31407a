use std::io;
use std::path::Path;

use minijinja::context;

use super::render::render;
use crate::escape::visible;
use crate::load::comparison::BenchComparison;
use crate::output_file::write_atomically;

impl BenchComparison {
    /// Writes the comparison as one self-contained HTML page into a file: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_html(&self, path: &Path) -> io::Result<()> {
        let list = |lines: &[String]| lines.iter().map(|it| visible(it)).collect::<Vec<_>>();
        let reports = ('A'..).zip(list(&self.names));
        let runs = self.figures.iter().map(|figures| {
            context! {
                name => visible(&figures.name),
                rows => &figures.rows,
            }
        });
        let text = render(
            include_str!("comparison.html"),
            context! {
                headline => self.in_words(),
                tone => if self.worse.is_empty() { "good" } else { "bad" },
                version => env!("CARGO_PKG_VERSION"),
                reports => reports.collect::<Vec<_>>(),
                worse => list(&self.worse),
                better => list(&self.better),
                notes => list(&self.notes),
                runs => runs.collect::<Vec<_>>(),
                style => include_str!("page.css"),
            },
        )?;
        write_atomically(path, text.as_bytes())
    }
}
