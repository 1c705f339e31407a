use std::{fmt, iter};

use event_datagram_oracle::faults::{Fault, FaultInstance, Parameter, ParameterKind};
use event_datagram_oracle::generate::{ByteSource, Generate, JsonRpcDatagram, TextDatagram};

use crate::contract::Start;
use crate::diagnose::Dictionary;
use crate::dialect::Dialect;
use crate::explore::Rules;
use crate::fence::FenceTemplate;
use crate::judge::Strictness;
use crate::vectors::{Expectation, Level, Vector};

/// An input of the diagnosis: a listener with faults, and the vectors that it is sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct DiagnosisCase {
    /// The vectors, all of one dialect, as the reference reads them.
    pub vectors: Vec<Vector>,
    /// The faults of the listener, in the order of injection.
    pub faults: Vec<FaultInstance>,
    /// The faults that the diagnosis knows: those of the listener, and some more. All faults would
    /// take a hundred times as long.
    pub known: Vec<&'static Fault>,
}

/// The most vectors of a case.
const MAX_VECTORS: usize = 4;
/// The most datagrams of a vector.
const MAX_DATAGRAMS: usize = 3;
/// The most faults of a listener.
const MAX_FAULTS: usize = 3;
/// How many faults the diagnosis knows around each fault of the listener.
const NEIGHBOURS: usize = 4;

impl Generate for DiagnosisCase {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        let dialect = source.choose(&[Dialect::Text, Dialect::JsonRpc]);
        let dictionary = Dictionary::default();
        let all = dictionary.of(dialect);
        let mut ranks = vec![source.below(all.len())];
        while ranks.len() < MAX_FAULTS && source.byte() >= 0xa0 {
            ranks.push(source.below(all.len()));
        }
        ranks.sort_unstable();
        ranks.dedup();
        let numbers: Vec<_> = ranks.iter().map(|_| source.byte()).collect();
        let mut vectors = vec![vector(source, dialect, 0)];
        while vectors.len() < MAX_VECTORS && source.byte() >= 0x60 {
            vectors.push(vector(source, dialect, vectors.len()));
        }
        let faults = ranks.iter().zip(numbers);
        let faults = faults.map(|(rank, number)| instance(all[*rank], number, &vectors));
        Self {
            faults: faults.collect(),
            known: neighbours(all, &ranks),
            vectors,
        }
    }
}

impl fmt::Debug for DiagnosisCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.iter().map(FaultInstance::sentence);
        let vectors = self.vectors.iter().map(|vector| &vector.steps);
        f.debug_struct("DiagnosisCase")
            .field("faults", &faults.collect::<Vec<_>>())
            .field("vectors", &vectors.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Returns the faults of these ranks, and those that stand around them.
fn neighbours(all: &[&'static Fault], ranks: &[usize]) -> Vec<&'static Fault> {
    let is_near = |rank: usize| ranks.iter().any(|one| one.abs_diff(rank) <= NEIGHBOURS);
    let near = (0..all.len()).filter(|rank| is_near(*rank));
    near.map(|rank| all[rank]).collect()
}

/// Returns a fault with a parameter that leaves fences as they are: one of the common numbers or a
/// small one, the names of events that some vectors expect, or the name of the fence's parameter.
fn instance(fault: &'static Fault, number: u8, vectors: &[Vector]) -> FaultInstance {
    let fence = FenceTemplate::default();
    let parameter = match fault.parameter() {
        ParameterKind::None => Parameter::None,
        ParameterKind::Number(common) => {
            let number = usize::from(number);
            Parameter::Number(common.get(number).copied().unwrap_or(number))
        }
        ParameterKind::EventNames => {
            let steps = vectors.iter().flat_map(|vector| &vector.steps);
            let expected = steps.filter_map(|step| match &step.expect {
                Expectation::Event(event) => Some(event.name.clone()),
                _ => None,
            });
            let some = expected.take(usize::from(number) % (MAX_VECTORS + 1));
            Parameter::Names(iter::once(fence.event_name().into()).chain(some).collect())
        }
        ParameterKind::ParamNames => Parameter::Names(vec![fence.tag_param().into()]),
    };
    FaultInstance { fault, parameter }
}

/// Returns a vector of one datagram or several.
fn vector(source: &mut ByteSource<'_>, dialect: Dialect, number: usize) -> Vector {
    let datagram = |source: &mut ByteSource<'_>| match dialect {
        Dialect::JsonRpc => JsonRpcDatagram::generate(source).0,
        _ => TextDatagram::generate(source).0,
    };
    let level = source.choose(&[Level::Must, Level::Should, Level::May]);
    let mut datagrams = vec![datagram(source)];
    while datagrams.len() < MAX_DATAGRAMS && source.byte() >= 0xa0 {
        datagrams.push(datagram(source));
    }
    let rules = Rules::new(dialect, Strictness::Must, &Start::default());
    let mut vector = rules.vector(format!("case-{number}"), datagrams);
    vector.level = level;
    vector
}
