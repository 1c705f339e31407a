use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::digits::Digits;

/// The source of the tags of all fences of a run. By default the tags depend on random numbers of
/// the system, so that no subject can guess a tag.
///
/// Clones share the counter of factories, so that no two factories of a run get the same key.
#[derive(Clone, Debug, Default)]
pub struct TagSource {
    seed: Option<u64>,
    /// The number of keys given out.
    keys: Arc<AtomicU64>,
}

/// The key from which one factory makes its tags.
#[derive(Debug)]
pub(super) enum TagKey {
    /// The keys of a hash, random and secret.
    Secret(RandomState),
    /// A seed, and the number of the factory.
    Seeded(u64, u64),
}

impl TagSource {
    /// Makes a source whose tags are the same for the same seed: the first factory of a run makes
    /// the tags that the first one of another run makes, and so on.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed: Some(seed),
            keys: Arc::default(),
        }
    }

    /// Returns the key of the next factory.
    pub(super) fn next_key(&self) -> TagKey {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        match self.seed {
            Some(seed) => TagKey::Seeded(seed, number),
            None => TagKey::Secret(RandomState::new()),
        }
    }
}

impl TagKey {
    /// Returns the digits that the key gives to a number.
    pub(super) fn digits(&self, number: u64) -> Digits {
        Digits::of(match self {
            Self::Secret(state) => state.hash_one(number),
            Self::Seeded(seed, factory) => {
                BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, factory, number))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fence::{FenceTemplate, Fences};

    /// Returns the first tags of the first two factories of a source.
    fn tags(source: &TagSource) -> [Vec<String>; 2] {
        [(); 2].map(|()| {
            let mut fences = Fences::new(FenceTemplate::default(), source);
            (0..100).map(|_| fences.next_fence().tag()).collect()
        })
    }

    #[test]
    fn a_seed_always_makes_the_same_tags() {
        let first = tags(&TagSource::seeded(7));
        assert_eq!(first, tags(&TagSource::seeded(7)));
        assert_ne!(first, tags(&TagSource::seeded(8)));
    }

    #[test]
    fn without_a_seed_no_two_sources_make_the_same_tags() {
        assert_ne!(tags(&TagSource::default()), tags(&TagSource::default()));
    }

    #[test]
    fn factories_of_a_source_have_tags_of_their_own() {
        for source in [TagSource::default(), TagSource::seeded(7)] {
            let [first, second] = tags(&source.clone());
            assert!(first.iter().all(|tag| !second.contains(tag)), "{source:?}");
            let [third, _] = tags(&source);
            assert!(first.iter().all(|tag| !third.contains(tag)), "{source:?}");
        }
    }
}
