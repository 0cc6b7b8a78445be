//! Calls from the event loop into JavaScript.
//!
//! Every event is a callback scope of its own, in the async context of the place where its socket
//! was made: `process.nextTick` and promise jobs run between two events, `AsyncLocalStorage` keeps
//! its store, and an exception goes to `'uncaughtException'` while the other sockets go on.

use std::ptr::{self, NonNull};

use napi::{Env, JsValue, Result, Status, bindgen_prelude::*, sys};

use crate::net::Kind;
use crate::sys::node_api::{Persistent, check, in_scope};

/// The events of sockets, each with the JavaScript function that hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Bytes are in the slab (above zero), the end of the stream (zero), or an error (below).
    Read(i32),
    /// A short message is in the pool; see [`Pool::put`](super::Pool::put).
    Short(u32),
    /// The kernel takes bytes again.
    Writable,
    /// A connection attempt is over: zero or an error.
    Connect(i32),
    /// The writing half is shut down: zero or an error.
    Shutdown(i32),
    /// The socket is closed; nothing follows.
    Close,
    /// A connection was accepted: its id.
    Connection(u32),
}

/// The JavaScript functions that hear of events: the first argument is the id of the socket.
#[derive(Debug)]
pub struct Listeners {
    /// The object that they came from, which is their `this`.
    object: Persistent,
    onread: Persistent,
    onshort: Persistent,
    onwritable: Persistent,
    onconnect: Persistent,
    onshutdown: Persistent,
    onclose: Persistent,
    onconnection: Persistent,
    /// Makes the object of a stream that a listener has accepted.
    accept: Persistent,
}

impl Listeners {
    /// Takes the functions from an object by their names.
    ///
    /// # Errors
    /// `InvalidArg` if one of them is missing or no function.
    pub fn new(env: &Env, functions: &Object<'_>) -> Result<Self> {
        let function = |name: &str| {
            let function: Unknown = functions.get_named_property(name)?;
            if function.get_type()? != napi::ValueType::Function {
                return Err(Error::new(
                    Status::InvalidArg,
                    format!("listeners.{name} must be a function"),
                ));
            }
            Persistent::new(env.raw(), function.raw())
        };
        Ok(Self {
            object: Persistent::new(env.raw(), functions.raw())?,
            onread: function("onread")?,
            onshort: function("onshort")?,
            onwritable: function("onwritable")?,
            onconnect: function("onconnect")?,
            onshutdown: function("onshutdown")?,
            onclose: function("onclose")?,
            onconnection: function("onconnection")?,
            accept: function("accept")?,
        })
    }

    fn of(&self, event: Event) -> (&Persistent, Option<f64>) {
        match event {
            Event::Read(n) => (&self.onread, Some(n.into())),
            Event::Short(place) => (&self.onshort, Some(place.into())),
            Event::Writable => (&self.onwritable, None),
            Event::Connect(status) => (&self.onconnect, Some(status.into())),
            Event::Shutdown(status) => (&self.onshutdown, Some(status.into())),
            Event::Close => (&self.onclose, None),
            Event::Connection(id) => (&self.onconnection, Some(id.into())),
        }
    }
}

/// The async context that events run in: that of the moment when it was made.
#[derive(Debug)]
pub struct AsyncContext {
    env: sys::napi_env,
    context: NonNull<sys::napi_async_context__>,
}

impl AsyncContext {
    /// The context of this moment, with the socket itself as the resource that `async_hooks` sees.
    ///
    /// # Errors
    /// If the environment is ending.
    pub(in crate::event_loop) fn of_owner(
        env: &Env,
        owner: &Object<'_>,
        resource_type: &str,
    ) -> Result<Self> {
        Self::new(env, owner.raw(), resource_type)
    }

    /// The context of this moment.
    #[allow(unsafe_code)]
    fn new(env: &Env, resource: sys::napi_value, resource_type: &str) -> Result<Self> {
        let name = env.create_string(resource_type)?;
        let mut context = ptr::null_mut();
        // SAFETY: `resource` and `name` are live handles of the current environment; `context` is a
        // valid place for the result.
        let status =
            unsafe { sys::napi_async_init(env.raw(), resource, name.raw(), &raw mut context) };
        check(status, "napi_async_init")?;
        let context = NonNull::new(context)
            .ok_or_else(|| Error::new(Status::GenericFailure, "napi_async_init gave nothing"))?;
        Ok(Self {
            env: env.raw(),
            context,
        })
    }
}

impl Drop for AsyncContext {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: made by `napi_async_init` in the same environment and destroyed only here.
        unsafe { sys::napi_async_destroy(self.env, self.context.as_ptr()) };
    }
}

impl Listeners {
    /// The context of a stream that was accepted, with the object that JavaScript makes for it as its resource. Made
    /// before the server hears of it: then it is nobody's, as with libuv's handles. `None` if the environment is ending.
    pub(in crate::event_loop) fn context_of_nobody(
        &self,
        listener: u32,
        id: u32,
        kind: Kind,
    ) -> Option<AsyncContext> {
        let env = self.env();
        let context = in_scope(env, || {
            let resource = self.accept(listener, id)?;
            let resource_type = match kind {
                Kind::Tcp => "TCPWRAP",
                Kind::Pipe => "PIPEWRAP",
            };
            AsyncContext::new(&Env::from_raw(env), resource, resource_type)
        });
        context?.ok()
    }

    #[allow(unsafe_code)]
    fn accept(&self, listener: u32, id: u32) -> Result<sys::napi_value> {
        let env = self.env();
        let (this, function) = (self.object.value()?, self.accept.value()?);
        let mut arguments = [ptr::null_mut(); 2];
        let mut object = ptr::null_mut();
        // SAFETY: a handle scope is open, all values are live in it, and the places for results are valid.
        let status = unsafe {
            sys::napi_create_uint32(env, listener, &raw mut arguments[0]);
            sys::napi_create_uint32(env, id, &raw mut arguments[1]);
            sys::napi_call_function(env, this, function, 2, arguments.as_ptr(), &raw mut object)
        };
        if status != sys::Status::napi_ok {
            let _ = report_exception(env);
        }
        check(status, "napi_call_function")?;
        Ok(object)
    }

    /// The environment that they are of.
    pub(in crate::event_loop) fn env(&self) -> sys::napi_env {
        self.object.env
    }

    /// Calls the listener of `event` with the id of the socket, in its context. Returns when it and
    /// the ticks it queued have run; an exception has then been reported.
    ///
    /// The caller has opened a handle scope, and holds no borrow of anything that a native call from JavaScript could want.
    #[allow(unsafe_code)]
    pub(in crate::event_loop) fn emit(
        &self,
        context: &AsyncContext,
        id: u32,
        event: Event,
    ) -> Emitted {
        let env = self.env();
        let (function, argument) = self.of(event);
        let (Ok(this), Ok(function)) = (self.object.value(), function.value()) else {
            return Emitted::EnvironmentEnding;
        };
        let mut arguments = [ptr::null_mut(); 2];
        // SAFETY: a handle scope is open; `arguments[0]` is a valid place for the result.
        unsafe { sys::napi_create_uint32(env, id, &raw mut arguments[0]) };
        if let Some(number) = argument {
            // SAFETY: as above, for `arguments[1]`.
            unsafe { sys::napi_create_double(env, number, &raw mut arguments[1]) };
        }
        let mut result = ptr::null_mut();
        // SAFETY: all values are live in the open handle scope, `arguments` has as many as are
        // told, and the context is destroyed only with its socket, which the caller holds.
        let status = unsafe {
            sys::napi_make_callback(
                env,
                context.context.as_ptr(),
                this,
                function,
                1 + usize::from(argument.is_some()),
                arguments.as_ptr(),
                &raw mut result,
            )
        };
        if status == sys::Status::napi_ok {
            Emitted::Returned
        } else {
            report_exception(env)
        }
    }
}

/// How a call into JavaScript ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Emitted {
    /// The function returned.
    Returned,
    /// It threw, and `'uncaughtException'` was told.
    Threw,
    /// It was stopped, by a debugger; what comes next can run.
    Interrupted,
    /// JavaScript cannot run any more: the worker is being terminated or the process exits.
    EnvironmentEnding,
}

/// Clears the pending exception, without which every later call would fail, and hands it to
/// `'uncaughtException'`. Node-API shows an interruption as the exception `null`, which is not told; lib/listeners.js
/// lets no other through, but for one of a tick.
#[allow(unsafe_code)]
fn report_exception(env: sys::napi_env) -> Emitted {
    let mut is_pending = false;
    // SAFETY: called on the environment's thread; `is_pending` is a valid place for the result.
    let status = unsafe { sys::napi_is_exception_pending(env, &raw mut is_pending) };
    if status != sys::Status::napi_ok || !is_pending {
        return Emitted::EnvironmentEnding;
    }
    let mut exception = ptr::null_mut();
    // SAFETY: as above, with a handle scope open for the exception.
    let status = unsafe { sys::napi_get_and_clear_last_exception(env, &raw mut exception) };
    if status != sys::Status::napi_ok {
        return Emitted::EnvironmentEnding;
    }
    let mut kind = sys::ValueType::napi_undefined;
    // SAFETY: `exception` is a live handle of the open scope; `kind` is a valid place for the result.
    unsafe { sys::napi_typeof(env, exception, &raw mut kind) };
    if kind == sys::ValueType::napi_null {
        return Emitted::Interrupted;
    }
    // SAFETY: `exception` is a live handle of the open scope.
    match unsafe { sys::napi_fatal_exception(env, exception) } {
        sys::Status::napi_ok => Emitted::Threw,
        _ => Emitted::EnvironmentEnding,
    }
}
