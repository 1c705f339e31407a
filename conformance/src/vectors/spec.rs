use std::collections::HashSet;

use super::vector::{Authority, Level};
use crate::escape::visible;

/// A numbered requirement of SPEC.md.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// The id, such as `T4`.
    pub id: String,
    /// The requirement in a few words.
    pub title: String,
    /// The level of the requirement.
    pub level: Level,
    /// The authorities of the requirement.
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
                return Err(format!("requirement {id} is listed twice"));
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
        None if requirements.is_empty() => Err("it holds no requirement".into()),
        None => Ok(requirements),
    }
}

/// Returns the text of SPEC.md below the heading of a requirement, up to the next heading.
pub(super) fn section<'t>(text: &'t str, requirement: &Requirement) -> Option<&'t str> {
    let mut lines = text.split_inclusive('\n');
    let mut start = 0;
    let is_heading = |line: &str| {
        let heading = line.strip_prefix("### ");
        let id = heading.and_then(|heading| heading.split_once(": "));
        id.is_some_and(|(id, _)| visible(id) == requirement.id)
    };
    loop {
        let line = lines.next()?;
        start += line.len();
        if is_heading(line) {
            break;
        }
    }
    let mut is_code = false;
    let length = lines.take_while(|line| {
        is_code ^= line.starts_with("```");
        is_code || !(line.starts_with("## ") || line.starts_with("### "))
    });
    let length: usize = length.map(str::len).sum();
    Some(text[start..][..length].trim_matches('\n'))
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
    fn a_section_ends_at_the_next_heading_outside_of_code() {
        let text = "### T1: a\nLevel: must. Authority: sender.\n\none\n```\n## code\n```\n\n## Next\ntwo\n";
        let requirements = read(text).expect("it is sound");
        let expected = "Level: must. Authority: sender.\n\none\n```\n## code\n```";
        assert_eq!(section(text, &requirements[0]), Some(expected));
        assert_eq!(section("# Spec\n", &requirements[0]), None);
    }

    #[test]
    fn missing_parts_are_errors() {
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
        assert_eq!(read("").unwrap_err(), "it holds no requirement");
    }
}
