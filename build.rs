//! Puts the sample site (`fixtures/site`) into the binary: a table of paths and bytes for `feedatlas demo`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("fixtures/site");
    println!("cargo::rerun-if-changed=fixtures/site");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    // The order of a folder's listing differs from machine to machine; the binary should not.
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // The place is told by the compiler, not written down: a folder that is moved builds as before.
        let place = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?})", format!("/fixtures/site/{name}"));
        writeln!(table, "    ({name:?}, include_bytes!({place})),").map_err(io::Error::other)?;
    }
    table.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
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
