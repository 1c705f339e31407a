//! The tables of the book's page on built-in events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use event_datagram_conformance::dialect::Dialect;

use super::catalogue::{Catalogue, Entry};
use super::shape::Shape;

/// The heading before the tables.
const FIRST_TABLE: &str = "## Events\n";

/// Returns the page with new tables. The text before the tables is kept.
///
/// # Panics
///
/// If the page has no tables.
pub(super) fn with_tables(page: &str, catalogue: &Catalogue) -> String {
    let end = page.find(FIRST_TABLE).expect("the page has tables");
    let mut page = page[..end].to_owned();
    events(catalogue, &mut page);
    for (dialect, heading) in [(Dialect::Text, "text"), (Dialect::JsonRpc, "JSON-RPC")] {
        let of_dialect = catalogue.built_in.iter();
        let of_dialect = of_dialect.filter(|(shape, _)| shape.dialect == dialect);
        shapes(&format!("Shapes in {heading}"), of_dialect, &mut page);
    }
    shapes("Misnamed events", &catalogue.misnamed, &mut page);
    page
}

/// Writes one line for each event and dialect.
fn events(catalogue: &Catalogue, page: &mut String) {
    let mut rows = BTreeMap::<_, (usize, BTreeSet<&str>, usize)>::new();
    for (shape, entry) in &catalogue.built_in {
        let (shapes, releases, vectors) = rows.entry((&shape.event, shape.dialect)).or_default();
        *shapes += 1;
        releases.extend(entry.releases.iter().map(|release| &release[..]));
        *vectors += entry.vectors.len();
    }
    page.push_str(FIRST_TABLE);
    page.push_str(
        "\n| event | dialect | shapes | releases | vectors |\n| --- | --- | --- | --- | --- |\n",
    );
    for ((event, dialect), (shapes, releases, vectors)) in rows {
        let releases = list_releases(releases);
        writeln!(
            page,
            "| {event} | {dialect} | {shapes} | {releases} | {vectors} |"
        )
        .expect("a string takes any text");
    }
}

/// Writes one line for each shape.
fn shapes<'c>(
    heading: &str,
    shapes: impl IntoIterator<Item = (&'c Shape, &'c Entry)>,
    page: &mut String,
) {
    write!(
        page,
        "\n## {heading}\n\n| event | parameters | releases | vectors |\n| --- | --- | --- | --- |\n"
    )
    .expect("a string takes any text");
    for (shape, entry) in shapes {
        let releases = list_releases(entry.releases.iter().map(|release| &release[..]));
        let vectors: Vec<_> = entry.vectors.iter().map(|id| format!("`{id}`")).collect();
        writeln!(
            page,
            "| {} | {shape} | {releases} | {} |",
            shape.event,
            vectors.join(", ")
        )
        .expect("a string takes any text");
    }
}

/// Lists releases, or says that the event is known from documentation alone.
fn list_releases<'r>(releases: impl IntoIterator<Item = &'r str>) -> String {
    let releases: Vec<_> = releases.into_iter().collect();
    if releases.is_empty() {
        "documented".into()
    } else {
        releases.join(", ")
    }
}
