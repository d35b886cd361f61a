//! Frames through a socket, until a deadline, with a program of the same user at the other end.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use super::{
    Error,
    message::{N_HEAD, body_length},
};

/// One visit.
pub(super) struct Wire {
    stream: UnixStream,
    deadline: Instant,
}

impl Wire {
    /// A socket, if the program at its other end is of the same user. A folder can be lent by mistake; this cannot.
    pub(super) fn new(stream: UnixStream, deadline: Instant) -> Result<Self, Error> {
        let peer = rustix::net::sockopt::socket_peercred(&stream);
        let found = peer.map_err(|it| Error::Silent(it.kind()))?.uid;
        if found == rustix::process::geteuid() {
            Ok(Self { stream, deadline })
        } else {
            Err(Error::Stranger {
                found: found.as_raw(),
            })
        }
    }

    pub(super) fn send(&mut self, frame: &[u8]) -> Result<(), Error> {
        self.write_all(frame).map_err(|it| Error::Silent(it.kind()))
    }

    /// The body of the next frame.
    pub(super) fn receive(&mut self) -> Result<Vec<u8>, Error> {
        let mut head = [0; N_HEAD];
        let silent = |it: io::Error| Error::Silent(it.kind());
        self.read_exact(&mut head).map_err(silent)?;
        let mut body = vec![0; body_length(head)?];
        self.read_exact(&mut body).map_err(silent)?;
        Ok(body)
    }

    /// A socket takes no time limit of zero.
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(io::ErrorKind::TimedOut.into())
        } else {
            Ok(left)
        }
    }
}

// The deadline holds for the whole visit, however it is cut into pieces.
impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(into)
    }
}

impl Write for Wire {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
