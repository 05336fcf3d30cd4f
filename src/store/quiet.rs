//! A panic of sled as an error: sled 0.34 panics on bytes that it does not expect, and nobody who runs us should see it.
//!
//! Panics elsewhere are told as ever.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic. The error is what the panic said.
///
/// What the job left half done is not used any more by those who call this: they open anew or write nothing more.
pub(super) fn catch<T>(job: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    // The hook is the program's, so it is put in once, and asks the thread: two that took turns would lose the first one.
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                before(info);
            }
        }));
    });
    let was_quiet = IS_QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(job));
    IS_QUIET.set(was_quiet);
    done.map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "a panic".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_what_it_said() {
        assert_eq!(catch(|| 7), Ok(7));
        let cut = catch(|| -> u8 { panic!("segment {} is cut", 3) });
        assert_eq!(cut, Err("segment 3 is cut".to_owned()));
    }
}
