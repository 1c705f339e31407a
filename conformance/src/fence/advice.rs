/// Returns advice for a subject that reported only events of these names, and probably drops all
/// other names. `None` if there are no names.
pub fn renaming_advice<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let names: Vec<_> = names.into_iter().collect();
    let first = names.first()?;
    let names = names.join(", ");
    Some(format!(
        "it never reported any event but {names}: `--event {first}` renames the corpus' test \
         event, `--fence '{first} param={{tag}}'` the fence"
    ))
}

/// Returns whether a name needs no quotes or escapes in a command line or a sentence.
pub fn is_plain_name(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    (1..=64).contains(&name.len()) && name.iter().all(is_plain)
}
