//! All shapes of built-in events, with the releases that send them and the vectors that have them.

use std::collections::{BTreeMap, BTreeSet};

use event_datagram_conformance::vectors::{Authority, Corpus, Expectation, Vector};

use super::capture::Capture;
use super::shape::Shape;

/// All shapes, captured or documented.
pub(super) struct Catalogue {
    pub(super) built_in: BTreeMap<Shape, Entry>,
    /// Shapes of events that servers send with the name of another event.
    pub(super) misnamed: BTreeMap<Shape, Entry>,
}

/// The captures and vectors of a shape.
#[derive(Default)]
pub(super) struct Entry {
    /// The releases whose captures contain the shape.
    pub(super) releases: BTreeSet<String>,
    /// The ids of the vectors of the shape.
    pub(super) vectors: Vec<String>,
    /// Whether the authority of all these vectors is documentation.
    pub(super) is_documented: bool,
}

impl Catalogue {
    pub(super) fn new(captures: &[Capture], corpus: &Corpus) -> Self {
        let mut catalogue = Self {
            built_in: BTreeMap::new(),
            misnamed: BTreeMap::new(),
        };
        for capture in captures {
            let shapes = if capture.is_misnamed() {
                &mut catalogue.misnamed
            } else {
                &mut catalogue.built_in
            };
            let entry = shapes.entry(capture.shape()).or_default();
            entry.releases.insert(capture.release.clone());
        }
        for vector in &corpus.vectors {
            if let Some(shape) = shape_of(vector) {
                let documented = vector.authority == Authority::Documented;
                let entry = match catalogue.misnamed.get_mut(&shape) {
                    Some(entry) => entry,
                    None => catalogue.built_in.entry(shape).or_default(),
                };
                entry.is_documented =
                    documented && (entry.vectors.is_empty() || entry.is_documented);
                entry.vectors.push(vector.id.clone());
            }
        }
        catalogue
    }
}

/// Returns the shape of a vector of a built-in event, by its preferred reading.
fn shape_of(vector: &Vector) -> Option<Shape> {
    let is_built_in = vector.topic == "real-events" || vector.topic.starts_with("built-in-");
    match vector.steps[0].expect.alternatives().first() {
        Some(Expectation::Event(event)) if is_built_in && event.name != b"E_TEST" => {
            Some(Shape::of(vector.dialect, event))
        }
        _ => None,
    }
}
