//! The TLS configuration of every connection, and one set of system certificates for all.
//!
//! A client of its own reads a few hundred certificate files when it is built, whether or
//! not it ever speaks TLS. Here they are read by the first handshake that has to check a
//! certificate, once for the process; a start without `https://` never reads them. When
//! they cannot be read, that call fails with an error and the next one tries again.

use std::sync::{Arc, LazyLock, OnceLock};

use reqwest::ClientBuilder;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::{Error, Result};

static CONFIGURATION: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(configuration);

/// A client to be configured further, which shares the TLS configuration of all others.
pub fn client_builder() -> Result<ClientBuilder> {
    let configuration = CONFIGURATION
        .as_ref()
        .map_err(|error| Error::Connection { message: format!("TLS cannot be set up: {error}") })?;
    Ok(reqwest::Client::builder().tls_backend_preconfigured(configuration.clone()))
}

fn configuration() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let mut configuration = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        // not less strict than the usual one: it is the system's verifier, read later
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(SystemTrust::new(provider)))
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// Trusts whom the system trusts, and asks it only when there is a certificate to judge.
#[derive(Debug)]
struct SystemTrust {
    provider: Arc<CryptoProvider>,
    system: OnceLock<Verifier>,
}

impl SystemTrust {
    fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { provider, system: OnceLock::new() }
    }

    /// The system's verifier. A failure is not kept: somebody may install certificates.
    fn system(&self) -> Result<&Verifier, rustls::Error> {
        if let Some(system) = self.system.get() {
            return Ok(system);
        }
        let read = Verifier::new(self.provider.clone())?;
        Ok(self.system.get_or_init(|| read))
    }
}

impl ServerCertVerifier for SystemTrust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let system = self.system()?;
        system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    /// Asked for with every greeting, so it must not need the certificates.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    /// A certificate for localhost that nobody but itself vouches for, until 2126.
    const SELF_SIGNED: &[u8] = include_bytes!("self_signed.pem");

    #[test]
    fn certificates_are_read_when_one_is_judged_and_strangers_are_refused() {
        let trust = SystemTrust::new(Arc::new(crypto::aws_lc_rs::default_provider()));
        assert!(!trust.supported_verify_schemes().is_empty());
        assert!(trust.system.get().is_none());
        let stranger = CertificateDer::from_pem_slice(SELF_SIGNED).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let error = trust.verify_server_cert(&stranger, &[], &name, &[], now).unwrap_err();
        // a machine without any certificates refuses everybody, in words of its own
        match trust.system.get() {
            Some(_) => assert!(matches!(error, rustls::Error::InvalidCertificate(_)), "{error}"),
            None => assert!(error.to_string().contains("No CA certificates"), "{error}"),
        }
    }

    #[test]
    fn http_2_is_offered_before_http_1() {
        assert_eq!(configuration().unwrap().alpn_protocols, [&b"h2"[..], b"http/1.1"]);
    }
}
