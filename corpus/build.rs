//! Writes the tables of embedded files: for each folder a list of paths and contents.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The embedded folders, each with the macro that embeds its files, as text or as bytes.
const FOLDERS: [(&str, &str); 5] = [
    ("vectors", "include_str"),
    ("sets", "include_str"),
    ("captures", "include_str"),
    ("seeds", "include_str"),
    ("regressions", "include_bytes"),
];

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for (folder, include) in FOLDERS {
        let mut files = Vec::new();
        collect(&package.join(folder), &mut files);
        files.sort();
        let mut table = String::from("&[\n");
        for file in files {
            let name = name(&file, &package);
            writeln!(table, "    ({name:?}, {include}!({file:?})),").expect("a string grows");
        }
        table.push(']');
        fs::write(out.join(format!("{folder}.rs")), table).expect("OUT_DIR is writable");
    }
}

/// Adds all files below a folder. Cargo runs this script again when one of the folders changes.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder).expect("the folder is part of the package") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Returns the path of a file below the package, with `/` between its parts on every platform.
fn name(file: &Path, package: &Path) -> String {
    let below = file.strip_prefix(package).expect("it lies in the package");
    let parts = below
        .iter()
        .map(|part| part.to_str().expect("its names are UTF-8"));
    parts.collect::<Vec<_>>().join("/")
}
