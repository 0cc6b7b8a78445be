//! Node-API's thread-safe function: the only way from another thread into JavaScript.

use std::ptr;

use napi::{Env, Error, JsValue, Result, Status, sys};

/// A thread-safe function without a JavaScript function: each call has the callback run once, on the
/// environment's thread.
#[derive(Debug)]
pub(crate) struct ThreadsafeFunction(sys::napi_threadsafe_function);

// SAFETY: Node-API's thread-safe functions may be called from any thread; `ThreadDriver` releases
// the function only after its thread has ended.
#[allow(unsafe_code)]
unsafe impl Send for ThreadsafeFunction {}
// SAFETY: as above; the calls are synchronised by Node-API.
#[allow(unsafe_code)]
unsafe impl Sync for ThreadsafeFunction {}

impl ThreadsafeFunction {
    /// Makes one that does not keep the process alive.
    #[allow(unsafe_code)]
    pub(crate) fn create(
        env: sys::napi_env,
        resource: sys::napi_value,
        callback: sys::napi_threadsafe_function_call_js,
    ) -> Result<Self> {
        let current = Env::from_raw(env);
        let name = current.create_string("safe-socket")?;
        let mut function = ptr::null_mut();
        // SAFETY: `resource` and `name` are live handles of the current call; without a JavaScript
        // function and without data, only the callback and the name are needed.
        let status = unsafe {
            sys::napi_create_threadsafe_function(
                env,
                ptr::null_mut(),
                resource,
                name.raw(),
                0,
                1,
                ptr::null_mut(),
                None,
                ptr::null_mut(),
                callback,
                &raw mut function,
            )
        };
        if status != sys::Status::napi_ok {
            let reason = "napi_create_threadsafe_function failed";
            return Err(Error::new(Status::from(status), reason));
        }
        let function = Self(function);
        function.set_referenced(env, false);
        Ok(function)
    }

    /// Has the callback run once more.
    #[allow(unsafe_code)]
    pub(crate) fn call(&self) {
        // SAFETY: the function is released only after the thread has ended, and on the JavaScript
        // thread after the driver was taken out of the event loop. The queue has no bound, so the
        // call never blocks; while the environment is closing it is refused, and nothing is lost.
        unsafe {
            sys::napi_call_threadsafe_function(
                self.0,
                ptr::null_mut(),
                sys::ThreadsafeFunctionCallMode::nonblocking,
            )
        };
    }

    /// Whether it keeps the process alive. Only on the thread of `env`, in which it was made.
    #[allow(unsafe_code)]
    pub(crate) fn set_referenced(&self, env: sys::napi_env, referenced: bool) {
        // SAFETY: on the environment's thread, with its function not yet released.
        unsafe {
            if referenced {
                sys::napi_ref_threadsafe_function(env, self.0);
            } else {
                sys::napi_unref_threadsafe_function(env, self.0);
            }
        }
    }

    /// Lets go of it, once: no thread may call it any more.
    #[allow(unsafe_code)]
    pub(crate) fn release(&self) {
        // SAFETY: the thread has ended, or was never started, and the driver is gone from the event
        // loop: nobody calls the function any more.
        unsafe {
            sys::napi_release_threadsafe_function(self.0, sys::ThreadsafeFunctionReleaseMode::abort)
        };
    }
}
