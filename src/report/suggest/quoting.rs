//! What may stand in a rule. Everything that is put there came from mail in the end, so nothing is quoted:
//! what has a character that some program could read as more than a name is left out.

/// Whether this is an address of letters, digits and `._+-` alone.
pub(super) fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-');
    (1..=64).contains(&local.len())
        && local.bytes().all(letter)
        && local.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && is_host(domain)
}

/// Whether this is a name of the domain name system with at least two labels.
pub(super) fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !label.starts_with('-')
    };
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(label)
        && name.rsplit('.').next().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// As a regular expression of procmail and its kin that matches just this.
pub(super) fn expression(name: &str) -> String {
    name.replace('.', "\\.").replace('+', "\\+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ends_a_string_a_line_or_a_list_is_a_name() {
        for wrong in [
            "a\"b@example.org",
            "a\nb@example.org",
            "a b@example.org",
            "-a@example.org",
            "a@-x.example",
            "a@example.org:b",
            "a$b@example.org",
            "a`b@example.org",
            "a;b@example.org",
            "a#b@example.org",
            "a@x",
            "a@192.0.2.7",
            "@example.org",
            "a@",
            "a\\b@example.org",
            "a/b@example.org",
            "\u{e4}@example.org",
            "a@example..org",
            "a*@example.org",
            "a|b@example.org",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
        for right in ["info@example.org", "a.b_c+d-e@sub.example.org", "0@xn--bcher-kva.example"] {
            assert!(is_address(right), "{right}");
        }
    }

    #[test]
    fn a_dot_and_a_plus_mean_themselves() {
        assert_eq!(expression("a.b+c@example.org"), "a\\.b\\+c@example\\.org");
    }
}
