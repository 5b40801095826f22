#ifndef DISTARRAY_HANDLE_HPP
#define DISTARRAY_HANDLE_HPP

#include <memory>

#include "error.hpp"

namespace darr {
namespace detail {

template <class Handle, void (*Free)(Handle *)> struct freer {
    void operator()(Handle *handle) const noexcept { Free(handle); }
};

/* Owns a handle of the C interface and frees it with `Free`. */
template <class Handle, void (*Free)(Handle *)> using owner = std::unique_ptr<Handle, freer<Handle, Free>>;

/* The handle that `call` writes through its argument; throws what it returns otherwise. */
template <class Handle, class Call> Handle *created(const Call &call) {
    Handle *handle = nullptr;
    check(call(&handle));
    return handle;
}

/* The length of a list as the C interface takes it. */
template <class List> int count_of(const List &list) { return static_cast<int>(list.size()); }

/* The data of a list, NULL for an empty one. */
template <class List> auto data_or_null(const List &list) { return list.empty() ? nullptr : list.data(); }

} // namespace detail
} // namespace darr

#endif
