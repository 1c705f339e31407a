//! The README's examples do what they say.

#[test]
fn commands_print_what_they_say() {
    trycmd::TestCases::new()
        .default_bin_path(env!("CARGO_BIN_EXE_evdg"))
        .case("../README.md")
        .run();
}
