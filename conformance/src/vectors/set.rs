use super::vector::Vector;

/// A requirement set: a frozen list of vectors, named by year and number, so that "conforms to
/// 2026.2" keeps its meaning as vectors are added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Set {
    /// The name of the set, such as `2026.2`.
    pub name: String,
    /// The text of the list in the corpus, with its comments.
    pub text: String,
    /// The vectors' ids, in alphabetical order.
    pub ids: Vec<String>,
}

impl Set {
    /// Returns whether a vector belongs to the set.
    pub fn contains(&self, vector: &Vector) -> bool {
        self.ids.binary_search(&vector.id).is_ok()
    }
}

/// Parses a list: one id per line, in alphabetical order. Empty lines and lines that begin with `#`
/// are skipped.
///
/// # Errors
///
/// If an id belongs to no vector, is out of order or is repeated. The message names the line.
pub(super) fn read(
    name: &str,
    text: &str,
    is_vector: impl Fn(&str) -> bool,
) -> Result<Set, String> {
    if !is_name(name) {
        return Err("its name is not a year and a number, such as 2026.2".into());
    }
    let mut ids = Vec::<String>::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        if !is_vector(line) {
            return Err(format!("line {number}: there is no vector `{line}`"));
        }
        match ids.last() {
            Some(last) if last == line => {
                return Err(format!("line {number}: `{line}` is listed twice"));
            }
            Some(last) if last.as_str() > line => {
                return Err(format!(
                    "line {number}: `{line}` comes before `{last}` in the alphabet"
                ));
            }
            _ => ids.push(line.into()),
        }
    }
    if ids.is_empty() {
        return Err("it lists no vector".into());
    }
    Ok(Set {
        name: name.into(),
        text: text.into(),
        ids,
    })
}

fn is_name(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('.')
        .is_some_and(|(year, count)| year.len() == 4 && number(year) && number(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Corpus;

    #[track_caller]
    fn is_refused(name: &str, text: &str, why: &str) {
        let corpus = Corpus::embedded().unwrap();
        let is_vector = |id: &str| corpus.vectors.iter().any(|vector| vector.id == id);
        assert_eq!(read(name, text, is_vector).unwrap_err(), why);
    }

    #[test]
    fn ids_stand_one_a_line_in_order() {
        let corpus = Corpus::embedded().unwrap();
        let set = read(
            "2031.12",
            "# why\n\nsep-lone-colon\nsep-one-named\n",
            |_| true,
        );
        let set = set.unwrap();
        assert_eq!(set.ids, ["sep-lone-colon", "sep-one-named"]);
        let inside = |vector: &&Vector| set.contains(vector);
        assert_eq!(corpus.vectors.iter().filter(inside).count(), 2);
    }

    #[test]
    fn errors_of_a_list_name_the_line() {
        is_refused(
            "2031.1",
            "sep-lone-colon\nnone\n",
            "line 2: there is no vector `none`",
        );
        is_refused(
            "2031.1",
            "# a\nsep-lone-colon\nsep-lone-colon\n",
            "line 3: `sep-lone-colon` is listed twice",
        );
        is_refused(
            "2031.1",
            "sep-one-named\nsep-lone-colon\n",
            "line 2: `sep-lone-colon` comes before `sep-one-named` in the alphabet",
        );
        is_refused(
            "2031.1",
            "sep-one-named \n",
            "line 1: there is no vector `sep-one-named `",
        );
        is_refused("2031.1", "# nothing\n", "it lists no vector");
        for name in ["latest", "2026", "2026.", "26.1", "2026.1a"] {
            is_refused(
                name,
                "sep-lone-colon\n",
                "its name is not a year and a number, such as 2026.2",
            );
        }
    }
}
