//! Splits Rust source into the few kinds of tokens that imports consist of.

/// An identifier, `::`, or any other single character except white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_identifier(&self) -> bool {
        self.text.starts_with(starts_identifier)
    }
}

/// Returns the tokens of a source, without comments. A literal is one token `"`.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: source,
        line: 1,
        tokens: Vec::new(),
    };
    while let Some(first) = lexer.rest.chars().next() {
        lexer.step(first);
    }
    lexer.tokens
}

struct Lexer<'s> {
    rest: &'s str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, first: char) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(block_comment(rest));
        } else if let Some(length) = literal(rest) {
            self.emit("\"", length);
        } else if starts_identifier(first) {
            let raw = if rest.starts_with("r#") { 2 } else { 0 };
            let name = identifier(&rest[raw..]);
            self.emit(name, raw + name.len());
        } else if rest.starts_with("::") {
            self.emit("::", 2);
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else {
            let length = first.len_utf8();
            self.emit(&rest[..length], length);
        }
    }

    fn emit(&mut self, text: &str, length: usize) {
        self.tokens.push(Token {
            text: String::from(text),
            line: self.line,
        });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}

fn starts_identifier(first: char) -> bool {
    first.is_alphanumeric() || first == '_'
}

fn identifier(text: &str) -> &str {
    let end = text.find(|it: char| !starts_identifier(it));
    &text[..end.unwrap_or(text.len())]
}

/// Returns the length of the block comment at the start of a text. Block comments may nest.
fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    loop {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
        if depth == 0 || at == text.len() {
            return at;
        }
    }
}

/// Returns the length of the string or character literal at the start of a text, if there is one.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""]
        .into_iter()
        .find(|prefix| text.starts_with(prefix))?;
    let rest = &text[prefix.len()..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    if prefix.ends_with('r') && rest[hashes..].starts_with('"') {
        let close = format!("\"{}", "#".repeat(hashes));
        let body = prefix.len() + hashes + 1;
        return Some(
            text[body..]
                .find(&close)
                .map_or(text.len(), |end| body + end + close.len()),
        );
    }
    let quote = rest.chars().next()?;
    let is_string = quote == '"' && !prefix.ends_with('r');
    let is_char = quote == '\'' && matches!(prefix, "" | "b") && is_char_literal(rest);
    (is_string || is_char).then(|| prefix.len() + quoted(rest, quote))
}

/// Returns whether a text that starts with `'` starts with a character and not with a lifetime.
fn is_char_literal(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    characters.next() == Some('\\') || characters.next() == Some('\'')
}

/// Returns the length of a text in quotes, in which a backslash escapes the next character.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if character == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn texts(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn the_content_of_comments_and_literals_is_no_token() {
        assert_eq!(
            texts(
                "a // use b;\n/* use /* c; */ d */ \"use \\\" e;\" r#\"use \" f;\"# g b'\\'' '\"' h"
            ),
            ["a", "\"", "\"", "g", "\"", "\"", "h"]
        );
    }

    #[test]
    fn lifetimes_are_no_characters_and_raw_identifiers_are_plain_ones() {
        assert_eq!(
            texts("&'a str, r#type"),
            ["&", "'", "a", "str", ",", "type"]
        );
    }

    #[test]
    fn a_token_has_the_line_on_which_it_starts() {
        let lines: Vec<_> = tokens("a::b\n/*\n*/ c \"\n\" d")
            .iter()
            .map(|it| it.line)
            .collect();
        assert_eq!(lines, [1, 1, 1, 3, 3, 4]);
    }
}
