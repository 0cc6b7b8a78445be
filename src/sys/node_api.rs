//! Handles of JavaScript values: those that outlive a call, and the scope of those that do not.

use std::ptr;

use napi::{Error, Result, Status, sys};

/// A JavaScript value that outlives the current call. Released on the thread that made it.
#[derive(Debug)]
pub(crate) struct Persistent {
    pub(crate) env: sys::napi_env,
    reference: sys::napi_ref,
}

impl Persistent {
    #[allow(unsafe_code)]
    pub(crate) fn new(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut reference = ptr::null_mut();
        // SAFETY: `env` is the current environment and `value` a live handle of it, as the caller
        // is inside a native call; `reference` is a valid place for the result.
        let status = unsafe { sys::napi_create_reference(env, value, 1, &raw mut reference) };
        check(status, "napi_create_reference")?;
        Ok(Self { env, reference })
    }

    /// The value, in the handle scope that is open.
    #[allow(unsafe_code)]
    pub(crate) fn value(&self) -> Result<sys::napi_value> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference is strong and was made in `self.env`; it is deleted only by `drop`.
        let status =
            unsafe { sys::napi_get_reference_value(self.env, self.reference, &raw mut value) };
        check(status, "napi_get_reference_value")?;
        Ok(value)
    }
}

impl Drop for Persistent {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: made by `napi_create_reference` in `self.env` and deleted only here. All owners
        // live in the `EventLoop`, which the environment's cleanup hook empties before `env` ends.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}

/// Runs `call` in a handle scope of its own; `None` if the environment is ending.
///
/// Called on the environment's thread, from a callback of its event loop.
#[allow(unsafe_code)]
pub(crate) fn in_scope<T>(env: sys::napi_env, call: impl FnOnce() -> T) -> Option<T> {
    let mut scope = ptr::null_mut();
    // SAFETY: the caller is on the environment's thread; `scope` is a valid place for the result.
    if unsafe { sys::napi_open_handle_scope(env, &raw mut scope) } != sys::Status::napi_ok {
        return None;
    }
    let result = call();
    // SAFETY: closes the scope that was opened above; none was left open in between.
    unsafe { sys::napi_close_handle_scope(env, scope) };
    Some(result)
}

/// What a call of Node-API came to.
#[inline]
pub(crate) fn check(status: sys::napi_status, call: &str) -> Result<()> {
    if status == sys::Status::napi_ok {
        Ok(())
    } else {
        Err(failure(status, call))
    }
}

#[cold]
fn failure(status: sys::napi_status, call: &str) -> Error {
    Error::new(Status::from(status), format!("{call} failed"))
}
