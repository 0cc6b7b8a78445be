//! The call that JavaScript makes for every message.
//!
//! napi-derive books the borrows of every call's arguments, which costs some 100 ns: for a short
//! message as much as everything else around send(2). This callback is written on Node-API itself.

use std::ptr;
use std::slice;

use napi::bindgen_prelude::{FnArgs, Function, Result, Uint8Array};
use napi::{Env, sys};

use crate::event_loop::{guarded, with_event_loop};
use crate::net::errno::{EBADF, EINVAL};

/// `write(id, chunk, offset?)`: one send(2) of what follows `offset`; the bytes that the kernel
/// took, or an error; `EINVAL` if the chunk is no `Uint8Array`.
pub type WriteFunction<'env> = Function<'env, FnArgs<(u32, Uint8Array, i64)>, i32>;

/// Makes the function.
///
/// # Errors
/// If the environment is ending.
pub fn write_function(env: &Env) -> Result<WriteFunction<'_>> {
    env.create_function("write", write)
}

#[allow(unsafe_code)]
unsafe extern "C" fn write(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut arguments = [ptr::null_mut(); 3];
    let mut count = arguments.len();
    let (mut id, mut offset) = (u32::MAX, 0_i64);
    // SAFETY: `env` and `info` are those of this call, and every place for a result is valid. An
    // argument that is missing is `undefined`; one that is no number leaves the result as it was.
    unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        sys::napi_get_value_uint32(env, arguments[0], &raw mut id);
    }
    if count > 2 {
        // SAFETY: as above.
        unsafe { sys::napi_get_value_int64(env, arguments[2], &raw mut offset) };
    }
    // SAFETY: the bytes are used before JavaScript runs again.
    let taken = match unsafe { bytes_of(env, arguments[1]) } {
        Some(chunk) => {
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            send(env, id, chunk.get(start..).unwrap_or_default())
        }
        None => EINVAL,
    };
    let mut result = ptr::null_mut();
    // SAFETY: a handle scope is open during a call from JavaScript.
    unsafe { sys::napi_create_int32(env, taken, &raw mut result) };
    result
}

fn send(env: sys::napi_env, id: u32, bytes: &[u8]) -> i32 {
    let taken = guarded(|| {
        with_event_loop(&Env::from_raw(env), |event_loop| {
            event_loop.stream(id).map(|stream| stream.write(bytes))
        })
    });
    taken.flatten().flatten().unwrap_or(EBADF)
}

/// The bytes of a `Uint8Array`; `None` of anything else.
///
/// # Safety
/// JavaScript may not run while the slice is in use: it could detach the memory.
#[allow(unsafe_code)]
unsafe fn bytes_of<'a>(env: sys::napi_env, view: sys::napi_value) -> Option<&'a [u8]> {
    let (mut kind, mut data, mut length) = (-1, ptr::null_mut(), 0);
    // SAFETY: a live handle of this call, of whatever type; the places for results are valid, and
    // a null pointer asks for nothing.
    let status = unsafe {
        sys::napi_get_typedarray_info(
            env,
            view,
            &raw mut kind,
            &raw mut length,
            &raw mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if status != sys::Status::napi_ok || kind != sys::TypedarrayType::uint8_array {
        return None;
    }
    if data.is_null() {
        return Some(&[]);
    }
    // SAFETY: Node-API gave the address and the length of the view. The kernel only reads the
    // bytes, and the caller lets no JavaScript run meanwhile.
    Some(unsafe { slice::from_raw_parts(data.cast(), length) })
}
