//! The header and this crate agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use event_datagram_oracle_c::c_interface::{CBuffer, CBytes, CEvent, CParam, codes};

const HEADER: &str = include_str!("../include/event_datagram_oracle.h");

#[test]
fn the_numbers_of_the_header_are_those_of_this_crate() {
    let constants = HEADER.lines().filter_map(|line| {
        let (name, rest) = line.trim().strip_prefix("EVDG_")?.split_once(" = ")?;
        let (number, _) = rest.split_once(',')?;
        Some((name, number.parse::<i64>().expect("it is a number")))
    });
    let expected = BTreeMap::from([
        ("TEXT", i64::from(codes::TEXT)),
        ("JSONRPC", codes::JSONRPC.into()),
        ("BYTES", codes::BYTES.into()),
        ("INTEGER", codes::INTEGER.into()),
        ("NULL", codes::NULL.into()),
        ("ADMISSIBLE", codes::ADMISSIBLE.into()),
        ("INADMISSIBLE", codes::INADMISSIBLE.into()),
        ("ADVISED_AGAINST", codes::ADVISED_AGAINST.into()),
        ("NO_REPORT", codes::NO_REPORT.into()),
        ("TOO_LONG", codes::TOO_LONG.into()),
        ("MISUSE", codes::MISUSE.into()),
        ("INTERNAL", codes::INTERNAL.into()),
    ]);
    assert_eq!(constants.collect::<BTreeMap<_, _>>(), expected);
}

/// Compiles assertions about every structure, and pointers to every function, as C and as C++.
#[test]
fn the_structures_of_the_header_are_laid_out_as_in_this_crate() {
    let mut source = String::from("#include \"event_datagram_oracle.h\"\n");
    let mut equals = |expression: &str, value: usize| {
        writeln!(source, "static_assert({expression} == {value}, \"\");").expect("a string grows");
    };
    equals("sizeof(evdg_bytes)", size_of::<CBytes>());
    equals("offsetof(evdg_bytes, size)", offset_of!(CBytes, size));
    equals("sizeof(evdg_param)", size_of::<CParam>());
    equals("offsetof(evdg_param, kind)", offset_of!(CParam, kind));
    equals("offsetof(evdg_param, name)", offset_of!(CParam, name));
    equals("offsetof(evdg_param, bytes)", offset_of!(CParam, bytes));
    equals("offsetof(evdg_param, integer)", offset_of!(CParam, integer));
    equals("sizeof(evdg_event)", size_of::<CEvent>());
    equals("offsetof(evdg_event, params)", offset_of!(CEvent, params));
    let count = offset_of!(CEvent, param_count);
    equals("offsetof(evdg_event, param_count)", count);
    equals("sizeof(evdg_buffer)", size_of::<CBuffer>());
    let capacity = offset_of!(CBuffer, capacity);
    equals("offsetof(evdg_buffer, capacity)", capacity);
    equals("offsetof(evdg_buffer, size)", offset_of!(CBuffer, size));
    source.push_str(
        "int32_t (*admits)(uint32_t, evdg_bytes, const evdg_event *, evdg_buffer *) = evdg_admits;
         int32_t (*line)(uint32_t, evdg_bytes, evdg_bytes, evdg_buffer *) = evdg_admits_line;
         int32_t (*encode)(uint32_t, const evdg_event *, evdg_buffer *, evdg_buffer *) = evdg_encode;
         int32_t (*generate)(uint32_t, evdg_bytes, evdg_buffer *) = evdg_generate;
         size_t (*mutate)(uint32_t, uint8_t *, size_t, size_t, uint32_t) = evdg_mutate;\n",
    );
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    for (compiler, file, prefix) in [
        ("cc", "header.c", "#include <assert.h>\n"),
        ("c++", "header.cc", ""),
    ] {
        let path = folder.path().join(file);
        std::fs::write(&path, format!("{prefix}{source}")).expect("the folder is writable");
        let mut command = Command::new(compiler);
        command.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]);
        match command.arg(&include).arg(&path).output() {
            Ok(output) => assert!(
                output.status.success(),
                "{compiler}: {}",
                String::from_utf8_lossy(&output.stderr)
            ),
            // Machines without a C compiler have other tests.
            Err(_) => eprintln!("skipped: {compiler} is not installed"),
        }
    }
}
