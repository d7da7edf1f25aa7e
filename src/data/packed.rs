//! Packed files: gzip and Zstandard, unpacked as they are read by what they begin with, packed as they are written by the
//! ending of their name.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// How many bytes are packed at a time: a frame of Zstandard each, which every reader of the format joins again.
const FRAME: usize = 4 << 20;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// It is not.
    Plain,
    /// gzip (RFC 1952), of any number of members.
    Gzip,
    /// Zstandard (RFC 8878), of any number of frames.
    Zstandard,
}

impl Packing {
    /// Tells the packing from the ending of a path, and returns the path without it.
    #[must_use]
    pub fn of(path: &str) -> (Self, &str) {
        let without = |ending: &str| {
            let at = path.len().checked_sub(ending.len())?;
            let (stem, end) = (path.get(..at)?, path.get(at..)?);
            end.eq_ignore_ascii_case(ending).then_some(stem)
        };
        if let Some(stem) = without(".gz") {
            (Self::Gzip, stem)
        } else if let Some(stem) = without(".zst") {
            (Self::Zstandard, stem)
        } else {
            (Self::Plain, path)
        }
    }

    /// Tells the packing from the first four bytes.
    #[must_use]
    pub fn of_head(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Self::Zstandard,
            _ => Self::Plain,
        }
    }
}

/// Unpacks what is read.
pub(super) fn unpack(reader: Box<dyn Read + Send>, packing: Packing) -> Box<dyn Read + Send> {
    match packing {
        Packing::Plain => reader,
        Packing::Gzip => Box::new(Told(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, reader)))),
        Packing::Zstandard => Box::new(Told(Frames::Between(BufReader::with_capacity(1 << 16, reader)))),
    }
}

/// Says of what cannot be unpacked that it is damaged, whatever the library calls it.
struct Told<R>(R);

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|e| match e.kind() {
            io::ErrorKind::Interrupted => e,
            kind => io::Error::new(kind, format!("it is packed and ends early or is damaged, so pack it again ({e})")),
        })
    }
}

type Source = BufReader<Box<dyn Read + Send>>;

/// The frames of a Zstandard file, one after the other.
enum Frames {
    Between(Source),
    Inside(Box<StreamingDecoder<Source, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            *self = match std::mem::replace(self, Self::Ended) {
                Self::Ended => return Ok(0),
                Self::Between(mut source) => {
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    Self::Inside(Box::new(StreamingDecoder::new(source).map_err(|e| io::Error::other(e.to_string()))?))
                }
                Self::Inside(mut frame) => {
                    let read = frame.read(buffer)?;
                    if read > 0 {
                        *self = Self::Inside(frame);
                        return Ok(read);
                    }
                    Self::Between(frame.into_inner())
                }
            };
        }
    }
}

/// Packs what is written; ended by [`Packer::finish`].
pub(super) enum Packer<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
    Zstandard { writer: W, waiting: Vec<u8> },
}

impl<W: Write> Packer<W> {
    pub fn new(writer: W, packing: Packing) -> Self {
        match packing {
            Packing::Plain => Self::Plain(writer),
            // The time stays zero, so that the same rows make the same bytes.
            Packing::Gzip => Self::Gzip(Box::new(GzEncoder::new(writer, Compression::fast()))),
            Packing::Zstandard => Self::Zstandard { writer, waiting: Vec::new() },
        }
    }

    /// Writes out what is left and returns the writer.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(writer) => Ok(writer),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstandard { mut writer, mut waiting } => {
                frame(&mut writer, &mut waiting)?;
                Ok(writer)
            }
        }
    }
}

/// Writes what waits as one frame.
fn frame(writer: &mut impl Write, waiting: &mut Vec<u8>) -> io::Result<()> {
    writer.write_all(&compress_to_vec(waiting.as_slice(), CompressionLevel::Fastest))?;
    waiting.clear();
    Ok(())
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstandard { writer, waiting } => {
                waiting.extend_from_slice(bytes);
                if waiting.len() >= FRAME {
                    frame(writer, waiting)?;
                }
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            // A frame ends only when it is full or at the very end: small frames pack badly.
            Self::Zstandard { writer, .. } => writer.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn packed(bytes: &[u8], packing: Packing) -> Vec<u8> {
        let mut packer = Packer::new(Vec::new(), packing);
        for part in bytes.chunks(1_000) {
            packer.write_all(part).expect("memory");
        }
        packer.finish().expect("memory")
    }

    fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let packing = Packing::of_head(bytes.get(..4).unwrap_or_default());
        let mut out = Vec::new();
        unpack(Box::new(Cursor::new(bytes)), packing).read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn endings_tell_how_a_file_is_packed() {
        assert_eq!(Packing::of("a/leads.csv.gz"), (Packing::Gzip, "a/leads.csv"));
        assert_eq!(Packing::of("leads.jsonl.ZST"), (Packing::Zstandard, "leads.jsonl"));
        assert_eq!(Packing::of("leads.csv"), (Packing::Plain, "leads.csv"));
        assert_eq!(Packing::of("é"), (Packing::Plain, "é"));
    }

    #[test]
    fn members_and_frames_are_joined_and_damage_is_told() {
        for packing in [Packing::Gzip, Packing::Zstandard] {
            let (one, two) = (packed(b"id\nL1\n", packing), packed(b"L2\n", packing));
            let joined = [one.clone(), two].concat();
            assert_eq!(unpacked(joined.clone()).expect("whole"), b"id\nL1\nL2\n");
            let cut = unpacked(joined[..joined.len() - 3].to_vec()).expect_err("cut");
            assert!(cut.to_string().contains("ends early or is damaged"), "{cut}");
            let mut bent = one;
            let middle = bent.len() / 2;
            bent[middle] ^= 0xff;
            bent.extend_from_slice(b"not packed");
            assert!(unpacked(bent).is_err(), "{packing:?}");
        }
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn what_is_packed_is_unpacked(bytes in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            for packing in [Packing::Gzip, Packing::Zstandard] {
                let packed = packed(&bytes, packing);
                prop_assert_eq!(&packed, &self::packed(&bytes, packing));
                prop_assert_eq!(&unpacked(packed).expect("whole"), &bytes);
            }
        }

        #[test]
        fn nothing_panics_on_damage(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), to in any::<u8>()) {
            for packing in [Packing::Gzip, Packing::Zstandard] {
                let mut packed = packed(&bytes, packing);
                let at = at.index(packed.len());
                packed[at] = to;
                let _ = unpacked(packed);
            }
        }
    }
}
