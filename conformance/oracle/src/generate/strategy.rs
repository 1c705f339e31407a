//! The proptest strategy of all cases: draws the bytes that a case is made from, and shrinks them.

use std::fmt;
use std::marker::PhantomData;

use proptest::collection::vec;
use proptest::num::u8::ANY;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::{ByteShrinker, ByteSource, Generate};

/// The most bytes that a case is made from.
const MAX_BYTES: usize = 256;

/// A strategy for cases of kind `C`.
pub struct CaseStrategy<C>(PhantomData<fn() -> C>);

impl<C> CaseStrategy<C> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Clone for CaseStrategy<C> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<C> fmt::Debug for CaseStrategy<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseStrategy")
    }
}

impl<C: Generate> Strategy for CaseStrategy<C> {
    type Tree = CaseTree<C>;
    type Value = C;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let bytes = vec(ANY, 0..=MAX_BYTES).new_tree(runner)?.current();
        Ok(CaseTree {
            current: bytes.clone(),
            shrinker: ByteShrinker::new(bytes),
            of: PhantomData,
        })
    }
}

/// A case of a [`CaseStrategy`], which shrinks.
pub struct CaseTree<C> {
    shrinker: ByteShrinker,
    current: Vec<u8>,
    of: PhantomData<fn() -> C>,
}

impl<C> CaseTree<C> {
    /// Moves on to the next candidate, or back to the best case if there is no candidate left.
    /// Returns whether there is a candidate.
    fn advance(&mut self) -> bool {
        match self.shrinker.candidate() {
            Some(candidate) => {
                self.current = candidate.to_vec();
                true
            }
            None => {
                self.current = self.shrinker.best().to_vec();
                false
            }
        }
    }
}

impl<C> fmt::Debug for CaseTree<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CaseTree").field(&self.current).finish()
    }
}

impl<C: Generate> ValueTree for CaseTree<C> {
    type Value = C;

    fn current(&self) -> C {
        C::generate(&mut ByteSource::new(&self.current))
    }

    /// Records that the current case fails.
    fn simplify(&mut self) -> bool {
        if self.current != self.shrinker.best() {
            self.shrinker.keep();
        }
        self.advance()
    }

    /// Records that the current case passes.
    fn complicate(&mut self) -> bool {
        self.advance()
    }
}
