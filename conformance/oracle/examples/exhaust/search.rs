use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::family::Family;

/// The number of strings that a thread takes at once.
const BATCH: u64 = 1 << 14;

/// Runs the laws of a family on every string, on all cores, and returns the number of cases.
///
/// # Errors
///
/// Returns a string for which a law does not hold. The panic message is on standard error.
pub(crate) fn every_string(family: &Family) -> Result<u64, Vec<u8>> {
    let base = family.symbols.len() as u64;
    let total: u64 = (0..=family.longest).map(|length| base.pow(length)).sum();
    let next = AtomicU64::new(0);
    let broken = Mutex::new(None);
    let work = || {
        let mut cases = 0;
        let mut string = Vec::new();
        loop {
            let first = next.fetch_add(BATCH, Ordering::Relaxed);
            if first >= total {
                return cases;
            }
            for number in first..total.min(first + BATCH) {
                string.clear();
                write(family, number, &mut string);
                match panic::catch_unwind(AssertUnwindSafe(|| (family.run)(&string))) {
                    Ok(count) => cases += count,
                    Err(_) => {
                        next.store(total, Ordering::Relaxed);
                        *broken.lock().expect("no thread panics with the lock") = Some(string);
                        return cases;
                    }
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, Into::into);
    let cases = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let counts = threads.into_iter().map(|thread| thread.join());
        counts.sum::<Result<u64, _>>().expect("no thread panics")
    });
    match broken.into_inner().expect("no thread panics") {
        None => Ok(cases),
        Some(string) => Err(string),
    }
}

/// Writes the string with this number. Shorter strings have lower numbers.
fn write(family: &Family, mut number: u64, string: &mut Vec<u8>) {
    let base = family.symbols.len() as u64;
    let mut length = 0;
    while number >= base.pow(length) {
        number -= base.pow(length);
        length += 1;
    }
    for _ in 0..length {
        string.extend_from_slice(family.symbols[(number % base) as usize]);
        number /= base;
    }
}
