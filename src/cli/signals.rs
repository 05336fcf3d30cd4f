//! Signals. Ctrl-C and SIGTERM: the first asks a pass to end cleanly, the second ends the process. SIGHUP: feeds.toml is to be
//! read again.

use tokio_util::sync::CancellationToken;

/// What a shell reports for a process that Ctrl-C ended: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// A token that the first signal cancels. Must be called inside a runtime.
pub(crate) fn stop_token() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    // Not awaited: it lives as long as the runtime and holds nothing.
    tokio::spawn(async move {
        signal().await;
        say!("feedatlas: ending cleanly; once more ends at once");
        token.cancel();
        signal().await;
        std::process::exit(INTERRUPTED);
    });
    stop
}

/// SIGHUPs, from now on: they no longer end the process.
pub(crate) struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    /// Must be called inside a runtime.
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    /// Waits for the next one. Several that come before it is called are one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
