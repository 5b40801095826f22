//! The panic boundary of every exported function.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::panic::{catch_unwind, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use distarray_core::Code;

use super::error::{keep, DARR_OK};
use crate::error::{explain, Error, Result};

#[cfg(panic = "abort")]
compile_error!(
    "the library must be built with panic = \"unwind\": a panic may not end the host program"
);

thread_local! {
    /// How many exported functions this thread is in.
    static INSIDE: Cell<usize> = const { Cell::new(0) };
    /// Where and why this thread panicked last.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the body of an exported function and gives its code. A failure's text is kept for `darr_last_error`.
///
/// A panic becomes `DARR_ERR_INTERNAL`: nothing is printed, and objects that the body held are poisoned as they
/// are dropped (see `handle::Held`).
pub fn guard(body: impl FnOnce() -> Result<()>) -> c_int {
    silence_own_panics();
    let depth = Depth::set(|depth| depth + 1);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    drop(depth);
    let code = match outcome {
        Ok(Ok(())) => DARR_OK,
        Ok(Err(error)) => keep(error.explained()),
        Err(payload) => keep(Error::new(Code::Internal, panic_text(&*payload))),
    };
    explain(None);
    code
}

/// Runs code of the host from within an exported function: its panics are its own business until they reach us.
pub fn outside<T>(callback: impl FnOnce() -> T) -> T {
    let _depth = Depth::set(|_| 0);
    callback()
}

/// Sets how deep this thread is inside the library, and sets it back.
struct Depth {
    before: usize,
}

impl Depth {
    fn set(to: impl FnOnce(usize) -> usize) -> Depth {
        let before = INSIDE.try_with(Cell::get).unwrap_or(0);
        let _ = INSIDE.try_with(|inside| inside.set(to(before)));
        Depth { before }
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        let _ = INSIDE.try_with(|inside| inside.set(self.before));
    }
}

/// The standard library prints every panic. A hook of our own passes on those that are not ours.
fn silence_own_panics() {
    static INSTALLED: Once = Once::new();
    // A thread that is unwinding may not touch the hook: a Rust host that frees a handle in a destructor.
    if INSTALLED.is_completed() || std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if INSIDE.try_with(Cell::get).unwrap_or(0) == 0 {
                return previous(info);
            }
            let _ = PANIC.try_with(|panic| panic.replace(Some(located(info))));
        }));
    });
}

fn located(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(ToString::to_string);
    let text = message(info.payload());
    format!("{text}, at {}", place.unwrap_or_default())
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let kept = PANIC.try_with(|panic| panic.take()).ok().flatten();
    let text = kept.unwrap_or_else(|| message(payload).to_string());
    format!("defect of the library: {text}")
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without text")
}

#[cfg(test)]
mod tests {
    use super::super::error::{last, DARR_ERR_ARGUMENT, DARR_ERR_INTERNAL};
    use super::*;
    use std::ffi::CStr;

    fn text() -> String {
        // SAFETY: a terminated text, valid until the next failure on this thread.
        unsafe { CStr::from_ptr(last()) }
            .to_str()
            .unwrap()
            .to_string()
    }

    #[test]
    fn outcomes_become_codes() {
        assert_eq!(guard(|| Ok(())), DARR_OK);
        let code = guard(|| Err(Error::new(Code::Argument, "extent -1")));
        assert_eq!((code, text().as_str()), (DARR_ERR_ARGUMENT, "extent -1"));
        assert_eq!(guard(|| Ok(())), DARR_OK);
        assert_eq!(text(), "extent -1");
    }

    #[test]
    fn an_explanation_is_for_the_next_call_and_refused_arguments() {
        let refused = |code| guard(move || Err(Error::new(code, "ndim is -1")));
        explain(Some("shape must be integers".into()));
        assert_eq!(refused(Code::Argument), DARR_ERR_ARGUMENT);
        assert_eq!(text(), "shape must be integers");
        assert_eq!(refused(Code::Argument), DARR_ERR_ARGUMENT);
        assert_eq!(text(), "ndim is -1");
        for spent in [|| refused_handle(), || guard(|| Ok(()))] {
            explain(Some("of an earlier call".into()));
            spent();
            refused(Code::Argument);
            assert_eq!(text(), "ndim is -1");
        }

        fn refused_handle() -> c_int {
            let code = guard(|| Err(Error::new(Code::Handle, "freed")));
            assert_eq!(text(), "freed");
            code
        }
    }

    #[test]
    fn panics_become_codes_with_text_and_place() {
        let number = 7;
        assert_eq!(guard(|| panic!("no rank {number}")), DARR_ERR_INTERNAL);
        assert!(
            text().starts_with("defect of the library: no rank 7, at "),
            "{}",
            text()
        );
        assert!(text().contains("guard.rs:"), "{}", text());
        assert_eq!(guard(|| std::panic::panic_any(3)), DARR_ERR_INTERNAL);
        assert!(text().contains("a panic without text"), "{}", text());
    }

    #[test]
    fn the_depth_returns_after_panics_and_callbacks() {
        let depth = || INSIDE.with(Cell::get);
        guard(|| {
            assert_eq!(depth(), 1);
            assert_eq!(guard(|| panic!("inner")), DARR_ERR_INTERNAL);
            outside(|| assert_eq!(depth(), 0));
            assert_eq!(depth(), 1);
            panic!("outer")
        });
        assert!(text().contains("outer"), "{}", text());
        assert_eq!(depth(), 0);
    }

    #[test]
    fn a_call_while_the_host_unwinds_works() {
        struct Destructor;
        impl Drop for Destructor {
            fn drop(&mut self) {
                assert_eq!(
                    guard(|| Err(Error::new(Code::Argument, "in a destructor"))),
                    DARR_ERR_ARGUMENT
                );
            }
        }
        let unwound = outside(|| {
            catch_unwind(|| {
                let _destructor = Destructor;
                std::panic::resume_unwind(Box::new("of the host"));
            })
        });
        assert!(unwound.is_err());
        assert_eq!(text(), "in a destructor");
    }

    /// Run by the next test in a process of its own, for its standard error.
    #[test]
    fn panics_for_the_next_test() {
        if std::env::var_os("DARR_TEST_PANIC").is_some() {
            assert_eq!(guard(|| panic!("of the library")), DARR_ERR_INTERNAL);
            let _ = catch_unwind(|| panic!("of the host"));
            guard(|| {
                let _ = outside(|| catch_unwind(|| panic!("of a callback")));
                Ok(())
            });
        }
    }

    #[test]
    fn own_panics_are_silent_and_the_hosts_are_not() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "ffi::guard::tests::panics_for_the_next_test",
                "--nocapture",
            ])
            .env("DARR_TEST_PANIC", "1")
            .output()
            .unwrap();
        assert!(output.status.success());
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(!printed.contains("of the library"), "{printed}");
        assert!(printed.contains("of the host"), "{printed}");
        assert!(printed.contains("of a callback"), "{printed}");
    }
}
