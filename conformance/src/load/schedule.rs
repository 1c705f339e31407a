use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The rate over time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A constant rate, in datagrams per second: `5000`, `5k`.
    Constant(f64),
    /// Bursts at a constant interval: `burst:100/10ms`.
    Burst {
        /// The datagrams of a burst.
        count: u64,
        /// The interval from one burst to the next.
        every: Duration,
    },
    /// From one rate to another, linearly over the whole time: `ramp:1k-20k`.
    Ramp {
        /// The rate at the beginning.
        from: f64,
        /// The rate at the end.
        to: f64,
    },
    /// One rate for half of the period, then another: `square:1k-20k/500ms`.
    Square {
        /// The rate in the first half.
        low: f64,
        /// The rate in the second half.
        high: f64,
        /// The length of both halves together.
        period: Duration,
    },
}

/// When each datagram of a trial is due, whatever happens to those before it: an open loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    shape: Shape,
    duration: Duration,
    len: u64,
}

/// The highest rate, above what any machine sends.
pub const MAX_RATE: f64 = 1e8;
/// The longest run and the longest period of a rate: a day. Any clock can represent it.
pub const MAX_TIME: Duration = Duration::from_secs(86_400);
/// The most datagrams of a trial: few enough for a bit for each.
const MAX_LEN: f64 = 4e9;
/// The relative error of a count: more than the rounding errors of a few operations, and less than
/// one datagram of [`MAX_LEN`].
const EPSILON: f64 = 1e-12;

impl Shape {
    /// Returns the mean rate over a long time, in datagrams per second.
    pub fn mean_rate(&self) -> f64 {
        match *self {
            Self::Constant(rate) => rate,
            Self::Burst { count, every } => count as f64 / every.as_secs_f64(),
            Self::Ramp { from, to } => (from + to) / 2.0,
            Self::Square { low, high, .. } => (low + high) / 2.0,
        }
    }
}

impl Schedule {
    /// Makes a schedule.
    ///
    /// # Errors
    ///
    /// If it holds no datagram, or more than can be counted.
    pub fn new(shape: Shape, duration: Duration) -> Result<Self, ScheduleError> {
        let seconds = duration.as_secs_f64();
        let len = match shape {
            Shape::Constant(rate) => round_up(rate * seconds),
            Shape::Burst { count, every } => count as f64 * bursts(every, duration),
            Shape::Ramp { from, to } => round_down((from + to) / 2.0 * seconds),
            Shape::Square { low, high, period } => {
                let half = period.as_secs_f64() / 2.0;
                let whole = (seconds / (2.0 * half)).floor();
                let rest = seconds - whole * 2.0 * half;
                let in_rest = low * rest.min(half) + high * (rest - half).max(0.0);
                round_down(whole * half * (low + high) + in_rest)
            }
        };
        if len > MAX_LEN {
            return Err(ScheduleError::TooLong { shape, duration });
        }
        // NaN is no length, either.
        if !(1.0..=MAX_LEN).contains(&len) {
            return Err(ScheduleError::Empty { shape, duration });
        }
        Ok(Self {
            shape,
            duration,
            len: len as u64,
        })
    }

    /// Returns the number of datagrams.
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns how long the trial is.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns the shape of the rate.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns when a datagram is due, from the beginning of the trial.
    pub fn at(&self, index: u64) -> Duration {
        let nth = index as f64;
        let seconds = match self.shape {
            Shape::Constant(rate) => nth / rate,
            Shape::Burst { count, every } => {
                let bursts = u32::try_from(index / count).unwrap_or(u32::MAX);
                return every.saturating_mul(bursts);
            }
            Shape::Ramp { from, to } => {
                // After t, from*t + (to-from)*t*t/(2*duration) datagrams are due. Solved for t, in
                // the form that loses no digits where both rates are nearly equal.
                let slope = (to - from) / self.duration.as_secs_f64();
                let root = (from * from + 2.0 * slope * nth).max(0.0).sqrt();
                if nth == 0.0 {
                    0.0
                } else {
                    2.0 * nth / (from + root)
                }
            }
            Shape::Square { low, high, period } => {
                let half = period.as_secs_f64() / 2.0;
                let in_period = half * (low + high);
                let whole = (nth / in_period).floor();
                // Rounding may make it negative, and a low rate of 0 would turn that into infinity.
                let rest = (nth - whole * in_period).max(0.0);
                let in_low = half * low;
                let offset = if rest < in_low {
                    rest / low
                } else {
                    half + (rest - in_low) / high
                };
                whole * 2.0 * half + offset
            }
        };
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

/// Returns how many bursts begin within a time. Counts in whole nanoseconds: with floats, 8
/// intervals of 10 ms begin in 70 ms.
fn bursts(every: Duration, duration: Duration) -> f64 {
    match every.as_nanos() {
        0 => f64::INFINITY,
        every => duration.as_nanos().div_ceil(every) as f64,
    }
}

/// Rounds up, except for rounding errors: 100 per second for 1.1 s are 110.00000000000001.
fn round_up(count: f64) -> f64 {
    (count * (1.0 - EPSILON)).ceil()
}

/// Rounds down, except for rounding errors.
fn round_down(count: f64) -> f64 {
    (count * (1.0 + EPSILON)).floor()
}

/// Why a schedule cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// It would be empty.
    #[error("the rate {shape} gives no datagram in {duration:?}")]
    Empty {
        /// The shape of the rate.
        shape: Shape,
        /// How long the trial was to be.
        duration: Duration,
    },
    /// It would hold more datagrams than can be counted.
    #[error("the rate {shape} gives too many datagrams in {duration:?}")]
    TooLong {
        /// The shape of the rate.
        shape: Shape,
        /// How long the trial was to be.
        duration: Duration,
    },
}

/// Formats the notation that [`FromStr`] parses.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(rate) => write!(f, "{rate}"),
            Self::Burst { count, every } => write!(f, "burst:{count}/{every:?}"),
            Self::Ramp { from, to } => write!(f, "ramp:{from}-{to}"),
            Self::Square { low, high, period } => write!(f, "square:{low}-{high}/{period:?}"),
        }
    }
}

/// Parses `5000`, `5k`, `burst:COUNT/TIME`, `ramp:FROM-TO` or `square:LOW-HIGH/PERIOD`.
impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((kind, rest)) = text.split_once(':') else {
            return Ok(Self::Constant(positive(text)?));
        };
        let split = |text: &'_ str, by: char, form: &str| {
            let halves = text.split_once(by);
            halves
                .map(|(left, right)| (left.to_owned(), right.to_owned()))
                .ok_or_else(|| format!("expected {kind}:{form}"))
        };
        match kind {
            "burst" => {
                let (count, every) = split(rest, '/', "COUNT/TIME, such as burst:100/10ms")?;
                let number = positive(&count)?;
                if number.fract() != 0.0 {
                    return Err(format!("`{count}` is no whole number of datagrams"));
                }
                Ok(Self::Burst {
                    count: number as u64,
                    every: time(&every)?,
                })
            }
            "ramp" => {
                let (from, to) = split(rest, '-', "FROM-TO, such as ramp:1k-20k")?;
                let (from, to) = (rate(&from)?, rate(&to)?);
                if from + to == 0.0 {
                    return Err("a ramp from 0 to 0 sends nothing".into());
                }
                Ok(Self::Ramp { from, to })
            }
            "square" => {
                let form = "LOW-HIGH/PERIOD, such as square:1k-20k/500ms";
                let (rates, period) = split(rest, '/', form)?;
                let (low, high) = split(&rates, '-', form)?;
                Ok(Self::Square {
                    low: rate(&low)?,
                    high: positive(&high)?,
                    period: time(&period)?,
                })
            }
            _ => Err(format!(
                "`{kind}` is no shape of a rate: expected a number, burst:…, ramp:… or square:…"
            )),
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let (number, factor) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 1e3),
        Some(b'M') => (&text[..text.len() - 1], 1e6),
        _ => (text, 1.0),
    };
    let is_plain = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let rate = number
        .parse::<f64>()
        .ok()
        .filter(|_| is_plain)
        .map(|number| number * factor);
    rate.filter(|rate| (0.0..=MAX_RATE).contains(rate))
        .ok_or_else(|| {
            format!("`{text}` is no rate: expected datagrams a second, such as 500, 20k or 1.5M")
        })
}

fn positive(text: &str) -> Result<f64, String> {
    match rate(text)? {
        0.0 => Err("nothing is sent at 0 a second".into()),
        rate => Ok(rate),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("s", 1.0)];
    let parsed = units.into_iter().find_map(|(unit, factor)| {
        let number = text.strip_suffix(unit)?.parse::<f64>().ok()?;
        Duration::try_from_secs_f64(number * factor).ok()
    });
    parsed
        .filter(|time| !time.is_zero() && *time <= MAX_TIME)
        .ok_or_else(|| format!("`{text}` is no time: expected such as 10ms, 500us or 2s"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    fn shape() -> impl Strategy<Value = Shape> {
        let rate = || 1.0..1e6;
        let time = || (1_000..5_000_000_u64).prop_map(Duration::from_micros);
        prop_oneof![
            rate().prop_map(Shape::Constant),
            (1..1000_u64, time()).prop_map(|(count, every)| Shape::Burst { count, every }),
            (0.0..1e6, rate()).prop_map(|(from, to)| Shape::Ramp { from, to }),
            (rate(), 0.0..1e6).prop_map(|(from, to)| Shape::Ramp { from, to }),
            (0.0..1e6, rate(), time()).prop_map(|(low, high, period)| Shape::Square {
                low,
                high,
                period
            }),
        ]
    }

    fn schedule() -> impl Strategy<Value = Schedule> {
        let time = (1_000..60_000_000_u64).prop_map(Duration::from_micros);
        (shape(), time).prop_filter_map("the schedule is not empty", |(shape, time)| {
            Schedule::new(shape, time).ok()
        })
    }

    /// Returns how many datagrams are due until a time, by the definition of the shape.
    fn sent_after(schedule: &Schedule, seconds: f64) -> f64 {
        match schedule.shape {
            Shape::Constant(rate) => rate * seconds,
            Shape::Burst { count, every } => {
                count as f64 * ((seconds / every.as_secs_f64()).floor() + 1.0)
            }
            Shape::Ramp { from, to } => {
                from * seconds
                    + (to - from) * seconds * seconds / (2.0 * schedule.duration.as_secs_f64())
            }
            Shape::Square { low, high, period } => {
                // Half by half.
                let half = period.as_secs_f64() / 2.0;
                let (mut left, mut sent, mut is_high) = (seconds, 0.0, false);
                while left > 0.0 {
                    sent += if is_high { high } else { low } * left.min(half);
                    left -= half;
                    is_high = !is_high;
                }
                sent
            }
        }
    }

    proptest! {
        #[test]
        fn times_rise_and_stay_within_the_trial(
            schedule in schedule(),
            at in any::<Index>(),
        ) {
            let index = at.index(usize::try_from(schedule.len()).unwrap()) as u64;
            let slack = Duration::from_micros(1);
            prop_assert_eq!(schedule.at(0) <= schedule.duration(), true);
            prop_assert!(schedule.at(index) <= schedule.duration() + slack);
            if index + 1 < schedule.len() {
                let next = schedule.at(index + 1) + Duration::from_nanos(1);
                prop_assert!(schedule.at(index) <= next);
            }
        }

        #[test]
        fn a_datagram_is_due_when_all_before_it_are(
            schedule in schedule(),
            at in any::<Index>(),
        ) {
            let index = at.index(usize::try_from(schedule.len()).unwrap()) as u64;
            let seconds = schedule.at(index).as_secs_f64();
            match schedule.shape {
                Shape::Burst { count, .. } => {
                    // The whole burst is due at that time.
                    let sent = sent_after(&schedule, seconds + 1e-7);
                    prop_assert_eq!(sent as u64, (index / count + 1) * count);
                }
                _ => {
                    // Times are rounded to a nanosecond.
                    let sent = sent_after(&schedule, seconds);
                    let rate = schedule.shape.mean_rate().max(1.0);
                    let most = rate * 2.0 * 1e-8 + index as f64 * 1e-9 + 1e-3;
                    prop_assert!((sent - index as f64).abs() <= most, "{} at {}", sent, index);
                }
            }
        }

        #[test]
        fn notation_reads_back(shape in shape()) {
            prop_assert_eq!(shape.to_string().parse::<Shape>(), Ok(shape));
        }
    }

    #[test]
    fn known_schedules() {
        let of = |text: &str, millis| {
            Schedule::new(text.parse().unwrap(), Duration::from_millis(millis)).unwrap()
        };
        let times = |schedule: Schedule| -> Vec<_> {
            (0..schedule.len())
                .map(|index| schedule.at(index).as_millis())
                .collect()
        };
        assert_eq!(times(of("100", 50)), [0, 10, 20, 30, 40]);
        assert_eq!(times(of("0.1k", 50)), [0, 10, 20, 30, 40]);
        assert_eq!(
            times(of("burst:3/20ms", 50)),
            [0, 0, 0, 20, 20, 20, 40, 40, 40]
        );
        assert_eq!(
            times(of("square:100-200/40ms", 40)),
            [0, 10, 20, 25, 30, 35]
        );
        assert_eq!(times(of("square:0-100/40ms", 80)), [20, 30, 60, 70]);
        // The first quarter of a ramp from nothing takes half of the time.
        assert_eq!(of("ramp:0-1000", 1000).len(), 500);
        assert_eq!(of("ramp:0-1000", 1000).at(125).as_millis(), 500);
        assert_eq!(of("ramp:1000-0", 1000).at(375).as_millis(), 500);
    }

    #[test]
    fn counts_have_no_rounding_errors() {
        let len = |text: &str, millis| {
            let schedule =
                Schedule::new(text.parse().unwrap(), Duration::from_millis(millis)).unwrap();
            schedule.len()
        };
        assert_eq!(len("100", 1100), 110);
        assert_eq!(len("0.3", 1000), 1);
        for tens in 1..1000 {
            assert_eq!(len("100", 10 * tens), tens);
            assert_eq!(len("ramp:0-200", 10 * tens), tens);
            assert_eq!(len("square:0-200/10ms", 10 * tens), tens);
            assert_eq!(len("burst:10/10ms", 10 * tens), 10 * tens);
        }
        assert_eq!(len("burst:10/10ms", 71), 80);
    }

    #[test]
    fn a_pause_of_a_square_ends() {
        let shape = "square:0-1k/1.1ms".parse().unwrap();
        let schedule = Schedule::new(shape, Duration::from_secs(10)).unwrap();
        let latest = (0..schedule.len()).map(|index| schedule.at(index)).max();
        assert!(latest <= Some(Duration::from_secs(10)), "{latest:?}");
    }

    #[test]
    fn invalid_rates_are_refused() {
        for text in [
            "",
            "0",
            "-1",
            "1e3",
            "k",
            "nan",
            "inf",
            "5kk",
            "1e999",
            "200M",
            "burst:10",
            "burst:1.5/10ms",
            "burst:0/10ms",
            "burst:10/0ms",
            "burst:10/10",
            "ramp:1",
            "ramp:0-0",
            "square:1-2",
            "square:1-0/1s",
            "step:1",
            ":",
            "ramp:-1-5",
        ] {
            assert!(text.parse::<Shape>().is_err(), "{text:?}");
        }
        let error = Schedule::new(
            Shape::Ramp { from: 0.0, to: 1.0 },
            Duration::from_millis(10),
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "the rate ramp:0-1 gives no datagram in 10ms"
        );
        let error = Schedule::new(Shape::Constant(1e8), Duration::from_secs(3600)).unwrap_err();
        assert!(
            error.to_string().contains("gives too many datagrams"),
            "{error}"
        );
    }
}
