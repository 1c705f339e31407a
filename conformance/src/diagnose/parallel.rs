use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many items a thread takes at a time, at most.
const MAX_BATCH: usize = 4;
/// How many times each of the two threads takes items, at least, so that both have enough to do.
const MIN_BATCHES: usize = 4;

/// Maps items in two threads, and returns the results in the order of the items. The last ones are
/// mapped first: they may take longest, and the other thread should not have to wait for them.
pub(super) fn in_parallel<T: Sync, U: Send>(items: &[T], map: impl Fn(&T) -> U + Sync) -> Vec<U> {
    if items.len() < 2 {
        return items.iter().map(map).collect();
    }
    let size = (items.len() / (2 * MIN_BATCHES)).clamp(1, MAX_BATCH);
    let taken = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let before = taken.fetch_add(size, Ordering::Relaxed);
            let Some(end) = items.len().checked_sub(before).filter(|end| *end > 0) else {
                return done;
            };
            let batch = end.saturating_sub(size)..end;
            done.extend(batch.map(|at| (at, map(&items[at]))));
        }
    };
    let mut done = thread::scope(|scope| {
        // If no second thread can be started, this thread maps all items.
        let other = thread::Builder::new().spawn_scoped(scope, work);
        let mut done = work();
        if let Ok(other) = other {
            done.extend(other.join().expect("a model does not panic"));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<_> = (0..103).collect();
        let doubled: Vec<_> = items.iter().map(|item| item * 2).collect();
        assert_eq!(in_parallel(&items, |item| item * 2), doubled);
        assert!(in_parallel(&[], |item: &usize| *item).is_empty());
    }
}
