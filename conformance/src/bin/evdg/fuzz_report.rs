//! Reports of `evdg fuzz` in files.

use std::io;
use std::path::Path;
use std::time::Duration;

use event_datagram_conformance::diagnose::Diagnosis;
use event_datagram_conformance::escape::{visible, visible_json};
use event_datagram_conformance::evidence::Evidence;
use event_datagram_conformance::explore::CauseFound;
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::output_file::write_atomically;
use event_datagram_conformance::report::{
    Format, Record, ReportHeader, RequirementTitle, RunSettings, Suite, Summary, TestedSubject,
};
use event_datagram_conformance::vectors::Corpus;
use serde_json::{Value, json};

use crate::args::CorpusArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::fuzz_output::FuzzOutput;
use crate::searched_socket::SearchedSocket;
use crate::values::ReportArg;
use crate::vectors::corpus;

/// The version of the JSON format. It is raised when readers of the old version would misread a
/// report.
const FORMAT_VERSION: u32 = 1;

/// Writes the reports of `--report`.
pub(crate) fn write_reports(
    output: &FuzzOutput<'_>,
    found: &[CauseFound],
    searched: &[SearchedSocket],
) -> CommandResult<()> {
    if output.args.reports.is_empty() {
        return Ok(());
    }
    let corpus = corpus(&CorpusArgs::default())?;
    for ReportArg { format, path } in &output.args.reports {
        let written = match format {
            Format::Json => write_json(path, output, found, searched),
            format => write_records(path, *format, &corpus, output, found, searched),
        };
        written.or_exit_with(ExitStatus::Setup, format!("report {}", path.display()))?;
    }
    Ok(())
}

/// Writes a report in a format of `evdg test`. Each cause is a result, and so is each socket over
/// which nothing was found.
fn write_records(
    path: &Path,
    format: Format,
    corpus: &Corpus,
    output: &FuzzOutput<'_>,
    found: &[CauseFound],
    searched: &[SearchedSocket],
) -> io::Result<()> {
    let mut reporter = format.create_reporter(path.into(), &header(corpus, output))?;
    let mut summary = Summary::default();
    summary.set_duration(duration(searched));
    for record in records(output, found, searched) {
        summary.add(&record);
        reporter.add(&record);
    }
    reporter.finish(&summary, &Diagnosis::default())
}

fn header(corpus: &Corpus, output: &FuzzOutput<'_>) -> ReportHeader {
    ReportHeader {
        suite: Suite::of_this_crate(RequirementTitle::all_of(corpus)),
        subject: TestedSubject::new(&output.subject.name, output.plan.subject.kind().as_str()),
        settings: RunSettings {
            strictness: output.plan.strictness,
            seed: Some(output.plan.seed),
            ..RunSettings::default()
        },
        run: Some(output.context.clone()),
    }
}

fn records(
    output: &FuzzOutput<'_>,
    found: &[CauseFound],
    searched: &[SearchedSocket],
) -> Vec<Record> {
    let mut records = Vec::new();
    for found in found {
        let finding = &found.finding;
        let verdict = if found.is_known {
            Verdict::Known
        } else {
            finding.verdict
        };
        let evidence = evidence(output, found);
        let (vector, socket) = (&finding.vector, finding.socket);
        records.push(Record::of_case(vector, socket, verdict, Some(evidence)));
    }
    for SearchedSocket { socket, statistics } in searched {
        let is_here = |found: &&CauseFound| !found.is_known && found.finding.socket == *socket;
        if statistics.cases > 0 && !found.iter().any(|found| is_here(&found)) {
            let nothing = output.vector_for_nothing_found();
            records.push(Record::of_case(&nothing, *socket, Verdict::Pass, None));
        }
    }
    records
}

fn evidence(output: &FuzzOutput<'_>, found: &CauseFound) -> Evidence {
    let finding = &found.finding;
    let mut vector = finding.vector.clone();
    vector.summary = visible(&found.cause.sentence);
    let replay = output.replay_command(finding);
    Evidence::of(
        &vector,
        &finding.why,
        &finding.observation,
        &finding.log,
        replay,
    )
}

fn write_json(
    path: &Path,
    output: &FuzzOutput<'_>,
    found: &[CauseFound],
    searched: &[SearchedSocket],
) -> io::Result<()> {
    let plan = output.plan;
    let (known, new): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.is_known);
    let findings = |found: &[&CauseFound]| -> Vec<Value> {
        found
            .iter()
            .map(|found| finding_json(output, found))
            .collect()
    };
    let cases: u64 = searched.iter().map(|it| it.statistics.cases).sum();
    let json = json!({
        "format_version": FORMAT_VERSION,
        "suite": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "subject": TestedSubject::new(&output.subject.name, plan.subject.kind().as_str()),
        "settings": {
            "dialect": plan.dialect,
            "seed": plan.seed,
            "strict": plan.strictness,
            "shard": { "index": plan.part.index, "count": plan.part.count },
        },
        "run": output.context.to_json(duration(searched)),
        "findings": findings(&new),
        "known": findings(&known),
        "sockets": searched.iter().map(socket_json).collect::<Vec<_>>(),
        "summary": {
            "findings": new.len(),
            "known": known.len(),
            "cases": cases,
            "complete": true,
        },
    });
    write_atomically(path, visible_json(&format!("{json:#}\n")).as_bytes())
}

fn duration(searched: &[SearchedSocket]) -> Duration {
    searched.iter().map(|it| it.statistics.elapsed).sum()
}

fn finding_json(output: &FuzzOutput<'_>, found: &CauseFound) -> Value {
    let (cause, finding) = (&found.cause, &found.finding);
    let evidence = serde_json::to_value(evidence(output, found)).expect("evidence is JSON");
    let list = |value: &Value| match value {
        Value::Array(_) => value.clone(),
        single => Value::Array(vec![single.clone()]),
    };
    let mut json = json!({
        "cause": visible(&cause.sentence),
        "fault": cause.fault,
        "also": cause.also,
        "verdict": finding.verdict,
        "requirement": cause.requirement,
        "why": evidence["why"],
        "socket": finding.socket,
        "cases": found.cases,
        "datagrams_hex": list(&evidence["sent_hex"]),
        "expected": list(&evidence["expected"]),
        "observed": evidence["observed"],
        "replay": evidence["replay"],
    });
    for member in ["misread_fence", "log"] {
        if !evidence[member].is_null() {
            json[member] = evidence[member].clone();
        }
    }
    json
}

fn socket_json(searched: &SearchedSocket) -> Value {
    let SearchedSocket { socket, statistics } = searched;
    let exercised = &statistics.exercised;
    let sizes = exercised.sizes.iter();
    json!({
        "socket": socket,
        "cases": statistics.cases,
        "datagrams": statistics.datagrams,
        "explained": statistics.explained,
        "predicted": statistics.predicted,
        "not_applicable": statistics.not_applicable,
        "advice": statistics.advice,
        "transient_timeouts": statistics.transient_timeouts,
        "starts": statistics.starts,
        "seconds": statistics.elapsed.as_secs_f64(),
        "exercised": {
            "features": exercised.features,
            "sizes": sizes.map(|(size, count)| json!({ "up_to": size, "datagrams": count }))
                .collect::<Vec<_>>(),
            "requirements": exercised.requirements,
            "faults_shown": exercised.faults_shown,
            "faults": exercised.faults,
        },
    })
}
