//! Suggests known words for unknown ones: "did you mean".

/// The least similarity of a suggestion, from 0 to 1. One wrong letter in four is similar enough,
/// but half the letters are too many.
const MIN_SIMILARITY: f64 = 0.8;

/// The greatest length in bytes of a word for which something is suggested. Comparing a longer word
/// takes long, and no candidate is as long.
const MAX_LENGTH: usize = 128;

/// Returns the candidate that is most similar to a word, if one is similar enough. Ignores case. Of
/// several equally similar candidates, returns the first one.
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > MAX_LENGTH {
        return None;
    }
    let word = word.to_lowercase();
    let mut best = None;
    for candidate in candidates {
        // Jaro-Winkler gives weight to a common beginning, which ids of one topic share.
        let similarity = strsim::jaro_winkler(&word, &candidate.to_lowercase());
        if similarity > best.map_or(MIN_SIMILARITY, |(best, _)| best) {
            best = Some((similarity, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_most_similar_candidate_is_suggested() {
        let ids = ["sep-first-one-splits", "sep-loopback-alone", "size-4097"];
        for (word, expected) in [
            ("sep-first-one-split", Some("sep-first-one-splits")),
            ("SEP-LOOPBAK-ALONE", Some("sep-loopback-alone")),
            ("size-4079", Some("size-4097")),
            ("quote-event-inside", None),
            ("", None),
        ] {
            assert_eq!(closest(word, ids), expected, "{word}");
        }
        assert_eq!(closest("T77", ["T1", "T7", "J7"]), Some("T7"));
        assert_eq!(closest("x", []), None);
    }

    #[test]
    fn a_very_long_word_takes_no_time() {
        assert_eq!(closest(&"s".repeat(1 << 20), ["s"]), None);
    }
}
