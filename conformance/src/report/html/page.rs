use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::{Environment, context};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A template of one self-contained page for a browser, with its style and script.
///
/// Every value is escaped. A content security policy names the style and the script by their
/// hashes; nothing else runs, and nothing is fetched.
#[derive(Debug)]
pub(crate) struct PageTemplate {
    pub(crate) template: &'static str,
    pub(crate) script: Option<&'static str>,
}

const STYLE: &str = include_str!("style.css");

impl PageTemplate {
    /// Writes the page, filled with content.
    pub(crate) fn write(&self, content: impl Serialize, out: &mut dyn Write) -> io::Result<()> {
        let mut environment = Environment::new();
        // The ending `.html` of the name makes the engine escape values for HTML.
        environment
            .add_template("page.html", self.template)
            .map_err(io::Error::other)?;
        let template = environment.get_template("page.html");
        let page = context! {
            style => STYLE,
            script => self.script,
            policy => self.policy(),
            version => env!("CARGO_PKG_VERSION"),
            ..minijinja::Value::from(minijinja::value::Serde(content))
        };
        let written = template.and_then(|template| template.render_captured_to(page, out));
        // If writing fails, the engine's error has the I/O error as its source, so both are kept.
        written.map(drop).map_err(io::Error::other)
    }

    /// Returns the content security policy.
    fn policy(&self) -> String {
        let hash =
            |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
        let script = self.script.map_or_else(|| "'none'".into(), hash);
        format!(
            "default-src 'none'; style-src {}; script-src {script}; base-uri 'none'; \
             form-action 'none'",
            hash(STYLE)
        )
    }
}
