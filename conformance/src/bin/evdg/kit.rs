use event_datagram_conformance::kit::{CrateSource, kit_files};
use event_datagram_conformance::output_folder::write_folder;
use event_datagram_conformance::vectors::Corpus;

use crate::args::KitArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::signals::Signals;
use crate::terminal::message;

pub(crate) fn run(args: &KitArgs, signals: &Signals) -> CommandResult {
    let corpus = Corpus::embedded().or_exit(ExitStatus::Usage)?;
    let crates = match &args.crates {
        Some(folder) => CrateSource::repository(folder).or_exit(ExitStatus::Usage)?,
        None => CrateSource::Registry,
    };
    let files = kit_files(&corpus, args.language, &crates);
    // An interruption must not leave an incomplete folder.
    signals.hold();
    write_folder(&args.folder, &files).or_exit_with(ExitStatus::Setup, "no kit was written")?;
    signals.release();
    message(format_args!(
        "{} files in {folder}; next: make -C {folder} fuzz",
        files.len(),
        folder = args.folder.display()
    ));
    Ok(ExitStatus::Success)
}
