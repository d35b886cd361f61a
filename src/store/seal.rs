//! Keys: from a passphrase to the identity of a person, from there to the data key of the store.

use std::io::Write as _;

use age::{secrecy::ExposeSecret as _, x25519};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, passphrase::Passphrase};

/// 32 bytes that are wiped when dropped.
pub(super) type Key32 = Zeroizing<[u8; 32]>;

/// What a guess at a passphrase costs: Argon2id's memory, passes and lanes (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// About a second on one core of a workstation; three times the memory of RFC 9106's second recommendation.
    pub const STANDARD: Self = Self {
        memory_kib: 192 * 1024,
        passes: 3,
        lanes: 4,
    };
    /// Larger than any that we write; a changed file must not take the machine's memory.
    const MOST_KIB: u32 = 1 << 21;

    fn argon2(self) -> Result<Argon2<'static>, Error> {
        let refused = || Error::Damaged { what: "key file" };
        if Self::MOST_KIB < self.memory_kib || 16 < self.passes || 16 < self.lanes {
            return Err(refused());
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32));
        let params = params.map_err(|_too_small| refused())?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// `N` random bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_no_entropy| Error::Crypto {
        doing: "draw random bytes",
    })?;
    Ok(bytes)
}

/// Sixteen random bytes in hexadecimal: a reference that says nothing about what it refers to.
pub(super) fn reference() -> Result<String, Error> {
    Ok(hex(&random::<16>()?))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, it| {
        // Writing to a string cannot fail.
        write!(text, "{it:02x}").ok();
        text
    })
}

/// The key that a passphrase opens; takes [`Cost`].
pub(super) fn stretch(passphrase: &Passphrase, salt: &[u8], cost: Cost) -> Result<Key32, Error> {
    let mut key = Zeroizing::new([0; 32]);
    cost.argon2()?
        .hash_password_into(passphrase.bytes(), salt, key.as_mut_slice())
        .map_err(|_bad_salt| Error::Damaged { what: "key file" })?;
    Ok(key)
}

/// Seals `plain` under `key`, bound to `about`: a random nonce of 24 bytes, then XChaCha20-Poly1305.
pub(super) fn wrap(key: &Key32, plain: &[u8], about: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = random::<24>()?;
    let payload = Payload {
        msg: plain,
        aad: about,
    };
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_too_long| Error::Crypto {
            doing: "seal a key",
        })?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`wrap`] sealed; `None` where the key, the bytes or what they are about differ.
pub(super) fn unwrap(key: &Key32, sealed: &[u8], about: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let payload = Payload {
        msg: sealed,
        aad: about,
    };
    let plain = cipher(key).decrypt(&XNonce::from(nonce), payload).ok()?;
    Some(Zeroizing::new(plain))
}

fn cipher(key: &Key32) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(**key))
}

/// The key of the whole store.
#[derive(Clone)]
pub(super) struct DataKey(Key32);

impl DataKey {
    pub(super) fn random() -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// The recovery key as it is printed once: an age identity, `AGE-SECRET-KEY-1…`. It does not print by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<String>);

impl RecoveryKey {
    /// For the one page or print on which a person sees it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What a person typed, spaces and case forgiven.
    pub fn typed(text: &str) -> Self {
        let kept = text.chars().filter(|it| !it.is_whitespace());
        Self(Zeroizing::new(kept.collect::<String>().to_uppercase()))
    }

    pub(super) fn identity(&self) -> Option<x25519::Identity> {
        self.0.parse().ok()
    }
}

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// A new pair: who may open, and to whom one seals.
pub(super) fn new_identity() -> (RecoveryKey, String) {
    let identity = x25519::Identity::generate();
    let secret = identity.to_string().expose_secret().to_owned();
    let recipient = identity.to_public().to_string();
    (RecoveryKey(Zeroizing::new(secret)), recipient)
}

/// Seals bytes to one recipient, in the format of age.
pub(super) fn seal_to(recipient: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
    age::encrypt(&parse_recipient(recipient)?, plain).map_err(|_cannot| Error::Crypto {
        doing: "seal a file",
    })
}

/// Opens what was sealed to an identity; `None` for any other bytes.
pub(super) fn open_with(identity: &x25519::Identity, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    age::decrypt(identity, sealed).ok().map(Zeroizing::new)
}

/// Seals a stream to several recipients.
pub(super) fn seal_stream<W: std::io::Write>(
    recipients: &[String],
    to: W,
    fill: impl FnOnce(&mut age::stream::StreamWriter<W>) -> Result<(), Error>,
) -> Result<W, Error> {
    let recipients: Result<Vec<_>, _> = recipients.iter().map(|it| parse_recipient(it)).collect();
    let recipients = recipients?;
    let dynamic = recipients.iter().map(|it| it as &dyn age::Recipient);
    let cannot = |_none| Error::Crypto {
        doing: "seal a backup",
    };
    let encryptor = age::Encryptor::with_recipients(dynamic).map_err(cannot)?;
    let mut writer = encryptor
        .wrap_output(to)
        .map_err(Error::io("write the backup"))?;
    fill(&mut writer)?;
    writer.flush().map_err(Error::io("write the backup"))?;
    writer.finish().map_err(Error::io("write the backup"))
}

/// Opens a sealed stream; reading fails where it was changed or cut.
pub(super) fn open_stream<R: std::io::Read>(
    identity: &x25519::Identity,
    from: R,
) -> Result<age::stream::StreamReader<R>, Error> {
    let damaged = |_changed| Error::Damaged { what: "backup" };
    let decryptor = age::Decryptor::new(from).map_err(damaged)?;
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .map_err(damaged)
}

fn parse_recipient(recipient: &str) -> Result<x25519::Recipient, Error> {
    recipient
        .parse()
        .map_err(|_not_one| Error::Damaged { what: "key file" })
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{Cost, stretch, unwrap, wrap};
    use crate::store::Passphrase;

    #[test]
    fn a_sealed_key_opens_with_its_key_and_for_its_purpose_only() {
        let key = Zeroizing::new([7; 32]);
        let sealed = wrap(&key, b"secret", b"slot 1").unwrap();
        assert_eq!(
            unwrap(&key, &sealed, b"slot 1").unwrap().as_slice(),
            b"secret"
        );
        assert!(unwrap(&key, &sealed, b"slot 2").is_none());
        assert!(unwrap(&Zeroizing::new([8; 32]), &sealed, b"slot 1").is_none());
        for idx in 0..sealed.len() {
            let mut other = sealed.clone();
            other[idx] ^= 1;
            assert!(unwrap(&key, &other, b"slot 1").is_none());
        }
    }

    #[test]
    fn a_cost_that_would_take_all_memory_is_refused() {
        let cost = Cost {
            memory_kib: u32::MAX,
            passes: 1,
            lanes: 1,
        };
        assert!(stretch(&Passphrase::typed("x"), &[0; 16], cost).is_err());
    }
}
