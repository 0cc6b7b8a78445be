//! Calls from the event loop into JavaScript.
//!
//! Every event is a callback scope of its own, in the async context of the place where its socket
//! was made: `process.nextTick` and promise jobs run between two events, `AsyncLocalStorage` keeps
//! its store, and an exception goes to `'uncaughtException'` while the other sockets go on.

use napi::bindgen_prelude::{Error, JsObjectValue, Object, Result, Unknown};
use napi::{Env, Status, ValueType};

use crate::net::Kind;
use crate::sys::node_api::{AsyncContext, Emitted, Persistent, Scope, in_scope};

/// The events of sockets, each with the JavaScript function that hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Bytes are in the read buffer (above zero), the end of the stream (zero), or an error (below).
    Read(i32),
    /// A short message is in the pool; see [`MessagePool::put`](super::MessagePool::put).
    Short(u32),
    /// The kernel takes bytes again.
    Writable,
    /// A connection attempt is over: zero or an error.
    Connect(i32),
    /// The writing half is shut down, or could not be.
    Shutdown,
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
    pub fn new(env: Env, functions: &Object<'_>) -> Result<Self> {
        let function = |name: &str| {
            let function: Unknown = functions.get_named_property(name)?;
            if function.get_type()? != ValueType::Function {
                return Err(Error::new(
                    Status::InvalidArg,
                    format!("listeners.{name} must be a function"),
                ));
            }
            Persistent::new(env, &function)
        };
        Ok(Self {
            object: Persistent::new(env, functions)?,
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
            Event::Shutdown => (&self.onshutdown, None),
            Event::Close => (&self.onclose, None),
            Event::Connection(id) => (&self.onconnection, Some(id.into())),
        }
    }
}

impl Listeners {
    /// The context of a stream that was accepted, with the object that JavaScript makes for it as its resource. Made
    /// before the server hears of it: then it is nobody's, as with libuv's handles. `None` if the environment is ending.
    pub(in crate::event_loop) fn context_of_nobody(&self, listener: u32, id: u32, kind: Kind) -> Option<AsyncContext> {
        let resource_type = match kind {
            Kind::Tcp => "TCPWRAP",
            Kind::Pipe => "PIPEWRAP",
        };
        let env = self.object.env();
        let context = in_scope(env, |scope| {
            let resource = scope.call(&self.object, &self.accept, [listener, id])?;
            AsyncContext::new(env, &resource, resource_type)
        });
        context?.ok()
    }

    /// The environment that they are of.
    pub(super) fn env(&self) -> Env {
        self.object.env()
    }

    /// Calls the listener of `event` with the id of the socket, in its context: see [`Scope::make_callback`].
    pub(super) fn emit(&self, scope: &Scope, context: &AsyncContext, id: u32, event: Event) -> Emitted {
        let (function, argument) = self.of(event);
        scope.make_callback(context, &self.object, function, id, argument)
    }
}
