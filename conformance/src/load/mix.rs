use event_datagram::{EventBuf, ParamBuf};
use memchr::memmem;

use super::tag::{NUMBER_DIGITS, PARAM, Tag, write_number};
use crate::transport::Batch;
use crate::vectors::Dialect;

/// The datagrams of a test: events in turn, each written once for all, with a number in it that is new each time.
#[derive(Clone, Debug)]
pub struct Mix {
    forms: Vec<Form>,
}

/// A datagram, and where its number stands.
#[derive(Clone, Debug)]
struct Form {
    datagram: Vec<u8>,
    digits_at: usize,
}

/// An event that cannot be part of a test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MixError {
    /// There are none.
    #[error("there is no event to send")]
    Empty,
    /// It cannot be written, with its number.
    #[error("event {index}: {why}")]
    Unwritable {
        /// Which one, from 1.
        index: usize,
        /// Why not.
        why: String,
    },
    /// It is longer than the datagrams are to be.
    #[error(
        "event {index}: its datagram takes {least} bytes with its number, more than --size {size}"
    )]
    TooLong {
        /// Which one, from 1.
        index: usize,
        /// What it takes.
        least: usize,
        /// What was asked for.
        size: usize,
    },
}

/// The name of the parameter that makes datagrams as long as they are to be.
const PAD: &str = "evdg_pad";

impl Mix {
    /// Writes events as OpenSIPS would, each with the tag as its last parameter; with sizes, each in each of these, made
    /// longer by one more parameter.
    ///
    /// # Errors
    ///
    /// If there is no event, or one cannot be written so.
    pub fn new(
        dialect: Dialect,
        events: &[EventBuf],
        sizes: &[usize],
        tag: &Tag,
    ) -> Result<Self, MixError> {
        let mut forms = Vec::new();
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
                forms.push(Form::of(write(None).map_err(unwritable)?, tag).map_err(unwritable)?);
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
                forms.push(Form::of(padded, tag).map_err(unwritable)?);
            }
        }
        if forms.is_empty() {
            return Err(MixError::Empty);
        }
        Ok(Self { forms })
    }

    /// Adds a numbered datagram to a batch, if there is room for it. Tells whether there was.
    pub fn push(&self, number: u64, batch: &mut Batch) -> bool {
        let Form {
            datagram,
            digits_at,
        } = &self.forms[(number % self.forms.len() as u64) as usize];
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

    /// Gives the same datagrams with another test's tag.
    ///
    /// # Panics
    ///
    /// If they were made with another tag than the one that they are said to have.
    #[must_use]
    pub fn with_tag(&self, old: &Tag, new: &Tag) -> Self {
        let (old, new) = (old.value(0), new.value(0));
        let forms = self.forms.iter().map(|form| {
            let mut form = form.clone();
            let start = form.digits_at + NUMBER_DIGITS - new.len();
            let place = &mut form.datagram[start..][..new.len()];
            assert_eq!(place, old.as_bytes(), "the tag stands where its digits end");
            place.copy_from_slice(new.as_bytes());
            form
        });
        Self {
            forms: forms.collect(),
        }
    }

    /// Gives the length of each datagram that is sent in turn, in bytes.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.forms.iter().map(|form| form.datagram.len())
    }
}

impl Form {
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

/// Gives the events that are sent unless others are named: a short one and a long one that real servers raise.
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
        // Servers that speak it do not tell the domain.
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
    fn another_tag_takes_the_place_of_the_first() {
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
            // As long as it is by itself, without a parameter more.
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
    fn what_cannot_be_sent_is_told() {
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
