//! Reads the crates and modules of the workspace, and resolves paths in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::source::{self, Source};

/// All crates of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) files: Vec<File>,
    modules: BTreeMap<Module, usize>,
    test_modules: BTreeSet<Module>,
}

/// A source file.
#[derive(Debug)]
pub(crate) struct File {
    /// The path of the file, relative to the root of the repository.
    pub(crate) path: String,
    pub(crate) package: String,
    pub(crate) module: Module,
    pub(crate) source: Source,
}

/// The path of a module: the name of the crate, and a name for each level.
pub(crate) type Module = Vec<String>;

/// The target of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The module that the path names first, which is the one that is imported.
    pub(crate) module: Module,
    /// The file that defines the item, after all re-exports are followed.
    pub(crate) file: usize,
}

/// The longest chain of re-exports that is followed.
const MAX_REEXPORTS: usize = 16;

impl Workspace {
    /// Reads the sources of all members of the workspace in a folder.
    pub(crate) fn read(root: &Path) -> Self {
        let mut workspace = Self::default();
        let manifest = read(&root.join("Cargo.toml"));
        let members = capture(&manifest, r"(?s)\nmembers = \[(.*?)\]").expect("there are members");
        for member in members.split(',').map(|it| it.trim().trim_matches('"')) {
            if member.is_empty() {
                continue;
            }
            let manifest = read(&root.join(member).join("Cargo.toml"));
            let package =
                capture(&manifest, r#"(?m)^name = "(.*)""#).expect("a package has a name");
            let library = capture(&manifest, r#"(?s)\n\[lib\]\n[^\[]*?path = "(.*?)""#);
            let library = library.unwrap_or("src/lib.rs");
            let sources = Path::new(member).join(library);
            let folder = sources.parent().expect("it is a file").to_path_buf();
            for path in rust_files(&root.join(&folder)) {
                let below = path.strip_prefix(root).expect("it is below the root");
                let module = module_of(below, &folder, package);
                let below = below.to_str().expect("names are UTF-8").replace('\\', "/");
                workspace.add(&below, package, module, &read(&path));
            }
        }
        workspace.remove_tests();
        workspace
    }

    /// Adds a source file that is the body of a module.
    pub(crate) fn add(&mut self, path: &str, package: &str, module: Module, text: &str) {
        let source = Source::parse(text);
        let file = self.files.len();
        self.modules.insert(module.clone(), file);
        for scope in &source.inline_modules {
            self.modules
                .insert([module.as_slice(), scope].concat(), file);
        }
        for name in &source.test_modules {
            self.test_modules
                .insert([module.as_slice(), std::slice::from_ref(name)].concat());
        }
        self.files.push(File {
            path: path.into(),
            package: package.into(),
            module,
            source,
        });
    }

    /// Empties the files of modules that only tests have.
    pub(crate) fn remove_tests(&mut self) {
        for file in &mut self.files {
            if self
                .test_modules
                .iter()
                .any(|it| file.module.starts_with(it))
            {
                file.source = Source::default();
            }
        }
    }

    /// Returns the packages.
    pub(crate) fn packages(&self) -> BTreeSet<String> {
        self.files.iter().map(|file| file.package.clone()).collect()
    }

    /// Returns the names of the modules at the top of a crate.
    pub(crate) fn top_modules(&self, crate_name: &str) -> BTreeSet<String> {
        let modules = self
            .modules
            .keys()
            .filter(|it| it.len() == 2 && it[0] == crate_name);
        let modules = modules.filter(|it| !self.test_modules.contains(*it));
        modules.map(|it| it[1].clone()).collect()
    }

    /// Returns the package of a crate.
    pub(crate) fn package(&self, crate_name: &str) -> Option<&str> {
        let root = self.modules.get([String::from(crate_name)].as_slice())?;
        Some(&self.files[*root].package)
    }

    /// Returns the module at the top of its crate that a path imports. An item that the root of a
    /// crate re-exports belongs to the module that defines it. An item that the root defines
    /// belongs to no module.
    pub(crate) fn top_module<'t>(&'t self, target: &'t Target) -> Option<&'t [String]> {
        let defining = &self.files[target.file].module;
        target.module.get(..2).or(defining.get(..2))
    }

    /// Resolves a path of a file. Returns `None` if it leads out of the workspace.
    pub(crate) fn resolve(&self, file: &File, path: &source::Path) -> Option<Target> {
        let module = [file.module.as_slice(), &path.scope].concat();
        self.resolve_from(&module, &path.segments, MAX_REEXPORTS)
    }

    fn resolve_from(&self, module: &[String], segments: &[String], limit: usize) -> Option<Target> {
        let (first, rest) = segments.split_first()?;
        let limit = limit.checked_sub(1)?;
        match first.as_str() {
            "crate" => self.walk(&module[..1], rest, limit),
            "self" => self.walk(module, rest, limit),
            "super" => self.walk(&module[..module.len() - 1], rest, limit),
            name if self.is_known(module, name) => self.walk(module, segments, limit),
            name => self.walk(&[String::from(name)], rest, limit),
        }
    }

    /// Resolves the segments of a path, starting from a module.
    fn walk(&self, module: &[String], segments: &[String], limit: usize) -> Option<Target> {
        let file = *self.modules.get(module)?;
        let here = Target {
            module: module.to_vec(),
            file,
        };
        let Some((first, rest)) = segments.split_first() else {
            return Some(here);
        };
        if matches!(first.as_str(), "self" | "super") {
            return self.resolve_from(module, segments, limit);
        }
        let child = [module, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.walk(&child, rest, limit);
        }
        if self.defines(module, first) {
            return Some(here);
        }
        // The path names this module, even if the module re-exports the item from another one.
        let target = self.reexport(module, first, rest, limit)?;
        Some(Target {
            file: target.file,
            ..here
        })
    }

    /// Follows the re-export of a name by a module, or by one of its globs.
    fn reexport(
        &self,
        module: &[String],
        name: &String,
        rest: &[String],
        limit: usize,
    ) -> Option<Target> {
        let imports = self.imports(module);
        if let Some(import) = imports.iter().find(|it| it.alias == *name) {
            let segments = [import.path.segments.as_slice(), rest].concat();
            return self.resolve_from(module, &segments, limit.checked_sub(1)?);
        }
        for glob in imports.iter().filter(|it| it.alias == "*") {
            let source = self.resolve_from(module, &glob.path.segments, limit.checked_sub(1)?);
            let Some(source) = source.map(|it| it.module).filter(|it| it != module) else {
                continue;
            };
            if self.is_known(&source, name) {
                let segments = [std::slice::from_ref(name), rest].concat();
                return self.walk(&source, &segments, limit.checked_sub(1)?);
            }
        }
        // A macro of the module may define the item. Imports from outside of the workspace have
        // returned before.
        self.modules.get(module).map(|file| Target {
            module: module.to_vec(),
            file: *file,
        })
    }

    /// Returns the `use` declarations of a module.
    fn imports(&self, module: &[String]) -> Vec<&source::Import> {
        let Some(file) = self.modules.get(module).map(|file| &self.files[*file]) else {
            return Vec::new();
        };
        let scope = &module[file.module.len()..];
        let imports = file.source.imports.iter();
        imports.filter(|it| it.path.scope == scope).collect()
    }

    /// Returns whether an item of this name is defined in a module.
    fn defines(&self, module: &[String], name: &str) -> bool {
        self.modules.get(module).is_some_and(|file| {
            let file = &self.files[*file];
            let scope = module[file.module.len()..].to_vec();
            file.source.items.contains(&(scope, name.into()))
        })
    }

    /// Returns whether a module defines a name, imports it, or has a child of that name.
    fn is_known(&self, module: &[String], name: &str) -> bool {
        let child = [module, &[name.into()]].concat();
        self.modules.contains_key(&child)
            || self.defines(module, name)
            || self
                .imports(module)
                .iter()
                .any(|it| it.alias == name && it.path.segments[0] != name)
    }
}

/// Returns the module of a file in the folder of its crate.
fn module_of(path: &Path, folder: &Path, package: &str) -> Module {
    let below = path
        .strip_prefix(folder)
        .expect("it is in the folder")
        .with_extension("");
    let mut names: Vec<_> = below
        .iter()
        .map(|it| it.to_str().expect("UTF-8").to_owned())
        .collect();
    let mut root = package.replace('-', "_");
    if names.first().is_some_and(|it| it == "bin") {
        root = format!("bin {}", names[1]);
        names.drain(..2);
    }
    names.pop_if(|it| matches!(it.as_str(), "lib" | "main" | "mod"));
    names.insert(0, root);
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn capture<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let pattern = Regex::new(pattern).expect("the pattern is valid");
    Some(pattern.captures(text)?.get(1)?.as_str())
}
