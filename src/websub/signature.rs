//! Signatures of a hub's calls (`WebSub`, section 8): HMAC over the body, in `X-Hub-Signature: method=hexadecimal digits`; and what
//! must not be guessed.

use std::fmt;

use ring::hmac::{self, Algorithm, Context, Key};
use ring::rand::{SecureRandom, SystemRandom};

/// Bytes of a secret and of the part of a callback that nobody can guess: 256 bits, twice as many digits.
const RANDOM_BYTES: usize = 32;

/// Hexadecimal digits that nobody can guess; none where the system has no randomness to give.
#[must_use]
pub fn unguessable() -> Option<String> {
    let mut bytes = [0; RANDOM_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A body whose signature is checked as it comes: none of it needs to be held.
pub struct Check {
    key: Key,
    context: Context,
    signed: Vec<u8>,
}

impl Check {
    /// Begins with what `X-Hub-Signature` says; none where it says nothing that could be right.
    ///
    /// ```
    /// use feedatlas::websub::signature::Check;
    /// // Test case 2 of RFC 4231.
    /// let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    /// let mut check = Check::begin("Jefe", header).unwrap();
    /// check.update(b"what do ya want ");
    /// check.update(b"for nothing?");
    /// assert!(check.is_right());
    /// assert!(Check::begin("Jefe", "md5=750c783e6ab0b503eaa86e310a5db738").is_none());
    /// ```
    #[must_use]
    pub fn begin(secret: &str, header: &str) -> Option<Self> {
        let (method, digits) = header.trim().split_once('=')?;
        let algorithm = algorithm(&method.to_ascii_lowercase())?;
        let signed = bytes(digits)?;
        if signed.len() != algorithm.digest_algorithm().output_len() {
            return None;
        }
        let key = Key::new(algorithm, secret.as_bytes());
        Some(Self { context: Context::with_key(&key), key, signed })
    }

    /// The next part of the body.
    pub fn update(&mut self, part: &[u8]) {
        self.context.update(part);
    }

    /// Whether the whole body was signed with the secret.
    #[must_use]
    pub fn is_right(self) -> bool {
        let computed = self.context.sign();
        // `hmac::verify` takes the same time wherever two tags differ; what it compares here are tags of the two tags.
        let signed = hmac::sign(&self.key, &self.signed);
        hmac::verify(&self.key, computed.as_ref(), signed.as_ref()).is_ok()
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").finish_non_exhaustive()
    }
}

/// The four methods that `WebSub` knows. SHA-1 is weak where collisions matter; in HMAC they do not, and many hubs know no other.
fn algorithm(method: &str) -> Option<Algorithm> {
    Some(match method {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return None,
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let nibbles: Option<Vec<u8>> =
        digits.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let nibbles = nibbles.filter(|nibbles| nibbles.len() % 2 == 0)?;
    Some(nibbles.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 2202 and RFC 4231.
    const SIGNED: [(&str, &str); 4] = [
        ("sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("sha384", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"),
        (
            "sha512",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ];

    fn is_right(header: &str, body: &[u8]) -> bool {
        Check::begin("Jefe", header).is_some_and(|mut check| {
            check.update(body);
            check.is_right()
        })
    }

    #[test]
    fn the_four_methods_are_checked_and_one_wrong_byte_is_seen() {
        const BODY: &[u8] = b"what do ya want for nothing?";
        for (method, digits) in SIGNED {
            assert!(is_right(&format!("{method}={digits}"), BODY), "{method}");
            assert!(is_right(&format!(" {}={} ", method.to_uppercase(), digits.to_uppercase()), BODY), "{method}");
            assert!(!is_right(&format!("{method}={digits}"), b"what do ya want for nothing!"), "{method}");
            let other =
                format!("{method}={}{}", &digits[..digits.len() - 1], if digits.ends_with('0') { '1' } else { '0' });
            assert!(!is_right(&other, BODY), "{method}");
            assert!(!is_right(&format!("{method}={}", &digits[2..]), BODY), "a shorter one");
        }
        for header in ["", "sha256", "sha256=", "sha256=zz", "=00", "md5=750c783e6ab0b503eaa86e310a5db738", "sha1=é"] {
            assert!(!is_right(header, BODY), "{header}");
        }
        // A method says how long its tags are: one of another method is wrong.
        assert!(!is_right(&format!("sha1={}", SIGNED[1].1), BODY));
    }

    #[test]
    fn what_nobody_can_guess_is_long_and_never_the_same() {
        let (one, other) = (unguessable().unwrap(), unguessable().unwrap());
        assert!(one.len() == 64 && one != other && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
