//! The vectors on disk and the rules they cite. It reads files and compares nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One message and what `hotdesk decode` says about it.
#[derive(Debug, Clone)]
pub struct Vector {
    /// Its place in `vectors/`, as `index.toml` names it: `samples/login.xml`.
    pub path: String,
    /// The bytes as they come over the wire.
    pub input: Vec<u8>,
    /// The expected line: the object that decode prints, or one with the key `refused`.
    pub expected: String,
}

impl Vector {
    /// Returns the folder, such as `samples`.
    pub fn group(&self) -> &str {
        self.path.split_once('/').map_or("", |(group, _)| group)
    }

    /// Returns true if the input is the body of an HTTP request, not a document.
    pub fn is_form(&self) -> bool {
        self.path.ends_with(".form")
    }

    /// Returns true if decode must refuse the input.
    pub fn is_refused(&self) -> bool {
        self.expected.starts_with(r#"{"refused":"#)
    }
}

/// Reads every vector, in the order of their paths.
///
/// # Panics
///
/// Panics if a file cannot be read or a message has no expectation beside it.
pub fn vectors() -> Vec<Vector> {
    let folder = folder();
    let inputs = files().into_iter().filter(|path| !path.ends_with(".json"));
    let vector = |path: String| {
        let input = fs::read(folder.join(&path)).unwrap();
        let expected = folder.join(&path).with_extension("json");
        let expected =
            fs::read_to_string(&expected).unwrap_or_else(|e| panic!("{}: {e}", expected.display()));
        let expected = expected.strip_suffix('\n').map(str::to_owned);
        Vector {
            input,
            expected: expected.unwrap_or_else(|| panic!("{path}: its JSON is not one line")),
            path,
        }
    };
    inputs.map(vector).collect()
}

/// Reads every message that decode accepts, without the form bodies.
///
/// # Panics
///
/// Panics as [`vectors`] does.
pub fn good_documents() -> Vec<Vector> {
    vectors().into_iter().filter(|vector| !vector.is_refused() && !vector.is_form()).collect()
}

/// Lists the files of all groups, as `group/name`, but not those that [`vectors_of`] reads, and no [`logs`](crate::logs).
///
/// # Panics
///
/// Panics if a folder cannot be read.
pub fn files() -> Vec<String> {
    let mut files = Vec::new();
    for group in
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| is_group(path))
    {
        for file in fs::read_dir(&group).unwrap() {
            let file = file.unwrap().path();
            files.push(file.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned());
        }
    }
    files.sort();
    files
}

fn is_group(path: &Path) -> bool {
    path.is_dir() && !path.ends_with(OBJECTS) && !path.ends_with(PHONE_FILES) && !path.ends_with("logs")
}

/// The folder of the IP phone objects.
pub const OBJECTS: &str = "phonexml";

/// The folder of the files that phones load from their cluster.
pub const PHONE_FILES: &str = "provisioning";

/// Reads every vector of one of these folders, in the order of their paths.
///
/// # Panics
///
/// Panics as [`vectors`] does.
pub fn vectors_of(kind: &str) -> Vec<Vector> {
    let mut found = Vec::new();
    for group in ["read", "refused"] {
        let mut inputs: Vec<PathBuf> = fs::read_dir(folder().join(kind).join(group))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "xml"))
            .collect();
        inputs.sort();
        found.extend(inputs.into_iter().map(|path| Vector {
            input: fs::read(&path).unwrap(),
            expected: fs::read_to_string(path.with_extension("json")).unwrap().trim_end().to_owned(),
            path: path.strip_prefix(folder().join(kind)).unwrap().to_str().unwrap().to_owned(),
        }));
    }
    found
}

/// Reads the `index.toml` of one of these folders, as [`index`] does.
///
/// # Panics
///
/// Panics if it cannot be read or is not TOML.
pub fn index_of(kind: &str) -> BTreeMap<String, toml::Table> {
    let text = fs::read_to_string(folder().join(kind).join("index.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|e| panic!("{kind}/index.toml: {e}"))
}

/// Reads `index.toml`: a table for each vector's path.
///
/// # Panics
///
/// Panics if it cannot be read or is not TOML.
pub fn index() -> BTreeMap<String, toml::Table> {
    let text = fs::read_to_string(folder().join("index.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|e| panic!("index.toml: {e}"))
}

/// Reads the numbers of the rules in PROTOCOL.md, such as 6.4.
pub fn rules() -> BTreeSet<String> {
    let mut section = "";
    let mut rules = BTreeSet::new();
    for line in include_str!("../../core/PROTOCOL.md").lines() {
        let number = |line: &'static str| line.split_once(". ").map_or("", |(number, _)| number);
        if let Some(heading) = line.strip_prefix("## ") {
            section = number(heading);
        } else if line.starts_with(|c: char| c.is_ascii_digit()) {
            rules.insert(format!("{section}.{}", number(line)));
        }
    }
    rules
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}
