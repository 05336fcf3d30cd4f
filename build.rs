//! Puts into the binary: the sample site (`fixtures/site`) for `feedatlas demo`, and the words of the router (`data/names`), hashed.

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
}

fn main() -> io::Result<()> {
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    sample_site(&Path::new(&manifest).join("fixtures/site"), &out)?;
    for read in ["data/names", "build", "src/route/role.rs", "src/route/written.rs", "src/text"] {
        println!("cargo::rerun-if-changed={read}");
    }
    fs::write(out.join("names.bin"), names::bytes(&Path::new(&manifest).join("data/names"))?)
}

/// A table of paths and bytes.
fn sample_site(root: &Path, out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed=fixtures/site");
    let mut files = Vec::new();
    collect(root, &mut files)?;
    // The order of a folder's listing differs from machine to machine; the binary should not.
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.to_string_lossy()).map_err(io::Error::other)?;
    }
    table.push(']');
    fs::write(out.join("sample_site.rs"), table)
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
