use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::visible;
use event_datagram_conformance::evidence::{datagram_in_words, expectation_in_words};
use event_datagram_conformance::output_folder::write_folder;
use event_datagram_conformance::vectors::{Corpus, Selection, Set, Vector, check, export};

use crate::args::{CorpusArgs, MemberArgs, SelectArgs, VectorsCommand};
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::signals::Signals;
use crate::terminal::{message, stdout};

pub(crate) fn run(command: &VectorsCommand, signals: &Signals) -> CommandResult {
    match command {
        VectorsCommand::List(args) => list(args),
        VectorsCommand::Show { patterns, source } => show(patterns, source),
        VectorsCommand::Export { folder, members } => export_members(folder, members, signals),
        VectorsCommand::Import(args) => crate::capture::run(args),
        VectorsCommand::Check { folder, source } => check_corpus(folder.as_deref(), source),
    }
}

/// Loads the corpus that the options name, or the embedded one. If the options name vector files,
/// their vectors replace those of the corpus.
pub(crate) fn corpus(source: &CorpusArgs) -> CommandResult<Corpus> {
    let corpus = match &source.corpus {
        Some(folder) => Corpus::load(folder),
        None => Corpus::embedded(),
    };
    let corpus = match &source.files[..] {
        [] => corpus,
        files => corpus.and_then(|corpus| corpus.with_vectors_of(files)),
    };
    corpus.or_exit(ExitStatus::Usage)
}

/// Returns the vectors that the options select.
pub(crate) fn select<'c>(
    corpus: &'c Corpus,
    args: &SelectArgs,
    dialects: &[Dialect],
) -> CommandResult<Vec<&'c Vector>> {
    let (filters, levels) = (args.filters.clone(), args.levels.clone());
    Selection {
        filters,
        levels,
        dialects: dialects.into(),
    }
    .of(corpus)
    .or_exit(ExitStatus::Nothing)
}

/// Returns the requirement set of a name.
pub(crate) fn set<'c>(corpus: &'c Corpus, name: &str) -> CommandResult<&'c Set> {
    corpus.set(name).ok_or_else(|| {
        let names: Vec<_> = corpus.sets.iter().map(|set| set.name.as_str()).collect();
        let names = names.join(", ");
        Failure::new(
            ExitStatus::Usage,
            anyhow::anyhow!("there is no requirement set `{name}`; sets: {names}"),
        )
    })
}

/// Returns the vectors that the options select, of a requirement set alone if one is given.
fn members<'c>(corpus: &'c Corpus, args: &MemberArgs) -> CommandResult<Vec<&'c Vector>> {
    let mut vectors = select(corpus, &args.select, &args.dialects)?;
    if let Some(name) = &args.set {
        let set = set(corpus, name)?;
        vectors.retain(|vector| set.contains(vector));
        if vectors.is_empty() {
            let error =
                anyhow::anyhow!("none of the vectors that fit is in the requirement set {name}");
            return Err(Failure::new(ExitStatus::Nothing, error));
        }
    }
    Ok(vectors)
}

fn list(args: &MemberArgs) -> CommandResult {
    let corpus = corpus(&args.select.source)?;
    let vectors = members(&corpus, args)?;
    let width = vectors
        .iter()
        .map(|vector| vector.id.len())
        .max()
        .unwrap_or_default();
    let mut out = stdout();
    for vector in vectors {
        let Vector {
            id,
            requirement,
            level,
            authority,
            summary,
            ..
        } = vector;
        writeln!(
            out,
            "{id:width$}  {requirement:<3}  {level:<6}  {authority:<10}  {summary}"
        )?;
    }
    Ok(ExitStatus::Success)
}

fn show(patterns: &[String], source: &CorpusArgs) -> CommandResult {
    let corpus = corpus(source)?;
    let selection = Selection {
        filters: patterns.into(),
        ..Selection::default()
    };
    let mut out = stdout();
    for (index, vector) in selection
        .of(&corpus)
        .or_exit(ExitStatus::Nothing)?
        .into_iter()
        .enumerate()
    {
        if index > 0 {
            writeln!(out)?;
        }
        let title = corpus
            .requirement(&vector.requirement)
            .map_or("", |requirement| &requirement.title);
        writeln!(out, "{}", vector.id)?;
        writeln!(out, "  {}", vector.summary)?;
        writeln!(
            out,
            "requirement  {} {}: {title}",
            vector.requirement, vector.level
        )?;
        writeln!(out, "authority    {}", vector.authority)?;
        if let Some(captured) = &vector.captured {
            writeln!(
                out,
                "captured     {}, OpenSIPS {}",
                visible(&captured.case),
                visible(&captured.opensips.join(", "))
            )?;
            if !captured.replaced.is_empty() {
                let replaced = visible(&captured.replaced.join(", "));
                writeln!(out, "replaced     {replaced}")?;
            }
        }
        if let Some(notes) = &vector.notes {
            writeln!(out, "notes        {notes}")?;
        }
        for step in &vector.steps {
            let [text, hex] = datagram_in_words(&step.datagram);
            writeln!(out, "datagram     {text}")?;
            writeln!(out, "hex          {hex}")?;
            writeln!(out, "expected     {}", expectation_in_words(&step.expect))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn export_members(folder: &Path, args: &MemberArgs, signals: &Signals) -> CommandResult {
    let corpus = corpus(&args.select.source)?;
    let vectors = members(&corpus, args)?;
    // An interruption must not leave an incomplete folder.
    signals.hold();
    write_folder(folder, &export(&corpus, &vectors))
        .or_exit_with(ExitStatus::Setup, "nothing was exported")?;
    signals.release();
    let (count, folder) = (vectors.len(), folder.display());
    message(format_args!(
        "{count} vector{} in {folder}",
        if count == 1 { "" } else { "s" }
    ));
    Ok(ExitStatus::Success)
}

fn check_corpus(folder: Option<&Path>, source: &CorpusArgs) -> CommandResult {
    let corpus = match folder {
        Some(folder) => Corpus::load(folder).or_exit(ExitStatus::Usage)?,
        None => corpus(source)?,
    };
    let found = check(&corpus);
    if !found.is_empty() {
        return Err(Failure::new(
            ExitStatus::Usage,
            anyhow::anyhow!("the corpus is not sound:\n{}", found.join("\n")),
        ));
    }
    let vectors = corpus.vectors.iter();
    let tested: HashSet<_> = vectors.map(|vector| vector.requirement.as_str()).collect();
    let sound = match (corpus.vectors.len(), tested.len()) {
        (1, _) => "1 vector is sound".into(),
        (vectors, 1) => format!("{vectors} vectors for 1 requirement are sound"),
        (vectors, tested) => format!("{vectors} vectors for {tested} requirements are sound"),
    };
    writeln!(stdout(), "{sound}")?;
    Ok(ExitStatus::Success)
}
