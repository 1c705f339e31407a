//! Tests of the events that servers raise by themselves: every captured shape has a vector, and the
//! book's page lists the shapes.

mod capture;
mod catalogue;
mod page;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use event_datagram_conformance::vectors::Corpus;
use event_datagram_oracle::reference::Reading;
use snapbox::{Assert, Data};

use self::capture::Capture;
use self::catalogue::Catalogue;
use crate::evdg::run;

#[test]
fn captures_read_alike_and_encode_back() {
    for capture in Capture::all() {
        let Capture {
            id,
            file,
            dialect,
            datagram,
            ..
        } = &capture;
        let event = capture.event();
        assert_eq!(
            dialect.first_reading(datagram),
            Reading::Event(event.clone()),
            "{id} of {file}"
        );
        // Release 3.1.0 writes `"id":null`, but this encoder does not. The module `captures` tests
        // that release.
        if capture.release != "3.1.0" {
            let encoded = dialect
                .encode(&event)
                .expect("it is as long as the capture");
            assert_eq!(
                encoded.escape_ascii().to_string(),
                datagram.escape_ascii().to_string(),
                "{id} of {file}"
            );
        }
    }
}

/// The numbers of datagrams, events and shapes for each release. A shape distinguishes negative
/// integers from others, and quoted values from values of one line.
#[test]
fn the_files_of_built_in_events_are_complete() {
    let mut counts = BTreeMap::<_, (usize, BTreeSet<_>, BTreeSet<_>)>::new();
    for capture in Capture::all() {
        if capture.is_of_built_in_file() {
            let (datagrams, events, shapes) = counts.entry(capture.release.clone()).or_default();
            let shape = capture.shape();
            *datagrams += 1;
            events.insert(shape.event.clone());
            shapes.insert(shape);
        }
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(release, (datagrams, events, shapes))| {
            (&release[..], *datagrams, events.len(), shapes.len())
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("2.4.11", 55, 25, 33),
            ("3.4.18", 106, 45, 67),
            ("3.6.8", 118, 50, 74),
            ("4.0.1", 156, 60, 90),
        ]
    );
}

#[test]
fn every_captured_shape_has_a_vector() {
    let catalogue = catalogue();
    for (shape, entry) in catalogue.built_in.iter().chain(&catalogue.misnamed) {
        let Some(release) = entry.releases.first() else {
            continue;
        };
        assert!(
            !entry.vectors.is_empty(),
            "no vector has this shape of {release}: {} ({shape})",
            shape.event
        );
    }
}

#[test]
fn vectors_of_authority_sender_have_a_captured_shape() {
    let catalogue = catalogue();
    for (shape, entry) in &catalogue.built_in {
        assert_eq!(
            entry.releases.is_empty(),
            entry.is_documented,
            "{}: {} ({shape})",
            entry.vectors.join(", "),
            shape.event
        );
    }
}

/// The tables of the page are generated from the corpus; `SNAPSHOTS=overwrite` rewrites them.
#[test]
fn the_page_of_the_book_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/events.md");
    let current = std::fs::read_to_string(&path).expect("the page is in the book");
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(
            page::with_tables(&current, &catalogue()),
            Data::read_from(&path, None).raw(),
        );
}

#[test]
fn a_vector_is_shown_with_what_was_replaced_in_it() {
    let shown = |id| run(&["vectors", "show", id]).expect_status(0).stdout;
    assert!(shown("rpc-builtin-core-proc-auto-scale").contains("replaced     pid\n"));
    assert!(!shown("rpc-builtin-core-tcp-disconnect").contains("replaced"));
}

fn catalogue() -> Catalogue {
    let corpus = Corpus::embedded().expect("it is sound");
    Catalogue::new(&Capture::all(), &corpus)
}
