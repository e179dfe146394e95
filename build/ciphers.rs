//! Cipher suites.

use super::{Compiled, emit, read::File};

pub(super) fn compile(mut file: File) -> Compiled {
    let mut code = "pub(super) static CIPHERS: &[Cipher] = &[\n".to_owned();
    for mut row in file.rows("ciphers")? {
        let class = match row.need_text("class")?.as_str() {
            "dated" => "Dated",
            "insecure" => "Insecure",
            "modern" => "Modern",
            "tls13" => "Tls13",
            word => return Err(row.error(&format!("unknown class `{word}`"))),
        };
        let http2 = row.mark("http2")?;
        let alias = row.text("alias")?;
        code += &format!(
            "Cipher {{ name: {}, class: CipherClass::{class}, http2: {http2}, alias_of: {} }},\n",
            emit::text(&row.name),
            emit::maybe_text(alias.as_deref())
        );
        row.done()?;
    }
    file.done()?;
    Ok(code + "];\n")
}
