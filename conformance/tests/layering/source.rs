//! Finds the imports, items and paths in a source file, without its tests.

use std::collections::BTreeSet;

use crate::tokens::{Token, tokens};

/// A source file without its tests.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) imports: Vec<Import>,
    /// Paths of two or more segments outside of `use`.
    pub(crate) mentions: Vec<Path>,
    /// Items at the level of a module.
    pub(crate) items: BTreeSet<(Scope, String)>,
    /// Modules with a body in this file.
    pub(crate) inline_modules: Vec<Scope>,
    /// Modules with a file of their own that only tests have.
    pub(crate) test_modules: BTreeSet<String>,
    /// Every identifier outside of `use`.
    pub(crate) identifiers: BTreeSet<String>,
}

/// The inline modules around a piece of code, from the outside in.
pub(crate) type Scope = Vec<String>;

/// A path as the source spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) scope: Scope,
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// A leaf of a `use` declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) path: Path,
    /// The name of the import in the file, or `*`.
    pub(crate) alias: String,
    pub(crate) is_reexport: bool,
}

impl Source {
    pub(crate) fn parse(text: &str) -> Self {
        let mut parser = Parser {
            tokens: tokens(text),
            at: 0,
            depth: 0,
            modules: Vec::new(),
            source: Self::default(),
        };
        while parser.at < parser.tokens.len() {
            parser.step();
        }
        parser.source
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How many braces are open.
    depth: usize,
    /// The inline modules that are open, each with the depth of its body.
    modules: Vec<(String, usize)>,
    source: Source,
}

impl Parser {
    fn step(&mut self) {
        match self.text(0) {
            "#" => self.attribute(),
            "{" => {
                self.depth += 1;
                self.at += 1;
            }
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                self.modules.retain(|(_, depth)| *depth <= self.depth);
                self.at += 1;
            }
            "use" if self.text(1) != "<" => self.use_declaration(),
            "mod" if self.text(2) == "{" => {
                self.depth += 1;
                self.modules.push((self.text(1).into(), self.depth));
                self.source.inline_modules.push(self.scope());
                self.at += 3;
            }
            _ => {
                self.item();
                self.path();
            }
        }
    }

    /// Returns the text of the token that is `ahead` tokens after the current one, or an empty text
    /// after the last one.
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |it| &it.text)
    }

    fn scope(&self) -> Scope {
        self.modules.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Reads an attribute. If the attribute limits an item to tests, skips the item, too.
    fn attribute(&mut self) {
        let is_inner = self.text(1) == "!";
        let start = self.at + if is_inner { 2 } else { 1 };
        let end = self.behind_group(start);
        let is_for_tests = is_test_condition(&self.tokens[start..end]);
        self.at = end.max(self.at + 1);
        if is_for_tests && is_inner {
            self.at = self.tokens.len();
        } else if is_for_tests {
            self.skip_item();
        }
    }

    /// Skips an item with its attributes: up to its `;`, or to the end of its body.
    fn skip_item(&mut self) {
        while self.text(0) == "#" {
            self.at = self.behind_group(self.at + 1);
        }
        let start = self.at;
        let is_use = |parser: &Self| {
            parser.tokens[start..parser.at]
                .iter()
                .any(|it| it.text == "use")
        };
        loop {
            match self.text(0) {
                "" => return,
                ";" => break,
                "{" if !is_use(self) => {
                    self.at = self.behind_group(self.at);
                    return;
                }
                "{" | "(" | "[" => self.at = self.behind_group(self.at),
                "mod" if self.text(2) == ";" => {
                    self.source.test_modules.insert(self.text(1).into());
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        self.at += 1;
    }

    /// Returns the index after the bracket that closes the bracket at `open`.
    fn behind_group(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return index + 1;
            }
        }
        self.tokens.len()
    }

    fn use_declaration(&mut self) {
        let before = self
            .at
            .checked_sub(1)
            .map_or("", |at| &self.tokens[at].text);
        let is_reexport = matches!(before, "pub" | ")");
        self.at += 1;
        self.use_tree(&mut Vec::new(), is_reexport);
        self.at += 1;
    }

    /// Reads a tree of a `use` declaration. `prefix` has the segments before the tree.
    fn use_tree(&mut self, prefix: &mut Vec<String>, is_reexport: bool) {
        let known = prefix.len();
        let line = self.tokens.get(self.at).map_or(0, |it| it.line);
        let mut alias = None;
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | "") {
                        self.use_tree(prefix, is_reexport);
                        if self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    prefix.truncate(known);
                    return;
                }
                "as" => {
                    alias = Some(String::from(self.text(1)));
                    self.at += 2;
                }
                "*" => {
                    alias = Some("*".into());
                    self.at += 1;
                }
                "," | "}" | ";" | "" => break,
                // `self` after a path means that path.
                "self" if !prefix.is_empty() => self.at += 1,
                segment => {
                    prefix.push(segment.into());
                    self.at += 1;
                }
            }
        }
        let alias = alias.or_else(|| prefix.last().cloned()).unwrap_or_default();
        self.source.imports.push(Import {
            path: Path {
                scope: self.scope(),
                segments: prefix.clone(),
                line,
            },
            alias,
            is_reexport,
        });
        prefix.truncate(known);
    }

    /// Records the item that begins here, if it is at the level of a module.
    fn item(&mut self) {
        const KEYWORDS: [&str; 9] = [
            "struct",
            "enum",
            "union",
            "fn",
            "trait",
            "type",
            "const",
            "static",
            "macro_rules",
        ];
        let level = self.modules.last().map_or(0, |(_, depth)| *depth);
        if self.depth == level && KEYWORDS.contains(&self.text(0)) {
            let name = if self.text(1) == "!" {
                self.text(2)
            } else {
                self.text(1)
            };
            let item = (self.scope(), name.into());
            self.source.items.insert(item);
        }
    }

    /// Records the path that begins here, if there is one, and skips it.
    fn path(&mut self) {
        let start = self.at;
        self.at += 1;
        if !self.tokens[start].is_identifier() {
            return;
        }
        let mut segments = vec![self.tokens[start].text.clone()];
        while self.text(0) == "::"
            && self
                .tokens
                .get(self.at + 1)
                .is_some_and(Token::is_identifier)
        {
            segments.push(self.text(1).into());
            self.at += 2;
        }
        self.source.identifiers.extend(segments.iter().cloned());
        // `pub(in crate::a)` imports nothing.
        let is_visibility = start
            .checked_sub(2)
            .is_some_and(|at| self.tokens[at].text == "(" && self.tokens[at + 1].text == "in");
        if segments.len() > 1 && !is_visibility {
            self.source.mentions.push(Path {
                scope: self.scope(),
                segments,
                line: self.tokens[start].line,
            });
        }
    }
}

/// Returns whether an attribute limits an item to builds of tests.
fn is_test_condition(attribute: &[Token]) -> bool {
    let texts: Vec<_> = attribute.iter().map(|it| it.text.as_str()).collect();
    match texts.as_slice() {
        ["[", "cfg", "(", "test" | "doctest", ")", "]"] => true,
        ["[", "cfg", "(", "all", "(", conditions @ .., ")", ")", "]"] => conditions
            .split(|it| *it == ",")
            .any(|condition| condition == ["test"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    fn imports(source: &str) -> Vec<String> {
        let source = Source::parse(source);
        let spelt = source.imports.iter().map(|it| {
            let path = it.path.segments.join("::");
            let kind = if it.is_reexport { "pub " } else { "" };
            format!("{}: {kind}{path} as {}", it.path.line, it.alias)
        });
        spelt.collect()
    }

    #[test]
    fn nested_trees_renames_and_globs_are_read() {
        assert_eq!(
            imports("use crate::{a::b,\n c::{self, D as E}, f::*};\npub(crate) use super::g;"),
            [
                "1: crate::a::b as b",
                "2: crate::c as c",
                "2: crate::c::D as E",
                "2: crate::f as *",
                "3: pub super::g as g",
            ]
        );
    }

    #[test]
    fn code_of_tests_is_left_out() {
        let source = "
            #[cfg(test)] use a::{b, c};
            #[cfg(all(test, unix))] #[derive(Debug)] struct D<T>(T);
            #[cfg(test)] fn e(it: [u8; 2]) -> u8 { crate::f() }
            #[cfg(test)] mod g;
            #[cfg(test)] mod h { use crate::i; }
            #[cfg(any(test, unix))] use crate::j;
            #[cfg(not(test))] use crate::k;
        ";
        assert_eq!(imports(source), ["7: crate::j as j", "8: crate::k as k"]);
        let source = Source::parse(source);
        assert_eq!(source.mentions, []);
        assert_eq!(Vec::from_iter(source.test_modules), ["g"]);
    }

    #[test]
    fn mentioned_paths_are_read_without_visibilities() {
        let source =
            Source::parse("pub(in crate::a) fn b() -> crate::c::D { super::e::<u8>(); f.g() }");
        let paths: Vec<_> = source
            .mentions
            .iter()
            .map(|it| it.segments.join("::"))
            .collect();
        assert_eq!(paths, ["crate::c::D", "super::e"]);
    }

    #[test]
    fn items_and_paths_know_the_inline_module_around_them() {
        let source =
            Source::parse("mod a { pub struct B { c: super::D } } fn e() {} impl F { fn g() {} }");
        let items: Vec<_> = source
            .items
            .iter()
            .map(|(scope, name)| (scope.join("::"), name.as_str()))
            .collect();
        assert_eq!(items, [(String::new(), "e"), ("a".into(), "B")]);
        assert_eq!(source.mentions[0].scope, ["a"]);
        assert_eq!(source.inline_modules, [["a"]]);
    }
}
