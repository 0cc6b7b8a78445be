//! Starting the event loop of an environment.

use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, Error, External, Object, Result, Status, Unknown};
use napi_derive::napi;

use super::write::Send;
use crate::event_loop::message_pool::{LENGTH_BITS, SHORT_BYTES};
use crate::event_loop::{
    DriverKind, EventLoop, Listeners, MessagePool, ReadBuffer, Realm, RealmLease, StartError, with_event_loop,
};
use crate::net::adopt::describe;
use crate::net::errno::errno;
use crate::sys::bytes::{WriteFunction, write_function};

/// What [`start`] started.
#[napi(object, object_from_js = false)]
pub struct Started<'env> {
    /// The number that names this copy of lib/ in `streamCreate` and `listenerCreate`.
    pub realm: u32,
    /// To be held for as long as that number is used.
    #[napi(ts_type = "object")]
    pub lease: External<RealmLease>,
    /// `'loop'` or `'thread'`.
    #[napi(ts_type = "'loop' | 'thread'")]
    pub driver: &'static str,
    /// One send(2) of what follows `offset` in a chunk; the bytes that the kernel took, or an error.
    #[napi(ts_type = "(id: number, chunk: Uint8Array, offset?: number) => number")]
    pub write: WriteFunction<'env>,
    /// The longest message that is put into the pool.
    pub short_bytes: u32,
    /// The place of a message there is its offset, and in so many lower bits its length.
    pub length_bits: u32,
}

/// Starts the event loop of this environment, or joins the one that runs: `slab` is where the
/// kernel reads to, `listeners` has a function for each event, `resource` is the async resource of
/// the wake-ups where a thread drives. `hang_up_is_end`: see [`Realm`]. An error where there are no descriptors, or
/// threads, left.
///
/// # Errors
/// `InvalidArg` for an empty slab or a missing listener.
#[napi]
pub fn start<'env>(
    env: &'env Env,
    use_thread: bool,
    slab: Buffer,
    listeners: Object<'env>,
    hang_up_is_end: bool,
    resource: Object<'env>,
) -> Result<Either<Started<'env>, i32>> {
    let realm = Realm {
        listeners: Listeners::new(*env, &listeners)?,
        read_buffer: ReadBuffer::new(slab)
            .ok_or_else(|| Error::new(Status::InvalidArg, "the slab must not be empty"))?,
        pool: MessagePool::default(),
        hang_up_is_end,
    };
    let preferred = if use_thread {
        DriverKind::Thread
    } else {
        DriverKind::Loop
    };
    let event_loop = match with_event_loop(*env, Rc::clone) {
        Some(running) => running,
        None => match EventLoop::start(*env, preferred, &resource) {
            Ok(started) => started,
            Err(StartError::System(error)) => return Ok(Either::B(errno(&error))),
            Err(StartError::Environment(error)) => return Err(error),
        },
    };
    let lease = RealmLease::new(&event_loop, realm);
    Ok(Either::A(Started {
        realm: u32::try_from(lease.number()).unwrap_or(u32::MAX),
        lease: External::new(lease),
        driver: event_loop.driver_kind().name(),
        write: write_function::<Send>(env)?,
        short_bytes: u32::try_from(SHORT_BYTES).unwrap_or(0),
        length_bits: LENGTH_BITS,
    }))
}

/// Gives a realm a piece of Node's Buffer pool, of which nothing was handed out: short messages go there. Nothing
/// happens where there is no such realm.
///
/// # Errors
/// `InvalidArg` if it is no `Uint8Array`, or reaches into the slab.
#[napi]
pub fn refill_pool(env: Env, realm: u32, #[napi(ts_arg_type = "Uint8Array")] piece: Unknown<'_>) -> Result<()> {
    let realm = with_event_loop(env, |event_loop| event_loop.realm(realm)).flatten();
    realm.map_or(Ok(()), |realm| realm.refill_pool(env, &piece))
}

/// What a descriptor refers to: `'TCP'`, `'PIPE'`, `'UDP'`, `'TTY'`, `'FILE'`, or `'UNKNOWN'`, also
/// if it is not open.
#[napi]
#[must_use]
pub fn describe_fd(fd: i32) -> &'static str {
    describe(fd).name()
}
