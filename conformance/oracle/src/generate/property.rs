//! The cases for proptest: how they are drawn, and how they shrink.

use std::fmt;
use std::marker::PhantomData;

use proptest::collection::vec;
use proptest::num::u8::ANY;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::{Generate, Shrink, Source};

/// So many bytes decide a case, at most.
const MOST_BYTES: usize = 256;

/// Draws the bytes that decide a case, and shrinks them.
pub struct Cases<C>(PhantomData<fn() -> C>);

impl<C> Cases<C> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Clone for Cases<C> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<C> fmt::Debug for Cases<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cases")
    }
}

impl<C: Generate> Strategy for Cases<C> {
    type Tree = Case<C>;
    type Value = C;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let decisions = vec(ANY, 0..=MOST_BYTES).new_tree(runner)?.current();
        Ok(Case {
            current: decisions.clone(),
            shrink: Shrink::new(decisions),
            of: PhantomData,
        })
    }
}

/// A case that shrinks.
pub struct Case<C> {
    shrink: Shrink,
    current: Vec<u8>,
    of: PhantomData<fn() -> C>,
}

impl<C> Case<C> {
    /// Goes on to what is to be tried next, or back to the best there is.
    fn advance(&mut self) -> bool {
        match self.shrink.candidate() {
            Some(candidate) => {
                self.current = candidate.to_vec();
                true
            }
            None => {
                self.current = self.shrink.best().to_vec();
                false
            }
        }
    }
}

impl<C> fmt::Debug for Case<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.current).finish()
    }
}

impl<C: Generate> ValueTree for Case<C> {
    type Value = C;

    fn current(&self) -> C {
        C::generate(&mut Source::new(&self.current))
    }

    /// What is current fails.
    fn simplify(&mut self) -> bool {
        if self.current != self.shrink.best() {
            self.shrink.keep();
        }
        self.advance()
    }

    /// What is current does not fail.
    fn complicate(&mut self) -> bool {
        self.advance()
    }
}
