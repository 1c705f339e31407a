use std::io;

use minijinja::{Environment, Value};

/// Fills a template of a page, and escapes the text that it fills in.
///
/// # Errors
///
/// If the template is malformed.
pub(super) fn render(template: &str, content: Value) -> io::Result<String> {
    // The extension of the name turns escaping on.
    let environment = Environment::new();
    environment
        .render_named_str("bench.html", template, content)
        .map_err(io::Error::other)
}
