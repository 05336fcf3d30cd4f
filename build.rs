//! Puts data into the binary: the sample site (`fixtures/site`) as a table of paths and bytes for `feedatlas demo`, the rules of
//! sites (`data/site-rules`) as a table of names and texts, and the words of the router (`data/names`), hashed.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "build/names.rs"]
mod names;

// The words are read and hashed here as the program reads and hashes a text.
#[allow(dead_code, unreachable_pub, reason = "what the build needs of them is a part")]
#[path = "src/route"]
mod route {
    #[path = "role.rs"]
    pub mod role;
    #[path = "written.rs"]
    pub mod written;
}
#[allow(dead_code, unreachable_pub, reason = "what the build needs of them is a part")]
#[path = "src/text"]
mod text {
    #[path = "letter.rs"]
    pub mod letter;
    #[path = "scan.rs"]
    pub mod scan;
    #[path = "sort.rs"]
    mod sort;
}

fn main() -> io::Result<()> {
    let all = |_: &str| true;
    put("fixtures/site", "include_bytes", all, "sample_site.rs")?;
    let is_rule =
        |name: &str| Path::new(name).extension().is_some_and(|end| end == "txt") && !name.starts_with("LICENSE");
    put("data/site-rules", "include_str", is_rule, "site_rules.rs")?;
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    for read in ["data/names", "build", "src/route/role.rs", "src/route/written.rs", "src/text"] {
        println!("cargo::rerun-if-changed={read}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("names.bin"), names::bytes(&Path::new(&manifest).join("data/names"))?)
}

/// Writes the table of a folder's files.
fn put(folder: &str, include: &str, is_taken: impl Fn(&str) -> bool, table_name: &str) -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join(folder);
    println!("cargo::rerun-if-changed={folder}");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    // The order of a folder's listing differs from machine to machine; the binary should not.
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        if is_taken(&name) {
            // The place is told by the compiler, not written down: a folder that is moved builds as before.
            let place = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?})", format!("/{folder}/{name}"));
            writeln!(table, "    ({name:?}, {include}!({place})),").map_err(io::Error::other)?;
        }
    }
    table.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join(table_name), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
