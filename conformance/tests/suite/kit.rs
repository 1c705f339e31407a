//! Tests of `evdg kit`. `ci/kits` builds every kit and checks that it finds its planted bug.

use std::fs;
use std::path::Path;

use event_datagram_conformance::kit::Language;

use crate::evdg::{Ran, run};

fn kit(language: &str, folder: &Path, args: &[&str]) -> Ran {
    let folder = folder.to_str().expect("it is UTF-8");
    run(&[&["kit", language, folder], args].concat())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_kit_has_seeds_and_names_published_crates_by_version() {
    let parent = tempfile::tempdir().expect("there is room");
    for language in Language::ALL {
        let folder = parent.path().join(language.as_str());
        kit(language.as_str(), &folder, &[])
            .expect_status(0)
            .expect_stderr("next: make -C");
        let (seeds, manifest) = match language {
            Language::Go => ("testdata/fuzz/FuzzText", "oracle/Cargo.toml"),
            Language::Rust | Language::Replay => ("seeds/text", "Cargo.toml"),
            _ => ("seeds/text", "oracle/Cargo.toml"),
        };
        let seeds = fs::read_dir(folder.join(seeds)).expect("there are seeds");
        assert!(seeds.count() > 400, "{language}");
        let manifest = read(&folder.join(manifest));
        let requirement = format!("{{ version = \"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(manifest.contains(&requirement), "{manifest}");
        assert!(manifest.parse::<toml_edit::DocumentMut>().is_ok());
        assert!(!manifest.contains("path = \"/"), "{manifest}");
    }
}

#[test]
fn a_kit_takes_the_crates_from_a_checkout_of_the_repository() {
    let parent = tempfile::tempdir().expect("there is room");
    let folder = parent.path().join("c");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize().expect("it is there");
    let path = root.to_str().expect("it is UTF-8");
    kit("c", &folder, &["--crates", path]).expect_status(0);
    let manifest = read(&folder.join("oracle/Cargo.toml"));
    assert!(
        manifest.contains(&format!("path = \"{path}/fuzz/oracle-c\"")),
        "{manifest}"
    );
}

#[test]
fn a_folder_that_is_no_checkout_is_refused_before_anything_is_written() {
    let parent = tempfile::tempdir().expect("there is room");
    let folder = parent.path().join("c");
    let nowhere = parent.path().to_str().expect("it is UTF-8");
    kit("c", &folder, &["--crates", nowhere])
        .expect_status(2)
        .expect_stderr("expected a checkout of the repository");
    assert!(!folder.exists());
}

#[test]
fn a_folder_that_is_not_empty_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("mine"), "").expect("it is writable");
    kit("python", folder.path(), &[])
        .expect_status(3)
        .expect_stderr("it is not empty");
    let entries = fs::read_dir(folder.path()).expect("it is there");
    assert_eq!(entries.count(), 1);
}

#[test]
fn an_unknown_language_is_refused_with_those_that_there_are() {
    run(&["kit", "cobol", "folder"])
        .expect_status(2)
        .expect_stderr("javascript");
}
