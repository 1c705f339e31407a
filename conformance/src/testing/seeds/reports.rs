use std::time::Duration;
use std::{fs, io};

use jiff::Timestamp;

use super::limit::MAX_SEED;
use crate::contract::Start;
use crate::diagnose::Diagnosis;
use crate::judge::Verdict;
use crate::observation::{Arrival, Observation, Report, ReportContent};
use crate::report::{
    Json, Machine, ReadySubject, Record, Recorder, ReportHeader, Reporter as _, RequirementTitle,
    RunContext, RunSettings, Suite, Summary, TestedSubject,
};
use crate::run::Outcome;
use crate::transport::SocketKind;
use crate::vectors::{Corpus, Vector};

/// Returns reports that each have a pass and a failure.
pub(in crate::testing) fn reports(corpus: &Corpus) -> Vec<Vec<u8>> {
    let vectors = corpus.vectors.iter().step_by(24);
    let reports = vectors.map(|vector| report(vector).expect("there is room for temporary files"));
    reports.filter(|it| it.len() <= MAX_SEED).collect()
}

fn report(vector: &Vector) -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("report.json");
    let title = RequirementTitle {
        id: vector.requirement.clone(),
        title: "what it asks for".into(),
        text: "Level: must.\n\nA listener reads it.\n".into(),
    };
    let header = ReportHeader {
        suite: Suite::of_this_crate(vec![title]),
        subject: TestedSubject::new("./listener --fast", "listener"),
        settings: RunSettings::default(),
        run: Some(RunContext {
            started: Timestamp::UNIX_EPOCH,
            machines: vec![Machine {
                system: "linux".into(),
                architecture: "x86_64".into(),
                processors: 2,
            }],
            dialects: vec![vector.dialect],
            command: Some("evdg test -- ./listener --fast".into()),
        }),
    };
    let mut json = Json::create(path.clone(), header)?;
    json.subject_ready(&ReadySubject {
        socket: SocketKind::Unix,
        dialects: vec![vector.dialect],
        start: Start::default(),
    });
    let mut summary = Summary::default();
    for verdict in [Verdict::Pass, Verdict::Fail] {
        let record = record(vector, verdict);
        summary.add(&record);
        json.add(&record);
    }
    json.finish(&summary, &Diagnosis::default())?;
    fs::read(&path)
}

fn record(vector: &Vector, verdict: Verdict) -> Record {
    let mut observation = Observation::default();
    observation.reports = vector
        .steps
        .iter()
        .map(|step| Report {
            raw: vector.dialect.report_line(&step.datagram),
            content: ReportContent::Unparsed,
            arrival: Arrival::InTime,
        })
        .collect();
    let outcome = Outcome {
        vector,
        socket: SocketKind::Unix,
        verdict,
        why: "why".into(),
        behaviour: None,
        observation,
        log: vec!["its log".into()],
        duration: Duration::from_micros(125),
        decides: true,
        instance: 0,
    };
    let recorder = Recorder {
        options: String::new(),
        is_attached: false,
        command: String::new(),
    };
    recorder.record(&outcome)
}
