use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that requests every wait to end. A signal handler can set it, for example. Clones share
/// the flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<StopState>);

#[derive(Debug, Default)]
struct StopState {
    is_requested: AtomicBool,
    parent: Option<Stop>,
}

impl Stop {
    /// Returns a child, which stops a part of the work. A request to this value stops the child,
    /// too, but a request to the child does not stop this value.
    pub fn child(&self) -> Self {
        Self(Arc::new(StopState {
            is_requested: AtomicBool::new(false),
            parent: Some(self.clone()),
        }))
    }

    /// Requests that every wait ends.
    pub fn request(&self) {
        self.0.is_requested.store(true, Ordering::Relaxed);
    }

    /// Returns whether somebody has requested to stop.
    pub fn is_requested(&self) -> bool {
        let parent = self.0.parent.as_ref();
        self.0.is_requested.load(Ordering::Relaxed) || parent.is_some_and(Self::is_requested)
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn a_request_reaches_children_and_no_parents() {
        let parent = Stop::default();
        let (child, other) = (parent.child(), parent.child());
        let grandchild = child.child();
        child.request();
        let requested = |stops: [&Stop; 4]| stops.map(Stop::is_requested);
        let stops = [&parent, &child, &other, &grandchild];
        assert_eq!(requested(stops), [false, true, false, true]);
        parent.request();
        assert_eq!(requested(stops), [true; 4]);
    }
}
