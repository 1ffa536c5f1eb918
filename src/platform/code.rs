//! Codes that people type: of letters none of which looks like another, five bits each.

use super::id::Random;

/// Letters of a code that opens something: eighty bits can't be guessed, and their digest can't be searched for.
pub const SECRET: usize = 16;
/// Crockford's.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code of so many letters.
#[must_use]
pub fn new<const LETTERS: usize>(random: &Random) -> String {
    random.bytes::<LETTERS>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A code in groups of four, as it is shown.
#[must_use]
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The code of so many letters that was meant, however it was typed: in small letters, with hyphens, with letters that look like others.
#[must_use]
pub fn meant<const LETTERS: usize>(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(LETTERS + 1);
    let meant: String = letters
        .map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            c => c,
        })
        .collect();
    (meant.len() == LETTERS).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        let code = new::<8>(&Random::system());
        assert_eq!(code.len(), 8);
        let shown = grouped(&code);
        assert_eq!((shown.len(), &shown[4..5]), (9, "-"));
        let typed = format!(" {} ", shown.to_lowercase().replace('0', "o").replace('1', "l"));
        assert_eq!(meant::<8>(&typed), Some(code.clone()));
        for none in ["", "ABC", &format!("{code}A"), &code[1..]] {
            assert_eq!(meant::<8>(none), None, "{none}");
        }
    }
}
