//! Safe functions over `shim.cpp`: the operators of the fused form, and glibc's allocator. The only unsafe code.

use std::{
    ffi::{CStr, c_char},
    ptr::null,
};

use tch::Tensor;
use torch_sys::C_tensor;

use super::{Result, layer::Activation};
use crate::model::Error;

/// Bytes for the reason of a failure.
const REASON: usize = 512;

#[expect(
    unsafe_code,
    reason = "the signatures are those of shim.cpp, which this file alone calls"
)]
unsafe extern "C" {
    fn wardlight_pack_conv(
        weight: *const C_tensor,
        input_size: *const i64,
        pad: i64,
        stride: i64,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_conv(
        x: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        add: *const C_tensor,
        pad: i64,
        stride: i64,
        activation: i32,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_pack_linear(
        weight: *const C_tensor,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_linear(
        x: *const C_tensor,
        weight: *const C_tensor,
        bias: *const C_tensor,
        activation: i32,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_join_norm_relu(
        maps: *const *const C_tensor,
        n_maps: usize,
        scale: *const C_tensor,
        shift: *const C_tensor,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_random_state(error: *mut c_char, capacity: usize) -> *mut C_tensor;
    fn wardlight_set_random_state(
        state: *const C_tensor,
        error: *mut c_char,
        capacity: usize,
    ) -> *mut C_tensor;
    fn wardlight_autocast(is_on: i32);
    fn wardlight_tune_allocator();
    fn wardlight_torch_version() -> *const c_char;
    fn wardlight_hold_team(n: i32);
}

/// A convolution weight `[out, in, k, k]` in oneDNN's own layout for an input of `[n, c, h, w]`.
pub(super) fn pack_conv(
    weight: &Tensor,
    input_size: [i64; 4],
    (pad, stride): (i64, i64),
) -> Result<Tensor> {
    let size = input_size.as_ptr();
    #[expect(unsafe_code, reason = "the tensor and the four sizes outlive the call")]
    taken(|error, capacity| unsafe {
        wardlight_pack_conv(weight.as_ptr(), size, pad, stride, error, capacity)
    })
}

/// `activation(conv(x) + bias + add)` with a packed weight.
pub(super) fn conv(
    x: &Tensor,
    (weight, bias): (&Tensor, &Tensor),
    add: Option<&Tensor>,
    (pad, stride): (i64, i64),
    activation: Activation,
) -> Result<Tensor> {
    let add = add.map_or(null(), Tensor::as_ptr);
    let (weight, bias) = (weight.as_ptr(), bias.as_ptr());
    let activation = code(activation);
    #[expect(
        unsafe_code,
        reason = "the tensors outlive the call; `add` may be null by its contract"
    )]
    taken(|error, capacity| unsafe {
        wardlight_conv(
            x.as_ptr(),
            weight,
            bias,
            add,
            pad,
            stride,
            activation,
            error,
            capacity,
        )
    })
}

/// The weight `[out, in]` of a linear layer in oneDNN's own layout.
pub(super) fn pack_linear(weight: &Tensor) -> Result<Tensor> {
    #[expect(
        unsafe_code,
        reason = "the tensor outlives the call, and `taken` gives a valid buffer"
    )]
    taken(|error, capacity| unsafe { wardlight_pack_linear(weight.as_ptr(), error, capacity) })
}

/// `activation(linear(x))` with a packed weight.
pub(super) fn linear(
    x: &Tensor,
    (weight, bias): (&Tensor, &Tensor),
    activation: Activation,
) -> Result<Tensor> {
    let (weight, bias, activation) = (weight.as_ptr(), bias.as_ptr(), code(activation));
    #[expect(
        unsafe_code,
        reason = "the tensors outlive the call, and `taken` gives a valid buffer"
    )]
    taken(|error, capacity| unsafe {
        wardlight_linear(x.as_ptr(), weight, bias, activation, error, capacity)
    })
}

/// `relu(scale * join(maps) + shift)` along the channels; `maps` is not empty.
pub(super) fn join_norm_relu(maps: &[Tensor], scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
    assert!(
        !maps.is_empty(),
        "a dense layer reads at least the maps of its stem"
    );
    let pointers = maps.iter().map(Tensor::as_ptr).collect::<Vec<_>>();
    let (scale, shift) = (scale.as_ptr(), shift.as_ptr());
    #[expect(
        unsafe_code,
        reason = "the tensors outlive the call, and the list has as many as it says"
    )]
    taken(|error, capacity| unsafe {
        wardlight_join_norm_relu(
            pointers.as_ptr(),
            pointers.len(),
            scale,
            shift,
            error,
            capacity,
        )
    })
}

/// The whole state of libtorch's random numbers, as bytes.
pub(super) fn random_state() -> Result<Tensor> {
    #[expect(unsafe_code, reason = "`taken` gives a valid buffer")]
    taken(|error, capacity| unsafe { wardlight_random_state(error, capacity) })
}

/// Puts such a state back.
pub(super) fn set_random_state(state: &Tensor) -> Result<()> {
    #[expect(
        unsafe_code,
        reason = "the tensor outlives the call, and libtorch checks its size"
    )]
    taken(|error, capacity| unsafe { wardlight_set_random_state(state.as_ptr(), error, capacity) })
        .map(drop)
}

/// Does work of which those operators that gain by it run in bfloat16; their weights stay float32.
pub(super) fn in_bfloat16<T>(work: impl FnOnce() -> T) -> T {
    let switch = |is_on: i32| {
        #[expect(
            unsafe_code,
            reason = "sets flags of this thread and may be called at any time"
        )]
        unsafe {
            wardlight_autocast(is_on);
        }
    };
    switch(1);
    let done = work();
    switch(0);
    done
}

/// Makes glibc keep large buffers for reuse instead of mapping each one anew.
pub(super) fn tune_allocator() {
    #[expect(
        unsafe_code,
        reason = "mallopt takes numbers only and may be called at any time"
    )]
    unsafe {
        wardlight_tune_allocator();
    }
}

/// Makes the calling thread hold a team of `n` OpenMP threads, which sleep.
pub(super) fn hold_team(n: usize) {
    #[expect(
        unsafe_code,
        reason = "the region is empty; OpenMP takes any number and gives what it can"
    )]
    unsafe {
        wardlight_hold_team(i32::try_from(n).unwrap_or(1));
    }
}

/// Of the libtorch headers that this program was built with.
pub(super) fn torch_version() -> &'static str {
    #[expect(
        unsafe_code,
        reason = "the function takes nothing and gives a string literal"
    )]
    let version = unsafe { CStr::from_ptr(wardlight_torch_version()) };
    version.to_str().unwrap_or("of an unknown version")
}

const fn code(activation: Activation) -> i32 {
    match activation {
        Activation::None => 0,
        Activation::Relu => 1,
        Activation::Gelu => 2,
    }
}

/// The tensor that `call` made, or the reason that it wrote into its buffer.
fn taken(call: impl FnOnce(*mut c_char, usize) -> *mut C_tensor) -> Result<Tensor> {
    let mut reason: [c_char; REASON] = [0; REASON];
    let tensor = call(reason.as_mut_ptr(), REASON);
    if tensor.is_null() {
        let bytes = reason
            .iter()
            .map(|it| *it as u8)
            .take_while(|it| *it != 0)
            .collect::<Vec<_>>();
        let text = String::from_utf8_lossy(&bytes);
        let cause = text.lines().next().unwrap_or_default().to_owned();
        return Err(Error::Engine { cause });
    }
    #[expect(unsafe_code, reason = "the shim made it with `new` and gives it away")]
    Ok(unsafe { Tensor::from_ptr(tensor) })
}
