//! Node-API for the calls of every event: handles that outlive a call, handle scopes, and callbacks in an async context.

use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use napi::bindgen_prelude::{Error, JsValue, Result, Unknown};
use napi::{Env, Status, sys};

/// A JavaScript value that outlives the current call. Released on the thread that made it.
#[derive(Debug)]
pub struct Persistent {
    env: sys::napi_env,
    reference: sys::napi_ref,
}

impl Persistent {
    /// Keeps `value`.
    ///
    /// # Errors
    /// If the environment is ending, or for a value that nothing can refer to.
    pub fn new<'env>(env: Env, value: &impl JsValue<'env>) -> Result<Self> {
        let (env, mut reference) = (env.raw(), ptr::null_mut());
        // SAFETY: `env` is the current environment and `value` a live handle of it, as its lifetime
        // says; `reference` is a valid place for the result.
        let status = unsafe { sys::napi_create_reference(env, value.raw(), 1, &raw mut reference) };
        check(status, "napi_create_reference")?;
        Ok(Self { env, reference })
    }

    /// The environment that it is of.
    pub fn env(&self) -> Env {
        Env::from_raw(self.env)
    }

    /// The value, in the handle scope that is open.
    pub(super) fn raw(&self, _scope: &Scope) -> Result<sys::napi_value> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference is strong and was made in `self.env`; it is deleted only by `drop`.
        let status = unsafe { sys::napi_get_reference_value(self.env, self.reference, &raw mut value) };
        check(status, "napi_get_reference_value")?;
        Ok(value)
    }
}

impl Drop for Persistent {
    fn drop(&mut self) {
        // SAFETY: made by `napi_create_reference` in `self.env` and deleted only here. All owners
        // live in the `EventLoop`, which the environment's cleanup hook empties before `env` ends.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}

/// A handle scope that is open.
#[derive(Debug)]
pub struct Scope {
    env: sys::napi_env,
    /// Only [`in_scope`] makes one.
    _private: PhantomData<*mut ()>,
}

/// Runs `call` in a handle scope of its own; `None` if the environment is ending.
///
/// Called on the environment's thread, from a callback of its event loop.
pub fn in_scope<T>(env: Env, call: impl FnOnce(&Scope) -> T) -> Option<T> {
    let (env, mut scope) = (env.raw(), ptr::null_mut());
    // SAFETY: the caller is on the environment's thread; `scope` is a valid place for the result.
    if unsafe { sys::napi_open_handle_scope(env, &raw mut scope) } != sys::Status::napi_ok {
        return None;
    }
    let result = call(&Scope {
        env,
        _private: PhantomData,
    });
    // SAFETY: closes the scope that was opened above; none was left open in between.
    unsafe { sys::napi_close_handle_scope(env, scope) };
    Some(result)
}

impl Scope {
    /// Calls `function` with two numbers. An exception has been reported when it returns.
    ///
    /// # Errors
    /// If it threw, or the environment is ending.
    pub fn call(&self, this: &Persistent, function: &Persistent, numbers: [u32; 2]) -> Result<Unknown<'_>> {
        let (this, function) = (this.raw(self)?, function.raw(self)?);
        let arguments = numbers.map(|number| self.number(number));
        let mut object = ptr::null_mut();
        // SAFETY: a handle scope is open, all values are live in it, and `object` is a valid place for the result.
        let status = unsafe {
            sys::napi_call_function(
                self.env,
                this,
                function,
                arguments.len(),
                arguments.as_ptr(),
                &raw mut object,
            )
        };
        if status != sys::Status::napi_ok {
            let _ = self.report_exception();
        }
        check(status, "napi_call_function")?;
        // SAFETY: the value that the function returned, live for as long as the scope is.
        Ok(unsafe { Unknown::from_raw_unchecked(self.env, object) })
    }

    /// Calls `function` in a callback scope of its own, in `context`. Returns when it and the ticks it queued have run; an
    /// exception has then been reported.
    ///
    /// # Errors
    /// If the environment is ending.
    ///
    /// The caller holds no borrow of anything that a native call from JavaScript could want.
    pub fn make_callback(
        &self,
        context: &AsyncContext,
        this: &Persistent,
        function: &Persistent,
        id: u32,
        argument: Option<f64>,
    ) -> Emitted {
        let (Ok(this), Ok(function)) = (this.raw(self), function.raw(self)) else {
            return Err(EnvironmentEnding);
        };
        let mut arguments = [self.number(id), ptr::null_mut()];
        if let Some(number) = argument {
            // SAFETY: a handle scope is open; the place for the result is valid.
            unsafe { sys::napi_create_double(self.env, number, &raw mut arguments[1]) };
        }
        let mut result = ptr::null_mut();
        // SAFETY: all values are live in the open handle scope, `arguments` has as many as are
        // told, and the context is destroyed only with its socket, which the caller holds.
        let status = unsafe {
            sys::napi_make_callback(
                self.env,
                context.context.as_ptr(),
                this,
                function,
                1 + usize::from(argument.is_some()),
                arguments.as_ptr(),
                &raw mut result,
            )
        };
        can_go_on(status).or_else(|_| self.report_exception())
    }

    fn number(&self, number: u32) -> sys::napi_value {
        let mut value = ptr::null_mut();
        // SAFETY: a handle scope is open; `value` is a valid place for the result.
        unsafe { sys::napi_create_uint32(self.env, number, &raw mut value) };
        value
    }

    /// Clears the pending exception, without which every later call would fail, and hands it to
    /// `'uncaughtException'`. Node-API shows an interruption, by a debugger, as the exception `null`, which is not told;
    /// lib/native/events.js lets no other through, but for one of a tick.
    fn report_exception(&self) -> Emitted {
        let mut is_pending = false;
        // SAFETY: on the environment's thread; `is_pending` is a valid place for the result.
        can_go_on(unsafe { sys::napi_is_exception_pending(self.env, &raw mut is_pending) })?;
        if !is_pending {
            return Err(EnvironmentEnding);
        }
        let mut exception = ptr::null_mut();
        // SAFETY: as above, with a handle scope open for the exception.
        can_go_on(unsafe { sys::napi_get_and_clear_last_exception(self.env, &raw mut exception) })?;
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: `exception` is a live handle of the open scope; `kind` is a valid place for the result.
        unsafe { sys::napi_typeof(self.env, exception, &raw mut kind) };
        if kind == sys::ValueType::napi_null {
            return Ok(());
        }
        // SAFETY: `exception` is a live handle of the open scope.
        can_go_on(unsafe { sys::napi_fatal_exception(self.env, exception) })
    }
}

/// JavaScript cannot run any more: the worker is being terminated or the process exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvironmentEnding;

/// How a call into JavaScript ended: what comes next can run, or not.
pub type Emitted = std::result::Result<(), EnvironmentEnding>;

fn can_go_on(status: sys::napi_status) -> Emitted {
    if status == sys::Status::napi_ok {
        Ok(())
    } else {
        Err(EnvironmentEnding)
    }
}

/// The async context that events run in: that of the moment when it was made.
#[derive(Debug)]
pub struct AsyncContext {
    env: sys::napi_env,
    context: NonNull<sys::napi_async_context__>,
}

impl AsyncContext {
    /// The context of this moment, with the object that `async_hooks` sees as its resource.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn new<'env>(env: Env, resource: &impl JsValue<'env>, resource_type: &str) -> Result<Self> {
        let name = env.create_string(resource_type)?;
        let (env, mut context) = (env.raw(), ptr::null_mut());
        // SAFETY: `resource` and `name` are live handles of the current environment; `context` is a
        // valid place for the result.
        let status = unsafe { sys::napi_async_init(env, resource.raw(), name.raw(), &raw mut context) };
        check(status, "napi_async_init")?;
        let context =
            NonNull::new(context).ok_or_else(|| Error::new(Status::GenericFailure, "napi_async_init gave nothing"))?;
        Ok(Self { env, context })
    }
}

impl Drop for AsyncContext {
    fn drop(&mut self) {
        // SAFETY: made by `napi_async_init` in the same environment and destroyed only here.
        unsafe { sys::napi_async_destroy(self.env, self.context.as_ptr()) };
    }
}

/// What a call of Node-API came to.
#[inline]
pub(super) fn check(status: sys::napi_status, call: &str) -> Result<()> {
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
