//! Runs every fuzz target on all of its seeds: those that are made from the corpus and those that
//! campaigns kept. Each regression is a test of its own.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use event_datagram_conformance::testing::FuzzTarget;
use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle_c::testing::C_INTERFACE;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut trials = vec![
        Trial::test(
            "every_file_belongs_to_a_target",
            every_file_belongs_to_a_target,
        ),
        Trial::test("every_target_can_be_fuzzed", every_target_can_be_fuzzed),
        Trial::test(
            "every_family_of_targets_has_a_dictionary",
            every_family_of_targets_has_a_dictionary,
        ),
    ];
    for target in targets() {
        trials.push(Trial::test(format!("seeds::{}", target.name()), || {
            run_seeds(target)
        }));
        for (name, input) in regressions(target) {
            let name = format!("regressions::{}::{name}", target.name());
            trials.push(Trial::test(name, move || {
                target.run(&input);
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Returns every target: those of the runner, and those of other crates.
fn targets() -> impl Iterator<Item = &'static FuzzTarget> {
    FuzzTarget::ALL.iter().chain([&C_INTERFACE])
}

fn run_seeds(target: &FuzzTarget) -> Result<(), Failed> {
    let corpus = Corpus::embedded()?;
    let kept = target.kept_seeds(&corpus_folder())?;
    if kept.is_empty() {
        return Err("no seed is kept: run ci/fuzz --keep".into());
    }
    for input in target.seeds(&corpus).iter().chain(&kept) {
        if catch_unwind(|| target.run(input)).is_err() {
            return Err(format!("a law does not hold for\n{}", target.test(input)).into());
        }
    }
    Ok(())
}

fn regressions(target: &FuzzTarget) -> Vec<(String, Vec<u8>)> {
    let folder = corpus_folder().join("regressions").join(target.name());
    entries(&folder)
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (
                name.into_owned(),
                fs::read(&path).expect("the file is readable"),
            )
        })
        .collect()
}

fn every_file_belongs_to_a_target() -> Result<(), Failed> {
    for folder in ["seeds", "regressions"] {
        for path in entries(&corpus_folder().join(folder)) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            if !targets().any(|target| target.name() == name) {
                return Err(format!("{}: no fuzz target of this name", path.display()).into());
            }
        }
    }
    Ok(())
}

fn every_target_can_be_fuzzed() -> Result<(), Failed> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let manifest: toml_edit::DocumentMut =
        fs::read_to_string(package.join("Cargo.toml"))?.parse()?;
    let programs = manifest["bin"].as_array_of_tables().into_iter().flatten();
    let mut programs: Vec<_> = programs.filter_map(|it| it.get("name")?.as_str()).collect();
    let mut targets: Vec<_> = targets().map(FuzzTarget::name).collect();
    programs.sort_unstable();
    targets.sort_unstable();
    if programs != targets {
        return Err(format!(
            "expected the programs {targets:?} in fuzz/Cargo.toml, found {programs:?}"
        )
        .into());
    }
    Ok(())
}

/// Checks that every family of targets has a dictionary. A family is the part of a target's name
/// before the first `_`; scripts find the dictionary by that name.
fn every_family_of_targets_has_a_dictionary() -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/dictionaries");
    let names = targets().map(FuzzTarget::name);
    let families = names.filter_map(|name| name.split('_').next());
    let wanted: BTreeSet<_> = families
        .map(|it| folder.join(format!("{it}.dict")))
        .collect();
    let there: BTreeSet<_> = entries(&folder).into_iter().collect();
    let odd: Vec<_> = there.symmetric_difference(&wanted).collect();
    if !odd.is_empty() {
        return Err(format!("dictionaries that are missing or of no family: {odd:?}").into());
    }
    Ok(())
}

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

/// Returns the sorted paths in a folder; none if it does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the file is readable").path())
        .collect();
    paths.sort();
    paths
}
