//! `evdg explain`: requirements and vectors in full.

use event_datagram_conformance::vectors::Corpus;

use crate::evdg::run;

#[test]
fn a_requirement_is_printed_in_full_with_its_vectors() {
    let ran = run(&["explain", "t7"]).expect_status(0);
    for part in [
        "T7: a quoted value is read to its closing quote and unescaped\n\nLevel: must. Authority: \
         sender, documented.\n",
        "E_TEST\\np::\"v\\n\\nE_FAKE\\nip::6.6.6.6\\n\"\\n\\n",
        "Where no quote closes the value in this way, T10 may find one that does.\n",
        "  quote-event-inside  (must)\n",
        "  evdg test --filter T7 --dialect text -- COMMAND\n",
    ] {
        assert!(
            ran.stdout.contains(part),
            "expected: {part}\n{}",
            ran.stdout
        );
    }
    assert!(!ran.stdout.contains("### "), "{}", ran.stdout);
}

#[test]
fn a_vector_is_printed_with_its_bytes_and_the_command_that_runs_it() {
    let ran = run(&["explain", "SEP-first-one-splits"]).expect_status(0);
    for part in [
        "sep-first-one-splits\n  ",
        "requirement  T4: the first `::` ends the name\n",
        "datagram     E_TEST\\nkey::b::c\\n\\n\n",
        "hex          455f544553540a6b65793a3a623a3a630a0a\n",
        "expected     E_TEST key=\"b::c\"\n",
        "run it       evdg test --filter sep-first-one-splits --dialect text -- COMMAND\n",
    ] {
        assert!(
            ran.stdout.contains(part),
            "expected: {part}\n{}",
            ran.stdout
        );
    }
}

#[test]
fn everything_in_the_corpus_can_be_explained_on_short_lines() {
    let corpus = Corpus::embedded().expect("it is sound");
    let requirements = corpus.requirements.iter().map(|it| it.id.as_str());
    for id in requirements.chain(["size-65457", "rpc-odd-true", "state-bad-then-ten-good"]) {
        let ran = run(&["explain", id]).expect_status(0);
        let longest = ran.stdout.lines().map(|line| line.chars().count()).max();
        // Lines may exceed 100 characters because examples of the specification are not wrapped.
        assert!(longest <= Some(120), "{id}: {longest:?}");
    }
}

#[test]
fn an_unknown_id_gets_a_suggestion() {
    for (id, part) in [
        ("T99", "did you mean `T9`?"),
        (
            "sep-first-one-split",
            "did you mean `sep-first-one-splits`?",
        ),
        ("nothing like it", "`evdg vectors list` lists them"),
    ] {
        let ran = run(&["explain", id]).expect_status(2);
        assert_eq!(ran.stdout, "");
        ran.expect_stderr(part);
    }
}
