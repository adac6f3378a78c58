//! Argon2id, as OWASP recommends it: 19 MiB, two passes, one lane.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use base::{Random, Secret};
use tokio::sync::Semaphore;
use web::{Error, Result};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many hashes are computed at once: a hundred logins together still take 38 MiB.
static SLOTS: Semaphore = Semaphore::const_new(2);

/// A hash that no password has, for accounts that do not exist or have no password, so
/// that refusing them takes the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$aGlzaGFtb3Mtbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash to store, with its salt and settings in the PHC text form.
pub async fn hash(password: Secret<String>, random: &dyn Random) -> Result<Secret<String>> {
    let mut salt = [0_u8; 16];
    random.fill(&mut salt);
    compute(move || {
        let hash = argon2()?.hash_password_with_salt(password.reveal().as_bytes(), &salt);
        hash.map(|hash| Secret::new(hash.to_string())).map_err(|error| error.to_string())
    })
    .await
}

/// Whether a password is the right one. Without a hash it takes as long and says no.
pub async fn verify(password: Secret<String>, hash: Option<Secret<String>>) -> Result<bool> {
    compute(move || {
        let text = hash.as_ref().map_or(NOBODY, |hash| hash.reveal().as_str());
        let parsed = PasswordHash::new(text).map_err(|error| error.to_string())?;
        let is_right = argon2()?.verify_password(password.reveal().as_bytes(), &parsed).is_ok();
        Ok(is_right && hash.is_some())
    })
    .await
}

/// Whether a hash was made with other settings than today's and should be made anew.
pub fn is_outdated(hash: &Secret<String>) -> bool {
    !hash.reveal().starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Runs heavy work off the threads that serve requests, a few at once.
async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T> {
    let broken = |reason: String| Error::internal(format!("password hashing failed: {reason}"));
    // The permit travels with the work: a client that goes away does not free the memory.
    let permit = SLOTS.acquire().await.map_err(|error| broken(error.to_string()))?;
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    });
    done.await.map_err(|error| broken(error.to_string()))?.map_err(broken)
}

#[cfg(test)]
mod tests {
    use base::SeededRandom;

    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_right_password_is_accepted() {
        let random = SeededRandom::new(1);
        let long = "ü".repeat(199);
        let hash = hash(secret(&format!("{long}a")), &random).await.expect("hashes");
        let check = async |password: &str, expected: bool| {
            let is_right = verify(secret(password), Some(hash.clone())).await.expect("verifies");
            assert_eq!(is_right, expected, "{password}");
        };
        check(&format!("{long}a"), true).await;
        check(&format!("{long}b"), false).await;
        check(&long, false).await;
        check("", false).await;
    }

    #[tokio::test]
    async fn hash_has_todays_settings_and_its_own_salt() {
        let random = SeededRandom::new(2);
        let one = hash(secret("the same password"), &random).await.expect("hashes");
        let two = hash(secret("the same password"), &random).await.expect("hashes");
        assert_ne!(one, two);
        assert!(!is_outdated(&one));
        assert!(is_outdated(&secret("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA")));
        assert!(!is_outdated(&secret(NOBODY)));
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_takes_the_work() {
        assert!(PasswordHash::new(NOBODY).expect("parses").hash.is_some());
        assert!(!verify(secret("any password"), None).await.expect("verifies"));
    }
}
