use std::{fs, io};

use crate::contract::Start;
use crate::dialect;
use crate::judge::Verdict;
use crate::load::{self, Counts, Distribution, Host, Measurement, Moment, Moments, Run, Usage};
use crate::report::{
    Evidence, Head, Json, Record, Report, Settings, Started, Subject, Suite, Summary, Title,
};
use crate::subject::{Observation, Report as Reported, Says, SocketKind};
use crate::vectors::{Corpus, Dialect, Vector};

/// Reports of a pass and a failure each, as they are written.
pub(in crate::testing) fn reports(corpus: &Corpus) -> Vec<Vec<u8>> {
    let vectors = corpus.vectors.iter().step_by(24);
    let reports = vectors.map(|vector| report(vector).expect("there is room for temporary files"));
    reports.filter(|it| it.len() <= super::MAX_SEED).collect()
}

fn report(vector: &Vector) -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("report.json");
    let title = Title {
        id: vector.requirement.clone(),
        title: "what it asks for".into(),
    };
    let head = Head {
        suite: Suite::this(vec![title]),
        subject: Subject::new("./listener --fast", "listener"),
        settings: Settings::default(),
    };
    let mut json = Json::create(path.clone(), head)?;
    json.started(&Started {
        socket: SocketKind::Unix,
        dialects: vec![vector.dialect],
        start: Start::default(),
    });
    let mut summary = Summary::default();
    for verdict in [Verdict::Pass, Verdict::Fail] {
        let record = record(vector, verdict);
        summary.add(&record);
        json.take(&record);
    }
    json.finish(&summary)?;
    fs::read(&path)
}

fn record(vector: &Vector, verdict: Verdict) -> Record {
    let mut observation = Observation::default();
    observation.reports = vector
        .steps
        .iter()
        .map(|step| Reported {
            raw: dialect::report(vector.dialect, &step.datagram),
            says: Says::Unread,
            early: false,
        })
        .collect();
    let log = ["its own words".into()];
    let evidence = || Evidence::of(vector, "why", &observation, &log, "evdg test".into());
    Record {
        id: vector.id.clone(),
        requirement: vector.requirement.clone(),
        topic: vector.topic.clone(),
        level: vector.level,
        authority: vector.authority,
        dialect: vector.dialect,
        socket: SocketKind::Unix,
        verdict,
        decides: true,
        millis: 0.125,
        evidence: (verdict != Verdict::Pass).then(|| Box::new(evidence())),
    }
}

/// A report of a load test in which one datagram in ten was lost.
pub(in crate::testing) fn load_reports() -> Vec<Vec<u8>> {
    let mut times = load::histogram();
    (1..=90).for_each(|time| times.saturating_record(time * 1_000));
    let times = Distribution::of(&times);
    let measurement = Measurement {
        schedules: vec!["100".into()],
        rate: 100.0,
        planned_seconds: 1.0,
        seconds: 1.0,
        counts: Counts {
            planned: 100,
            sent: 100,
            accepted: 100,
            delivered: 90,
            lost: 10,
            dropped: Some(6),
            unreported: Some(4),
            ..Counts::default()
        },
        late: 1,
        late_for_room: 0,
        held_back: 2,
        blocked_seconds: 0.25,
        broken: Some("the listener died: exit status 1".into()),
        latency: times.clone(),
        raw_latency: times.clone(),
        lag: times,
        timeline: Some(Moments {
            width_seconds: 1.0,
            moments: vec![Moment {
                sent: 100,
                delivered: 90,
                p50_us: Some(45.0),
                p99_us: Some(90.0),
                max_us: Some(90.0),
            }],
        }),
        usage: vec![Usage::default()],
    };
    let mut report = load::Report::new("./listener".into(), "100 a second".into());
    report.hosts = vec![Host {
        name: None,
        system: "linux x86_64".into(),
        processors: 2,
    }];
    report.runs = vec![Run::measured(Dialect::Text, "udp".into(), measurement)];
    vec![serde_json::to_vec(&report).expect("it is an object")]
}
