use std::time::Duration;

use super::stop::Stop;
use crate::fence::{FenceTemplate, Fences, TagSource};

/// The settings of every subject of a run.
#[derive(Clone, Debug)]
pub struct SubjectSettings {
    /// The longest time that the runner waits for an answer.
    pub timeout: Duration,
    /// What fences look like.
    pub fence: FenceTemplate,
    /// What decides the tags of fences.
    pub tags: TagSource,
    /// The request that ends every wait.
    pub stop: Stop,
}

impl SubjectSettings {
    /// Makes a factory of fences, whose tags no other of the run makes.
    pub(crate) fn fences(&self) -> Fences {
        Fences::new(self.fence.clone(), &self.tags)
    }
}
