//! The page, read by the parser of a browser: words from mail are text and nothing else, and stand there as they were
//! written.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use html5ever::parse_document;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use unscatter::report::{Format, Html, HtmlSetting, escape};
use super::findings::{SCANNED, hostile, words};

/// What a parser finds on a page beside its text.
#[derive(Default)]
struct Found {
    /// Elements and their attributes that words from mail may neither add to nor change.
    active: BTreeMap<String, Vec<String>>,
    /// Names of elements and attributes.
    names: BTreeSet<String>,
    texts: Vec<String>,
    errors: usize,
}

fn walk(node: &Handle, found: &mut Found) {
    match &node.data {
        NodeData::Text { contents } => found.texts.push(contents.borrow().to_string()),
        NodeData::Comment { .. } => *found.active.entry("!--".into()).or_default() = Vec::new(),
        NodeData::Element { name, attrs, .. } => {
            let name = name.local.to_string();
            let attrs: &RefCell<Vec<_>> = attrs;
            for attr in attrs.borrow().iter() {
                let value = attr.value.to_string();
                found.names.insert(format!("{name} {}", attr.name.local));
                match &*attr.name.local {
                    "href" => assert!(value.starts_with('#'), "a link leaves the page: {value}"),
                    "http-equiv" | "content" => found.active.entry(name.clone()).or_default().push(value),
                    _ => {}
                }
            }
            if matches!(&*name, "script" | "style") {
                let children = node.children.borrow();
                let text = children.iter().map(|child| match &child.data {
                    NodeData::Text { contents } => contents.borrow().to_string(),
                    _ => String::new(),
                });
                found.active.entry(name.clone()).or_default().push(text.collect());
            }
            found.names.insert(name);
        }
        _ => {}
    }
    node.children.borrow().iter().for_each(|child| walk(child, found));
}

fn page(words: &[String]) -> Found {
    let mut page = Vec::new();
    {
        let mut html = Html::new(&mut page, HtmlSetting::default());
        html.begin().expect("memory");
        hostile(words).for_each(|finding| html.finding(&finding).expect("memory"));
        html.end(&SCANNED.1).expect("memory");
    }
    let dom = parse_document(RcDom::default(), Default::default()).from_utf8().one(&page[..]);
    let mut found = Found { errors: dom.errors.borrow().len(), ..Found::default() };
    walk(&dom.document, &mut found);
    found
}

/// Pages of findings that say nothing bad: what acts on them, and all names that occur.
static HARMLESS: LazyLock<(BTreeMap<String, Vec<String>>, BTreeSet<String>)> = LazyLock::new(|| {
    let mut names = BTreeSet::new();
    let mut active = BTreeMap::new();
    for word in ["", "word", "word@example.net", "192.0.2.7", "2001:db8::7", "http://a.example/b", "failed", "5.1.1"] {
        let found = page(&[word.to_owned()]);
        assert_eq!(found.errors, 0, "{word}");
        names.extend(found.names);
        active = found.active;
    }
    (active, names)
});

/// What no page of ours has, whatever is in it.
const NEVER: &[&str] =
    &["img", "iframe", "object", "embed", "form", "input", "base", "link", "audio", "video", "use", "foreignObject"];

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&HARMLESS);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let words = words(octets);
    let found = page(&words);
    assert_eq!(found.active, HARMLESS.0);
    assert_eq!(found.errors, 0, "a parser has to repair it");
    for name in &found.names {
        let (element, attribute) = name.split_once(' ').unwrap_or((name, ""));
        assert!(!NEVER.contains(&element), "<{element}>");
        assert!(!attribute.starts_with("on") && !["src", "srcdoc", "action"].contains(&attribute), "{name}");
        assert!(HARMLESS.1.contains(name), "only hostile words bring <{name}>");
    }
    let subject = &words[12 % words.len()];
    let shown = escape::text(&subject.chars().take(560).collect::<String>()).into_owned();
    let shown = escape::fit(&shown, 140);
    if !shown.trim().is_empty() {
        assert!(found.texts.iter().any(|text| text.contains(&*shown)), "{shown:?} is not on the page");
    }
}
