//! Codes that people type: sixteen letters, none of which looks like another. 80 bits can't be guessed, and their digest can't be searched for.

use crate::platform::id::Random;

/// Letters of a code, of five bits each.
const LENGTH: usize = 16;
/// Crockford's.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code, in groups of four.
pub(super) fn new(random: &Random) -> String {
    let letters: Vec<char> =
        random.bytes::<LENGTH>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The code that was meant, however it was typed: in small letters, without hyphens, with letters that look like others.
pub(super) fn meant(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(LENGTH + 1);
    letters
        .map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            c => c,
        })
        .collect()
}

/// Whether that could be a code.
pub(super) fn is_code(meant: &str) -> bool {
    meant.len() == LENGTH
}
