//! Reads JSON with `serde_json`. The text has one character for each byte of the datagram: the
//! character whose number is the byte (Latin-1).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// J3, J9: returns the content of a JSON string. Returns `None` if the JSON is not a string, or if
/// the string has half of a surrogate pair.
pub(super) fn string(json: &RawValue) -> Option<Vec<u8>> {
    let inside = json.get().strip_prefix('"')?.strip_suffix('"')?;
    let mut content = Vec::new();
    let mut rest = inside;
    while let Some(first) = rest.chars().next() {
        let ascii = rest.find(|character: char| !character.is_ascii());
        if ascii == Some(0) {
            content.push(u8::try_from(u32::from(first)).ok()?);
            rest = &rest[first.len_utf8()..];
        } else {
            let (run, behind) = rest.split_at(ascii.unwrap_or(rest.len()));
            let text: String = serde_json::from_str(&format!("\"{run}\"")).ok()?;
            content.extend_from_slice(text.as_bytes());
            rest = behind;
        }
    }
    Some(content)
}

/// Lists the members of an object in order, duplicates included. A name with half of a surrogate
/// pair is `None`.
pub(super) fn members(json: &RawValue) -> Vec<(Option<Vec<u8>>, &RawValue)> {
    struct MemberList<'a>(Vec<(&'a RawValue, &'a RawValue)>);

    impl<'de> Deserialize<'de> for MemberList<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct MemberVisitor;

            impl<'de> Visitor<'de> for MemberVisitor {
                type Value = MemberList<'de>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<MemberList<'de>, A::Error> {
                    let mut members = Vec::new();
                    while let Some(member) = map.next_entry()? {
                        members.push(member);
                    }
                    Ok(MemberList(members))
                }
            }

            deserializer.deserialize_map(MemberVisitor)
        }
    }

    let members = serde_json::from_str(json.get()).unwrap_or(MemberList(Vec::new()));
    let named = |(name, value)| (string(name), value);
    members.0.into_iter().map(named).collect()
}

/// The greatest depth of brackets that every listener must read, the outermost object counted (J6):
/// that of the vector `rpc-member-unknown-nested-32`. RFC 8259 (section 9) lets a parser set a
/// limit, and those of common parsers are 64, 100, 128 and more.
pub(super) const MAX_READ_DEPTH: usize = 33;

/// Returns how deep the brackets of a JSON text nest.
pub(super) fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut characters = text.chars();
    let mut is_in_string = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => is_in_string = !is_in_string,
            '\\' => drop(characters.next()),
            '{' | '[' if !is_in_string => depth += 1,
            '}' | ']' if !is_in_string => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
