//! Words of a table, looked for all at once: one look at a text for each of hundreds of words costs more
//! than everything else that is done to it.

use crate::message::Literals;

/// Words that are looked for together, in lower case.
pub(super) struct Words {
    list: Vec<&'static str>,
    literals: Literals,
}

impl Words {
    pub(super) fn new(words: impl IntoIterator<Item = &'static str>) -> Words {
        let list: Vec<&str> = words.into_iter().collect();
        let literals = Literals::new(&list);
        Words { list, literals }
    }

    /// Of the words that stand in a text, the one that stands first in the list, and its place there.
    pub(super) fn first_in(&self, text: &str) -> Option<(usize, &'static str)> {
        let place = self.literals.first_in(text.as_bytes())?;
        Some((place, self.list[place]))
    }

    /// Whether one of the words stands in a text.
    pub(super) fn any_in(&self, text: &str) -> bool {
        self.literals.any_in(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_the_list_is_found_wherever_it_stands() {
        let list = ["full", "mailbox full", "box", "no"];
        let words = Words::new(list);
        for text in ["my mailbox full", "a box", "nobody", "", "boxfull", "fulfilled box"] {
            let slow = list.iter().position(|word| text.contains(word));
            assert_eq!(words.first_in(text).map(|(at, _)| at), slow, "{text}");
            assert_eq!(words.any_in(text), slow.is_some(), "{text}");
        }
    }
}
