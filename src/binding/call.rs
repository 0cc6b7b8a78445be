//! How a call finds the socket that it names by its id, and what it answers where there is none.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Either, Error, Result, Status};

use crate::event_loop::{EventLoop, Realm, with_event_loop};
use crate::net::errno::{EBADF, errno};
use crate::net::{Kind, resolve};

/// What a call answers where there is no such socket.
pub(super) trait Answer {
    fn missing() -> Self;
}

macro_rules! answers {
    ($($type:ty = $missing:expr;)*) => {$(
        impl Answer for $type {
            fn missing() -> Self {
                $missing
            }
        }
    )*};
}

answers! {
    i32 = EBADF;
    () = ();
    bool = false;
    // A descriptor.
    Option<i32> = None;
    Result<()> = Ok(());
}

impl<T> Answer for Either<T, i32> {
    fn missing() -> Self {
        Either::B(EBADF)
    }
}

/// Calls with the socket of this id, which `find` finds: a stream or a listener.
pub(super) fn on<S, T: Answer>(
    find: fn(&EventLoop, u32) -> Option<Rc<S>>,
    env: Env,
    id: u32,
    call: impl FnOnce(&Rc<EventLoop>, &S) -> T,
) -> T {
    let answer = with_event_loop(env, |event_loop| Some(call(event_loop, &*find(event_loop, id)?)));
    answer.flatten().unwrap_or_else(T::missing)
}

/// Makes a socket in a realm; its id.
pub(super) fn create(
    env: Env,
    realm: u32,
    is_pipe: bool,
    make: fn(&EventLoop, &Rc<Realm>, Kind) -> u32,
) -> Result<u32> {
    let kind = if is_pipe { Kind::Pipe } else { Kind::Tcp };
    with_event_loop(env, |event_loop| {
        Some(make(event_loop, &event_loop.realm(realm)?, kind))
    })
    .flatten()
    .ok_or_else(|| Error::new(Status::GenericFailure, "the event loop is not running"))
}

/// Calls with an IP address, or answers that it is none.
pub(super) fn at(address: &str, port: u16, call: impl FnOnce(&SocketAddr) -> i32) -> i32 {
    match resolve(address, port) {
        Ok(addr) => call(&addr),
        Err(error) => errno(&error),
    }
}

/// A value as JavaScript has it, or the number of the error.
pub(super) fn answer<T, J: From<T>>(result: io::Result<T>) -> Either<J, i32> {
    match result {
        Ok(value) => Either::A(value.into()),
        Err(error) => Either::B(errno(&error)),
    }
}

/// Functions that JavaScript calls with the id of a socket: what each does with it is a closure over its other arguments.
macro_rules! calls {
    ($find:path:
        $($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> $answer:ty = $call:expr;)*
    ) => {$(
        $(#[$doc])*
        #[napi]
        pub fn $name(env: Env, id: u32 $(, $argument: $type)*) -> $answer {
            on($find, env, id, $call)
        }
    )*};
}

pub(super) use calls;
