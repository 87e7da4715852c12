//! Looks for thousands of words in one pass over a text. A text is not looked at everywhere: of each word so
//! many runs of octets are known that one of them stands at a place that is looked at, wherever the word
//! begins; and of those that would do, the rarest in everyday text. A map tells whether any word has what stands
//! there, and only then words are compared. Automatons over the same words took longer on mail, and putting
//! them together was a third of a start.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Octets from one place of a text that is looked at to the next, and octets of a run there.
const STEP: usize = 4;

/// The same for words too short for that.
const SMALL_STEP: usize = 2;
const SMALL_RUN: usize = 3;

/// Octets that a word must have so that a run of it stands at a place that is looked at wherever it begins.
const SHORTEST: usize = 2 * STEP - 1;
const SMALL_SHORTEST: usize = SMALL_RUN + SMALL_STEP - 1;

/// Sets the bit of case in every octet; what else becomes the same is told apart by the comparison.
const CASE: u32 = 0x2020_2020;

/// Where the octets of a run lead.
#[derive(Clone, Copy)]
struct Anchor {
    key: u32,
    word: u32,
    /// Where in the word the run stands.
    offset: u32,
    /// The first octets of the word and which of them count: tells nearly always that it is another one.
    head: u64,
    mask: u64,
}

impl Anchor {
    fn new(key: u32, word: u32, offset: usize, octets: &[u8]) -> Anchor {
        let mut head = [0; 8];
        let mut mask = [0; 8];
        for (at, octet) in octets.iter().take(8).enumerate() {
            (head[at], mask[at]) = (octet | CASE as u8, 0xff);
        }
        let (head, mask) = (u64::from_le_bytes(head), u64::from_le_bytes(mask));
        Anchor { key, word, offset: offset as u32, head, mask }
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
    /// For words of at least seven octets: runs of four octets, every four.
    long: Runs,
    /// For words of four to six: runs of three, every two. None of three octets is the same as one of four,
    /// for none is without the bit of case in its fourth.
    small: Runs,
    /// Words that are shorter still, by their place.
    short: Vec<u32>,
}

/// Octets of a map of runs. Its size is fixed, so that the loop that looks into it needs no bounds; few of its bits
/// are set, so that nearly all places of a text are passed over.
const MAP: usize = 1 << 16;

/// Runs of octets that words have.
struct Runs {
    /// One bit for each number of a run.
    map: Box<[u8; MAP]>,
    /// By the first bits of a number, where its anchors start; they end where those of the next start.
    starts: Vec<u32>,
    /// Bits of a number to leave out for that.
    coarse: u32,
    anchors: Vec<Anchor>,
}

#[inline(always)]
fn number(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1)
}

/// Where the bit of a run stands in a map.
#[inline(always)]
fn place(key: u32) -> (usize, u32) {
    let number = number(key);
    ((number >> 16) as usize, number >> 13 & 7)
}

impl Runs {
    fn new(mut anchors: Vec<Anchor>) -> Runs {
        let coarse = 32 - anchors.len().next_power_of_two().trailing_zeros().max(1);
        let mut map = Box::new([0; MAP]);
        anchors.sort_by_key(|a| (number(a.key), a.key));
        let mut starts = vec![0; (1 << (32 - coarse)) + 1];
        for anchor in &anchors {
            let (octet, bit) = place(anchor.key);
            map[octet] |= 1 << bit;
            starts[(number(anchor.key) >> coarse) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Runs { map, starts, coarse, anchors }
    }

    /// Not 0 in its last bit where some word may have this run.
    #[inline(always)]
    fn bit(&self, key: u32) -> u8 {
        let (octet, bit) = place(key);
        self.map[octet] >> bit
    }

    /// The anchors of a run, and some others.
    fn of(&self, key: u32) -> &[Anchor] {
        let at = (number(key) >> self.coarse) as usize;
        &self.anchors[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
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

/// The key of the first three octets of a run.
#[inline(always)]
fn three(key: u32) -> u32 {
    key & 0x00ff_ffff
}

/// Anchors of words while they are chosen.
#[derive(Default)]
struct Chosen {
    anchors: Vec<Anchor>,
    /// How many words have a run.
    used: HashMap<u32, u32, FixedState>,
}

impl Chosen {
    /// Takes, for each distance of a word's start from the places that are looked at, the run of the word that
    /// costs least at such a place: rare in text, and not that of many words.
    fn add(&mut self, place: u32, word: &[u8], step: usize, run: usize) {
        for distance in 0..step {
            let runs = word.windows(run).enumerate().skip(distance).step_by(step);
            let keyed = runs.map(|(offset, octets)| {
                let mut key = [0; 4];
                key[..run].copy_from_slice(octets);
                let key = u32::from_le_bytes(key) | CASE;
                let key = if run == SMALL_RUN { three(key) } else { key };
                let rarity: u32 = octets.iter().map(|o| commonness(*o)).sum();
                (rarity + 4 * self.used.get(&key).copied().unwrap_or_default(), offset, key)
            });
            let Some((_, offset, key)) = keyed.min() else { continue };
            *self.used.entry(key).or_default() += 1;
            self.anchors.push(Anchor::new(key, place, offset, word));
        }
    }
}

impl Literals {
    /// Takes the words. Empty ones are in no text.
    pub(crate) fn new<S: AsRef<[u8]>>(words: impl IntoIterator<Item = S>) -> Literals {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|w| w.as_ref().into()).collect();
        let (mut long, mut small) = (Chosen::default(), Chosen::default());
        let mut short = Vec::new();
        for (place, word) in (0..).zip(&words) {
            match word.len() {
                0 => {}
                1..SMALL_SHORTEST => short.push(place),
                SMALL_SHORTEST..SHORTEST => small.add(place, word, SMALL_STEP, SMALL_RUN),
                _ => long.add(place, word, STEP, STEP),
            }
        }
        Literals { words, long: Runs::new(long.anchors), small: Runs::new(small.anchors), short }
    }

    /// Gives every occurrence of every word, in no particular order: the place of the word among the words,
    /// and where in the text it starts. Stops, and says so, where `hit` says so.
    pub(crate) fn each(&self, text: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
        if self.small.anchors.is_empty() {
            self.runs::<false>(text, &mut hit) || self.shortest(text, &mut hit)
        } else {
            self.runs::<true>(text, &mut hit) || self.shortest(text, &mut hit)
        }
    }

    /// The words that have runs; `SMALL` where there are small ones. The inner loop is the hottest of a scan of
    /// ordinary mail: no call, one branch that is hardly ever taken.
    fn runs<const SMALL: bool>(
        &self,
        text: &[u8],
        hit: &mut impl FnMut(usize, usize) -> bool,
    ) -> bool {
        let mut steps = text
            .chunks_exact(STEP)
            .map(|step| u32::from_le_bytes([step[0], step[1], step[2], step[3]]) | CASE);
        let Some(mut key) = steps.next() else { return self.last::<SMALL>(text, 0, hit) };
        let mut at = 0;
        for next in steps {
            let mut met = self.long.bit(key);
            if SMALL {
                let behind = three(next << 16 | key >> 16);
                met |= self.small.bit(three(key)) | self.small.bit(behind);
            }
            if met & 1 != 0
                && self.meet::<SMALL>(text, at, u64::from(next) << 32 | u64::from(key), hit)
            {
                return true;
            }
            (key, at) = (next, at + STEP);
        }
        self.last::<SMALL>(text, at, hit)
    }

    /// The last places, where less than two steps are left.
    fn last<const SMALL: bool>(
        &self,
        text: &[u8],
        mut at: usize,
        hit: &mut impl FnMut(usize, usize) -> bool,
    ) -> bool {
        while at < text.len() {
            let mut octets = [0; 8];
            let rest = &text[at..text.len().min(at + 8)];
            octets[..rest.len()].copy_from_slice(rest);
            let octets = u64::from_le_bytes(octets) | u64::from(CASE) << 32 | u64::from(CASE);
            if self.meet::<SMALL>(text, at, octets, hit) {
                return true;
            }
            at += STEP;
        }
        false
    }

    /// Compares the words that may have what stands at a place.
    #[cold]
    #[inline(never)]
    fn meet<const SMALL: bool>(
        &self,
        text: &[u8],
        at: usize,
        octets: u64,
        hit: &mut impl FnMut(usize, usize) -> bool,
    ) -> bool {
        let mut compare = |runs: &Runs, key: u32, at: usize| {
            for anchor in runs.of(key) {
                if anchor.key != key {
                    continue;
                }
                let Some(start) = at.checked_sub(anchor.offset as usize) else { continue };
                if !text.get(start..).is_some_and(|text| anchor.may_stand(text)) {
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
        let (key, behind) = (octets as u32, three((octets >> 16) as u32));
        (self.long.bit(key) & 1 != 0 && compare(&self.long, key, at))
            || SMALL
                && ((self.small.bit(three(key)) & 1 != 0 && compare(&self.small, three(key), at))
                    || (self.small.bit(behind) & 1 != 0
                        && compare(&self.small, behind, at + SMALL_STEP)))
    }

    fn shortest(&self, text: &[u8], hit: &mut impl FnMut(usize, usize) -> bool) -> bool {
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
            words in proptest::collection::vec("[abé .@]{0,13}", 0..12),
            copied in 0_usize..12,
            before in "[aAbBéÉ .@`]{0,20}",
            behind in "[aAbBéÉ .@`]{0,20}",
        ) {
            // Long words stand in no text by chance.
            let copied = words.get(copied).map_or("", String::as_str);
            let text = format!("{before}{copied}{behind}{copied}");
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
