// The dtype of each C++ type, by number and by size, and the error object.
#include "check.hpp"

using darr::dtype;
using darr::dtype_of;

static_assert(dtype_of<bool> == dtype::bool8);
static_assert(dtype_of<signed char> == dtype::int8 && dtype_of<unsigned char> == dtype::uint8);
static_assert(dtype_of<short> == dtype::int16 && dtype_of<unsigned short> == dtype::uint16);
static_assert(dtype_of<int> == dtype::int32 && dtype_of<unsigned> == dtype::uint32);
static_assert(dtype_of<long> == dtype::int64 && dtype_of<long long> == dtype::int64);
static_assert(dtype_of<unsigned long> == dtype::uint64 && dtype_of<const double> == dtype::float64);
static_assert(dtype_of<float> == dtype::float32 && dtype_of<std::complex<float>> == dtype::complex64);
static_assert(dtype_of<std::complex<double>> == dtype::complex128);

template <class T> static void same_size() {
    CHECK_EQUAL(darr::size_of(dtype_of<T>), static_cast<std::int64_t>(sizeof(T)));
}

int main(int argc, char **argv) {
    return check::run(argc, argv, [] {
        same_size<bool>();
        same_size<std::int8_t>();
        same_size<std::uint16_t>();
        same_size<std::int32_t>();
        same_size<std::uint64_t>();
        same_size<float>();
        same_size<double>();
        same_size<std::complex<float>>();
        same_size<std::complex<double>>();
        CHECK_THROWS(static_cast<void>(darr::size_of(static_cast<dtype>(99))), DARR_ERR_ARGUMENT, "99");

        try {
            static_cast<void>(darr::size_of(static_cast<dtype>(-1)));
        } catch (const std::runtime_error &caught) {
            CHECK_EQUAL(std::string(caught.what()).empty(), false);
            return;
        }
        check::fail(CHECK_WHERE, "an error is a std::runtime_error");
    });
}
