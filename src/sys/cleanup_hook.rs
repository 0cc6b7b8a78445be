//! Node-API's cleanup hooks: what an environment calls when it ends.

use std::cell::Cell;
use std::ffi::c_void;
use std::fmt;
use std::ptr;
use std::rc::Rc;

use napi::{Env, sys};

use super::panic::guarded;

/// Work for the end of an environment. Dropped before, the work is too, undone.
pub struct CleanupHook {
    work: Rc<Work>,
    registered: Registered,
}

/// What the environment has is an owner of this, too.
type Work = Cell<Option<Box<dyn FnOnce(Ending)>>>;

#[derive(Debug, Clone, Copy)]
enum Registered {
    Waiting(sys::napi_async_cleanup_hook_handle),
    AtOnce(sys::napi_env),
}

/// An environment that is ending. One that waits does so until this is dropped.
#[derive(Debug)]
pub struct Ending(sys::napi_async_cleanup_hook_handle);

impl CleanupHook {
    /// A hook whose work is over when it returns; `None` if the environment is ending already.
    pub fn at_once(env: Env, work: impl FnOnce(Ending) + 'static) -> Option<Self> {
        Self::add(work, |context| {
            // SAFETY: `context` stays valid until the hook takes it back, or is removed.
            let status = unsafe { sys::napi_add_env_cleanup_hook(env.raw(), Some(on_end), context) };
            (status, Registered::AtOnce(env.raw()))
        })
    }

    /// A hook that the environment waits for, while its loop goes on: until the [`Ending`] is dropped.
    pub fn waiting(env: Env, work: impl FnOnce(Ending) + 'static) -> Option<Self> {
        Self::add(work, |context| {
            let mut hook = ptr::null_mut();
            // SAFETY: as above; `hook` is a valid place for the result.
            let status =
                unsafe { sys::napi_add_async_cleanup_hook(env.raw(), Some(on_waiting_end), context, &raw mut hook) };
            (status, Registered::Waiting(hook))
        })
    }

    fn add(
        work: impl FnOnce(Ending) + 'static,
        register: impl FnOnce(*mut c_void) -> (sys::napi_status, Registered),
    ) -> Option<Self> {
        let work: Rc<Work> = Rc::new(Cell::new(Some(Box::new(work))));
        let context = Rc::into_raw(Rc::clone(&work)).cast_mut().cast();
        let (status, registered) = register(context);
        if status == sys::Status::napi_ok {
            return Some(Self { work, registered });
        }
        drop(taken_back(context));
        None
    }
}

impl Drop for CleanupHook {
    fn drop(&mut self) {
        let Some(_undone) = self.work.take() else {
            return;
        };
        let context = Rc::as_ptr(&self.work).cast_mut().cast();
        match self.registered {
            Registered::AtOnce(env) => {
                // SAFETY: added with these arguments, and not run yet, as the work was still there.
                unsafe { sys::napi_remove_env_cleanup_hook(env, Some(on_end), context) };
            }
            // Removes the hook.
            Registered::Waiting(hook) => drop(Ending(hook)),
        }
        drop(taken_back(context));
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the handle that the environment gave for the hook, removed once: by whoever drops this, which is
            // made when the hook runs, or when it is removed before.
            unsafe { sys::napi_remove_async_cleanup_hook(self.0) };
        }
    }
}

impl fmt::Debug for CleanupHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.registered.fmt(f)
    }
}

fn taken_back(context: *mut c_void) -> Rc<Work> {
    // SAFETY: `add` made it of an owner; taken back once, by the hook or by whoever removes it.
    unsafe { Rc::from_raw(context.cast::<Work>()) }
}

unsafe extern "C" fn on_end(context: *mut c_void) {
    end(context, ptr::null_mut());
}

unsafe extern "C" fn on_waiting_end(hook: sys::napi_async_cleanup_hook_handle, context: *mut c_void) {
    end(context, hook);
}

fn end(context: *mut c_void, hook: sys::napi_async_cleanup_hook_handle) {
    let ending = Ending(hook);
    if let Some(work) = taken_back(context).take() {
        guarded(|| work(ending));
    }
}
