#ifndef DISTARRAY_ARRAY_HPP
#define DISTARRAY_ARRAY_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include "distribution.hpp"
#include "element.hpp"
#include "protocol.hpp"
#include "view.hpp"

namespace darr {

enum class reduction_op : int {
    sum = DARR_SUM,
    min = DARR_MIN,
    max = DARR_MAX,
    mean = DARR_MEAN,
    var = DARR_VAR,
    std = DARR_STD,
    dot = DARR_DOT,
    norm = DARR_NORM
};

/* One entry of a slice: an index, which drops its dimension, or one of the functions below. */
class index {
  public:
    index(std::int64_t at) noexcept : index(DARR_INDEX_AT, at, 0, 0) {}
    index(int kind, std::int64_t start, std::int64_t stop, std::int64_t step) noexcept
        : plain_{sizeof(darr_index), kind, start, stop, step} {}
    [[nodiscard]] const darr_index &plain() const noexcept { return plain_; }

  private:
    darr_index plain_;
};

/* Missing end of a range. */
inline constexpr std::int64_t none = DARR_NONE;
/* All of a dimension. */
inline index all() noexcept { return {DARR_INDEX_ALL, 0, 0, 0}; }
/* start, start + step, ... before stop, read as NumPy reads them. */
inline index range(std::int64_t start, std::int64_t stop, std::int64_t step = 1) noexcept {
    return {DARR_INDEX_SLICE, start, stop, step};
}
/* A new dimension of extent 1. */
inline index new_dimension() noexcept { return {DARR_INDEX_NEW, 0, 0, 0}; }
/* As many whole dimensions as the other entries leave. */
inline index ellipsis() noexcept { return {DARR_INDEX_ELLIPSIS, 0, 0, 0}; }

/* A distributed array: a distribution and, on each rank, the memory of its section. */
class array {
  public:
    /* Memory of the library's own, zeroed. Collective. */
    array(const distribution &dist, dtype type)
        : handle_(detail::created<darr_array>([&](darr_array **out) {
              return darr_array_create(dist.get(), static_cast<int>(type), out);
          })) {}
    /* Takes over a handle of the C interface. */
    explicit array(darr_array *handle) noexcept : handle_(handle) {}

    /* A view of a part on the same memory: a.slice({range(2, none), 7, ellipsis()}). Local. */
    [[nodiscard]] array slice(const std::vector<index> &entries) const {
        std::vector<darr_index> plain;
        for (const index &entry : entries) {
            plain.push_back(entry.plain());
        }
        return array(detail::created<darr_array>([&](darr_array **out) {
            return darr_array_slice(get(), detail::count_of(plain), plain.data(), out);
        }));
    }

    /* Borrows the caller's memory, which must outlive the array and all that shares it: `base` is the first
     * element of the section, padding included, `extents` counts elements, `strides` bytes. `bytes` is the
     * size of the allocation, 0: unknown. Collective. */
    template <class T>
    [[nodiscard]] static array wrap(const distribution &dist, T *base,
                                    const std::vector<std::int64_t> &extents,
                                    const std::vector<std::int64_t> &strides, std::int64_t bytes = 0) {
        darr_memory memory{};
        memory.size = detail::fits("strides", strides.size(), extents.size()) ? sizeof memory : 0;
        memory.base = base;
        memory.bytes = bytes;
        memory.dtype = static_cast<int>(dtype_of<T>);
        memory.ndim = detail::count_of(extents);
        for (std::size_t d = 0; memory.size != 0 && d < extents.size() && d < DARR_MAX_NDIM; ++d) {
            memory.extents[d] = extents[d];
            memory.strides[d] = strides[d];
        }
        return made([&](darr_array **out) { return darr_array_wrap(dist.get(), &memory, out); });
    }
    /* The same for memory without gaps, in C order or in Fortran order. Collective. */
    template <class T>
    [[nodiscard]] static array wrap(const distribution &dist, T *base,
                                    const std::vector<std::int64_t> &extents, order memory_order = order::c) {
        std::vector<std::int64_t> strides(extents.size());
        std::int64_t bytes = sizeof(T);
        for (std::size_t k = 0; k < extents.size(); ++k) {
            const std::size_t d = memory_order == order::f ? k : extents.size() - 1 - k;
            strides[d] = bytes;
            bytes *= extents[d];
        }
        return wrap(dist, base, extents, strides, bytes);
    }

    /* The array of a descriptor, copy-free; it moves the descriptor on success. Collective. */
    [[nodiscard]] static array consume(communicator comm, descriptor &&source, boundary rule,
                                       order memory_order = order::c) {
        darr_dist_options options{};
        options.size = sizeof options;
        options.order = static_cast<int>(memory_order);
        return made([&](darr_array **out) {
            return darr_array_consume(comm.handle, source.get(), static_cast<int>(rule), &options, out);
        });
    }
    /* A descriptor of the calling rank's section, copy-free. Local. */
    [[nodiscard]] descriptor produce() const {
        descriptor produced;
        detail::check(darr_array_produce(get(), produced.get()));
        return produced;
    }

    /* Another owner of the distribution. Local. */
    [[nodiscard]] distribution dist() const {
        return distribution(
            detail::created<darr_dist>([&](darr_dist **out) { return darr_array_dist(get(), out); }));
    }
    /* The calling rank's section; T must be the array's element type. Local. */
    template <class T> [[nodiscard]] darr::view<T> view() const {
        darr_view plain{};
        plain.size = sizeof plain;
        detail::check(darr_array_view(get(), &plain));
        return darr::view<T>(plain);
    }

    /* Sets owned elements and padding to one value. Local. */
    template <class T> void fill(T value) {
        detail::check(darr_array_fill(get(), static_cast<int>(dtype_of<T>), &value));
    }
    /* Copies the owned elements of an array of a compatible distribution. Local. */
    void copy_from(const array &source) { detail::check(darr_array_copy(source.get(), get())); }
    /* One element by global index, on every rank. Collective. */
    template <class T> [[nodiscard]] T get(const std::vector<std::int64_t> &index) const {
        T value{};
        const bool good = detail::fits("index", index.size(), dimensions());
        detail::check(darr_array_get(get(), good ? index.data() : nullptr,
                                     good ? static_cast<int>(dtype_of<T>) : 0, &value));
        return value;
    }
    /* Its owner writes one element by global index. Local. */
    template <class T> void set(const std::vector<std::int64_t> &index, T value) {
        detail::check_length("index", index.size(), dimensions());
        detail::check(darr_array_set(get(), index.data(), static_cast<int>(dtype_of<T>), &value));
    }

    /* One number from all owned elements, on every rank. reductions does several at once. Collective. */
    template <class T> [[nodiscard]] T reduce(reduction_op op) const {
        T value{};
        detail::check(darr_array_reduce(get(), static_cast<int>(op), static_cast<int>(dtype_of<T>), &value));
        return value;
    }

    /* The handle of the C interface, which this object keeps. */
    [[nodiscard]] darr_array *get() const noexcept { return handle_.get(); }

  private:
    template <class Call> static array made(const Call &call) {
        return array(detail::created<darr_array>(call));
    }
    [[nodiscard]] std::size_t dimensions() const { return static_cast<std::size_t>(dist().ndim()); }

    detail::owner<darr_array, darr_array_free> handle_;
};

} // namespace darr

#endif
