//! Characters that nobody sees, or that make a reader see something else: no name and no value of a cluster needs one. Those without width
//! are Unicode's `Default_Ignorable_Code_Point`.

/// The first character of a text that is a control character, ends a line, turns the direction of writing or has no width.
#[must_use]
pub fn unseen(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}')
            || matches!(c, '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}')
            || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unseen_characters_are_found() {
        for c in ['\0', '\n', '\r', '\t', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']
        {
            assert_eq!(unseen(&format!("a{c}b")), Some(c));
        }
        for c in ['\u{ad}', '\u{34f}', '\u{115f}', '\u{180e}', '\u{3164}', '\u{fe0f}', '\u{e0041}'] {
            assert_eq!(unseen(&format!("a{c}b")), Some(c));
        }
        assert_eq!(unseen("a b-ß/\u{a0}é"), None);
    }
}
