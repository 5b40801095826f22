//! Elements as unsigned integers: comparing those is comparing the elements as NumPy sorts them.

use crate::{Dtype, Error, Kind, Result};

/// An unsigned integer in whose order something is sorted.
pub trait Key: Copy + Ord + Default + Send + Sync + 'static {
    /// Number of bits.
    const BITS: u32;

    fn wide(self) -> u128;

    /// The lowest bits.
    fn narrow(wide: u128) -> Self;

    /// Appends keys to the words of a message. Errors: no memory.
    fn pack(keys: &[Self], words: &mut Vec<i64>) -> Result<()> {
        let refused = |_| Error::Memory {
            what: "a message of keys",
        };
        let [per_word, per_key] = Self::density();
        let room = keys.len().div_ceil(per_word) * per_key;
        words.try_reserve(room).map_err(refused)?;
        if per_key > 1 {
            let halves = |key: &Self| [key.wide() as i64, (key.wide() >> 64) as i64];
            words.extend(keys.iter().flat_map(halves));
        } else {
            let join = |word: u64, key: &Self| (word << (Self::BITS % 64)) | key.wide() as u64;
            // The first key of a word stands highest.
            words.extend(keys.chunks(per_word).map(|chunk| {
                let empty = (per_word - chunk.len()) as u32;
                let word = chunk.iter().fold(0, join);
                (word << (Self::BITS * empty % 64)) as i64
            }));
        }
        Ok(())
    }

    /// Appends `count` keys of a message to those in `keys`, which has room for them. `None`: so many there are not.
    fn unpack(words: &[i64], count: usize, keys: &mut Vec<Self>) -> Option<()> {
        let [per_word, per_key] = Self::density();
        let words = words.get(..count.div_ceil(per_word) * per_key)?;
        if per_key > 1 {
            let join = |pair: &[i64]| u128::from(pair[0] as u64) | u128::from(pair[1] as u64) << 64;
            keys.extend(words.chunks_exact(2).map(|pair| Self::narrow(join(pair))));
        } else {
            let end = keys.len() + count;
            keys.extend(words.iter().flat_map(|&word| {
                let key = move |at: usize| word as u64 >> (64 - Self::BITS * (at as u32 + 1));
                (0..per_word).map(move |at| Self::narrow(key(at).into()))
            }));
            keys.truncate(end);
        }
        Some(())
    }

    /// Keys per word and words per key, one of them 1.
    fn density() -> [usize; 2] {
        [
            (64 / Self::BITS).max(1) as usize,
            (Self::BITS / 64).max(1) as usize,
        ]
    }
}

/// The bits of one element, and its key: both have the element's size.
pub trait Bits: Key {
    /// The key of an element.
    fn key(coding: Coding, element: Self) -> Self;

    /// The element that has this key.
    fn element(coding: Coding, key: Self) -> Self;

    /// The key that elements share which count as equal: both zeros, all NaNs.
    fn joined(coding: Coding, key: Self) -> Self;

    /// Whether a key is that of a NaN.
    fn is_nan(coding: Coding, key: Self) -> bool;

    /// The number that a key stands for, rounded to 64 bits.
    fn number(coding: Coding, key: Self) -> f64;

    /// The keys of elements in memory.
    fn encode(coding: Coding, elements: &[u8], keys: &mut [Self]);

    /// The elements of keys, to memory.
    fn decode(coding: Coding, keys: &[Self], elements: &mut [u8]);
}

/// Which elements keys stand for. All elements of a type have keys of their own: NaNs come last, and of the zeros the
/// negative one comes first, so that sorted keys turn back into the same elements, bit by bit.
///
/// ```text
/// float   -inf ... -1 ... -0  0 ... 1 ... inf   NaNs   negative NaNs
/// key      0                                           largest
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Flag,
    Unsigned,
    Signed,
    Float,
}

impl Coding {
    /// Of the elements of a type; `None`: complex ones, which have no keys.
    pub fn new(dtype: Dtype) -> Option<Coding> {
        match dtype.kind() {
            Kind::Bool => Some(Coding::Flag),
            Kind::Unsigned => Some(Coding::Unsigned),
            Kind::Signed => Some(Coding::Signed),
            Kind::Float => Some(Coding::Float),
            Kind::Complex => None,
        }
    }
}

macro_rules! keys {
    ($($key:ty),*) => {$(
        impl Key for $key {
            const BITS: u32 = <$key>::BITS;
            #[inline(always)]
            fn wide(self) -> u128 {
                self as u128
            }
            #[inline(always)]
            fn narrow(wide: u128) -> $key {
                wide as $key
            }
        }
    )*};
}

keys!(u8, u16, u32, u64, u128);

macro_rules! bits {
    // A NaN, the number of negative ones, and the number that an element is, where there are such elements.
    ($($key:ty, $signed:ty: nan $nan:expr, negative $negative:expr, float $float:expr);* $(;)?) => {$(
        impl Bits for $key {
            #[inline(always)]
            fn key(coding: Coding, element: $key) -> $key {
                const SIGN: $key = 1 << (<$key>::BITS - 1);
                match coding {
                    Coding::Flag => (element != 0).into(),
                    Coding::Unsigned => element,
                    Coding::Signed => element ^ SIGN,
                    Coding::Float => {
                        let all_if_negative = (element as $signed >> (<$key>::BITS - 1)) as $key;
                        (element ^ (all_if_negative | SIGN)).wrapping_sub($negative)
                    }
                }
            }

            #[inline(always)]
            fn element(coding: Coding, key: $key) -> $key {
                const SIGN: $key = 1 << (<$key>::BITS - 1);
                match coding {
                    Coding::Flag | Coding::Unsigned => key,
                    Coding::Signed => key ^ SIGN,
                    Coding::Float => {
                        let ordered = key.wrapping_add($negative);
                        let all_if_negative = !((ordered as $signed >> (<$key>::BITS - 1)) as $key);
                        ordered ^ (all_if_negative | SIGN)
                    }
                }
            }

            #[inline(always)]
            fn joined(coding: Coding, key: $key) -> $key {
                const SIGN: $key = 1 << (<$key>::BITS - 1);
                if coding != Coding::Float {
                    return key;
                }
                if Self::is_nan(coding, key) {
                    return Self::key(coding, $nan);
                }
                // Zero follows the negative zero.
                key + <$key>::from(key == Self::key(coding, SIGN))
            }

            #[inline(always)]
            fn is_nan(coding: Coding, key: $key) -> bool {
                coding == Coding::Float && key > <$key>::MAX - 2 * $negative
            }

            fn number(coding: Coding, key: $key) -> f64 {
                let element = Self::element(coding, key);
                match coding {
                    Coding::Flag | Coding::Unsigned => element as f64,
                    Coding::Signed => element as $signed as f64,
                    Coding::Float => {
                        let float: fn($key) -> f64 = $float;
                        float(element)
                    }
                }
            }

            fn encode(coding: Coding, elements: &[u8], keys: &mut [$key]) {
                let (elements, _) = elements.as_chunks();
                // A loop for each coding, without questions inside.
                macro_rules! each {
                    ($coding:expr) => {
                        for (key, &element) in keys.iter_mut().zip(elements) {
                            *key = Self::key($coding, <$key>::from_ne_bytes(element));
                        }
                    };
                }
                match coding {
                    Coding::Flag => each!(Coding::Flag),
                    Coding::Unsigned => each!(Coding::Unsigned),
                    Coding::Signed => each!(Coding::Signed),
                    Coding::Float => each!(Coding::Float),
                }
            }

            fn decode(coding: Coding, keys: &[$key], elements: &mut [u8]) {
                let (elements, _) = elements.as_chunks_mut();
                macro_rules! each {
                    ($coding:expr) => {
                        for (element, &key) in elements.iter_mut().zip(keys) {
                            *element = Self::element($coding, key).to_ne_bytes();
                        }
                    };
                }
                match coding {
                    Coding::Flag => each!(Coding::Flag),
                    Coding::Unsigned => each!(Coding::Unsigned),
                    Coding::Signed => each!(Coding::Signed),
                    Coding::Float => each!(Coding::Float),
                }
            }
        }
    )*};
}

bits! {
    u8, i8: nan 0, negative 0, float |_| f64::NAN;
    u16, i16: nan 0, negative 0, float |_| f64::NAN;
    u32, i32: nan f32::NAN.to_bits(), negative (1 << 23) - 1, float |bits| f32::from_bits(bits).into();
    u64, i64: nan f64::NAN.to_bits(), negative (1 << 52) - 1, float f64::from_bits;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(x: f64) -> u64 {
        u64::key(Coding::Float, x.to_bits())
    }

    #[test]
    fn nans_come_last_and_the_negative_zero_before_the_other() {
        let ascending = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.0,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            1.0,
            f64::MAX,
        ];
        let ascending = ascending
            .into_iter()
            .chain([f64::INFINITY, f64::NAN, -f64::NAN]);
        let keys: Vec<u64> = ascending.map(key).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert_eq!(keys[0], 0);
        let joined = |x| u64::joined(Coding::Float, key(x));
        assert_eq!([joined(-0.0), joined(-f64::NAN)], [key(0.0), key(f64::NAN)]);
        assert_eq!(
            [joined(-1.0), joined(f64::INFINITY)],
            [key(-1.0), key(f64::INFINITY)]
        );
    }

    #[test]
    fn small_types_keep_their_order() {
        let keys: Vec<u8> = (i8::MIN..=i8::MAX)
            .map(|x| u8::key(Coding::Signed, x as u8))
            .collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert!((0..=u8::MAX).all(|x| u8::element(Coding::Signed, u8::key(Coding::Signed, x)) == x));
        assert!((0..=u8::MAX).all(|x| !u8::is_nan(Coding::Unsigned, x)));
    }

    fn packed<K: Key + std::fmt::Debug>(keys: Vec<K>) {
        let (mut words, mut back) = (vec![7], vec![]);
        K::pack(&keys, &mut words).unwrap();
        K::unpack(&words[1..], keys.len(), &mut back).unwrap();
        assert_eq!(keys, back);
        assert!(K::unpack(&words[1..], keys.len() + 64, &mut back).is_none());
    }

    proptest! {
        #[test]
        fn keys_are_those_of_one_element(bits: u64, other: u64) {
            for coding in [Coding::Unsigned, Coding::Signed, Coding::Float] {
                prop_assert_eq!(u64::element(coding, u64::key(coding, bits)), bits);
                let bits = bits as u32;
                prop_assert_eq!(u32::element(coding, u32::key(coding, bits)), bits);
            }
            let (a, b) = (f64::from_bits(bits), f64::from_bits(other));
            if let Some(order) = a.partial_cmp(&b) {
                let joined = |x| u64::joined(Coding::Float, key(x));
                prop_assert_eq!(joined(a).cmp(&joined(b)), order);
            }
        }

        #[test]
        fn messages_hold_what_was_packed(keys: Vec<u128>) {
            packed(keys.iter().map(|&key| key as u8).collect());
            packed(keys.iter().map(|&key| key as u16).collect());
            packed(keys.iter().map(|&key| key as u32).collect());
            packed(keys.iter().map(|&key| key as u64).collect());
            packed(keys);
        }
    }
}
