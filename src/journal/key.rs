//! The key of a journal: what is private is hashed and sealed with it, and checkpoints are signed with it.
//!
//! A value is hashed to the same hash wherever it stands, so records can still be joined; without the key no value can be
//! found out, not even by trying all of them. Sealing depends on nothing but key, place and value, so the same decision is
//! the same bytes. Sources: HMAC (RFC 2104) with SHA-256; XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha) with
//! the nonce made from the value, as in SIV (RFC 5297).

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// How many bytes a secret has.
pub const SECRET: usize = 32;

/// How many bytes of a hash of a value are kept: enough that no two values meet by chance.
const KEPT: usize = 16;

/// Holds the key of a journal. Never shown.
#[derive(Clone)]
pub struct Key {
    /// Ready to hash with, so that the key itself is not hashed each time.
    values: Hmac<Sha256>,
    nonces: Hmac<Sha256>,
    signs: Hmac<Sha256>,
    seals: XChaCha20Poly1305,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl Key {
    /// Makes the key from its secret.
    #[must_use]
    pub fn new(secret: &[u8; SECRET]) -> Self {
        let secret = hmac(secret);
        let own = |purpose: &str| mac(&secret, &[purpose.as_bytes()]);
        let seals = XChaCha20Poly1305::new(&own("seals").into());
        Self { values: hmac(&own("values")), nonces: hmac(&own("nonces")), signs: hmac(&own("signs")), seals }
    }

    /// Reads a secret as it stands in a file: 64 hexadecimal digits. None when it is something else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        Some(Self::new(bytes.as_slice().try_into().ok()?))
    }

    /// Writes a secret as it stands in a file.
    #[must_use]
    pub fn written(secret: &[u8; SECRET]) -> String {
        HEXLOWER.encode(secret) + "\n"
    }

    /// Returns the hash of a value, in hexadecimal: the same for the same value, whatever the field.
    #[must_use]
    pub fn hash(&self, value: &str) -> String {
        HEXLOWER.encode(mac(&self.values, &[value.as_bytes()]).get(..KEPT).unwrap_or_default())
    }

    /// Returns the hash of bytes, in hexadecimal.
    #[must_use]
    pub fn hash_bytes(&self, bytes: &[u8]) -> String {
        HEXLOWER.encode(mac(&self.values, &[bytes]).get(..KEPT).unwrap_or_default())
    }

    /// Seals a text at a place (such as `email`), in base 64. Only [`Key::open`] with the same key and place reads it.
    #[must_use]
    pub fn seal(&self, place: &str, value: &str) -> String {
        BASE64.encode(&self.seal_bytes(place, value.as_bytes()))
    }

    /// Opens what [`Key::seal`] sealed; none when it was changed, or sealed with another key or for another place.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &str) -> Option<String> {
        String::from_utf8(self.open_bytes(place, &BASE64.decode(sealed.as_bytes()).ok()?)?).ok()
    }

    /// Seals bytes at a place.
    #[must_use]
    pub fn seal_bytes(&self, place: &str, value: &[u8]) -> Vec<u8> {
        let whole = mac(&self.nonces, &[place.as_bytes(), &[0], value]);
        let mut nonce = [0; 24];
        nonce.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        // Fails only beyond 256 GiB, and nothing is then worth more than what was sealed.
        let sealed = self.seals.encrypt(&XNonce::from(nonce), Payload { msg: value, aad: place.as_bytes() }).unwrap_or_default();
        [&nonce[..], &sealed].concat()
    }

    /// Opens what [`Key::seal_bytes`] sealed.
    #[must_use]
    pub fn open_bytes(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        self.seals.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()
    }

    /// Signs a checkpoint: whoever changes the journal and has not the key cannot sign what it then is.
    #[must_use]
    pub fn sign(&self, number: u64, hash: &[u8]) -> [u8; 32] {
        mac(&self.signs, &[&number.to_le_bytes(), hash])
    }

    /// Returns what tells whether a journal was made with this key.
    #[must_use]
    pub fn check(&self) -> String {
        HEXLOWER.encode(&mac(&self.signs, &[b"which key"]))
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    // Keys of any length are fine (RFC 2104), so the other case never comes.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
}

fn mac(key: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_only_with_the_key_and_at_its_place() {
        let (key, other) = (Key::new(&[1; 32]), Key::new(&[2; 32]));
        let sealed = key.seal("email", "jo@mercy.example");
        assert_eq!(sealed, key.seal("email", "jo@mercy.example"), "the same value is the same bytes");
        assert_eq!(key.open("email", &sealed).as_deref(), Some("jo@mercy.example"));
        assert_eq!(key.open("phone", &sealed), None);
        assert_eq!(other.open("email", &sealed), None);
        let mut bytes = BASE64.decode(sealed.as_bytes()).expect("base 64");
        for position in 0..bytes.len() {
            bytes[position] ^= 1;
            assert_eq!(key.open("email", &BASE64.encode(&bytes)), None);
            bytes[position] ^= 1;
        }
        assert_eq!(key.open("email", "so short"), None);
    }

    #[test]
    fn hashes_hang_on_value_and_key() {
        let (key, other) = (Key::new(&[1; 32]), Key::new(&[2; 32]));
        assert_eq!(key.hash("jo@mercy.example"), key.hash("jo@mercy.example"));
        assert_ne!(key.hash("jo@mercy.example"), key.hash("jo@mercy.exampl"));
        assert_ne!(key.hash("jo@mercy.example"), other.hash("jo@mercy.example"));
        assert_eq!(key.hash("a"), key.hash_bytes(b"a"));
        assert_ne!(key.sign(1, b"x"), key.sign(2, b"x"));
        assert_ne!(key.check(), other.check());
        assert_eq!(Key::read(&Key::written(&[1; 32])).map(|k| k.check()), Some(key.check()));
        assert!(Key::read("abc").is_none());
        assert_eq!(format!("{key:?}"), "Key(hidden)");
    }
}
