//! HTML as the text that a person reads: tags dropped, blocks on lines of their own, entities decoded.
//! No document tree, no styles; one pass.

use memchr::memmem;

/// Converts HTML, for no more than about `cap` octets of text.
pub(super) fn text(html: &str, cap: usize) -> String {
    let mut out = Text { text: String::with_capacity(html.len().min(cap) / 2), blank: true };
    let mut rest = html;
    while !rest.is_empty() && out.text.len() < cap {
        let Some(open) = memchr::memchr(b'<', rest.as_bytes()) else {
            out.words(rest);
            break;
        };
        out.words(&rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = memmem::find(comment.as_bytes(), b"-->").map(|p| p + 3);
            rest = end.map_or("", |end| &comment[end..]);
            continue;
        }
        let tag =
            matches!(rest.as_bytes().get(1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?'));
        if !tag {
            out.words("<");
            rest = &rest[1..];
            continue;
        }
        let Some(end) = memchr::memchr(b'>', rest.as_bytes()) else {
            // A tag that is cut off at the end of a truncated text.
            break;
        };
        let inner = &rest[1..end];
        // "<a@b.example>" in HTML that was made from plain text without escaping.
        if inner.contains('@') && !inner.contains([' ', '=', '/']) {
            out.words(&rest[..=end]);
            rest = &rest[end + 1..];
            continue;
        }
        rest = &rest[end + 1..];
        let closing = inner.starts_with('/');
        let name: String = inner
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(12)
            .collect::<String>()
            .to_ascii_lowercase();
        match name.as_str() {
            "script" | "style" | "title" if !closing => rest = behind(rest, &name),
            "br" | "p" | "div" | "tr" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6" | "table" | "blockquote" | "hr" | "pre" | "dt" | "dd" | "center" | "section"
            | "article" | "header" | "footer" => out.line(name == "br"),
            "td" | "th" => out.blank(),
            _ => {}
        }
    }
    out.text
}

/// What follows the end tag of an element whose content is not shown.
fn behind<'a>(html: &'a str, name: &str) -> &'a str {
    let mut at = 0;
    while let Some(found) = memmem::find(&html.as_bytes()[at..], b"</") {
        let start = at + found + 2;
        let tag = html.as_bytes().get(start..start + name.len());
        if tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes())) {
            let end = memchr::memchr(b'>', &html.as_bytes()[start..]).map(|p| start + p + 1);
            return end.map_or("", |end| &html[end..]);
        }
        at = start;
    }
    ""
}

struct Text {
    text: String,
    /// Whether blanks at this place are not shown.
    blank: bool,
}

impl Text {
    fn words(&mut self, raw: &str) {
        let mut rest = raw;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_whitespace() {
                self.blank();
                rest = &rest[1..];
            } else if c == '&' {
                let end = rest.bytes().take(12).position(|b| b == b';');
                let known = end.and_then(|end| Some((entity(&rest[1..end])?, end)));
                match known {
                    Some(('\u{a0}', end)) => {
                        self.text.push(' ');
                        rest = &rest[end + 1..];
                    }
                    Some((known, end)) => {
                        self.text.push(known);
                        self.blank = false;
                        rest = &rest[end + 1..];
                    }
                    None => {
                        self.text.push('&');
                        self.blank = false;
                        rest = &rest[1..];
                    }
                }
            } else {
                let end = rest
                    .bytes()
                    .position(|b| b == b'&' || b.is_ascii_whitespace())
                    .unwrap_or(rest.len());
                self.text.push_str(&rest[..end]);
                self.blank = false;
                rest = &rest[end..];
            }
        }
    }

    fn blank(&mut self) {
        if !self.blank {
            self.text.push(' ');
            self.blank = true;
        }
    }

    fn line(&mut self, always: bool) {
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        // Blocks inside blocks make one new line, a second <br> an empty one.
        if !self.text.is_empty() && (!self.text.ends_with('\n') || always) {
            self.text.push('\n');
        }
        self.blank = true;
    }
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || *c == '\n');
    }
    super::parse::named_entity(name)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn html_becomes_the_lines_that_people_read() {
        let html = "<html><head><title>x</title><style>p{}</style></head><body><p>Your&nbsp;mail to <b>x</b></p>\r\n<div><div>could&#32;not</div></div><br><br>be &lt;sent&gt; &eacute;&auml;&bogus; <!-- no --><table><tr><td>a</td><td>b</td></tr></table><script>1<2</script>end";
        assert_eq!(
            text(html, 1000),
            "Your mail to x\ncould not\n\n\nbe <sent> éä&bogus;\na b\nend"
        );
    }

    #[test]
    fn addresses_in_brackets_are_kept() {
        assert_eq!(text("to <a@example.org>: 1 < 2", 100), "to <a@example.org>: 1 < 2");
    }

    #[test]
    fn broken_html_takes_linear_time() {
        for piece in ["<", "<!--", "<script>", "</", "&", "<a", "<style></"] {
            let _ = text(&piece.repeat(200_000), 1 << 20);
        }
    }
}
