use std::fmt;
use std::sync::Arc;

use crate::parser::Parser;

/// Creates parsers, each in the thread that uses it.
#[derive(Clone)]
pub(crate) struct Factory(Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>);

impl Factory {
    /// Wraps the function that creates a parser.
    pub(crate) fn new<P: Parser + 'static>(create: impl Fn() -> P + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Box::new(create())))
    }

    /// Creates a parser.
    pub(crate) fn create(&self) -> Box<dyn Parser> {
        (self.0)()
    }
}

impl fmt::Debug for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factory(..)")
    }
}
