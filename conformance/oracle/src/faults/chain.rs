//! The steps of a listener, which faults change.
//!
//! A step is a chain of functions. Each fault adds a link in front, which gets the input and the
//! rest of the chain. A link that calls the rest combines with other faults of the same step; a
//! link that does not call it replaces the step. The fault that was injected last gets the input
//! first.

/// A step that consumes its input.
pub(super) struct Step<In, Out>(Box<dyn FnMut(In) -> Out>);

impl<In: 'static, Out: 'static> Step<In, Out> {
    pub(super) fn new(step: impl FnMut(In) -> Out + 'static) -> Self {
        Self(Box::new(step))
    }

    pub(super) fn call(&mut self, input: In) -> Out {
        (self.0)(input)
    }

    /// Adds a link in front.
    pub(super) fn link(
        &mut self,
        mut link: impl FnMut(In, &mut dyn FnMut(In) -> Out) -> Out + 'static,
    ) {
        let mut next = std::mem::replace(&mut self.0, Box::new(|_| unreachable!("it is replaced")));
        self.0 = Box::new(move |input| link(input, &mut next));
    }

    /// Adds a link that changes the output.
    pub(super) fn map(&mut self, mut change: impl FnMut(Out) -> Out + 'static) {
        self.link(move |input, next| change(next(input)));
    }
}

impl<In: 'static, Item: 'static> Step<In, Vec<Item>> {
    /// Adds a link that replaces each item of the output by any number of items.
    pub(super) fn flat_map(&mut self, mut change: impl FnMut(Item) -> Vec<Item> + 'static) {
        self.map(move |items| items.into_iter().flat_map(&mut change).collect());
    }
}

/// A step that borrows its input.
pub(super) struct StepRef<In: ?Sized, Out>(Box<dyn FnMut(&In) -> Out>);

impl<In: ?Sized + 'static, Out: 'static> StepRef<In, Out> {
    pub(super) fn new(step: impl FnMut(&In) -> Out + 'static) -> Self {
        Self(Box::new(step))
    }

    pub(super) fn call(&mut self, input: &In) -> Out {
        (self.0)(input)
    }

    /// Adds a link in front.
    pub(super) fn link(
        &mut self,
        mut link: impl FnMut(&In, &mut dyn FnMut(&In) -> Out) -> Out + 'static,
    ) {
        let mut next = std::mem::replace(&mut self.0, Box::new(|_| unreachable!("it is replaced")));
        self.0 = Box::new(move |input| link(input, &mut next));
    }

    /// Adds a link that changes the output.
    pub(super) fn map(&mut self, mut change: impl FnMut(Out) -> Out + 'static) {
        self.link(move |input, next| change(next(input)));
    }
}

/// A step that adds an item to a list.
pub(super) struct Store<Item>(Box<AddItem<Item>>);

/// Adds an item to those before it.
type AddItem<Item> = dyn FnMut(&mut Vec<Item>, Item);

/// The links of a [`Store`] after the current one.
pub(super) type NextStore<'n, Item> = &'n mut dyn FnMut(&mut Vec<Item>, Item);

impl<Item: 'static> Default for Store<Item> {
    fn default() -> Self {
        Self(Box::new(Vec::push))
    }
}

impl<Item: 'static> Store<Item> {
    pub(super) fn call(&mut self, items: &mut Vec<Item>, item: Item) {
        (self.0)(items, item);
    }

    /// Adds a link in front.
    pub(super) fn link(
        &mut self,
        mut link: impl FnMut(&mut Vec<Item>, Item, NextStore<'_, Item>) + 'static,
    ) {
        let mut next =
            std::mem::replace(&mut self.0, Box::new(|_, _| unreachable!("it is replaced")));
        self.0 = Box::new(move |items, item| link(items, item, &mut next));
    }
}
