use std::collections::HashSet;

use super::vector::{Authority, Level};
use crate::escape::visible;

/// A numbered requirement of SPEC.md.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// Its number, such as `T4`.
    pub id: String,
    /// What it says, in a few words.
    pub title: String,
    /// How binding it is.
    pub level: Level,
    /// What it rests on.
    pub authorities: Vec<Authority>,
}

/// Parses the requirements of SPEC.md: a heading `### T4: title`, and below it, before any other
/// heading, a line `Level: must. Authority: documented, sender.`
pub(super) fn read(text: &str) -> Result<Vec<Requirement>, String> {
    let mut requirements = Vec::new();
    let mut ids = HashSet::new();
    let mut open = None;
    for line in text.lines() {
        if let Some((id, title)) = line
            .strip_prefix("### ")
            .and_then(|heading| heading.split_once(": "))
        {
            if let Some((id, _)) = open {
                return Err(format!(
                    "requirement {id} has no line `Level: …. Authority: ….`"
                ));
            }
            if !ids.insert(id) {
                return Err(format!("requirement {id} stands there twice"));
            }
            open = Some((id, title));
        } else if let Some(rest) = line.strip_prefix("Level: ")
            && let Some((id, title)) = open.take()
        {
            let (level, authorities) = grades(rest).ok_or_else(|| {
                format!("requirement {id}: `{line}` is not `Level: …. Authority: ….`")
            })?;
            requirements.push(Requirement {
                id: visible(id),
                title: visible(title),
                level,
                authorities,
            });
        }
    }
    match open {
        Some((id, _)) => Err(format!(
            "requirement {id} has no line `Level: …. Authority: ….`"
        )),
        None if requirements.is_empty() => Err("it names no requirement".into()),
        None => Ok(requirements),
    }
}

fn grades(text: &str) -> Option<(Level, Vec<Authority>)> {
    let (level, authority) = text
        .trim_end()
        .strip_suffix('.')?
        .split_once(". Authority: ")?;
    let authorities = authority.split(", ").map(Authority::named);
    Some((Level::named(level)?, authorities.collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_level_lines_make_requirements() {
        let text = "# Spec\n### T4: the first separator\n\nLevel: must. Authority: documented, sender.\nmore\n### Notes\n";
        let expected = Requirement {
            id: "T4".into(),
            title: "the first separator".into(),
            level: Level::Must,
            authorities: vec![Authority::Documented, Authority::Sender],
        };
        assert_eq!(read(text), Ok(vec![expected]));
    }

    #[test]
    fn gaps_are_told() {
        let missing = "### T1: a\n### T2: b\nLevel: must. Authority: sender.\n";
        assert_eq!(
            read(missing).unwrap_err(),
            "requirement T1 has no line `Level: …. Authority: ….`"
        );
        let odd = "### T1: a\nLevel: perhaps. Authority: sender.\n";
        assert!(
            read(odd)
                .unwrap_err()
                .starts_with("requirement T1: `Level: perhaps")
        );
        assert_eq!(read("").unwrap_err(), "it names no requirement");
    }
}
