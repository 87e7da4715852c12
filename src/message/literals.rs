//! Looks for thousands of words in one pass over a text. Of each word the four octets are known that are
//! rarest in everyday text; a map tells at each place of the text whether any word has those four that
//! stand there, and only then words are compared. Automatons over the same words took longer on mail, and
//! putting them together was a third of a start.

/// Octets that are looked up together.
const WINDOW: usize = 4;

/// Sets the bit of case in every octet; what else becomes the same is told apart by the comparison.
const CASE: u32 = 0x2020_2020;

/// Where the octets of a window lead.
#[derive(Clone, Copy)]
struct Anchor {
    word: u32,
    /// Where in the word the window stands.
    offset: u32,
    /// The first octets of the word and which of them count: tells nearly always that it is another one.
    head: u64,
    mask: u64,
}

impl Anchor {
    fn new(word: u32, offset: usize, octets: &[u8]) -> Anchor {
        let mut head = [0; 8];
        let mut mask = [0; 8];
        for (at, octet) in octets.iter().take(8).enumerate() {
            (head[at], mask[at]) = (octet | CASE as u8, 0xff);
        }
        let (head, mask) = (u64::from_le_bytes(head), u64::from_le_bytes(mask));
        Anchor { word, offset: offset as u32, head, mask }
    }

    /// Whether the word may stand at the start of this text.
    fn may_stand(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk::<8>() else { return true };
        let head = u64::from_le_bytes(*head) | u64::from(CASE) << 32 | u64::from(CASE);
        head & self.mask == self.head
    }
}

/// Words that are looked for together. ASCII letters are compared without case; the words themselves are
/// in lower case.
pub(crate) struct Literals {
    words: Vec<Box<[u8]>>,
    /// Bits of a window's number to leave out.
    shift: u32,
    /// By a window's number, whether any word has it.
    four: Vec<u8>,
    /// The same for words of three octets; empty where there is none.
    three: Vec<u8>,
    /// By a window's number, where its anchors start; they end where those of the next number start.
    starts: Vec<u32>,
    anchors: Vec<(u32, Anchor)>,
    /// Words that are shorter still, by their place.
    short: Vec<u32>,
}

/// How common an octet is in text for people, from 0 for hardly ever. Only the order counts.
fn commonness(octet: u8) -> u32 {
    match octet {
        b' ' | b'e' => 9,
        b't' | b'a' | b'o' | b'i' | b'n' => 8,
        b's' | b'r' | b'h' => 7,
        b'l' | b'd' | b'u' | b'c' => 6,
        b'm' | b'f' | b'p' | b'g' => 5,
        b'w' | b'y' | b'b' | b'.' | b'-' | b':' => 4,
        b'v' | b'k' | b'/' | b'=' => 3,
        b'0'..=b'9' => 3,
        0x80.. => 5,
        _ => 1,
    }
}

fn key(octets: [u8; WINDOW]) -> u32 {
    u32::from_le_bytes(octets) | CASE
}

/// The key of the first three octets of a window. None of four octets is the same, for none is without
/// the bit of case.
fn three(key: u32) -> u32 {
    key & 0x00ff_ffff
}

impl Literals {
    /// Takes the words. Empty ones are in no text.
    pub(crate) fn new<S: AsRef<[u8]>>(words: impl IntoIterator<Item = S>) -> Literals {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|w| w.as_ref().into()).collect();
        // At most one place in sixteen is set.
        let size = (words.len().max(64) * 16).next_power_of_two().min(1 << 17);
        let mut all = Literals {
            words: Vec::new(),
            shift: 32 - size.trailing_zeros(),
            four: vec![0; size],
            starts: Vec::with_capacity(size + 1),
            anchors: Vec::new(),
            three: Vec::new(),
            short: Vec::new(),
        };
        for (place, word) in (0..).zip(&words) {
            let rarest = word
                .windows(WINDOW)
                .enumerate()
                .min_by_key(|(_, window)| window.iter().map(|o| commonness(*o)).sum::<u32>());
            let (key, offset) = match rarest {
                Some((offset, window)) => {
                    (key([window[0], window[1], window[2], window[3]]), offset)
                }
                None if word.is_empty() => continue,
                None if word.len() == WINDOW - 1 => {
                    all.three.resize(size, 0);
                    (three(key([word[0], word[1], word[2], 0])), 0)
                }
                None => {
                    all.short.push(place);
                    continue;
                }
            };
            let number = all.number(key);
            let known = if rarest.is_some() { &mut all.four } else { &mut all.three };
            known[number] = 1;
            all.anchors.push((key, Anchor::new(place, offset, word)));
        }
        let mut anchors = std::mem::take(&mut all.anchors);
        anchors.sort_by_key(|(key, _)| (all.number(*key), *key));
        let mut start = 0;
        for number in 0..=size {
            while anchors.get(start).is_some_and(|(key, _)| all.number(*key) < number) {
                start += 1;
            }
            all.starts.push(start as u32);
        }
        all.anchors = anchors;
        all.words = words;
        all
    }

    fn number(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9e37_79b1) >> self.shift) as usize
    }

    /// The anchors of a window.
    fn of(&self, key: u32) -> &[(u32, Anchor)] {
        let number = self.number(key);
        &self.anchors[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    /// Gives every occurrence of every word, in no particular order: the place of the word among the words,
    /// and where in the text it starts. Stops, and says so, where `hit` says so.
    pub(crate) fn each(&self, text: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
        let mut meet = |key: u32, at: usize| {
            for (of, anchor) in self.of(key) {
                if *of != key {
                    continue;
                }
                let Some(start) = at.checked_sub(anchor.offset as usize) else { continue };
                if !anchor.may_stand(&text[start..]) {
                    continue;
                }
                let word = &self.words[anchor.word as usize];
                let stands = text.get(start..start + word.len());
                if stands.is_some_and(|stands| stands.eq_ignore_ascii_case(word))
                    && hit(anchor.word as usize, start)
                {
                    return true;
                }
            }
            false
        };
        let known = |map: &[u8], key: u32| map[self.number(key)];
        let mut at = 0;
        // Four places at a time; at hardly any of them stands what a word has.
        while let Some(octets) = text.get(at..at + 8).and_then(|o| o.first_chunk::<8>()) {
            let octets = u64::from_le_bytes(*octets) | u64::from(CASE) << 32 | u64::from(CASE);
            let keys = [0, 8, 16, 24].map(|bits| (octets >> bits) as u32);
            let mut any = keys.iter().fold(0, |any, key| any | known(&self.four, *key));
            if !self.three.is_empty() {
                any |= keys.iter().fold(0, |any, key| any | known(&self.three, three(*key)));
            }
            if any != 0 {
                for (place, key) in (at..).zip(keys) {
                    if known(&self.four, key) != 0 && meet(key, place)
                        || !self.three.is_empty() && meet(three(key), place)
                    {
                        return true;
                    }
                }
            }
            at += 4;
        }
        for (place, window) in (at..).zip(text[at..].windows(WINDOW)) {
            let key = key([window[0], window[1], window[2], window[3]]);
            if meet(key, place) || !self.three.is_empty() && meet(three(key), place) {
                return true;
            }
        }
        // A word of three octets at the very end stands in no window.
        if let [.., a, b, c] = text
            && !self.three.is_empty()
            && meet(three(key([*a, *b, *c, 0])), text.len() - 3)
        {
            return true;
        }
        for &place in &self.short {
            let word = &self.words[place as usize];
            let (low, high) = (word[0].to_ascii_lowercase(), word[0].to_ascii_uppercase());
            for start in memchr::memchr2_iter(low, high, text) {
                let stands = text.get(start..start + word.len());
                if stands.is_some_and(|stands| stands.eq_ignore_ascii_case(word))
                    && hit(place as usize, start)
                {
                    return true;
                }
            }
        }
        false
    }

    /// Whether one of the words stands in a text.
    pub(crate) fn any_in(&self, text: &[u8]) -> bool {
        self.each(text, |_, _| true)
    }

    /// Of the words that stand in a text the one that stands first among the words.
    pub(crate) fn first_in(&self, text: &[u8]) -> Option<usize> {
        let mut first = None;
        self.each(text, |word, _| {
            first = Some(first.map_or(word, |known: usize| known.min(word)));
            first == Some(0)
        });
        first
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_occurrence_is_found_once(
            words in proptest::collection::vec("[abé .@]{0,7}", 0..12),
            text in "[aAbBéÉ .@`]{0,40}",
        ) {
            let mut found = Vec::new();
            Literals::new(&words).each(text.as_bytes(), |word, start| { found.push((word, start)); false });
            found.sort_unstable();
            let octets = text.as_bytes();
            let slow: Vec<(usize, usize)> = words
                .iter()
                .enumerate()
                .filter(|(_, word)| !word.is_empty())
                .flat_map(|(place, word)| {
                    let stands = |at: &usize| {
                        octets[*at..].get(..word.len()).is_some_and(|o| o.eq_ignore_ascii_case(word.as_bytes()))
                    };
                    (0..octets.len()).filter(stands).map(move |at| (place, at)).collect::<Vec<_>>()
                })
                .collect();
            prop_assert_eq!(&found, &slow);
            let all = Literals::new(&words);
            prop_assert_eq!(all.any_in(octets), !slow.is_empty());
            prop_assert_eq!(all.first_in(octets), slow.iter().map(|(word, _)| *word).min());
        }
    }
}
