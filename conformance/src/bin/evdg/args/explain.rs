use clap::Args;

use super::corpus::CorpusArgs;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The id of a requirement or of a vector, such as T7 or quote-event-inside
    #[arg(value_name = "REQUIREMENT|VECTOR")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) corpus: CorpusArgs,
}
