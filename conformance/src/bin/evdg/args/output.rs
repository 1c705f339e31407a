use clap::Args;
use event_datagram_conformance::report::Detail;

/// How much of the results of a run is printed.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Print every failure in full, not only one for each cause
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print only the counts, the diagnosis, the verdict and errors
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl OutputArgs {
    pub(crate) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Summary,
            (_, true) => Detail::All,
            _ => Detail::OnePerCause,
        }
    }
}
