//! Where published files go: a folder now, an object store later. A file is replaced whole, and only when it changed.
//!
//! Nobody ever sees half a file: temporary name, fsync, rename, fsync of the folder. The packed forms go first and the
//! plain file last, so a plain file that is up to date vouches for them after a crash.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use crate::publish::error::PublishError;
use crate::publish::pack::{Effort, brotli, gzip};

/// Files that are written, then synced, then shown together: one fsync pays for many, and three times as many file
/// descriptors are no burden.
const TOGETHER_MAX: usize = 64;

/// A file to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Below the published folder, parts apart by `/`.
    pub path: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
    /// How many articles stand in it.
    pub items: u64,
}

impl File {
    /// A file.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: Vec<u8>, items: usize) -> Self {
        Self { path: path.into(), bytes, items: items as u64 }
    }
}

/// A file that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Below the published folder.
    pub path: String,
    /// How many articles stand in it.
    pub items: u64,
}

/// A place for published files.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Replaces those files that changed; says which they were. Safe to repeat.
    async fn write(&self, files: Vec<File>) -> Result<Vec<Changed>, PublishError>;

    /// Takes files away, with their packed forms; one that is not there is no error.
    async fn remove(&self, paths: Vec<String>) -> Result<(), PublishError>;

    /// What stands in a file; none where there is no such file.
    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError>;

    /// The names of what stands right below a folder, packed forms apart, in no order; none where there is no such folder.
    async fn list(&self, folder: &str) -> Result<Vec<String>, PublishError>;
}

/// A folder of the file system.
#[derive(Debug, Clone)]
pub struct Folder {
    root: Arc<Path>,
}

impl Folder {
    /// The folder, made if it is not there.
    pub fn open(root: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(root).map_err(|why| failed(root, why))?;
        Ok(Self { root: root.into() })
    }

    fn write_now(&self, files: &[File]) -> Result<Vec<Changed>, PublishError> {
        let mut changed = Vec::new();
        let mut folders = BTreeSet::new();
        for some in files.chunks(TOGETHER_MAX) {
            let mut staged = Vec::new();
            for file in some {
                let path = self.place(&file.path)?;
                if is_up_to_date(&path, file) {
                    continue;
                }
                let folder = path.parent().unwrap_or(&self.root).to_owned();
                self.make_folders(&folder, &mut folders)?;
                stage_all(&path, file, &mut staged)?;
                folders.insert(folder);
                changed.push(Changed { path: file.path.clone(), items: file.items });
            }
            side_by_side(&staged, |file| file.open.sync_all().map_err(|why| failed(&file.place, why)))?;
            for file in staged {
                file.show()?;
            }
        }
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        side_by_side(&folders, |folder| sync_folder(folder).map_err(|why| failed(folder, why)))?;
        Ok(changed)
    }

    /// Makes a folder and those above it; each that is new must be synced from above to last.
    fn make_folders(&self, folder: &Path, to_sync: &mut BTreeSet<PathBuf>) -> Result<(), PublishError> {
        let missing = folder.ancestors().take_while(|above| *above != &*self.root && !above.exists());
        to_sync.extend(missing.filter_map(|new| new.parent().map(Path::to_owned)));
        fs::create_dir_all(folder).map_err(|why| failed(folder, why))
    }

    /// The place of a path; refuses whatever might lead out of the folder.
    fn place(&self, path: &str) -> Result<PathBuf, PublishError> {
        let is_fine = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']) && part.len() < 200
        };
        if !path.split('/').all(is_fine) {
            return Err(PublishError::Outside { path: path.to_owned() });
        }
        Ok(self.root.join(path))
    }
}

#[async_trait]
impl Sink for Folder {
    async fn write(&self, files: Vec<File>) -> Result<Vec<Changed>, PublishError> {
        let folder = self.clone();
        run_blocking(move || folder.write_now(&files)).await
    }

    async fn remove(&self, paths: Vec<String>) -> Result<(), PublishError> {
        let folder = self.clone();
        run_blocking(move || {
            paths.iter().try_for_each(|path| {
                let place = folder.place(path)?;
                remove(&[with_ending(&place, "gz"), with_ending(&place, "br"), place.clone()])?;
                if let Some(above) = place.parent().filter(|above| *above != &*folder.root) {
                    // Stays where something else stands in it.
                    let _ = fs::remove_dir(above);
                }
                Ok(())
            })
        })
        .await
    }

    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError> {
        let place = self.place(path)?;
        run_blocking(move || there(fs::read(&place)).map_err(|why| unread(&place, why))).await
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, PublishError> {
        let place = self.place(folder)?;
        run_blocking(move || names(&place).map_err(|why| unread(&place, why))).await
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in there(fs::read_dir(folder))?.into_iter().flatten() {
        // Only names that we could have given: they are all UTF-8.
        let name = entry?.file_name().into_string().unwrap_or_default();
        if !name.is_empty() && !name.starts_with('.') && !name.ends_with(".gz") && !name.ends_with(".br") {
            names.push(name);
        }
    }
    Ok(names)
}

/// What is not there is none, and no error.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(why) => Err(why),
    }
}

/// Compressing and fsync block; a panic in there is a panic here.
async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => unreachable!("a blocking task that runs is never cancelled"),
        },
    }
}

/// Waits for many things at once: a disk makes hundreds of files safe in the time of a few.
fn side_by_side<T: Sync>(
    things: &[T],
    work: impl Fn(&T) -> Result<(), PublishError> + Sync,
) -> Result<(), PublishError> {
    /// Threads that wait for the disk; they compute nothing.
    const AT_ONCE: usize = 16;
    let share = things.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let waiting: Vec<_> =
            things.chunks(share).map(|some| scope.spawn(|| some.iter().try_for_each(&work))).collect();
        waiting
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Whether the plain file holds these bytes, and its packed forms are beside it.
fn is_up_to_date(path: &Path, file: &File) -> bool {
    let length = fs::metadata(path).map(|metadata| metadata.len());
    if length.ok() != Some(file.bytes.len() as u64) || fs::read(path).ok().as_ref() != Some(&file.bytes) {
        return false;
    }
    Effort::endings(Effort::of(&file.path, file.bytes.len())).iter().all(|ending| with_ending(path, ending).exists())
}

/// A file that is written and not yet shown.
struct Staged {
    open: fs::File,
    temporary: PathBuf,
    place: PathBuf,
    shown: bool,
}

impl Staged {
    fn write(place: PathBuf, bytes: &[u8]) -> Result<Self, PublishError> {
        // A dot before: servers show no such file. Always the same name: what a crash left behind is written over.
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let temporary = place.with_file_name(format!(".{name}.tmp"));
        let open = fs::File::create(&temporary).map_err(|why| failed(&place, why))?;
        let mut staged = Self { open, temporary, place, shown: false };
        staged.open.write_all(bytes).map_err(|why| failed(&staged.place, why))?;
        Ok(staged)
    }

    fn show(mut self) -> Result<(), PublishError> {
        fs::rename(&self.temporary, &self.place).map_err(|why| failed(&self.place, why))?;
        self.shown = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.shown {
            // It is of no use to anybody, and if it cannot be removed the next pass writes over it.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// The packed forms first, the plain file last. Forms of what is no longer packed go before its new bytes are shown.
fn stage_all(path: &Path, file: &File, staged: &mut Vec<Staged>) -> Result<(), PublishError> {
    let effort = Effort::of(&file.path, file.bytes.len());
    for ending in ["br", "gz"] {
        let place = with_ending(path, ending);
        match effort.filter(|_| Effort::endings(effort).contains(&ending)) {
            Some(_) if ending == "br" => staged.push(Staged::write(place, &brotli(&file.bytes))?),
            Some(effort) => staged.push(Staged::write(place, &gzip(&file.bytes, effort))?),
            None => remove(&[place])?,
        }
    }
    staged.push(Staged::write(path.to_owned(), &file.bytes)?);
    Ok(())
}

/// Takes files away; one that is not there is no error.
fn remove(places: &[PathBuf]) -> Result<(), PublishError> {
    for place in places {
        match fs::remove_file(place) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(failed(place, why)),
            _ => {}
        }
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn unread(path: &Path, why: io::Error) -> PublishError {
    PublishError::Read { path: path.to_owned(), why }
}

fn failed(path: &Path, why: io::Error) -> PublishError {
    PublishError::Write { path: path.to_owned(), why }
}
