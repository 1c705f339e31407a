use std::time::Duration;

use super::stop::Stop;
use crate::fence::{FenceTemplate, Fences, TagSource};

/// The settings of every subject of a run.
#[derive(Clone, Debug)]
pub struct SubjectSettings {
    /// The longest time that the runner waits for an answer.
    pub timeout: Duration,
    /// The event that is sent as the fence.
    pub fence: FenceTemplate,
    /// The source of the fences' tags.
    pub tags: TagSource,
    /// The request that ends every wait.
    pub stop: Stop,
}

impl SubjectSettings {
    /// Returns a factory of fences. No other factory of the run makes the same tags.
    pub(crate) fn fences(&self) -> Fences {
        Fences::new(self.fence.clone(), &self.tags)
    }
}
