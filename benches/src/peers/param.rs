use event_datagram::ParamBuf;

/// A parameter that a decoder of the text dialect returns: borrowed, with its escapes.
#[derive(Clone, Copy, Debug)]
pub struct PeerParam<'a> {
    /// The name, if it has one.
    pub name: Option<&'a [u8]>,
    /// The value, without the quotes around it.
    pub value: &'a [u8],
    /// Whether the value was quoted, so that `\"` in it stands for `"`.
    pub is_quoted: bool,
}

impl PeerParam<'_> {
    /// Returns an owned copy, in which the escapes are replaced by what they stand for.
    pub fn to_owned(self) -> ParamBuf {
        let mut value = self.value.to_vec();
        if self.is_quoted {
            let escape =
                |at: &usize| self.value[*at] == b'\\' && self.value.get(at + 1) == Some(&b'"');
            let kept = (0..self.value.len()).filter(|at| !escape(at));
            value = kept.map(|at| self.value[at]).collect();
        }
        ParamBuf {
            name: self.name.map(<[u8]>::to_vec),
            value: value.into(),
        }
    }
}
