use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use memchr::memmem;

use super::digits::Digits;
use super::template::FenceTemplate;
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;

/// One fence: an event with a tag that no other fence has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    pub(super) event: EventBuf,
    /// The digits of the tag that only this fence has.
    pub(super) own: Digits,
}

/// How a subject reads fences, without regard to the order of parameters: a listener that keeps
/// them in a hash table reports another order each time, and other vectors test the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FenceForm {
    /// As they were sent.
    Right,
    /// Otherwise: as this event with its parameters sorted, or as this line, with the tag blanked.
    Odd(Result<EventBuf, Vec<u8>>),
}

impl Fence {
    /// Makes a fence with this tag, which ends in `own`.
    pub(super) fn new(template: &FenceTemplate, tag: &str, own: Digits) -> Self {
        Self {
            event: template.event(tag),
            own,
        }
    }

    /// Returns the datagram.
    pub fn datagram(&self, dialect: Dialect) -> Vec<u8> {
        dialect.encode(&self.event).expect("a fence is short")
    }

    /// Returns the last digit of the tag.
    #[cfg(feature = "diagnosis")]
    pub(crate) fn last_digit(&self) -> Option<u8> {
        self.own.plain.bytes().last()
    }

    /// Returns how the subject read this fence, from the line that carries its tag, in a form that
    /// is the same for every fence that the subject treats alike.
    pub fn form(&self, line: &[u8]) -> FenceForm {
        match parse_line(line) {
            Some(Line::Event(event)) if self.is_right(&event) => FenceForm::Right,
            Some(Line::Event(mut event)) => {
                self.blank(&mut event.name);
                for param in &mut event.params {
                    if let Some(name) = &mut param.name {
                        self.blank(name);
                    }
                    if let ValueBuf::Bytes(value) = &mut param.value {
                        self.blank(value);
                    }
                }
                FenceForm::Odd(Ok(sorted(event)))
            }
            _ => {
                let mut line = line.to_vec();
                self.blank(&mut line);
                FenceForm::Odd(Err(line))
            }
        }
    }

    /// Returns whether an event is the one that was sent.
    fn is_right(&self, event: &EventBuf) -> bool {
        *event == self.event
            || event.params.len() == self.event.params.len()
                && sorted(event.clone()) == sorted(self.event.clone())
    }

    /// Returns the tag.
    #[cfg(test)]
    pub(super) fn tag(&self) -> String {
        let tag = self.event.params[0].as_param().value;
        let bytes = tag.as_bytes().expect("a tag is a string").to_vec();
        String::from_utf8(bytes).expect("a tag is ASCII")
    }

    /// Replaces the tag's own digits by `#`.
    fn blank(&self, bytes: &mut [u8]) {
        let digits = self.own.plain.as_bytes();
        while let Some(at) = memmem::find(bytes, digits) {
            bytes[at..at + digits.len()].fill(b'#');
        }
    }
}

/// Returns an event with its parameters in an order that only depends on what they are.
fn sorted(mut event: EventBuf) -> EventBuf {
    event
        .params
        .sort_by(|param, other| rank(param).cmp(&rank(other)));
    event
}

/// Returns what the place of a parameter depends on.
fn rank(param: &ParamBuf) -> impl Ord {
    let value = match &param.value {
        ValueBuf::Bytes(bytes) => (0, &bytes[..], 0),
        ValueBuf::Integer(integer) => (1, &b""[..], *integer),
        _ => (2, &b""[..], 0),
    };
    (param.name.as_deref(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "E_EVDG_FENCE";

    fn fence(number: u64) -> Fence {
        let own = Digits::of(number);
        Fence::new(&FenceTemplate::default(), &format!("t{}", own.plain), own)
    }

    #[test]
    fn forms_are_alike_for_fences_that_are_treated_alike() {
        let (first, second) = (fence(123_456_789), fence(7));
        let report = |fence: &Fence, name: &str| {
            format!(
                r#"{{"event":"{name}","params":[{{"name":"tag","value":"{}"}}]}}"#,
                fence.tag()
            )
            .into_bytes()
        };
        assert_eq!(first.form(&report(&first, NAME)), FenceForm::Right);
        assert_eq!(second.form(&report(&second, NAME)), FenceForm::Right);
        assert_ne!(
            first.form(&report(&first, "e_evdg_fence")),
            FenceForm::Right
        );
        assert_eq!(
            first.form(&report(&first, "odd")),
            second.form(&report(&second, "odd"))
        );
    }

    #[test]
    fn forms_do_not_depend_on_the_order_of_parameters() {
        let template: FenceTemplate = "E_A ip={tag} port=5060 x=y".parse().expect("it is valid");
        let own = Digits::of(7);
        let fence = Fence::new(&template, &format!("t{}", own.plain), own);
        let report = |params: [(&str, &str); 3]| {
            let param = |(name, value)| format!(r#"{{"name":"{name}","value":{value}}}"#);
            let params = params.map(param).join(",");
            fence.form(format!(r#"{{"event":"E_A","params":[{params}]}}"#).as_bytes())
        };
        let (tag, port, x) = (format!("\"{}\"", "t000000007"), "5060", r#""y""#);
        let right = report([("ip", &tag), ("port", port), ("x", x)]);
        assert_eq!(right, FenceForm::Right);
        assert_eq!(report([("x", x), ("ip", &tag), ("port", port)]), right);
        let odd = report([("ip", &tag), ("port", "\"5060\""), ("x", x)]);
        assert_ne!(odd, right);
        assert_eq!(report([("port", "\"5060\""), ("x", x), ("ip", &tag)]), odd);
        assert_ne!(report([("port", "\"5061\""), ("x", x), ("ip", &tag)]), odd);
    }
}
