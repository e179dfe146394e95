//! Objects that the API server serves.

use super::{
    Compiled, Error, emit,
    read::{File, Row},
};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for mut row in file.rows("objects")? {
        let (api, kind) = names(&row)?;
        let life = row.life(cover)?;
        rows.push(format!(
            "ObjectRow {{ name: {}, api: {}, kind: {}, since: {}, until: {} }},",
            emit::text(&row.name),
            emit::text(&api),
            emit::text(&kind),
            emit::minor(life.since),
            emit::maybe_minor(life.until),
        ));
        row.done()?;
    }
    file.done()?;
    Ok(emit::table("OBJECTS", "ObjectRow", cover, &rows))
}

fn names(row: &Row) -> Result<(String, String), Error> {
    let two = row.name.split_once(' ').filter(|(api, kind)| !api.is_empty() && !kind.is_empty());
    two.map(|(api, kind)| (api.to_owned(), kind.to_owned())).ok_or_else(|| row.error("the name is `apiVersion Kind`"))
}
