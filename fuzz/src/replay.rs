use std::ffi::OsString;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use event_datagram_conformance::testing::Target;
use event_datagram_conformance::vectors::Corpus;

const USAGE: &str = "\
usage: TARGET [FILE|FOLDER]...   runs these inputs; without any, all that the corpus has for this target
       TARGET --seeds FOLDER     writes what the corpus has for this target, a file an input
       TARGET --keep FOLDER      takes what is in this folder for the seeds that are kept in the corpus";

/// A repository is no place for what is longer; a campaign finds the likes of it again.
const MOST_KEPT: usize = 512;

/// Runs inputs outside of any engine, and says of one that breaks a law what it is, and how a test has it; or hands seeds out
/// and takes them in.
pub fn replay(target: &Target, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.map(PathBuf::from).collect();
    let option = arguments.first().and_then(|it| it.to_str());
    let result = match (option.filter(|it| it.starts_with('-')), &arguments[..]) {
        (Some("--seeds"), [_, folder]) => write_seeds(target, folder),
        (Some("--keep"), [_, folder]) => keep(target, folder),
        (None, []) => all(target).map(|inputs| run(target, &inputs)),
        (None, paths) => read(paths).map(|inputs| run(target, &inputs)),
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

/// Runs inputs up to the first that breaks a law.
fn run(target: &Target, inputs: &[(String, Vec<u8>)]) -> ExitCode {
    // One alone is shown before it runs: what it breaks may end the program at once.
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

/// All that the corpus has for a target: made of its vectors, kept from campaigns, and once found.
fn all(target: &Target) -> io::Result<Vec<(String, Vec<u8>)>> {
    let built_in = Corpus::embedded().map_err(io::Error::other)?;
    let made = target.seeds(&built_in).into_iter();
    let made = made
        .enumerate()
        .map(|(index, it)| (format!("vectors-{index}"), it));
    let kept = target.kept(&corpus())?.into_iter();
    let kept = kept
        .enumerate()
        .map(|(index, it)| (format!("seeds-{index}"), it));
    let mut inputs: Vec<_> = made.chain(kept).collect();
    let regressions = corpus().join("regressions").join(target.name());
    if regressions.is_dir() {
        inputs.append(&mut read(&[regressions])?);
    }
    Ok(inputs)
}

fn write_seeds(target: &Target, folder: &Path) -> io::Result<ExitCode> {
    fs::create_dir_all(folder)?;
    let inputs = all(target)?;
    for (name, input) in &inputs {
        fs::write(folder.join(name), input)?;
    }
    println!("{}: {} seeds", target.name(), inputs.len());
    Ok(ExitCode::SUCCESS)
}

fn keep(target: &Target, folder: &Path) -> io::Result<ExitCode> {
    let mut inputs = read(&[folder.to_path_buf()])?;
    inputs.retain(|(_, input)| input.len() <= MOST_KEPT);
    let count = inputs.len();
    if count == 0 {
        return Err(io::Error::other("there is nothing to keep"));
    }
    target.keep(&corpus(), inputs.into_iter().map(|(_, it)| it).collect())?;
    println!("{}: {count} seeds kept", target.name());
    Ok(ExitCode::SUCCESS)
}

/// Reads files, and those in folders, by name.
fn read(paths: &[PathBuf]) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = Vec::new();
            for entry in fs::read_dir(path)? {
                files.push(entry?.path());
            }
            files.sort();
            inputs.append(&mut read(&files)?);
        } else {
            let named = |error| io::Error::other(format!("{}: {error}", path.display()));
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            inputs.push((name.into_owned(), fs::read(path).map_err(named)?));
        }
    }
    Ok(inputs)
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn hex(input: &[u8]) -> String {
    input.iter().map(|byte| format!("{byte:02x}")).collect()
}
