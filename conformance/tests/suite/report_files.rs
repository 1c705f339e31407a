//! Tests of the files of reports: no report of an earlier run stays, and no file gets two reports.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::evdg::run;

/// Returns the report argument of a file.
fn json(path: &Path) -> String {
    format!("json={}", path.display())
}

/// Runs a command with the path of an old report, as a file and as a link to one, and checks that
/// the old report is gone.
#[track_caller]
fn removes_stale_report(status: i32, args: &[&str]) {
    let folder = tempfile::tempdir().expect("there is room");
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    symlink("target", &link).expect("there is room");
    for path in [&file, &link] {
        fs::write(path, "of an earlier run").expect("there is room");
        // The command of the subject must come last.
        let end = args
            .iter()
            .position(|arg| *arg == "--")
            .unwrap_or(args.len());
        let report = json(path);
        let args = [&args[..end], &["--report", &report], &args[end..]].concat();
        run(&args).expect_status(status);
        assert!(!path.exists(), "{args:?}: {}", path.display());
    }
    assert!(link.is_symlink(), "the link is the user's");
}

#[test]
fn no_report_of_an_earlier_run_stays_whatever_the_status() {
    removes_stale_report(4, &["test", "--filter", "no-such-vector"]);
    removes_stale_report(4, &["test", "--filter", "T1", "--level", "may"]);
    removes_stale_report(4, &["test", "--filter", "sep-alone", "--shard", "2/2"]);
    removes_stale_report(2, &["test", "--known", "/no/such/list"]);
    removes_stale_report(2, &["test", "--corpus", "/no/such/corpus"]);
    removes_stale_report(2, &["test", "--set", "1.1"]);
    removes_stale_report(3, &["test", "--", "/no/such/program"]);
    removes_stale_report(2, &["merge", "/no/such/report"]);
    removes_stale_report(2, &["bench", "--merge", "/no/such/report"]);
    removes_stale_report(2, &["bench", "--sink", "--events", "/no/such/file"]);
    removes_stale_report(3, &["bench", "--", "/no/such/program"]);
}

#[test]
fn a_comparison_of_an_earlier_run_does_not_stay() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("page");
    fs::write(&path, "of an earlier run").expect("there is room");
    let report = format!("html={}", path.display());
    run(&["compare", "/no/one", "/no/other", "--report", &report]).expect_status(2);
    assert!(!path.exists());
}

#[test]
fn a_report_behind_a_link_is_written_where_it_leads() {
    let folder = tempfile::tempdir().expect("there is room");
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    symlink("target", &link).expect("there is room");
    for _ in 0..2 {
        let args = [
            "test",
            "--parser",
            "--filter",
            "sep-alone",
            "--report",
            &json(&link),
        ];
        run(&args).expect_status(0);
        assert!(link.is_symlink() && target.is_file());
    }
    let names = fs::read_dir(folder.path()).expect("it is there");
    assert_eq!(names.count(), 2, "nothing else is left");
}

#[test]
fn a_report_may_go_to_standard_output() {
    let folder = tempfile::tempdir().expect("there is room");
    let (pipe, file) = (folder.path().join("pipe"), folder.path().join("file"));
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let command = format!(
        "{evdg} test --parser --filter sep-alone --report tap=/dev/stdout | cat > '{}'; \
         {evdg} test --parser --filter sep-alone --report tap=/dev/stdout >> '{}'",
        pipe.display(),
        file.display()
    );
    let status = Command::new("sh").args(["-c", &command]).status();
    assert!(status.expect("sh runs").success());
    for path in [&pipe, &file] {
        let text = fs::read_to_string(path).expect("it is there");
        assert!(text.contains("conforms in 1 test"), "{text}");
    }
    let text = fs::read_to_string(pipe).expect("it is there");
    assert!(text.contains("ok 1 - T5 sep-alone"), "{text}");
}

#[test]
fn paths_that_are_one_file_are_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("folder")).expect("there is room");
    symlink(".", path("here")).expect("there is room");
    fs::write(path("file"), "").expect("there is room");
    fs::hard_link(path("file"), path("hard")).expect("there is room");
    symlink("file", path("soft")).expect("there is room");
    symlink("soft", path("softer")).expect("there is room");
    // A link to a file that does not exist yet.
    symlink("new", path("dangling")).expect("there is room");
    for (one, other) in [
        ("file", "file"),
        ("file", "folder/../file"),
        ("file", "here/file"),
        ("file", "hard"),
        ("file", "soft"),
        ("file", "softer"),
        ("hard", "softer"),
        ("new", "new"),
        ("new", "here/new"),
        ("new", "dangling"),
    ] {
        let (one, other) = (json(&path(one)), format!("tap={}", path(other).display()));
        let args = ["test", "--parser", "--filter", "sep-alone"];
        run(&[&args[..], &["--report", &one, "--report", &other]].concat())
            .expect_status(2)
            .expect_stderr(": another report goes to the same file");
    }
    assert!(
        path("file").exists(),
        "nothing is removed before all is known to be right"
    );
    for other in ["file", "soft", "hard", "here/file"] {
        let (file, report) = (path("file").display().to_string(), json(&path(other)));
        let html = format!("html={}", path(other).display());
        for args in [
            &["test", "--parser", "--known", &file, "--report", &report][..],
            &["merge", &file, "--report", &report],
            &["compare", &file, &file, "--report", &html],
            &["bench", "--merge", &file, "--report", &report],
            &["bench", "--sink", "--events", &file, "--report", &report],
        ] {
            run(args)
                .expect_status(2)
                .expect_stderr(": this run reads the file, too");
        }
    }
    assert!(path("file").exists());
}

#[test]
fn a_report_above_the_limit_on_the_size_of_files_is_an_error() {
    let folder = tempfile::tempdir().expect("there is room");
    let report = folder.path().join("report.json");
    let evdg = env!("CARGO_BIN_EXE_evdg");
    let options = json(&report);
    let command =
        format!("ulimit -f 0; exec {evdg} test --filter sep-alone --report {options} 2>&1");
    let ran = Command::new("sh").args(["-c", &command]).output();
    let ran = ran.expect("a shell is there");
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(3), "{printed}");
    let message = format!("evdg: report {}: ", report.display());
    assert!(printed.contains(&message), "{printed}");
    assert!(!report.exists());
}
