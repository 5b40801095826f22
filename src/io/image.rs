//! Quick looks: a two-dimensional slice of an array as a PNG file. Rank 0 gathers the slice and draws.

use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use distarray_core::{packed_strides, Code, Dims, Dtype, Kind, Map, Order};

use super::colors::{level, Colors};
use super::replace::{refused, Replacement};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::block::Block;
use crate::kernels::convert::convert;
use crate::kernels::copy::pack;
use crate::kernels::memory::Memory;
use crate::mpi::{fingerprint, Comm, Exchange};

/// What is drawn, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub colors: Colors,
    /// Pixels per element.
    pub scale: u32,
    /// Values of the first and the last colour; `None`: the least and the greatest finite value.
    pub range: Option<(f64, f64)>,
    /// Dimensions of the array that run right and up.
    pub axes: [usize; 2],
    /// Position in all dimensions; those of the axes are ignored. `None`: 0. Negative ones count from the end.
    pub index: Option<Dims<i64>>,
}

/// Collective: the file takes its place only when the whole picture is written.
pub fn save(array: &Array, path: Result<&Path>, look: Result<Look>) -> Result<()> {
    let comm = array.dist().comm();
    let fields = [
        (
            "the path",
            path.as_ref()
                .map_or(0, |path| fingerprint(path.as_os_str().as_bytes())),
        ),
        ("the array", array.identity()),
        ("the options", look.as_ref().map_or(0, Look::identity)),
    ];
    let local = path.and_then(|path| {
        let look = look?;
        let piece = Piece::of(array, &look)?;
        Ok((path, look, piece))
    });
    let (path, look, piece) = comm.agree_on("darr_image_save", &fields, local)?;
    let shape = look.axes.map(|axis| array.dist().map().shape()[axis]);
    let canvas = gather(comm, shape, &piece)?;
    let drawn = canvas.map_or(Ok(()), |canvas| canvas.draw(path, &look));
    comm.agree(drawn)
}

impl Look {
    fn identity(&self) -> u64 {
        let range = self.range.map(|(lo, hi)| [lo.to_bits(), hi.to_bits()]);
        let index = self.index.as_ref().map(|index| index.as_slice());
        fingerprint((self.colors as i32, self.scale, range, self.axes, index))
    }

    /// Errors: a look that does not fit an array of `shape`.
    fn check(&self, array: &Array) -> Result<()> {
        let map = array.dist().map();
        let (shape, ndim) = (map.shape(), map.ndim());
        let bad = |text: String| Err(Error::new(Code::Argument, text));
        if array.dtype().kind() == Kind::Complex {
            let text = format!("a picture of {} cannot be drawn: save the real part, the imaginary part or the magnitude", array.dtype().name());
            return Err(Error::new(Code::Unsupported, text));
        }
        if ndim < 2 {
            return bad(format!(
                "a picture needs an array of 2 dimensions or more, this one has {ndim}"
            ));
        }
        let [x, y] = self.axes;
        if x >= ndim || y >= ndim || x == y {
            return bad(format!("the axes {x} and {y} of a picture are not two dimensions of an array that has {ndim}"));
        }
        if let Some((lo, hi)) = self.range {
            if !(lo.is_finite() && hi.is_finite() && lo < hi) {
                return bad(format!(
                    "the range {lo} to {hi} of a picture is not a finite range from low to high"
                ));
            }
        }
        for axis in self.axes {
            let pixels = shape[axis].checked_mul(i64::from(self.scale));
            if shape[axis] < 1 || pixels.is_none_or(|pixels| pixels > i64::from(i32::MAX)) {
                return bad(format!(
                    "dimension {axis} has {} elements, a picture of {} pixels each is not possible",
                    shape[axis], self.scale
                ));
            }
        }
        Ok(())
    }
}

/// What one rank has of the slice.
struct Piece {
    /// Global indices along the axes.
    places: [Vec<i64>; 2],
    /// Row by row, x fastest, as bytes.
    values: Vec<u8>,
}

impl Piece {
    fn of(array: &Array, look: &Look) -> Result<Piece> {
        look.check(array)?;
        let (map, section) = (array.dist().map(), array.dist().section());
        let nothing = Piece {
            places: [Vec::new(), Vec::new()],
            values: Vec::new(),
        };
        let zeros: Dims<i64> = map.dims().iter().map(|_| 0).collect();
        let index = look.index.as_ref().unwrap_or(&zeros);
        let mut position = Dims::new();
        for (d, dim) in map.dims().iter().enumerate() {
            if look.axes.contains(&d) {
                position.push(None);
                continue;
            }
            let at = dim.normalize(d, index.get(d).copied().unwrap_or(0))?;
            if section.is_empty() {
                continue;
            }
            match dim.to_local(section.coords[d], at) {
                Some(local) => position.push(Some(local)),
                None => return Ok(nothing),
            }
        }
        if section.is_empty() {
            return Ok(nothing);
        }
        let mut slice = array.owned();
        for (d, at) in position.iter().enumerate().rev() {
            if let Some(at) = at {
                slice = slice.take(d, *at)?;
            }
        }
        let [x, y] = look.axes;
        let places = [places(array, x)?, places(array, y)?];
        // The axes keep their order in the array; the one of them that runs right is to be the fastest.
        let order = if x > y { Order::C } else { Order::F };
        let real = as_float64(&slice)?;
        let mut values = zeroed(real.bytes())?;
        pack(&real, order, &mut values);
        Ok(Piece { places, values })
    }

    fn message(&self, out: &mut [u8]) {
        let places = self
            .places
            .iter()
            .flatten()
            .flat_map(|place| place.to_ne_bytes());
        let head = 8 * (self.places[0].len() + self.places[1].len());
        for (byte, from) in out[..head].iter_mut().zip(places) {
            *byte = from;
        }
        out[head..].copy_from_slice(&self.values);
    }

    fn counts(&self) -> [usize; 2] {
        [self.places[0].len(), self.places[1].len()]
    }
}

/// Bytes of a message with the places and values of a piece.
fn length([nx, ny]: [usize; 2]) -> usize {
    if nx == 0 || ny == 0 {
        return 0;
    }
    8 * (nx + ny + nx * ny)
}

/// Global indices that this rank owns along an axis. Errors: one that is no place of the picture.
fn places(array: &Array, axis: usize) -> Result<Vec<i64>> {
    let dim = &array.dist().map().dims()[axis];
    let section = array.dist().section();
    let count = section.dims[axis].count;
    let mut places = Vec::new();
    if places.try_reserve_exact(count as usize).is_err() {
        return Err(Error::new(
            Code::Memory,
            "no memory for the indices of a picture",
        ));
    }
    for position in 0..count {
        let place = dim.to_global(section.coords[axis], position).unwrap_or(-1);
        if !(0..dim.extent).contains(&place) && matches!(dim.map, Map::Unstructured(_)) {
            let text = format!(
                "dimension {axis} is unstructured with the index {place}: a picture of {} elements has no place for it",
                dim.extent
            );
            return Err(Error::new(Code::Unsupported, text));
        }
        places.push(place);
    }
    Ok(places)
}

fn as_float64(block: &Block) -> Result<Block> {
    if block.dtype() == Dtype::Float64 {
        return Ok(block.clone());
    }
    let strides = packed_strides(block.extents(), Order::C, Dtype::Float64.size() as i64)?;
    let memory = Memory::allocate(block.elements() as usize * Dtype::Float64.size())?;
    let real = Block::new(memory, Dtype::Float64, block.extents(), &strides)?;
    convert(block, &real)?;
    Ok(real)
}

/// Collective: the whole slice on rank 0, nothing elsewhere.
fn gather(comm: &std::sync::Arc<Comm>, shape: [i64; 2], piece: &Piece) -> Result<Option<Canvas>> {
    let root = comm.rank() == 0;
    let counts = piece.counts().map(|count| count as u64);
    let told = comm.allgather(&counts.map(u64::to_ne_bytes).concat())?;
    let counts: Vec<[usize; 2]> = told
        .chunks_exact(16)
        .map(|two| [place(&two[..8]), place(&two[8..])])
        .collect();
    let sends: Vec<(usize, usize)> = match length(counts[comm.rank()]) {
        0 => Vec::new(),
        _ if root => Vec::new(),
        bytes => vec![(0, bytes)],
    };
    let senders: Vec<usize> = match root {
        true => (1..comm.size())
            .filter(|&rank| length(counts[rank]) > 0)
            .collect(),
        false => Vec::new(),
    };
    let receives: Vec<(usize, usize)> = senders
        .iter()
        .map(|&rank| (rank, length(counts[rank])))
        .collect();
    let prepared = Exchange::new(comm.clone(), &sends, &receives).and_then(|exchange| {
        let mut own = zeroed(length(counts[comm.rank()]))?;
        if !own.is_empty() {
            piece.message(&mut own);
        }
        let canvas = if root {
            Some(Canvas::new(shape)?)
        } else {
            None
        };
        Ok((exchange, own, canvas))
    });
    let (mut exchange, own, mut canvas) = comm.agree(prepared)?;
    exchange.start_receives()?;
    if !sends.is_empty() {
        exchange.send_buffer(0).copy_from_slice(&own);
        exchange.start_send(0)?;
    }
    if let Some(canvas) = &mut canvas {
        canvas.put(counts[0], &own);
        while let Some(i) = exchange.wait_receive()? {
            canvas.put(counts[senders[i]], exchange.receive_buffer(i));
        }
    }
    exchange.finish_sends()?;
    Ok(canvas)
}

/// Eight bytes of a message.
fn word(bytes: &[u8]) -> u64 {
    u64::from_ne_bytes(bytes.try_into().unwrap_or_default())
}

/// An index in a message.
fn place(bytes: &[u8]) -> usize {
    word(bytes) as usize
}

/// The slice, row by row from below; not a number where no rank owns the element.
struct Canvas {
    width: usize,
    height: usize,
    values: Vec<f64>,
}

impl Canvas {
    fn new([width, height]: [i64; 2]) -> Result<Canvas> {
        let (width, height) = (width as usize, height as usize);
        let mut values = Vec::new();
        let room = width
            .checked_mul(height)
            .filter(|&n| values.try_reserve_exact(n).is_ok());
        let room = room.ok_or_else(|| {
            Error::new(
                Code::Memory,
                format!("no memory for a picture of {width} by {height} elements"),
            )
        })?;
        values.resize(room, f64::NAN);
        Ok(Canvas {
            width,
            height,
            values,
        })
    }

    /// Takes over what a rank sent.
    fn put(&mut self, [nx, ny]: [usize; 2], message: &[u8]) {
        if message.is_empty() {
            return;
        }
        let (places, values) = message.split_at(8 * (nx + ny));
        let (columns, rows) = places.split_at(8 * nx);
        for (row, line) in rows.chunks_exact(8).zip(values.chunks_exact(8 * nx)) {
            let row = place(row) * self.width;
            for (column, value) in columns.chunks_exact(8).zip(line.chunks_exact(8)) {
                self.values[row + place(column)] = f64::from_bits(word(value));
            }
        }
    }

    /// Of the finite values; nothing finite gives an empty range.
    fn range(&self) -> (f64, f64) {
        let finite = self
            .values
            .iter()
            .copied()
            .filter(|value| value.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| {
            (lo.min(value), hi.max(value))
        })
    }

    fn draw(&self, path: &Path, look: &Look) -> Result<()> {
        let replacement = Replacement::begin(path)?;
        let line = zeroed(self.width * look.scale as usize)?;
        self.encode(BufWriter::new(replacement.file()), look, line)
            .map_err(|e| match e {
                png::EncodingError::IoError(e) => refused("cannot write", path, &e),
                e => Error::new(Code::Io, format!("cannot write '{}': {e}", path.display())),
            })?;
        replacement.commit()
    }

    /// `line` has room for one row of pixels.
    fn encode(
        &self,
        mut to: impl Write,
        look: &Look,
        mut line: Vec<u8>,
    ) -> std::result::Result<(), png::EncodingError> {
        let (lo, hi) = look.range.unwrap_or_else(|| self.range());
        let scale = look.scale as usize;
        let mut encoder = png::Encoder::new(
            &mut to,
            (self.width * scale) as u32,
            (self.height * scale) as u32,
        );
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(look.colors.palette());
        let mut writer = encoder.write_header()?;
        let mut stream = writer.stream_writer()?;
        for row in self.values.chunks_exact(self.width).rev() {
            for (pixels, &value) in line.chunks_exact_mut(scale).zip(row) {
                pixels.fill(level(value, lo, hi));
            }
            for _ in 0..scale {
                stream.write_all(&line)?;
            }
        }
        stream.finish()?;
        writer.finish()?;
        to.flush()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::colors::LEVELS;
    use super::*;

    fn look(scale: u32, range: Option<(f64, f64)>) -> Look {
        Look {
            colors: Colors::Gray,
            scale,
            range,
            axes: [0, 1],
            index: None,
        }
    }

    /// Rows of palette entries, the uppermost first.
    fn pixels(canvas: &Canvas, look: &Look) -> Vec<Vec<u8>> {
        let mut file = Vec::new();
        let line = vec![0; canvas.width * look.scale as usize];
        canvas.encode(&mut file, look, line).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        assert_eq!(
            reader.info().palette.as_deref(),
            Some(&look.colors.palette()[..])
        );
        let width = reader.info().width as usize;
        let mut image = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut image).unwrap();
        image.chunks_exact(width).map(<[u8]>::to_vec).collect()
    }

    /// A message with the columns, rows and values of one rank.
    fn message(columns: &[i64], rows: &[i64], values: &[f64]) -> Vec<u8> {
        let places = columns.iter().chain(rows).map(|place| place.to_ne_bytes());
        let values = values.iter().map(|value| value.to_ne_bytes());
        places.chain(values).collect::<Vec<_>>().concat()
    }

    #[test]
    fn x_runs_right_and_y_up() {
        let mut canvas = Canvas::new([3, 2]).unwrap();
        canvas.put([2, 2], &message(&[0, 2], &[1, 0], &[3.0, 5.0, 0.0, 2.0]));
        canvas.put([1, 1], &message(&[1], &[0], &[1.0]));
        canvas.put([0, 0], &[]);
        let missing = LEVELS as u8;
        let got = pixels(&canvas, &look(1, Some((0.0, 254.0))));
        assert_eq!(got, [vec![3, missing, 5], vec![0, 1, 2]]);
        let got = pixels(&canvas, &look(2, None));
        let upper = vec![152, 152, missing, missing, 254, 254];
        let lower = vec![0, 0, 51, 51, 102, 102];
        assert_eq!(got, [upper.clone(), upper, lower.clone(), lower]);
    }

    #[test]
    fn the_range_is_that_of_the_finite_values() {
        let mut canvas = Canvas::new([5, 1]).unwrap();
        let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -2.0, 2.0];
        canvas.put([5, 1], &message(&[0, 1, 2, 3, 4], &[0], &values));
        assert_eq!(canvas.range(), (-2.0, 2.0));
        assert_eq!(pixels(&canvas, &look(1, None)), [[255, 254, 0, 0, 254]]);
        let nothing = Canvas::new([2, 1]).unwrap();
        assert_eq!(pixels(&nothing, &look(1, None)), [[255, 255]]);
    }
}
