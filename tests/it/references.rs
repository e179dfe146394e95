//! Generated references are fresh: the catalogue of controls, the list of errors, the command line.

use std::fmt::Write as _;

use harden::{base::Area, controls::CATALOGUE};

use crate::support::{compare_file, none, root};

#[test]
fn errors() {
    let mut text = String::from(
        "# Messages\n\nGenerated from the code: `HARDEN_BLESS=1 cargo test` rewrites it. `harden explain CODE` shows one.\n",
    );
    for entry in harden::codes::all() {
        let _ = write!(text, "\n## {}\n\n*{}* {}\n", entry.code, entry.severity.name(), entry.meaning);
    }
    none(&compare_file(&root().join("docs/errors.md"), &text));
}

#[test]
fn catalogue() {
    let mut text = String::from(
        "# Controls\n\nGenerated from the code: `HARDEN_BLESS=1 cargo test` rewrites it. `harden explain CONTROL` shows one.\n",
    );
    for area in Area::ALL {
        for control in CATALOGUE.iter().filter(|control| control.area == area) {
            let _ = write!(text, "\n## {}\n\n{}. Area {}, level {}.\n", control.id, control.title, area, control.level.name());
            for param in control.params {
                let _ = writeln!(text, "\n- `{}`: {}", param.name, param.about);
            }
            let ids: Vec<String> = harden::facts::benchmarks::conditional_ids(control.id, harden::facts::NEWEST)
                .iter()
                .map(|(id, when)| {
                    let only = when.map_or_else(String::new, |condition| format!(" (where {condition})"));
                    format!("{} {}{only}", id.benchmark, id.id)
                })
                .collect();
            if !ids.is_empty() {
                let _ = writeln!(text, "\nBenchmark: {}.", ids.join(", "));
            }
            let doc: String = control
                .doc
                .lines()
                .map(|line| format!("{}\n", line.replacen("# ", "### ", usize::from(line.starts_with("# ")))))
                .collect();
            let _ = write!(text, "\n{doc}\n### Impact\n\n{}", harden::controls::impact_text(control.id));
        }
    }
    none(&compare_file(&root().join("docs/controls.md"), &text));
}

#[test]
fn command_line() {
    let mut text = String::from("# Command line\n\nGenerated from the code: `HARDEN_BLESS=1 cargo test` rewrites it.\n");
    let mut command = harden::cli::command().term_width(100);
    command.build();
    help(&mut text, "harden", &mut command);
    none(&compare_file(&root().join("docs/cli.md"), &text));
}

fn help(text: &mut String, name: &str, command: &mut clap::Command) {
    let _ = write!(text, "\n## {name}\n\n```text\n{}\n```\n", command.render_long_help().to_string().trim_end());
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).filter(|sub| sub != "help").collect();
    for sub in names {
        if let Some(found) = command.find_subcommand_mut(&sub) {
            let mut found = found.clone().term_width(100);
            help(text, &format!("{name} {sub}"), &mut found);
        }
    }
}
