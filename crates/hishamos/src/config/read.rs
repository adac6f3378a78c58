//! All sections, read in one go.

use gateway::ProviderConfig;

use super::file::File;
use super::reader::{Key, Line, Reader};
use super::{
    Cache, Data, Database, Doors, Environment, Limits, Log, Model, Secrets, ServeFlags, Server,
    Telemetry, Tools, cache, data, database, doors, limits, log, model, providers, secrets, server,
    telemetry, tools,
};
use crate::failure::Result;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is kept.
    pub data: Data,
    /// Which database.
    pub database: Database,
    /// Where to listen.
    pub server: Server,
    /// The providers of models.
    pub providers: Vec<ProviderConfig>,
    /// Which model answers.
    pub model: Model,
    /// What is logged.
    pub log: Log,
    /// How much at once, and how long.
    pub limits: Limits,
    /// Section `tools`.
    pub tools: Tools,
    /// How outside clients are served.
    pub doors: Doors,
    /// For how long each kind of answer is given again.
    pub cache: Cache,
    /// What opens secrets, and where they are kept.
    pub secrets: Secrets,
    /// Who is told of model calls.
    pub telemetry: Telemetry,
}

/// The configuration, and where each value came from.
#[derive(Debug)]
pub struct Reading {
    /// The values.
    pub config: Config,
    /// What `hishamos config print` shows.
    pub lines: Vec<Line>,
}

/// Reads the configuration. `log_level` is the default one, since a command whose output
/// people read logs less than a server.
pub fn read(flags: &ServeFlags, environment: &Environment, log_level: &str) -> Result<Reading> {
    read_all(flags, environment, log_level, true)
}

/// The same for a command that calls no provider and opens no secret. The variables with their
/// keys are the server's, and need not be set where somebody runs a command beside it.
pub fn read_without_keys(
    flags: &ServeFlags,
    environment: &Environment,
    log_level: &str,
) -> Result<Reading> {
    read_all(flags, environment, log_level, false)
}

fn read_all(
    flags: &ServeFlags,
    environment: &Environment,
    log_level: &str,
    needs_keys: bool,
) -> Result<Reading> {
    let (folder, origin) = data::folder(flags.data.data.as_deref(), environment);
    let file = File::read(&folder, &known())?;
    let mut reader = Reader::new(environment, &file);
    let config = Config {
        data: Data::read(&mut reader, folder.clone(), origin),
        database: Database::read(&mut reader, flags.data.database.as_deref(), &folder)?,
        server: Server::read(&mut reader, flags.listen.as_deref(), flags.public_url.as_deref())?,
        model: Model::read(&mut reader, flags.model.as_deref(), flags.model_script.as_deref())?,
        log: Log::read(&mut reader, flags.log.as_deref(), log_level)?,
        limits: Limits::read(&mut reader)?,
        tools: Tools::read(&mut reader)?,
        doors: Doors::read(&mut reader)?,
        cache: Cache::read(&mut reader)?,
        secrets: Secrets::read(&mut reader, needs_keys)?,
        telemetry: Telemetry::read(&mut reader)?,
        providers: providers::read(&mut reader, needs_keys)?,
    };
    Ok(Reading { config, lines: reader.into_lines() })
}

/// Every key of the file but those of providers.
fn known() -> Vec<&'static str> {
    keys().iter().map(|key| key.name).collect()
}

/// Every setting but those of providers.
pub(super) fn keys() -> Vec<Key> {
    [
        &server::KEYS[..],
        &database::KEYS,
        &model::KEYS,
        &log::KEYS,
        &limits::KEYS,
        &tools::KEYS,
        &doors::KEYS,
        &cache::KEYS,
        &secrets::KEYS,
        &telemetry::KEYS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn reading(toml: &str, environment: &Environment, flags: ServeFlags) -> Result<Reading> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hishamos.toml"), toml).unwrap();
        let mut flags = flags;
        flags.data.data = Some(folder.path().to_owned());
        read(&flags, environment, "info")
    }

    #[test]
    fn every_key_is_in_the_documents() {
        let text = std::fs::read_to_string("../../docs/operations.md").unwrap();
        let missing: Vec<_> =
            known().into_iter().filter(|key| !text.contains(&format!("`{key}`"))).collect();
        assert_eq!(missing, Vec::<&str>::new());
        let default = reading("", &Environment::default(), ServeFlags::default()).unwrap();
        let is_number = |key: &str| key.starts_with("limits.") || key.starts_with("cache.");
        let numbers = |line: &&Line| is_number(&line.key) && line.value != "-";
        for line in default.lines.iter().filter(numbers) {
            let row = format!("| `{}` | {} ", line.key, line.value);
            assert!(text.contains(&row), "no row begins with: {row}");
        }
    }

    #[test]
    fn flags_win_over_environment_over_file_over_default() {
        let toml = "[server]\nlisten = \"127.0.0.1:1\"\n";
        let variable = Environment::from([("HISHAMOS_LISTEN", "127.0.0.1:2")]);
        let flag = ServeFlags { listen: Some("127.0.0.1:3".to_owned()), ..ServeFlags::default() };
        let check =
            |toml: &str, environment: &Environment, flags: &ServeFlags, port: u16, origin: &str| {
                let reading = reading(toml, environment, flags.clone()).unwrap();
                assert_eq!(reading.config.server.listen.port(), port);
                let line = reading.lines.iter().find(|line| line.key == "server.listen").unwrap();
                assert!(line.origin.contains(origin), "{line:?}");
            };
        let (nothing, no_flags) = (Environment::default(), ServeFlags::default());
        check("", &nothing, &no_flags, 8484, "default");
        check(toml, &nothing, &no_flags, 1, "hishamos.toml line 2");
        check(toml, &variable, &no_flags, 2, "environment HISHAMOS_LISTEN");
        check(toml, &variable, &flag, 3, "flag --listen");
    }

    #[test]
    fn levels_and_filters_are_taken() {
        for level in ["warn", "INFO", "off", "info,sqlx=debug", "sqlx=warn"] {
            let toml = format!("[log]\nlevel = \"{level}\"\n");
            let read = reading(&toml, &Environment::default(), ServeFlags::default()).unwrap();
            assert_eq!(read.config.log.level, level);
        }
    }

    #[test]
    fn each_kind_of_answer_has_its_own_time() {
        let toml = "[cache]\nembeddings_seconds = 86_400\ntoken_counts_seconds = 0\n";
        let variable = Environment::from([("HISHAMOS_CACHE_MODEL_LISTS_SECONDS", "60")]);
        let cache = reading(toml, &variable, ServeFlags::default()).unwrap().config.cache;
        let times = [cache.answers.chat, cache.answers.embeddings, cache.answers.token_counts];
        assert_eq!(times.map(|time| time.as_secs()), [7_200, 86_400, 0]);
        assert_eq!(cache.model_lists.as_secs(), 60);
        let usual = reading("", &Environment::default(), ServeFlags::default()).unwrap();
        assert_eq!(usual.config.cache.answers, gateway::CacheTimes::default());
    }

    #[test]
    fn questions_are_compared_when_a_model_is_named() {
        let check = |toml: &str, expected: Option<(&str, f32, usize)>| {
            let read = reading(toml, &Environment::default(), ServeFlags::default()).unwrap();
            let expected = expected.map(|(model, similarity, entries)| {
                let model = model.to_owned();
                gateway::SemanticCache { model, similarity, entries }
            });
            assert_eq!(read.config.cache.semantic, expected, "{toml}");
        };
        check("", None);
        check("[cache.semantic]\nsimilarity = 0.9", None);
        check("[cache.semantic]\nmodel = \"e/m\"", Some(("e/m", 0.95, 10_000)));
        check(
            "[cache]\nsemantic.model = \"vectors\"\nsemantic.similarity = 1\nsemantic.entries = 7",
            Some(("vectors", 1.0, 7)),
        );
    }

    #[test]
    fn secrets_come_from_named_variables_and_are_masked() {
        let toml =
            "[[providers]]\nname = \"acme\"\nbase_url = \"http://x/v1/\"\napi_key_env = \"ACME\"\n";
        let environment = Environment::from([("ACME", "sk-1"), ("HISHAMOS_METRICS_TOKEN", "m-1")]);
        let reading = reading(toml, &environment, ServeFlags::default()).unwrap();
        let key = reading.config.providers[0].api_key.clone().unwrap();
        assert_eq!(key.reveal(), "sk-1");
        let shown = format!("{:?} {:?}", reading.lines, reading.config);
        assert!(!shown.contains("sk-1") && !shown.contains("m-1"), "{shown}");
    }

    #[test]
    fn keys_are_needed_by_who_calls_providers_only() {
        let folder = tempfile::tempdir().unwrap();
        let toml = "[secrets]\nvault_url = \"http://127.0.0.1:9\"\n[[providers]]\nname = \"a\"\nbase_url = \"http://x\"\napi_key_env = \"NOT_SET_HERE\"\n";
        std::fs::write(folder.path().join("hishamos.toml"), toml).unwrap();
        let mut flags = ServeFlags::default();
        flags.data.data = Some(folder.path().to_owned());
        let nothing = Environment::default();
        assert!(read(&flags, &nothing, "info").is_err());
        let config = read_without_keys(&flags, &nothing, "warn").unwrap().config;
        assert!(config.providers[0].api_key.is_none() && config.secrets.vault.is_none());
    }

    #[test]
    fn wrong_values_name_their_place_and_the_fix() {
        let check = |toml: &str, expected: &str| {
            let failure =
                reading(toml, &Environment::default(), ServeFlags::default()).unwrap_err();
            assert!(failure.message.contains(expected), "{}", failure.message);
            assert_eq!(failure.exit, crate::failure::Exit::Invalid);
        };
        check("[server]\nlisten = \"nowhere\"", "write an IP address and a port");
        check("[server]\npublic_url = \"example.com\"", "write it as https://host");
        check("[database]\nurl = \"mysql://x\"", "mysql://x");
        check("[limits]\nworker_threads = 0", "use at least 1");
        check("[limits]\nrequest_seconds = \"soon\"", "limits.request_seconds \"soon\"");
        check("[cache]\nchat_seconds = \"soon\"", "cache.chat_seconds \"soon\"");
        check(
            "[cache]\nembedding_seconds = 60",
            "unknown key \"cache.embedding_seconds\"; did you mean \"cache.embeddings_seconds\"?",
        );
        check("[cache]\ntranscription_seconds = 60", "unknown key \"cache.transcription_seconds\"");
        check("[cache.semantic]\nsimilarity = 0.5", "cache.semantic.similarity 0.5: use 0.8 to 1");
        check("[cache.semantic]\nentries = 0", "cache.semantic.entries 0: use at least 1");
        check("[log]\nlevel = \"verbose\"", "log.level \"verbose\"");
        check("[model]\nscript = \"/nowhere.json\"", "cannot read the model script /nowhere.json");
        check(
            "[[providers]]\nname = \"a\"\nbase_url = \"http://x\"\napi_key_env = \"NOT_SET_HERE\"",
            "NOT_SET_HERE",
        );
    }
}
