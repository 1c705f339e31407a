use super::dictionary::dictionary;
use super::seeds::seeds;
use super::{CrateSource, Language};
use crate::dialect::Dialect;
use crate::output_folder::FolderFiles;
use crate::vectors::Corpus;

/// The part of the kits that builds the library of the oracle.
const LIBRARY: &str = "oracle/";
/// The file that is written last, so that a kit that has it is complete.
const README: &str = "README.md";

/// Returns the files of a kit: the harness, an example parser with a planted bug, the files that
/// build the library if the language needs it, seeds and dictionaries. The README is last.
pub fn kit_files(corpus: &Corpus, language: Language, crates: &CrateSource) -> FolderFiles {
    let home = format!("{language}/");
    let in_kit = |path: &'static str| match path.strip_prefix(&home) {
        Some(path) => Some(path),
        None => (language.calls_library() && path.starts_with(LIBRARY)).then_some(path),
    };
    let mut files = FolderFiles::new();
    for (path, text) in event_datagram_kits::FILES {
        let Some(path) = in_kit(path) else {
            continue;
        };
        files.push(match path.strip_suffix(".in") {
            Some(manifest) => (manifest.into(), crates.in_manifest(text).into_bytes()),
            None => (path.into(), text.as_bytes().to_vec()),
        });
    }
    files.extend(seeds(corpus, language));
    // The fuzzing of Go has no dictionaries.
    if language != Language::Go {
        for dialect in Dialect::ALL {
            let dictionary = dictionary(corpus, *dialect).into_bytes();
            files.push((format!("{dialect}.dict"), dictionary));
        }
    }
    files.sort_by_key(|(path, _)| path == README);
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kit_has_a_readme_a_makefile_and_an_example() {
        let corpus = Corpus::embedded().expect("it is sound");
        for language in Language::ALL {
            let files = kit_files(&corpus, *language, &CrateSource::Registry);
            let has = |path: &str| files.iter().any(|file| file.0 == path);
            assert_eq!(files.last().map(|file| file.0.as_str()), Some(README));
            assert!(has("Makefile"), "{language}");
            let library = has("oracle/event_datagram_oracle.h") && has("oracle/Cargo.toml");
            assert_eq!(library, language.calls_library(), "{language}");
            let left = files.iter().find(|file| file.0.ends_with(".in"));
            assert_eq!(left, None);
        }
    }
}
