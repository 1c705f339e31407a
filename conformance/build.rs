//! Embeds the corpus, so that `evdg` needs no files beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let corpus = package
        .parent()
        .expect("the package lies in the workspace")
        .join("corpus");
    // What else lies in the corpus is not embedded.
    println!(
        "cargo::rerun-if-changed={}",
        corpus.join("SPEC.md").display()
    );

    let mut files = vec![corpus.join("SPEC.md")];
    for dialect in entries(&corpus.join("vectors")) {
        if dialect.is_dir() {
            files.extend(files_in(&dialect, "json"));
        }
    }
    files.extend(files_in(&corpus.join("sets"), "txt"));

    let mut code = String::from("&[\n");
    for path in files {
        let name = path.strip_prefix(&corpus).expect("it lies in the corpus");
        let name = name
            .iter()
            .map(|part| part.to_str().expect("its names are UTF-8"))
            .collect::<Vec<_>>()
            .join("/");
        writeln!(code, "    ({name:?}, include_str!({path:?})),").expect("a string takes any text");
    }
    code.push(']');

    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("corpus.rs");
    fs::write(target, code).expect("cargo's output folder takes files");
}

fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = entries(folder);
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let name = folder.display().to_string();
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect(&name)
        .map(|entry| entry.expect(&name).path())
        .collect();
    paths.sort();
    paths
}
