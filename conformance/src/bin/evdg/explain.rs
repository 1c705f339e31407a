//! `evdg explain`: a requirement or a vector in full.

use std::collections::BTreeSet;
use std::io::{self, Write};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::visible;
use event_datagram_conformance::evidence::{EvidenceLine, datagram_in_words, expectation_in_words};
use event_datagram_conformance::layout::{COLUMNS, ellipsized, wrapped};
use event_datagram_conformance::suggest::closest;
use event_datagram_conformance::vectors::{Corpus, Requirement, Vector};

use crate::args::ExplainArgs;
use crate::exit_status::{CommandResult, ExitStatus, Failure};
use crate::terminal::stdout;
use crate::vectors::corpus;

/// The columns of a label.
const LABELS: usize = 13;
/// The width to which datagrams and expectations are shortened, in characters.
const WIDTH: usize = 2 * (COLUMNS - LABELS);

/// Explains the requirement or the vector of an id, whose case does not matter.
pub(crate) fn run(args: &ExplainArgs) -> CommandResult {
    let corpus = corpus(&args.corpus)?;
    let (id, mut out) = (&args.id, stdout());
    let mut requirements = corpus.requirements.iter();
    if let Some(requirement) = requirements.find(|it| it.id.eq_ignore_ascii_case(id)) {
        explain_requirement(&corpus, requirement, &mut out)?;
        return Ok(ExitStatus::Success);
    }
    let mut vectors = corpus.vectors.iter();
    match vectors.find(|vector| vector.id.eq_ignore_ascii_case(id)) {
        Some(vector) => explain_vector(&corpus, vector, &mut out)?,
        None => return Err(unknown(&corpus, id)),
    }
    Ok(ExitStatus::Success)
}

fn explain_requirement(
    corpus: &Corpus,
    requirement: &Requirement,
    out: &mut impl Write,
) -> io::Result<()> {
    let Requirement { id, title, .. } = requirement;
    writeln!(out, "{id}: {title}\n")?;
    let text = corpus.text_of(requirement).unwrap_or_default();
    writeln!(out, "{text}\n")?;
    let vectors = corpus.vectors.iter();
    let vectors: Vec<_> = vectors.filter(|it| it.requirement == *id).collect();
    let dialects: BTreeSet<_> = vectors.iter().map(|vector| vector.dialect).collect();
    match vectors.len() {
        0 => return writeln!(out, "No vector tests it."),
        1 => writeln!(out, "1 vector tests it:")?,
        count => writeln!(out, "{count} vectors test it:")?,
    }
    for Vector {
        id, level, summary, ..
    } in vectors
    {
        writeln!(out, "  {id}  ({level})")?;
        for line in wrapped(summary, COLUMNS - 6) {
            writeln!(out, "      {line}")?;
        }
    }
    writeln!(out, "\n  evdg explain VECTOR\n  {}", command(id, &dialects))
}

fn explain_vector(corpus: &Corpus, vector: &Vector, out: &mut impl Write) -> io::Result<()> {
    let Vector {
        id,
        requirement,
        level,
        authority,
        dialect,
        ..
    } = vector;
    let title = corpus.requirement(requirement);
    let title = title.map_or("", |requirement| &requirement.title);
    writeln!(out, "{id}")?;
    for line in wrapped(&vector.summary, COLUMNS - 2) {
        writeln!(out, "  {line}")?;
    }
    let mut line = |label: &str, text: &str| {
        let mut label = label;
        for text in wrapped(text, COLUMNS - LABELS) {
            writeln!(out, "{label:LABELS$}{text}")?;
            label = "";
        }
        io::Result::Ok(())
    };
    line("requirement", &format!("{requirement}: {title}"))?;
    line("level", &format!("{level}; authority: {authority}"))?;
    line("dialect", dialect.as_str())?;
    if let Some(captured) = &vector.captured {
        let releases = visible(&captured.opensips.join(", "));
        line("sent by", &format!("OpenSIPS {releases}"))?;
    }
    if let Some(notes) = &vector.notes {
        line("notes", notes)?;
    }
    for step in &vector.steps {
        line(
            "datagram",
            &EvidenceLine::datagram("", &step.datagram).shortened(WIDTH),
        )?;
        let [_, hex] = datagram_in_words(&step.datagram);
        line("hex", &ellipsized(&hex, WIDTH))?;
        line(
            "expected",
            &ellipsized(&expectation_in_words(&step.expect), WIDTH),
        )?;
    }
    line("run it", &command(id, &BTreeSet::from([*dialect])))?;
    line("in full", &format!("evdg vectors show {id}"))?;
    line("why", &format!("evdg explain {requirement}"))
}

/// Returns the command that runs the vectors of these dialects that an id selects.
fn command(id: &str, dialects: &BTreeSet<Dialect>) -> String {
    let names: Vec<_> = dialects.iter().map(|dialect| dialect.as_str()).collect();
    let names = names.join(",");
    format!("evdg test --filter {id} --dialect {names} -- COMMAND")
}

fn unknown(corpus: &Corpus, id: &str) -> Failure {
    let requirements = corpus.requirements.iter().map(|it| it.id.as_str());
    let vectors = corpus.vectors.iter().map(|vector| vector.id.as_str());
    let advice = match closest(id, requirements.chain(vectors)) {
        Some(closest) => format!("did you mean `{closest}`?"),
        None => "`evdg vectors list` lists them".into(),
    };
    let error = anyhow::anyhow!("no requirement or vector has the id `{id}`; {advice}");
    Failure::new(ExitStatus::Usage, error)
}
