use std::ffi::OsString;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use event_datagram_conformance::testing::FuzzTarget;
use event_datagram_conformance::vectors::Corpus;

const USAGE: &str = "\
usage: TARGET [FILE|FOLDER]...   runs these inputs; without any, all that the corpus has for this target
       TARGET --seeds FOLDER     writes what the corpus has for this target, a file an input
       TARGET --keep FOLDER      takes what is in this folder for the seeds that are kept in the corpus";

/// The longest input in bytes that is kept in the repository; a campaign finds similar ones again.
const MAX_KEPT: usize = 512;

/// Runs inputs without an engine, and prints for one that breaks a law the case and a test; or
/// exports seeds, or imports them.
pub fn replay(target: &FuzzTarget, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.map(PathBuf::from).collect();
    let option = arguments.first().and_then(|argument| argument.to_str());
    let result = match (
        option.filter(|option| option.starts_with('-')),
        &arguments[..],
    ) {
        (Some("--seeds"), [_, folder]) => export_seeds(target, folder),
        (Some("--keep"), [_, folder]) => import_seeds(target, folder),
        (None, []) => corpus_inputs(target).map(|inputs| run(target, &inputs)),
        (None, paths) => read_files(paths).map(|inputs| run(target, &inputs)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("{}: {error}", target.name());
        ExitCode::from(2)
    })
}

/// Runs inputs up to the first one that breaks a law.
fn run(target: &FuzzTarget, inputs: &[(String, Vec<u8>)]) -> ExitCode {
    // A single input is printed before it runs, as it may abort the program.
    if let [(_, input)] = inputs {
        println!("{}\n{}", hex(input), target.test(input));
    }
    for (name, input) in inputs {
        if catch_unwind(AssertUnwindSafe(|| target.run(input))).is_err() {
            println!(
                "{}: a law is broken by {name}, {} bytes",
                target.name(),
                input.len()
            );
            if inputs.len() > 1 {
                println!("{}\n{}", hex(input), target.test(input));
            }
            return ExitCode::FAILURE;
        }
    }
    println!(
        "{}: {} inputs, and every law holds",
        target.name(),
        inputs.len()
    );
    ExitCode::SUCCESS
}

/// Returns all inputs that the corpus has for a target: made from vectors, kept from campaigns, and
/// regressions.
fn corpus_inputs(target: &FuzzTarget) -> io::Result<Vec<(String, Vec<u8>)>> {
    let embedded = Corpus::embedded().map_err(io::Error::other)?;
    let made = target.seeds(&embedded).into_iter();
    let made = made
        .enumerate()
        .map(|(index, input)| (format!("vectors-{index}"), input));
    let kept = target.kept_seeds(&corpus_folder())?.into_iter();
    let kept = kept
        .enumerate()
        .map(|(index, input)| (format!("seeds-{index}"), input));
    let mut inputs: Vec<_> = made.chain(kept).collect();
    let regressions = corpus_folder().join("regressions").join(target.name());
    if regressions.is_dir() {
        inputs.append(&mut read_files(&[regressions])?);
    }
    Ok(inputs)
}

fn export_seeds(target: &FuzzTarget, folder: &Path) -> io::Result<ExitCode> {
    fs::create_dir_all(folder)?;
    let inputs = corpus_inputs(target)?;
    for (name, input) in &inputs {
        fs::write(folder.join(name), input)?;
    }
    println!("{}: {} seeds", target.name(), inputs.len());
    Ok(ExitCode::SUCCESS)
}

fn import_seeds(target: &FuzzTarget, folder: &Path) -> io::Result<ExitCode> {
    let mut inputs = read_files(&[folder.to_path_buf()])?;
    inputs.retain(|(_, input)| input.len() <= MAX_KEPT);
    let count = inputs.len();
    if count == 0 {
        return Err(io::Error::other("there is nothing to keep"));
    }
    target.write_kept_seeds(
        &corpus_folder(),
        inputs.into_iter().map(|(_, input)| input).collect(),
    )?;
    println!("{}: {count} seeds kept", target.name());
    Ok(ExitCode::SUCCESS)
}

/// Reads files, and those in folders, sorted by name.
fn read_files(paths: &[PathBuf]) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = Vec::new();
            for entry in fs::read_dir(path)? {
                files.push(entry?.path());
            }
            files.sort();
            inputs.append(&mut read_files(&files)?);
        } else {
            let named = |error| io::Error::other(format!("{}: {error}", path.display()));
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            inputs.push((name.into_owned(), fs::read(path).map_err(named)?));
        }
    }
    Ok(inputs)
}

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn hex(input: &[u8]) -> String {
    input.iter().map(|byte| format!("{byte:02x}")).collect()
}
