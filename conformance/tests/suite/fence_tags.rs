//! Tests of the tags of fences: a seed decides them, and without a seed a listener cannot guess
//! them.

use std::fs;
use std::path::Path;

use crate::evdg::run;
use crate::hostile_subjects::listener_with;

/// Runs `evdg ARGS -- COMMAND` on a listener that records the fences that it receives, and returns
/// their tags.
fn tags(args: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("fences");
    let keep = format!("if b'FENCE' in datagram: open({path:?}, 'ab').write(datagram)");
    let command = listener_with(&keep);
    let command = command.iter().map(String::as_str);
    let args = args.iter().copied().chain(["--"]).chain(command);
    run(&args.collect::<Vec<_>>()).expect_status(0);
    tags_of(&path)
}

fn tags_of(path: &Path) -> Vec<String> {
    let fences = fs::read_to_string(path).expect("there were fences");
    let tags = fences.lines().filter_map(|line| line.strip_prefix("tag::"));
    let tags: Vec<_> = tags.map(String::from).collect();
    assert!(tags.len() > 1, "{fences}");
    tags
}

/// Returns the number of tags in the common prefix of two runs. On a busy machine, a run may send
/// more fences, because it repeats some.
fn in_common(one: &[String], other: &[String]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}

#[track_caller]
fn a_seed_decides(args: &[&str]) {
    let seeded = |seed| tags(&[args, &["--seed", seed]].concat());
    let (first, again) = (seeded("7"), seeded("7"));
    assert_eq!(in_common(&first, &again), first.len().min(again.len()));
    assert_eq!(in_common(&first, &seeded("8")), 0);
    let (secret, other) = (tags(args), tags(args));
    assert!(!first.contains(&secret[0]) && !other.contains(&secret[0]));
}

#[test]
fn a_seed_decides_the_tags_of_a_test() {
    a_seed_decides(&["test", "--socket", "unix", "--filter", "sep-alone"]);
}

#[test]
fn a_seed_decides_the_tags_of_a_search() {
    a_seed_decides(&["fuzz", "--socket", "unix", "--cases", "20"]);
}
