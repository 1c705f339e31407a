use event_datagram::{EventBuf, ParamBuf};
use memchr::memmem;

use super::tag::{NUMBER_DIGITS, PARAM, Tag, write_number};
use crate::dialect::Dialect;
use crate::transport::Batch;

/// The datagrams of a trial: events in turn, each encoded once, with a number that is new each
/// time.
#[derive(Clone, Debug)]
pub struct Mix {
    templates: Vec<Template>,
}

/// A datagram, and the position of its number.
#[derive(Clone, Debug)]
struct Template {
    datagram: Vec<u8>,
    digits_at: usize,
}

/// Why events cannot be sent in a trial.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixError {
    /// There is no event.
    #[error("there is no event to send")]
    Empty,
    /// An event cannot be encoded with its number.
    #[error("event {index}: {why}")]
    Unwritable {
        /// The index of the event, from 1.
        index: usize,
        /// Why not.
        why: String,
    },
    /// An event is longer than the datagrams are to be.
    #[error(
        "event {index}: its datagram takes {least} bytes with its number, more than --size {size}"
    )]
    TooLong {
        /// The index of the event, from 1.
        index: usize,
        /// The shortest datagram that holds it, in bytes.
        least: usize,
        /// The length that was asked for.
        size: usize,
    },
}

/// The name of the parameter that pads datagrams.
const PAD: &str = "evdg_pad";

impl Mix {
    /// Encodes events as OpenSIPS would, each with the tag as its last parameter; with sizes, each
    /// in each of these, padded by one more parameter.
    ///
    /// # Errors
    ///
    /// If there is no event, or one cannot be encoded so.
    pub fn new(
        dialect: Dialect,
        events: &[EventBuf],
        sizes: &[usize],
        tag: &Tag,
    ) -> Result<Self, MixError> {
        let mut templates = Vec::new();
        for (index, event) in (1..).zip(events) {
            let unwritable = |why| MixError::Unwritable { index, why };
            let write = |pad: Option<usize>| {
                let mut event = event.clone();
                if let Some(length) = pad {
                    event.params.push(ParamBuf::named(PAD, vec![b'x'; length]));
                }
                event
                    .params
                    .push(ParamBuf::named(PARAM, tag.value(0).as_str()));
                dialect.encode(&event)
            };
            if sizes.is_empty() {
                templates
                    .push(Template::of(write(None).map_err(unwritable)?, tag).map_err(unwritable)?);
            }
            for size in sizes {
                let plain = write(None).map_err(unwritable)?;
                let padded = if plain.len() == *size {
                    plain
                } else {
                    let least = write(Some(0)).map_err(unwritable)?.len();
                    let Some(pad) = size.checked_sub(least) else {
                        return Err(MixError::TooLong {
                            index,
                            least,
                            size: *size,
                        });
                    };
                    write(Some(pad)).map_err(unwritable)?
                };
                templates.push(Template::of(padded, tag).map_err(unwritable)?);
            }
        }
        if templates.is_empty() {
            return Err(MixError::Empty);
        }
        Ok(Self { templates })
    }

    /// Adds a numbered datagram to a batch if it fits, and returns whether it did.
    pub fn push(&self, number: u64, batch: &mut Batch) -> bool {
        let Template {
            datagram,
            digits_at,
        } = &self.templates[(number % self.templates.len() as u64) as usize];
        !batch.is_full()
            && batch
                .push_with(|room| {
                    let room = room.get_mut(..datagram.len()).ok_or(())?;
                    room.copy_from_slice(datagram);
                    write_number(number, &mut room[*digits_at..]);
                    Ok::<_, ()>(datagram.len())
                })
                .is_ok()
    }

    /// Returns the same datagrams with the tag of another trial.
    ///
    /// # Panics
    ///
    /// If the datagrams do not carry `old`.
    #[must_use]
    pub fn with_tag(&self, old: &Tag, new: &Tag) -> Self {
        let (old, new) = (old.value(0), new.value(0));
        let templates = self.templates.iter().map(|template| {
            let mut template = template.clone();
            let start = template.digits_at + NUMBER_DIGITS - new.len();
            let place = &mut template.datagram[start..][..new.len()];
            assert_eq!(place, old.as_bytes(), "the datagrams carry the old tag");
            place.copy_from_slice(new.as_bytes());
            template
        });
        Self {
            templates: templates.collect(),
        }
    }

    /// Returns the length of each datagram that is sent in turn, in bytes.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.templates
            .iter()
            .map(|template| template.datagram.len())
    }
}

impl Template {
    fn of(datagram: Vec<u8>, tag: &Tag) -> Result<Self, String> {
        let value = tag.value(0);
        let places: Vec<_> = memmem::find_iter(&datagram, &value).collect();
        match places[..] {
            [at] => Ok(Self {
                digits_at: at + value.len() - NUMBER_DIGITS,
                datagram,
            }),
            _ => Err("its datagram does not hold its number once".into()),
        }
    }
}

/// Returns the events that are sent by default: a short one and a long one that real servers raise.
pub fn default_events(dialect: Dialect) -> Vec<EventBuf> {
    let pike = EventBuf::new("E_PIKE_BLOCKED", [ParamBuf::named("ip", "192.168.2.11")]);
    let text = |name: &str, value: &str| ParamBuf::named(name, value);
    let mut params = vec![
        text("domain", "location"),
        text("aor", "alice@example.com"),
        text("uri", "sip:alice@192.0.2.7:5060;transport=udp"),
        text("received", "sip:203.0.113.9:40112"),
        text("path", ""),
        ParamBuf::named("qval", -1),
        text("user_agent", "Example Phone 2.1"),
        text("socket", "udp:198.51.100.1:5060"),
        ParamBuf::named("bflags", 0),
        ParamBuf::named("expires", 1_795_382_160),
        text("callid", "843817637684230@998sdasdh09"),
        ParamBuf::named("cseq", 1826),
        ParamBuf::named("latency", 0),
    ];
    if dialect == Dialect::Text {
        // Servers that send this dialect leave the domain out.
        params.remove(0);
        params.insert(11, text("attr", ""));
    }
    vec![pike, EventBuf::new("E_UL_CONTACT_INSERT", params)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagrams(mix: &Mix, numbers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        let mut batch = Batch::new(64, 1 << 16);
        numbers.for_each(|number| assert!(mix.push(number, &mut batch)));
        (0..batch.len())
            .map(|index| batch.datagram(index).to_vec())
            .collect()
    }

    #[test]
    fn datagrams_are_those_of_the_encoder_with_their_number() {
        for dialect in Dialect::ALL {
            let (events, tag) = (default_events(*dialect), Tag::random());
            assert_eq!(events[1].params.len(), 13);
            let mix = Mix::new(*dialect, &events, &[], &tag).unwrap();
            for (number, datagram) in (0..).zip(datagrams(&mix, 0..20)) {
                let mut event = events[number as usize % 2].clone();
                event
                    .params
                    .push(ParamBuf::named(PARAM, tag.value(number).as_str()));
                assert_eq!(datagram, dialect.encode(&event).unwrap());
                assert_eq!(tag.number_in(&datagram), Some(number));
                assert_eq!(tag.number_in(&dialect.report_line(&datagram)), Some(number));
            }
        }
    }

    #[test]
    fn the_tag_can_be_replaced() {
        let (events, old, new) = (default_events(Dialect::Text), Tag::random(), Tag::random());
        let mix = Mix::new(Dialect::Text, &events, &[600], &old)
            .unwrap()
            .with_tag(&old, &new);
        let expected = Mix::new(Dialect::Text, &events, &[600], &new).unwrap();
        assert_eq!(datagrams(&mix, 5..9), datagrams(&expected, 5..9));
    }

    #[test]
    fn sizes_are_met_to_the_byte() {
        for dialect in Dialect::ALL {
            let (events, tag) = (default_events(*dialect), Tag::random());
            let mix = Mix::new(*dialect, &events[..1], &[200, 1400, 16_000], &tag).unwrap();
            let lengths: Vec<_> = datagrams(&mix, 0..4).iter().map(Vec::len).collect();
            assert_eq!(lengths, [200, 1400, 16_000, 200]);
            let error = Mix::new(*dialect, &events[..1], &[40], &tag).unwrap_err();
            assert!(
                matches!(
                    error,
                    MixError::TooLong {
                        index: 1,
                        size: 40,
                        ..
                    }
                ),
                "{error}"
            );
            // The length without padding needs no further parameter.
            let plain = Mix::new(*dialect, &events[..1], &[], &tag)
                .unwrap()
                .sizes()
                .next()
                .unwrap();
            let mix = Mix::new(*dialect, &events[..1], &[plain], &tag).unwrap();
            assert_eq!(mix.sizes().collect::<Vec<_>>(), [plain]);
        }
    }

    #[test]
    fn events_that_cannot_be_sent_are_refused() {
        let tag = Tag::random();
        assert_eq!(
            Mix::new(Dialect::Text, &[], &[], &tag).unwrap_err(),
            MixError::Empty
        );
        let long = EventBuf::new("E", [ParamBuf::unnamed(vec![b'x'; 70_000])]);
        let error = Mix::new(
            Dialect::Text,
            &[default_events(Dialect::Text).remove(0), long],
            &[],
            &tag,
        )
        .unwrap_err();
        assert!(
            error.to_string().starts_with("event 2: datagram would be"),
            "{error}"
        );
    }
}
