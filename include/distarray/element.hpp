#ifndef DISTARRAY_ELEMENT_HPP
#define DISTARRAY_ELEMENT_HPP

#include <complex>
#include <cstdint>
#include <type_traits>

#include "error.hpp"

namespace darr {

enum class dtype : int {
    bool8 = DARR_BOOL,
    int8 = DARR_INT8,
    int16 = DARR_INT16,
    int32 = DARR_INT32,
    int64 = DARR_INT64,
    uint8 = DARR_UINT8,
    uint16 = DARR_UINT16,
    uint32 = DARR_UINT32,
    uint64 = DARR_UINT64,
    float32 = DARR_FLOAT32,
    float64 = DARR_FLOAT64,
    complex64 = DARR_COMPLEX64,
    complex128 = DARR_COMPLEX128
};

namespace detail {

template <class T> constexpr dtype element_dtype() {
    using element = std::remove_cv_t<T>;
    if constexpr (std::is_same_v<element, bool>) {
        static_assert(sizeof(bool) == 1, "a bool of the library has one byte");
        return dtype::bool8;
    } else if constexpr (std::is_integral_v<element>) {
        constexpr int exponent = sizeof(element) == 1   ? 0
                                 : sizeof(element) == 2 ? 1
                                 : sizeof(element) == 4 ? 2
                                                        : 3;
        static_assert(sizeof(element) == 1 << exponent, "integers have 1, 2, 4 or 8 bytes");
        return static_cast<dtype>((std::is_signed_v<element> ? DARR_INT8 : DARR_UINT8) + exponent);
    } else if constexpr (std::is_same_v<element, float>) {
        return dtype::float32;
    } else if constexpr (std::is_same_v<element, double>) {
        return dtype::float64;
    } else if constexpr (std::is_same_v<element, std::complex<float>>) {
        return dtype::complex64;
    } else {
        static_assert(std::is_same_v<element, std::complex<double>>,
                      "arrays cannot hold elements of this type");
        return dtype::complex128;
    }
}

} // namespace detail

/* The dtype of a C++ type: dtype_of<double> is dtype::float64. */
template <class T> inline constexpr dtype dtype_of = detail::element_dtype<T>();

/* Bytes of one element. */
[[nodiscard]] inline std::int64_t size_of(dtype type) {
    std::int64_t bytes = 0;
    detail::check(darr_dtype_size(static_cast<int>(type), &bytes));
    return bytes;
}

} // namespace darr

#endif
