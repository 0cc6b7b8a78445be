//! Node-API's thread-safe function: the only way from another thread into JavaScript.

use std::ffi::c_void;
use std::mem::transmute;
use std::ptr;

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue, Result, sys};

use super::node_api::check;
use super::panic::guarded;

/// A thread-safe function without a JavaScript function: each call has the callback run once, on the
/// environment's thread. Whoever drops it lets go of it.
#[derive(Debug)]
pub struct ThreadsafeFunction(sys::napi_threadsafe_function);

// SAFETY: Node-API's thread-safe functions may be called and released from any thread.
unsafe impl Send for ThreadsafeFunction {}
// SAFETY: as above; the calls are synchronised by Node-API.
unsafe impl Sync for ThreadsafeFunction {}

impl ThreadsafeFunction {
    /// Makes one that does not keep the process alive. The callback runs in a callback scope of its own.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn create(env: Env, resource: &Object<'_>, callback: fn(Env)) -> Result<Self> {
        let name = env.create_string("safe-socket")?;
        let mut function = ptr::null_mut();
        // SAFETY: `resource` and `name` are live handles of the current call; without a JavaScript
        // function, only the callback, its context and the name are needed.
        let status = unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                ptr::null_mut(),
                resource.raw(),
                name.raw(),
                0,
                1,
                ptr::null_mut(),
                None,
                callback as *mut c_void,
                Some(on_called),
                &raw mut function,
            )
        };
        check(status, "napi_create_threadsafe_function")?;
        let function = Self(function);
        function.set_referenced(env, false);
        Ok(function)
    }

    /// Has the callback run once more.
    pub fn call(&self) {
        // SAFETY: not released before it is dropped. The queue has no bound, so the call never blocks; while the
        // environment is closing it is refused, and nothing is lost.
        unsafe {
            sys::napi_call_threadsafe_function(self.0, ptr::null_mut(), sys::ThreadsafeFunctionCallMode::nonblocking)
        };
    }

    /// Whether it keeps the process alive. Only with the environment in which it was made.
    pub fn set_referenced(&self, env: Env, referenced: bool) {
        let set = if referenced {
            sys::napi_ref_threadsafe_function
        } else {
            sys::napi_unref_threadsafe_function
        };
        // SAFETY: on the environment's thread, which an `Env` does not leave, and not released yet.
        unsafe { set(env.raw(), self.0) };
    }
}

impl Drop for ThreadsafeFunction {
    fn drop(&mut self) {
        // SAFETY: released once, and nobody has it any more.
        unsafe { sys::napi_release_threadsafe_function(self.0, sys::ThreadsafeFunctionReleaseMode::abort) };
    }
}

/// One call, in a callback scope of its own.
unsafe extern "C" fn on_called(
    env: sys::napi_env,
    _function: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    // Null while the environment is being torn down.
    if env.is_null() {
        return;
    }
    // SAFETY: `create` gave a function of this type as the context.
    let callback = unsafe { transmute::<*mut c_void, fn(Env)>(context) };
    guarded(|| callback(Env::from_raw(env)));
}
