//! IDX files of unsigned bytes, as MNIST ships its images and labels.

use super::table::{TableError, check_size};

const TOO_LARGE: &str = "the header's sizes are too large";

/// The sizes and the bytes of a file that is what its header says.
#[derive(Clone, Debug, PartialEq)]
pub struct Idx<'a> {
    /// The number of items, then the sizes of each.
    pub shape: Vec<usize>,
    /// The items, one after the other.
    pub bytes: &'a [u8],
}

impl<'a> Idx<'a> {
    /// Images: items of at least one number.
    ///
    /// # Errors
    /// If the file is not IDX of bytes, is not as long as its header says, or is a list of labels.
    pub fn images(bytes: &'a [u8]) -> Result<Self, TableError> {
        let idx = Self::parse("the images", bytes)?;
        match idx.shape.as_slice() {
            [items, side, sides @ ..] => {
                // A header of no items can claim sides of any size.
                let columns = sides.iter().try_fold(*side, |size, n| size.checked_mul(*n));
                let columns = columns.ok_or_else(|| fault("the images", TOO_LARGE))?;
                check_size(*items, columns)?;
                Ok(idx)
            }
            _ => Err(fault("the images", "this is a list: are images and labels exchanged?")),
        }
    }

    /// Labels: a list.
    ///
    /// # Errors
    /// If the file is not IDX of bytes, is not as long as its header says, or is no list.
    pub fn labels(bytes: &'a [u8]) -> Result<Self, TableError> {
        let idx = Self::parse("the labels", bytes)?;
        match idx.shape.as_slice() {
            [_] => Ok(idx),
            _ => Err(fault("the labels", "this is no list: are images and labels exchanged?")),
        }
    }

    fn parse(what: &str, bytes: &'a [u8]) -> Result<Self, TableError> {
        let [0, 0, kind, dimensions, rest @ ..] = bytes else {
            let cause =
                if bytes.is_empty() { "the file is empty" } else { "this is not an IDX file" };
            return Err(fault(what, cause));
        };
        if *kind != 0x08 {
            return Err(fault(what, "only IDX files of unsigned bytes are read"));
        }
        let count = usize::from(*dimensions);
        let (sizes, data) =
            rest.split_at_checked(4 * count).ok_or_else(|| fault(what, "the header ends early"))?;
        let shape: Vec<usize> = sizes
            .chunks_exact(4)
            .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
            .collect();
        let size = shape.iter().try_fold(1usize, |product, n| product.checked_mul(*n));
        match size {
            Some(size) if size == data.len() => Ok(Self { shape, bytes: data }),
            Some(size) => {
                let cause = format!("{} bytes where the header says {size}", data.len());
                Err(fault(what, &cause))
            }
            None => Err(fault(what, TOO_LARGE)),
        }
    }
}

fn fault(what: &str, cause: &str) -> TableError {
    TableError::Format(format!("{what}: {cause}"))
}
