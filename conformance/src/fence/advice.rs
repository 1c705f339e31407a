/// Returns what to do about a subject that reported no events but those of these names, which it
/// seems to have been told of. `None` if there are none.
pub fn renaming_advice<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let names: Vec<_> = names.into_iter().collect();
    let first = names.first()?;
    let names = names.join(", ");
    Some(format!(
        "it never reported any event but {names}: `--event {first}` renames the corpus' test \
         event, `--fence '{first} param={{tag}}'` the fence"
    ))
}

/// Returns whether a name can stand in a command line and in a sentence as it is.
pub fn is_plain_name(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    (1..=64).contains(&name.len()) && name.iter().all(is_plain)
}
