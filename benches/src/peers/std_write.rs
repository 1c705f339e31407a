//! Encoders of the text dialect that use only the standard library.

use std::io::Write;

use event_datagram::{EventBuf, ValueBuf};

/// Encodes by appending piece by piece to a vector.
pub fn extend(event: &EventBuf, datagram: &mut Vec<u8>) {
    datagram.extend_from_slice(&event.name);
    datagram.push(b'\n');
    for param in &event.params {
        if let Some(name) = &param.name {
            datagram.extend_from_slice(name);
            datagram.extend_from_slice(b"::");
        }
        match &param.value {
            ValueBuf::Bytes(value) if value.contains(&b'\n') => {
                datagram.push(b'"');
                for byte in value {
                    if *byte == b'"' {
                        datagram.push(b'\\');
                    }
                    datagram.push(*byte);
                }
                datagram.push(b'"');
            }
            ValueBuf::Bytes(value) => datagram.extend_from_slice(value),
            // Writing to a vector never fails.
            ValueBuf::Integer(integer) => {
                write!(datagram, "{}", integer.cast_unsigned()).unwrap_or_default()
            }
            _ => {}
        }
        datagram.push(b'\n');
    }
    datagram.push(b'\n');
}

/// Encodes with `write!` and `str::replace`. Returns `None` if the event is not UTF-8.
pub fn format(event: &EventBuf, datagram: &mut Vec<u8>) -> Option<()> {
    writeln!(datagram, "{}", str::from_utf8(&event.name).ok()?).ok()?;
    for param in &event.params {
        if let Some(name) = &param.name {
            write!(datagram, "{}::", str::from_utf8(name).ok()?).ok()?;
        }
        match &param.value {
            ValueBuf::Bytes(value) => match str::from_utf8(value).ok()? {
                value if value.contains('\n') => {
                    writeln!(datagram, "\"{}\"", value.replace('"', "\\\"")).ok()?
                }
                value => writeln!(datagram, "{value}").ok()?,
            },
            ValueBuf::Integer(integer) => writeln!(datagram, "{}", integer.cast_unsigned()).ok()?,
            _ => writeln!(datagram).ok()?,
        }
    }
    writeln!(datagram).ok()
}
