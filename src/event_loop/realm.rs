//! What the sockets of one loaded copy of lib/ share: its listeners, and the buffer, which is that of
//! the other copies too.
//!
//! One per environment, as a rule; several where a test runner evaluates lib/ again and again on
//! the same addon. A copy that JavaScript has forgotten takes its realm with it.

use std::rc::{Rc, Weak};

use napi::bindgen_prelude::{Error, JsObjectValue, Object, Result, Unknown};
use napi::{Env, Status, ValueType};

use super::EventLoop;
use crate::net::Kind;
use crate::sys::bytes::{MessagePool, ReadBuffer};
use crate::sys::node_api::{AsyncContext, Persistent, in_scope};

/// The JavaScript side that a socket belongs to.
#[derive(Debug)]
pub struct Realm {
    /// Who hears of events.
    pub listeners: Listeners,
    /// Where the kernel reads to.
    pub read_buffer: ReadBuffer,
    /// Where short messages go from there.
    pub pool: MessagePool,
    /// A partial read together with a hang-up is the end of the stream, as for libuv before 1.52:
    /// a reset that came with the last data is no error there. Later ones read again and find it.
    pub hang_up_is_end: bool,
}

/// The JavaScript functions that hear of events: the first argument is the id of the socket.
#[derive(Debug)]
pub struct Listeners {
    /// The object that they came from, which is their `this`.
    pub(super) object: Persistent,
    pub(super) onread: Persistent,
    pub(super) onshort: Persistent,
    pub(super) onwritable: Persistent,
    pub(super) onconnect: Persistent,
    pub(super) onshutdown: Persistent,
    pub(super) onclose: Persistent,
    pub(super) onconnection: Persistent,
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

    /// The context of a stream that was accepted, with the object that JavaScript makes for it as its resource. Made
    /// before the server hears of it: then it is nobody's, as with libuv's handles. `None` if the environment is ending.
    pub(super) fn context_of_nobody(&self, listener: u32, id: u32, kind: Kind) -> Option<AsyncContext> {
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
}

/// Keeps a realm in the list of its event loop. JavaScript holds it where it holds the number: once
/// the garbage collector has it, nobody can make a socket of the realm, whose listeners would
/// otherwise stay, with all that they refer to, until the environment ends. The sockets that there are
/// have the listeners themselves.
#[derive(Debug)]
pub struct RealmLease {
    event_loop: Weak<EventLoop>,
    number: usize,
}

impl RealmLease {
    /// Adds `realm` to those of `event_loop`, for as long as the lease lives.
    pub fn new(event_loop: &Rc<EventLoop>, realm: Realm) -> Self {
        Self {
            event_loop: Rc::downgrade(event_loop),
            number: event_loop.realms.borrow_mut().insert(Rc::new(realm)),
        }
    }

    /// The number by which new sockets name the realm. Another one may have it afterwards.
    pub fn number(&self) -> usize {
        self.number
    }
}

impl Drop for RealmLease {
    fn drop(&mut self) {
        if let Some(event_loop) = self.event_loop.upgrade() {
            // None once the environment has ended.
            let realm = event_loop.realms.borrow_mut().try_remove(self.number);
            drop(realm);
            event_loop.retire();
        }
    }
}
