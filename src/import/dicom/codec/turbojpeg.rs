//! A safe face on libjpeg-turbo 3: one stream to samples, without a change of colour space beyond what it marks.

use std::{ffi::CStr, ffi::c_int};

use turbojpeg_sys as sys;

/// What came out.
pub(super) struct Decoded {
    /// Interleaved samples, one `u16` each whatever the precision.
    pub(super) samples: Vec<u16>,
    /// What the library says about a stream that it decoded all the same.
    pub(super) complaint: Option<String>,
}

/// A decompressor, freed when dropped.
struct Handle(sys::tjhandle);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle came from `tj3Init`, is not null and is destroyed once.
        unsafe { sys::tj3Destroy(self.0) }
    }
}

impl Handle {
    fn new() -> Option<Self> {
        // SAFETY: takes a plain integer; the result is checked.
        let handle = unsafe { sys::tj3Init(sys::TJINIT_TJINIT_DECOMPRESS as c_int) };
        (!handle.is_null()).then_some(Self(handle))
    }

    fn set(&self, param: sys::TJPARAM, value: c_int) {
        // SAFETY: a live handle and plain integers. A parameter that is refused keeps its default.
        unsafe { sys::tj3Set(self.0, param as c_int, value) };
    }

    fn get(&self, param: sys::TJPARAM) -> c_int {
        // SAFETY: a live handle and a plain integer.
        unsafe { sys::tj3Get(self.0, param as c_int) }
    }

    fn is_fatal(&self) -> bool {
        // SAFETY: a live handle.
        unsafe { sys::tj3GetErrorCode(self.0) != sys::TJERR_TJERR_WARNING as c_int }
    }

    fn message(&self) -> String {
        // SAFETY: a live handle; the library returns a string of its own that lives until the next call.
        let text = unsafe {
            sys::tj3GetErrorStr(self.0)
                .as_ref()
                .map(|it| CStr::from_ptr(it))
        };
        text.map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

/// Decodes a stream that holds exactly `columns` x `rows` pixels of `samples` (1 or 3) samples.
pub(super) fn decode(
    stream: &[u8],
    rows: usize,
    columns: usize,
    samples: usize,
) -> Result<Decoded, String> {
    let length = stream.len() as u64;
    let handle = Handle::new().ok_or("could not start the decoder")?;
    // A progressive stream may have thousands of scans over the whole picture; real ones have ten.
    handle.set(sys::TJPARAM_TJPARAM_SCANLIMIT, 100);
    // SAFETY: a live handle, and a slice with its own length, which is read only.
    if unsafe { sys::tj3DecompressHeader(handle.0, stream.as_ptr(), length) } != 0
        && handle.is_fatal()
    {
        return Err(handle.message());
    }
    let found = [
        sys::TJPARAM_TJPARAM_JPEGHEIGHT,
        sys::TJPARAM_TJPARAM_JPEGWIDTH,
    ]
    .map(|it| usize::try_from(handle.get(it)).unwrap_or(0));
    if found != [rows, columns] {
        return Err(format!("holds {} x {} pixels", found[0], found[1]));
    }
    let format = if samples == 1 {
        sys::TJPF_TJPF_GRAY
    } else {
        sys::TJPF_TJPF_RGB
    };
    let n_samples = rows * columns * samples;
    let run = |outcome: c_int| match outcome {
        0 => Ok(None),
        _ if handle.is_fatal() => Err(handle.message()),
        _ => Ok(Some(handle.message())),
    };
    // In each call: a live handle whose header was read from this very slice; a pitch of 0 means `columns` x
    // `samples` of the format asked for; and a buffer of `rows` times that, as the header was found to say.
    let precision = handle.get(sys::TJPARAM_TJPARAM_PRECISION);
    let (samples, complaint) = match precision {
        2..=8 => {
            let mut buffer = vec![0_u8; n_samples];
            // SAFETY: as above, with samples of one byte for a precision of up to 8.
            let complaint = run(unsafe {
                sys::tj3Decompress8(
                    handle.0,
                    stream.as_ptr(),
                    length,
                    buffer.as_mut_ptr(),
                    0,
                    format,
                )
            })?;
            (buffer.into_iter().map(u16::from).collect(), complaint)
        }
        9..=12 => {
            let mut buffer = vec![0_i16; n_samples];
            // SAFETY: as above, with samples of `short` for a precision of 9 to 12.
            let complaint = run(unsafe {
                sys::tj3Decompress12(
                    handle.0,
                    stream.as_ptr(),
                    length,
                    buffer.as_mut_ptr(),
                    0,
                    format,
                )
            })?;
            (buffer.into_iter().map(|it| it as u16).collect(), complaint)
        }
        13..=16 => {
            let mut buffer = vec![0_u16; n_samples];
            // SAFETY: as above, with samples of `unsigned short` for a precision of 13 to 16.
            let complaint = run(unsafe {
                sys::tj3Decompress16(
                    handle.0,
                    stream.as_ptr(),
                    length,
                    buffer.as_mut_ptr(),
                    0,
                    format,
                )
            })?;
            (buffer, complaint)
        }
        _ => return Err(format!("has {precision} bits a sample")),
    };
    Ok(Decoded { samples, complaint })
}
