//! HishamOS with everything on, and with one part off.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::load::Target;
use super::measure::{Bench, Direct, Measured, Subject};
use crate::api::Api;
use crate::services::Folder;
use crate::services::hishamos::{Hishamos, create_admin};

/// What can be switched off, and the name under which the figures then stand.
pub const PARTS: [(&str, &str); 4] = [
    ("ledger", "without ledger"),
    ("limits", "without limits"),
    ("cache", "without cache"),
    ("meters", "without meters"),
];

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "figures-of-a-quiet-machine";

/// Start it on a data folder of its own and measure it.
pub fn measure(
    program: &Path,
    bench: &Bench,
    direct: &Direct,
    without: Option<(&'static str, &'static str)>,
) -> Result<Measured> {
    let folder = Folder::create(false)?;
    let data = folder.inside("data")?;
    fs::create_dir_all(&data).context("cannot make the data folder")?;
    // a provider of this name has OpenAI's prices, so that every call costs something
    let mut settings = format!(
        "[[providers]]\nname = \"openai\"\nbase_url = \"http://127.0.0.1:{}/v1\"\nmodels = [\"gpt-4o-mini\"]\nmax_concurrent = 1000\n\n\
         [[providers]]\nname = \"slow\"\nbase_url = \"http://127.0.0.1:{}/v1\"\nmodels = [\"gpt-4o-mini\"]\nmax_concurrent = 1000\n",
        bench.fast, bench.slow
    );
    if let Some((part, _)) = without {
        // writing to a text cannot fail
        let _ = write!(settings, "\n[doors]\nwithout = \"{part}\"\n");
    }
    fs::write(data.join("hishamos.toml"), settings).context("cannot write the configuration")?;
    create_admin(program, &data, EMAIL, PASSWORD)?;
    let mut server = Hishamos::start(program, &folder, &data, None)?;
    server.wait_until_ready()?;
    server.wait_for_key()?;
    let address: SocketAddr =
        server.url().trim_start_matches("http://").parse().context("no address")?;
    let virtual_key = set_up(&Api::of(address, &data)?)?;
    let target = |model: &str| Target {
        address,
        path: "/v1/chat/completions".to_owned(),
        model: model.to_owned(),
        key: virtual_key.clone(),
    };
    let subject = Subject {
        peer: without.map_or("hishamos", |(_, name)| name),
        fast: target("openai/gpt-4o-mini"),
        slow: target("slow/gpt-4o-mini"),
        pid: server.pid(),
    };
    bench
        .measure(&subject, direct)
        .with_context(|| format!("its log ends with:\n{}", server.last_lines()))
}

/// A key with limits, under budgets of the organisation and the key, and limits of the
/// organisation: nothing that the doors check is left out. None of them is ever reached.
fn set_up(api: &Api) -> Result<String> {
    let most = 1_000_000_000;
    let new = json!({"name": "bench", "requests_per_minute": most, "tokens_per_minute": most});
    let made = api.send("POST", "/api/v1/virtual-keys", &new)?;
    let id = made["id"].as_str().context("the new key has no id")?;
    for (scope, id) in [("organisation", ""), ("key", id)] {
        let budget = json!({
            "scope": scope, "scope_id": id, "period": "month", "cap_micros": 1_000_000_000_000_i64,
        });
        api.send("POST", "/api/v1/budgets", &budget)?;
    }
    // no budget holds what nobody can price
    let slow = json!([{
        "platform": "slow", "valid_from": "2020-01-01T00:00:00Z", "input_micros": 150_000,
        "output_micros": 600_000,
    }]);
    api.send("POST", "/api/v1/prices", &slow)?;
    let limit = json!({
        "scope": "organisation", "requests_per_minute": most, "tokens_per_minute": most,
    });
    api.send("PUT", "/api/v1/rate-limits", &limit)?;
    Ok(made["key"].as_str().context("the new key is not shown")?.to_owned())
}
