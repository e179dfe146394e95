use std::sync::Arc;

use super::*;
use crate::base::FactId;

fn text(blocks: &[Block]) -> String {
    write(&["A head.".to_owned()], blocks, &Origin::shape(FactId("not-built-yet"))).text().to_owned()
}

#[test]
fn blocks_are_laid_out() {
    let other = Origin::shape(FactId("shapes-artifacts"));
    let block = Block::new("resource", &["aws_x", "y"])
        .say("Why it is here.")
        .set("name", Expr::text("a"))
        .set("for_each", Expr::map([("b".to_owned(), Expr::int(1)), ("aaa".to_owned(), Expr::bool(true))]))
        .set("a", Expr::list([Expr::text("x").with(&other)]))
        .set("zone_id", Expr::code("var.zone"))
        .block(Block::new("inner", &[]).set("x", Expr::call("jsonencode", [Expr::object([("k", Expr::text("v"))])])));
    let expected = "# A head.

# Why it is here.
resource \"aws_x\" \"y\" {
  a = [
    \"x\",
  ]
  for_each = {
    \"aaa\" = true
    \"b\"   = 1
  }
  name    = \"a\"
  zone_id = var.zone

  inner {
    x = jsonencode({
      k = \"v\"
    })
  }
}
";
    assert_eq!(text(std::slice::from_ref(&block)), expected);
    let lines = write(&[], &[block], &Origin::shape(FactId("not-built-yet")));
    let of_item = lines.iter().find(|(line, _)| line.contains("\"x\",")).map(|(_, origin)| Arc::clone(origin));
    assert_eq!(of_item.as_deref(), Some(&*other));
}

#[test]
fn texts_stay_texts() {
    let shown = |value: &str| {
        let whole = text(&[Block::new("a", &[]).set("x", Expr::text(value))]);
        whole.lines().find_map(|line| line.strip_prefix("  x = ")).map(str::to_owned).unwrap_or_default()
    };
    for (value, expected) in [
        ("${file(\"/etc/passwd\")}", r#""$${file(\"/etc/passwd\")}""#),
        ("%{ if true }", r#""%%{ if true }""#),
        ("$${x}", r#""\u0024$${x}""#),
        ("a\"\n}\nresource \"x\"", r#""a\"\n}\nresource \"x\"""#),
        ("100% of $5", r#""100% of $5""#),
        ("ß\u{202e}\u{1f600}", r#""\u00df\u202e\U0001f600""#),
        ("\\${x}", r#""\\$${x}""#),
    ] {
        assert_eq!(shown(value), expected);
    }
}

#[test]
fn a_comment_cannot_be_left() {
    let whole = text(&[Block::new("a", &[]).say("x\n} resource \"y\" {")]);
    assert!(whole.contains("# x\\u{a}} resource \"y\" {\n"), "{whole}");
}
