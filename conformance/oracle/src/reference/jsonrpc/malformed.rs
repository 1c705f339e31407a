//! The two classes of datagrams that are not JSON: those of J1, which every listener must reject,
//! and those of J14, which differ from an event by grammar alone.
//!
//! A tolerant scanner tells them apart. It accepts what lenient parsers accept: strings in any
//! quotes, comments, words without quotes, and any closing bracket for any opening one. It skips
//! unknown punctuation.

/// Returns whether a datagram that is not JSON is on the closed list of J1: it is truncated, its
/// first character opens no object, the object has no `method` that is a string, or something
/// follows the object.
///
/// A `'`, a backquote, a `/` or a `#` begins a string or a comment only if that ends within the
/// object. Otherwise the character is skipped, as the `'` in `{"x":it's,"method":"E_TEST"}`.
pub(super) fn is_on_closed_list(datagram: &[u8]) -> bool {
    let characters = characters(datagram);
    let holds_event = |syntax| holds_event(&tokens(&characters, syntax)?);
    let holds_event = holds_event(Syntax::Extended).or_else(|| holds_event(Syntax::Json));
    holds_event != Some(true)
}

/// Returns the characters of a datagram. A byte that is not UTF-8 is the character of the same
/// number (ISO 8859-1).
fn characters(datagram: &[u8]) -> Vec<char> {
    let mut characters = Vec::new();
    for chunk in datagram.utf8_chunks() {
        characters.extend(chunk.valid().chars());
        characters.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    characters
}

/// Which characters open strings and comments.
#[derive(Clone, Copy, PartialEq)]
enum Syntax {
    /// Strings in `"` and no comments.
    Json,
    /// Strings in `"`, `'` and backquotes, and comments: `//`, `/* */` and `#`.
    Extended,
}

#[derive(PartialEq)]
enum Token {
    Open(char),
    Close,
    Colon,
    Comma,
    /// A quoted string, unescaped.
    String(String),
    /// A run of letters, digits and the like without quotes.
    Word(String),
    /// Any other character.
    Punctuation,
}

/// Returns the tokens of a text without its white space and comments, or `None` if it ends inside a
/// string or a comment. The end of the text ends a line comment, too.
fn tokens(text: &[char], syntax: Syntax) -> Option<Vec<Token>> {
    let is_extended = syntax == Syntax::Extended;
    let mut tokens = Vec::new();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        tokens.push(match (*first, behind) {
            (space, _) if is_space(space) => continue,
            (bracket @ ('{' | '['), _) => Token::Open(bracket),
            ('}' | ']', _) => Token::Close,
            (':', _) => Token::Colon,
            (',', _) => Token::Comma,
            ('"', _) => Token::String(string('"', &mut rest)?),
            (quote @ ('\'' | '`'), _) if is_extended => Token::String(string(quote, &mut rest)?),
            ('#', _) | ('/', ['/', ..]) if is_extended => {
                skip_behind(&['\n'], &mut rest).unwrap_or_else(|| rest = &[]);
                continue;
            }
            ('/', ['*', inside @ ..]) if is_extended => {
                rest = inside;
                skip_behind(&['*', '/'], &mut rest)?;
                continue;
            }
            (letter, _) if is_of_word(letter) => {
                let more = behind.iter().take_while(|letter| is_of_word(**letter));
                let word: String = [letter].iter().chain(more).collect();
                rest = &behind[word.chars().count() - 1..];
                Token::Word(word)
            }
            _ => Token::Punctuation,
        });
    }
    Some(tokens)
}

/// Returns whether lenient parsers skip a character between tokens: white space of Unicode,
/// controls, NUL and the byte order mark among them.
fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control() || character == '\u{feff}'
}

fn is_of_word(character: char) -> bool {
    let is_ascii = character.is_ascii_alphanumeric() || "_$+-.".contains(character);
    is_ascii || !character.is_ascii() && !is_space(character)
}

/// Takes a string up to its closing quote from `rest`, and returns its content.
fn string(quote: char, rest: &mut &[char]) -> Option<String> {
    let mut content = String::new();
    loop {
        let (first, behind) = rest.split_first()?;
        *rest = behind;
        match *first {
            '\\' => content.push(escaped(rest)?),
            closing if closing == quote => return Some(content),
            other => content.push(other),
        }
    }
}

/// Takes an escape without its backslash from `rest`, and returns the character that it stands for.
/// An unknown letter stands for itself.
fn escaped(rest: &mut &[char]) -> Option<char> {
    let (letter, behind) = rest.split_first()?;
    *rest = behind;
    let digits = match letter {
        'u' => 4,
        'x' => 2,
        'b' | 'f' | 'n' | 'r' | 't' => return Some(' '),
        itself => return Some(*itself),
    };
    let code = behind.get(..digits).and_then(|digits| {
        let digits: String = digits.iter().collect();
        u32::from_str_radix(&digits, 16).ok()
    });
    if code.is_some() {
        *rest = &behind[digits..];
    }
    Some(code.map_or(*letter, |code| char::from_u32(code).unwrap_or(' ')))
}

/// Takes the rest of a comment, with its end mark, from `rest`.
fn skip_behind(mark: &[char], rest: &mut &[char]) -> Option<()> {
    let at = rest.windows(mark.len()).position(|window| window == mark)?;
    *rest = &rest[at + mark.len()..];
    Some(())
}

/// Returns whether tokens are one object, closed by the last token, with a `method` that is a
/// string; `None` if brackets stay open.
fn holds_event(tokens: &[Token]) -> Option<bool> {
    if tokens.first() != Some(&Token::Open('{')) {
        return Some(false);
    }
    let mut depth = 0_usize;
    let mut outer = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1 == tokens.len() && has_method(&outer));
        }
        // Of a value in brackets, only the closing bracket is kept.
        if depth == 1 {
            outer.push(token);
        }
    }
    None
}

/// Returns whether among the tokens of the outer object there is a name `method` before a string.
fn has_method(outer: &[&Token]) -> bool {
    (1..outer.len()).any(|index| {
        let is_name = *outer[index - 1] != Token::Colon
            && matches!(outer[index], Token::String(name) | Token::Word(name) if name == "method");
        let mut behind = outer[index + 1..].iter();
        let value = behind.find(|token| !matches!(token, Token::Colon | Token::Punctuation));
        is_name && value.is_some_and(|value| is_string(value))
    })
}

/// Returns whether a value is a string, or a word that can only be one.
fn is_string(value: &Token) -> bool {
    match value {
        Token::String(_) => true,
        Token::Word(word) => {
            let is_number = word.starts_with(|first: char| "+-.0123456789".contains(first));
            let words = ["true", "false", "null", "NaN", "Infinity"];
            !is_number && !words.contains(&&word[..])
        }
        _ => false,
    }
}
