//! Certificate codes: 100 random bits that a person can type, and a letter that tells a slip.
//!
//! Crockford's alphabet has no I, L, O and U; what looks like one of its letters is read as it. The check is Damm's over
//! GF(32): it finds every single wrong letter and every swap of neighbours.

use crate::platform::id::Random;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 20;

/// A new code, without hyphens.
#[must_use]
pub fn new(random: &Random) -> String {
    let bits = u128::from_le_bytes(random.bytes());
    let values: Vec<u8> = (0..LETTERS).map(|at| u8::try_from(bits >> (at * 5) & 31).unwrap_or(0)).collect();
    let checked = values.iter().copied().chain([check(&values)]);
    checked.map(|value| char::from(ALPHABET[usize::from(value)])).collect()
}

/// What somebody typed, as the code that it could be; nothing where it is none.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let mut values = Vec::with_capacity(LETTERS + 1);
    for letter in typed.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
        let letter = match letter.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            letter => letter,
        };
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        values.push(u8::try_from(value).ok()?);
    }
    if values.len() != LETTERS + 1 || check(&values[..LETTERS]) != values[LETTERS] {
        return None;
    }
    Some(values.into_iter().map(|value| char::from(ALPHABET[usize::from(value)])).collect())
}

/// As people see it: in groups of five.
#[must_use]
pub fn shown(code: &str) -> String {
    let groups: Vec<&str> = code.as_bytes().chunks(5).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("-")
}

fn check(values: &[u8]) -> u8 {
    // Doubling in GF(32), by the polynomial x⁵ + x² + 1.
    let double = |value: u8| if value & 16 == 0 { value << 1 } else { (value << 1 ^ 0b10_0101) & 31 };
    values.iter().fold(0, |interim, value| double(interim ^ value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read() {
        let code = new(&Random::system());
        assert_eq!(code.len(), 21);
        assert_eq!(read(&shown(&code)), Some(code.clone()));
        assert_eq!(read(&shown(&code).to_lowercase()), Some(code.clone()));
        assert_eq!(read(&code.replace('0', "o").replace('1', "l")), Some(code));
    }

    #[test]
    fn every_slip_is_found() {
        let code = new(&Random::system());
        for at in 0..code.len() {
            for letter in ALPHABET {
                let mut slipped = code.clone().into_bytes();
                if slipped[at] == *letter {
                    continue;
                }
                slipped[at] = *letter;
                assert_eq!(read(std::str::from_utf8(&slipped).expect("ASCII")), None);
            }
            let mut swapped = code.clone().into_bytes();
            if at + 1 < swapped.len() && swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                assert_eq!(read(std::str::from_utf8(&swapped).expect("ASCII")), None);
            }
        }
        for none in ["", "0", "not a code", &"0".repeat(200), "é"] {
            assert_eq!(read(none), None);
        }
    }
}
