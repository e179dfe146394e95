//! Ends of support.

use super::{Compiled, emit, read::File};

pub(super) fn compile(mut file: File) -> Compiled {
    let mut code = "pub(super) static LIFECYCLES: &[Lifecycle] = &[\n".to_owned();
    for mut row in file.rows("lifecycles")? {
        let Some((program, release)) = row.name.split_once(' ') else {
            return Err(row.error("the name is `program release`"));
        };
        let names = format!("program: {}, release: {}", emit::text(program), emit::text(release));
        let end = row.need_text("end")?;
        let says = row.need_text("says")?;
        let end = until(&end).ok_or_else(|| row.error("`end` is a day, YEAR-MONTH-DAY, `over` or `open`"))?;
        code += &format!("Lifecycle {{ {names}, until: {end}, says: {} }},\n", emit::text(&says));
        row.done()?;
    }
    file.done()?;
    Ok(code + "];\n")
}

fn until(end: &str) -> Option<String> {
    match end {
        "over" => return Some("Until::Over".to_owned()),
        "open" => return Some("Until::Open".to_owned()),
        _ => {}
    }
    let numbers: Vec<Option<u16>> = end.split('-').map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [Some(year), Some(month @ 1..=12), Some(day @ 1..=31)] => Some(format!("Until::Day(\"{year:04}-{month:02}-{day:02}\")")),
        _ => None,
    }
}
