//! Tests of the colours of HTML pages: the contrast between text and background, in the light and
//! in the dark theme.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regex::Regex;

/// Returns the colours of a style sheet by name, for the light theme and for the dark one.
fn themes(file: &str) -> [BTreeMap<String, [f64; 3]>; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    let style = fs::read_to_string(path).expect("it is there");
    let (light, dark) = style
        .split_once("@media (prefers-color-scheme: dark)")
        .expect("there are two themes");
    let dark = dark.split_once("* {").expect("the colours come first").0;
    [light, dark].map(|theme| {
        let colour = Regex::new("--([a-z-]+): #([0-9a-f]{6}|[0-9a-f]{3});").expect("it is right");
        let colours = colour.captures_iter(theme).map(|found| {
            let digits = &found[2];
            let width = digits.len() / 3;
            let part = |at: usize| {
                let digits = &digits[at * width..][..width];
                let part = u8::from_str_radix(&digits.repeat(2 / width), 16);
                f64::from(part.expect("they are hexadecimal")) / 255.0
            };
            (found[1].to_owned(), [part(0), part(1), part(2)])
        });
        colours.collect()
    })
}

/// Returns the luminance of a colour, as WCAG defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        if part <= 0.03928 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[track_caller]
fn stand_out(file: &str, pairs: &[(&str, &[&str])]) {
    for (theme, colours) in ["light", "dark"].into_iter().zip(themes(file)) {
        for (text, behind) in pairs {
            for behind in *behind {
                let of = |name: &str| {
                    let colour = colours.get(name);
                    luminance(*colour.unwrap_or_else(|| panic!("{file}: no {name} in {theme}")))
                };
                let (text_light, behind_light) = (of(text), of(behind));
                let (least, most) = (text_light.min(behind_light), text_light.max(behind_light));
                let contrast = (most + 0.05) / (least + 0.05);
                assert!(
                    contrast >= 4.5,
                    "{file}, {theme}: {text} on {behind} has a contrast of {contrast:.2}"
                );
            }
        }
    }
}

#[test]
fn text_on_pages_of_results_stands_out() {
    let plain = &["paper", "card", "soft"][..];
    stand_out(
        "report/html/style.css",
        &[
            ("ink", plain),
            ("dim", plain),
            ("accent", plain),
            ("escape", plain),
            ("bad", &["paper", "card", "bad-soft"]),
            ("warn", &["paper", "card", "warn-soft"]),
            ("good", &["paper", "card", "good-soft"]),
            ("info", &["paper", "card", "info-soft"]),
            ("odd", &["paper", "card", "odd-soft"]),
            ("ink", &["mark-bad", "mark-good", "bad-soft", "good-soft"]),
            ("dim", &["bad-soft", "good-soft"]),
            ("escape", &["bad-soft", "good-soft"]),
        ],
    );
}

#[test]
fn text_on_the_page_of_a_load_test_stands_out() {
    let plain = &["paper", "card", "soft"][..];
    stand_out(
        "load/report/page.css",
        &[
            ("ink", plain),
            ("dim", plain),
            ("first", &["paper", "card"]),
            ("good", &["card"]),
            ("bad", &["card"]),
            ("odd", &["card"]),
        ],
    );
}
