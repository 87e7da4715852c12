//! The MIME parts of a message, found by one walk along its boundary lines: iterative, capped, linear.
//! Boundaries of outer levels end inner parts. A returned original is one part and not looked into.

use std::ops::Range;

use memchr::memmem::Finder;

use super::Defect;
use super::fields::{self, Block};
use super::parse::{Content, Limits};

/// One part.
#[derive(Debug)]
pub(super) struct Entity<'a> {
    pub(super) depth: usize,
    pub(super) parent: Option<usize>,
    pub(super) block: Block<'a>,
    pub(super) content: Content,
    /// The body; of a multipart what stands before its first boundary.
    pub(super) body: Range<usize>,
    /// Whether this is a multipart whose boundary occurs.
    pub(super) opened: bool,
}

/// An open multipart.
struct Level {
    boundary: Vec<u8>,
    entity: usize,
}

/// Walks a message. `boundary` stands in for the one that the outer header declares.
pub(super) fn walk<'a>(
    raw: &'a [u8],
    limits: &Limits,
    boundary: Option<Vec<u8>>,
    defects: &mut Vec<Defect>,
) -> Vec<Entity<'a>> {
    let dashes = Finder::new(b"\n--");
    let mut walk = Walk { raw, limits, entities: Vec::new(), stack: Vec::new(), defects };
    let mut current = Some(walk.open(0, boundary));
    let mut at = walk.entities[0].body.start;
    while !walk.stack.is_empty() {
        if !raw[at.min(raw.len())..].starts_with(b"--") || !line_start(raw, at) {
            match dashes.find(&raw[at.min(raw.len())..]) {
                Some(found) => at += found + 1,
                None => break,
            }
        }
        let (line, next) = fields::line(raw, at);
        let Some((level, closing)) = matching(&walk.stack, line) else {
            // The line end stays, for it may stand before the next dashes.
            at = (at + line.len()).max(at + 2);
            continue;
        };
        if let Some(current) = current.take() {
            walk.entities[current].body.end =
                before_line_end(raw, at).max(walk.entities[current].body.start);
        }
        walk.close_above(level);
        let multipart = walk.stack[level].entity;
        walk.entities[multipart].opened = true;
        if closing {
            walk.stack.truncate(level);
            at = next;
            continue;
        }
        if walk.entities.len() >= limits.parts {
            walk.defect(Defect::TooManyParts);
            walk.stack.clear();
            break;
        }
        let opened = walk.open(next, None);
        at = walk.entities[opened].body.start;
        current = Some(opened);
    }
    if let Some(current) = current {
        walk.entities[current].body.end = raw.len();
    }
    if !walk.stack.is_empty() {
        let outermost = walk.stack[0].entity;
        walk.close_above(0);
        let seen = walk.entities[outermost].opened;
        walk.defect(if seen { Defect::BoundaryUnclosed } else { Defect::BoundaryMissing });
    }
    walk.entities
}

struct Walk<'a, 'b> {
    raw: &'a [u8],
    limits: &'b Limits,
    entities: Vec<Entity<'a>>,
    stack: Vec<Level>,
    defects: &'b mut Vec<Defect>,
}

impl Walk<'_, '_> {
    fn defect(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// Reads the header block of a part and, for a multipart, opens a level.
    fn open(&mut self, at: usize, boundary: Option<Vec<u8>>) -> usize {
        let raw = self.raw;
        let stack = &self.stack;
        let stop = |line: &[u8]| matching(stack, line).is_some();
        let at = at.min(raw.len());
        let mut block =
            fields::block(&raw[at..], self.limits.header_block, self.limits.fields, &stop);
        for place in [&mut block.start, &mut block.end, &mut block.body] {
            *place += at;
        }
        let parent = self.stack.last().map(|level| level.entity);
        let mut content = Content::read(&block.fields);
        if let Some(parent) = parent
            && !content.declared
            && self.entities[parent].content.media_type == "multipart/digest"
        {
            content.media_type = "message/rfc822".into();
        }
        if let Some(boundary) = boundary {
            if !content.media_type.starts_with("multipart/") {
                content.media_type = "multipart/mixed".into();
            }
            content.boundary = Some(boundary);
        }
        let index = self.entities.len();
        if content.media_type.starts_with("multipart/") {
            match &content.boundary {
                Some(_) if self.stack.len() >= self.limits.depth => {
                    self.defect(Defect::NestedTooDeep);
                }
                Some(boundary) => {
                    self.stack.push(Level { boundary: boundary.clone(), entity: index });
                }
                None => self.defect(Defect::BoundaryMissing),
            }
        }
        let depth = self.entities.len().min(parent.map_or(0, |p| self.entities[p].depth + 1));
        let body = block.body..raw.len();
        self.entities.push(Entity { depth, parent, block, content, body, opened: false });
        index
    }

    /// Drops the levels inside `level`, which end without their own closing boundary.
    fn close_above(&mut self, level: usize) {
        while self.stack.len() > level + 1 {
            let Some(inner) = self.stack.pop() else { break };
            let seen = self.entities[inner.entity].opened;
            self.defect(if seen { Defect::BoundaryUnclosed } else { Defect::BoundaryMissing });
        }
    }
}

fn line_start(raw: &[u8], at: usize) -> bool {
    at == 0 || raw.get(at - 1) == Some(&b'\n')
}

/// The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
fn before_line_end(raw: &[u8], at: usize) -> usize {
    let before = &raw[..at];
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.strip_suffix(b"\r").unwrap_or(before).len()
}

/// The innermost level whose boundary this line is, and whether it closes it. Blanks may follow.
fn matching(stack: &[Level], line: &[u8]) -> Option<(usize, bool)> {
    let text = line.strip_prefix(b"--")?.trim_ascii_end();
    stack.iter().enumerate().rev().find_map(|(index, level)| {
        match text.strip_prefix(level.boundary.as_slice())? {
            b"" => Some((index, false)),
            b"--" => Some((index, true)),
            _ => None,
        }
    })
}

/// A boundary that the body uses although the header does not declare it: a line `--x` with a
/// `Content-` field right behind it.
pub(super) fn undeclared(body: &[u8]) -> Option<Vec<u8>> {
    let body = &body[..body.len().min(64 << 10)];
    let mut at = 0;
    while at < body.len() {
        let (text, next) = fields::line(body, at);
        if let Some(name) = text.strip_prefix(b"--").map(<[u8]>::trim_ascii_end)
            && (1..=200).contains(&name.len())
            && !name.contains(&b' ')
            && body.get(next..next + 8).is_some_and(|head| head.eq_ignore_ascii_case(b"content-"))
        {
            return Some(name.to_vec());
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(raw: &str) -> (Vec<String>, Vec<Defect>) {
        let both = ["\n", "\r\n"].map(|eol| {
            let raw = raw.replace('\n', eol);
            let mut defects = Vec::new();
            let found = walk(raw.as_bytes(), &Limits::default(), None, &mut defects)
                .iter()
                .map(|e| {
                    let body =
                        String::from_utf8_lossy(&raw.as_bytes()[e.body.clone()]).into_owned();
                    let body = if e.opened { String::new() } else { body.replace("\r\n", "\n") };
                    format!("{} {} {body}", e.depth, e.content.media_type)
                })
                .collect::<Vec<_>>();
            (found, defects)
        });
        assert_eq!(both[0], both[1]);
        let [both, _] = both;
        both
    }

    #[test]
    fn parts_are_found_and_boundaries_stand_at_line_starts() {
        let (found, defects) = types(
            "Content-Type: multipart/mixed; boundary=\"a b\"\n\npre --a b\n--a b \n\none\n--a bc\n--a b\nContent-Type: multipart/alternative;\n boundary=x\n\n--x\n\ntwo\n--x\nContent-Type: TEXT/HTML\n\nthree\n--x--\n--a b--\npost",
        );
        assert_eq!(
            found,
            [
                "0 multipart/mixed ",
                "1 text/plain one\n--a bc",
                "1 multipart/alternative ",
                "2 text/plain two",
                "2 text/html three"
            ]
        );
        assert_eq!(defects, []);
    }

    #[test]
    fn outer_boundaries_end_inner_parts() {
        let (found, defects) = types(
            "Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--a\nContent-Type: message/delivery-status\n\nAction: failed\n--a--\n",
        );
        assert_eq!(found[3], "1 message/delivery-status Action: failed");
        assert_eq!(defects, [Defect::BoundaryUnclosed]);
    }

    #[test]
    fn a_boundary_inside_a_part_header_ends_it() {
        let (found, _) = types(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html\n--a\n\nx\n--a--\n",
        );
        assert_eq!(found[1..], ["1 text/html ".to_owned(), "1 text/plain x".to_owned()]);
    }

    #[test]
    fn missing_boundaries_are_told() {
        assert_eq!(
            types("Content-Type: multipart/mixed; boundary=a\n\ntext\n").1,
            [Defect::BoundaryMissing]
        );
        assert_eq!(types("Content-Type: multipart/mixed\n\ntext\n").1, [Defect::BoundaryMissing]);
        assert_eq!(
            types("Content-Type: multipart/mixed; boundary=a\n\n--a\n\ntext\n").1,
            [Defect::BoundaryUnclosed]
        );
        assert_eq!(
            undeclared(b"text\n-- \n--xyz\nContent-Type: a/b\n").as_deref(),
            Some(&b"xyz"[..])
        );
    }

    #[test]
    fn floods_of_parts_are_capped_in_linear_time() {
        let nested = "Content-Type: multipart/mixed; boundary=a\n\n--a\n".repeat(100_000);
        let mut defects = Vec::new();
        assert!(walk(nested.as_bytes(), &Limits::default(), None, &mut defects).len() <= 200);
        assert!(defects.contains(&Defect::NestedTooDeep));
        let flat =
            format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--a\n".repeat(300_000));
        defects.clear();
        assert_eq!(walk(flat.as_bytes(), &Limits::default(), None, &mut defects).len(), 200);
        assert!(defects.contains(&Defect::TooManyParts));
        let never =
            format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--b\n".repeat(300_000));
        defects.clear();
        walk(never.as_bytes(), &Limits::default(), None, &mut defects);
        assert_eq!(defects, [Defect::BoundaryMissing]);
    }
}
