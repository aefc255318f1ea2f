//! The dictionaries of an Arrow IPC file: each read when a column first needs it,
//! with what later messages add to it, and held.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::types::NativeType;
use polars_arrow_format::ipc::Block;

use super::column;
use super::message::Message;
use super::schema::FieldLocation;
use crate::engine::fault::{EngineError, InputFault, InputFaultKind};
use crate::format::columnar::arrow_decode::{DecodedCells, MalformedCell, cells_of};
use crate::format::columnar::offset_text::{DictionaryText, OffsetBytes};
use crate::format::columnar::stored_type::StoredType;
use crate::format::guarded;
use crate::format::io::file::InputFile;
use crate::format::null_values::NullValues;

const CORRUPT: InputFaultKind = InputFaultKind::CorruptFile;
/// The code of a missing cell, and of a value that no cell has had yet.
const NONE: u32 = u32::MAX;

/// The dictionaries of a file.
pub(super) struct Dictionaries {
    blocks: Vec<Block>,
    held: Mutex<BTreeMap<i64, Arc<DecodedCells>>>,
}

impl Dictionaries {
    /// Those of these messages; none is read yet.
    pub(super) fn new(blocks: Vec<Block>) -> Self {
        Self { blocks, held: Mutex::default() }
    }

    /// The values of a dictionary, whose values have that type.
    pub(super) fn get(&self, file: &InputFile, id: i64, values: &StoredType) -> Result<Arc<DecodedCells>, EngineError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.get(&id) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(self.read(file, id, values)?);
        held.insert(id, Arc::clone(&read));
        Ok(read)
    }

    fn read(&self, file: &InputFile, id: i64, values: &StoredType) -> Result<DecodedCells, EngineError> {
        let fault = |kind| EngineError::from(InputFault::file(kind, file.name()));
        let mut arrays = Vec::new();
        for block in &self.blocks {
            let message = Message::read(file, block)?;
            let facts = message.dictionary().map_err(fault)?;
            if facts.id != id {
                continue;
            }
            match (arrays.is_empty(), facts.is_delta) {
                (true, true) => return Err(fault(CORRUPT)),
                // A dictionary that replaces another holds for the batches behind it,
                // and a file does not say which those are.
                (false, false) => return Err(fault(InputFaultKind::Unsupported)),
                (true, false) | (false, true) => {}
            }
            let place = FieldLocation::alone(&values.array);
            let stretch = message.stretch(&place).map_err(fault)?;
            arrays.push(column::decode(file, &stretch, &values.array, place.has_views())?);
        }
        if arrays.is_empty() {
            return Err(fault(CORRUPT));
        }
        let cells = guarded(CORRUPT, || cells_of(&arrays, values).ok_or(()));
        cells.map_err(fault)
    }
}

/// The cells that some positions in a dictionary stand for, and those of them that
/// are malformed. Holds only values that a cell has, each once.
pub(super) fn coded(
    positions: &dyn Array,
    dictionary: &DecodedCells,
    nulls: &NullValues,
) -> Result<(DictionaryText, Vec<MalformedCell>), InputFaultKind> {
    match positions.dtype() {
        ArrowDataType::Int8 => coded_as::<i8>(positions, dictionary, nulls),
        ArrowDataType::Int16 => coded_as::<i16>(positions, dictionary, nulls),
        ArrowDataType::Int32 => coded_as::<i32>(positions, dictionary, nulls),
        ArrowDataType::Int64 => coded_as::<i64>(positions, dictionary, nulls),
        ArrowDataType::UInt8 => coded_as::<u8>(positions, dictionary, nulls),
        ArrowDataType::UInt16 => coded_as::<u16>(positions, dictionary, nulls),
        ArrowDataType::UInt32 => coded_as::<u32>(positions, dictionary, nulls),
        ArrowDataType::UInt64 => coded_as::<u64>(positions, dictionary, nulls),
        _ => Err(CORRUPT),
    }
}

fn coded_as<T: NativeType + TryInto<usize>>(
    positions: &dyn Array,
    dictionary: &DecodedCells,
    nulls: &NullValues,
) -> Result<(DictionaryText, Vec<MalformedCell>), InputFaultKind> {
    let positions = positions.as_any().downcast_ref::<PrimitiveArray<T>>().ok_or(CORRUPT)?;
    let mut code_of = vec![NONE; dictionary.cells.len()];
    let mut malformed = Vec::new();
    let mut values = OffsetBytes::default();
    let mut codes = Vec::with_capacity(positions.len());
    for (row, position) in positions.iter().enumerate() {
        let Some(position) = position else {
            codes.push(NONE);
            continue;
        };
        let position: usize = (*position).try_into().map_err(|_| CORRUPT)?;
        let code = code_of.get_mut(position).ok_or(CORRUPT)?;
        if let Ok(found) = dictionary.malformed.binary_search_by_key(&position, |(value, _)| *value) {
            malformed.extend(dictionary.malformed.get(found).map(|(_, fault)| (row, *fault)));
        }
        if *code == NONE
            && let Some(value) = dictionary.cells.cell(position)
        {
            *code = u32::try_from(values.len()).map_err(|_| InputFaultKind::Unsupported)?;
            values.push(Some(value)).ok_or(InputFaultKind::Unsupported)?;
        }
        codes.push(*code);
    }
    let values = values.check().ok_or(CORRUPT)?;
    Ok((DictionaryText::new(values, codes, nulls), malformed))
}
