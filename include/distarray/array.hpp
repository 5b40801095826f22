#ifndef DISTARRAY_ARRAY_HPP
#define DISTARRAY_ARRAY_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>
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
    norm = DARR_NORM,
    prod = DARR_PROD,
    any = DARR_ANY,
    all = DARR_ALL,
    argmin = DARR_ARGMIN,
    argmax = DARR_ARGMAX,
    count_nonzero = DARR_COUNT_NONZERO,
    dotu = DARR_DOTU
};

/* What becomes of the old elements where others arrive. */
enum class combine : int {
    insert = DARR_COMBINE_INSERT,
    add = DARR_COMBINE_ADD,
    min = DARR_COMBINE_MIN,
    max = DARR_COMBINE_MAX
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

class expression;

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
        const auto plain = plain_entries(entries);
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
    /* Sets every owned element to what the function gives for its global indices, one std::int64_t per
     * dimension: a.from_function([](auto i, auto j) { return 0.1 * i * j; }). The type of its values converts
     * to the array's as NumPy's same_kind rule allows. What it throws is as for apply. Collective. */
    template <class Function> void from_function(Function &&function);
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

    /* Brings the part that this rank asks for into its memory, whatever the others ask for: all of the array
     * by a.fetch({ellipsis()}, buffer). `strides` has the bytes between neighbours in each dimension of the
     * part; without strides the buffer is packed in the array's order. Collective. */
    template <class T>
    void fetch(const std::vector<index> &entries, T *buffer,
               const std::vector<std::int64_t> &strides = {}) const {
        const auto plain = plain_entries(entries);
        const int n = count_of_entries(entries, strides);
        detail::check(darr_array_fetch(get(), n, plain.data(), static_cast<int>(dtype_of<T>),
                                       detail::data_or_null(strides), buffer));
    }
    /* The share in it of a rank that asks for nothing; T is what the others ask for. Collective. */
    template <class T> void fetch() const { fetch<T>({}, nullptr); }
    /* The way back: this rank's part goes to the owners of its elements. Where parts meet they combine in the
     * order of the ranks. Collective. */
    template <class T>
    void put(const std::vector<index> &entries, const T *buffer, combine mode = combine::insert,
             const std::vector<std::int64_t> &strides = {}) {
        const auto plain = plain_entries(entries);
        const int n = count_of_entries(entries, strides);
        detail::check(darr_array_put(get(), n, plain.data(), static_cast<int>(dtype_of<T>),
                                     detail::data_or_null(strides), buffer, static_cast<int>(mode)));
    }
    /* The share in it of a rank that has nothing. Collective. */
    template <class T> void put(combine mode = combine::insert) { put<T>({}, nullptr, mode); }
    /* NumPy's target[...] = source: any distributions; extents of 1 and missing dimensions repeat. Dimensions are
     * aligned at the last one (order::c) or the first one (order::f). Collective. */
    void assign(const array &source, order alignment = order::c) {
        detail::check(darr_array_assign(get(), source.get(), static_cast<int>(alignment)));
    }

    /* A new array of the elements whose index in a dimension stands in the list, the same on every rank.
     * Collective. */
    [[nodiscard]] array take(int dimension, const std::vector<std::int64_t> &indices) const {
        return made([&](darr_array **out) {
            return darr_array_take(get(), dimension, static_cast<std::int64_t>(indices.size()),
                                   indices.data(), out);
        });
    }
    /* A new array of one dimension: this rank's part are the elements at its own list of global indices, one
     * entry per dimension each. Collective. */
    [[nodiscard]] array pick(const std::vector<std::int64_t> &indices) const {
        return made([&](darr_array **out) {
            return darr_array_pick(get(), count_of_points(indices), indices.data(), out);
        });
    }
    /* A new array of one dimension: the elements where the mask, an array of bool of the same shape, is true,
     * in C order of the global index. Collective. */
    [[nodiscard]] array mask(const array &truths) const {
        return made([&](darr_array **out) { return darr_array_mask(get(), truths.get(), out); });
    }

    /* Evaluates a formula into the owned elements: y = sqrt(u * u + v * v). Local, but Collective where it has
     * reductions. Defined in formula.hpp. */
    array &operator=(const expression &formula);
    array(array &&) noexcept = default;
    array &operator=(array &&) noexcept = default;

    /* One number from all owned elements, on every rank. reductions does several at once. Collective. */
    template <class T> [[nodiscard]] T reduce(reduction_op op) const {
        T value{};
        detail::check(darr_array_reduce(get(), static_cast<int>(op), static_cast<int>(dtype_of<T>), &value));
        return value;
    }

    /* Reduces over some dimensions; negative ones count from the end. `out` stands on distribution::reduce(dims), or
     * on reduce_keeping(dims). Collective. */
    void reduce_dims(reduction_op op, const std::vector<int> &dims, array &out, std::int64_t ddof = 0) const {
        const auto options = reduce_options(ddof);
        detail::check(darr_array_reduce_dims(get(), static_cast<int>(op), detail::count_of(dims), dims.data(), &options,
                                             out.get()));
    }
    /* As reduce_dims, with the whole result on every rank, packed in row-major order: `n_values` of them. Collective. */
    template <class T>
    [[nodiscard]] std::vector<T> reduce_dims_everywhere(reduction_op op, const std::vector<int> &dims,
                                                        std::size_t n_values, std::int64_t ddof = 0) const {
        static_assert(!std::is_same_v<T, bool>, "std::vector<bool> is no memory of bool: take uint8_t");
        const auto options = reduce_options(ddof);
        std::vector<T> values(n_values);
        detail::check(darr_array_reduce_dims_everywhere(get(), static_cast<int>(op), detail::count_of(dims), dims.data(),
                                                        &options, static_cast<int>(dtype_of<T>),
                                                        static_cast<std::int64_t>(n_values), values.data()));
        return values;
    }

    /* The sums of the elements up to each one along a dimension into `out`, which may be this array. Collective. */
    void cumsum(int dim, array &out) const { detail::check(darr_array_cumsum(get(), dim, out.get())); }
    /* How many elements fall into each of some bins of one width, on every rank. Collective. */
    [[nodiscard]] std::vector<std::int64_t> histogram(std::size_t bins, double low, double high) const {
        std::vector<std::int64_t> counts(bins);
        detail::check(darr_array_histogram(get(), static_cast<std::int64_t>(bins), low, high, counts.data()));
        return counts;
    }
    /* The same with bins between edges in ascending order. Collective. */
    [[nodiscard]] std::vector<std::int64_t> histogram(const std::vector<double> &edges) const {
        std::vector<std::int64_t> counts(edges.empty() ? 0 : edges.size() - 1);
        detail::check(darr_array_histogram_edges(get(), static_cast<std::int64_t>(edges.size()), edges.data(),
                                                 counts.data()));
        return counts;
    }

    /* Number of global indices in a list of this array; one that the library refuses, on every rank, where it
     * has no whole number of them. */
    [[nodiscard]] std::int64_t count_of_points(const std::vector<std::int64_t> &indices) const {
        const auto ndim = dimensions();
        const auto n = ndim == 0 ? 0 : indices.size() / ndim;
        return detail::fits("indices", indices.size(), n * ndim) ? static_cast<std::int64_t>(n) : -1;
    }

    /* The handle of the C interface, which this object keeps. */
    [[nodiscard]] darr_array *get() const noexcept { return handle_.get(); }

  private:
    template <class Call> static array made(const Call &call) {
        return array(detail::created<darr_array>(call));
    }
    static darr_reduce_options reduce_options(std::int64_t ddof) {
        darr_reduce_options options = DARR_REDUCE_OPTIONS_INIT;
        options.ddof = ddof;
        return options;
    }
    static std::vector<darr_index> plain_entries(const std::vector<index> &entries) {
        std::vector<darr_index> plain;
        for (const index &entry : entries) {
            plain.push_back(entry.plain());
        }
        return plain;
    }
    /* Number of entries; one that the library refuses, on every rank, where the strides are not one per
     * dimension of the part. */
    [[nodiscard]] int count_of_entries(const std::vector<index> &entries,
                                       const std::vector<std::int64_t> &strides) const {
        auto kept = dimensions();
        for (const index &entry : entries) {
            kept += entry.plain().kind == DARR_INDEX_NEW ? 1 : 0;
            kept -= entry.plain().kind == DARR_INDEX_AT && kept > 0 ? 1 : 0;
        }
        const bool good = strides.empty() || detail::fits("strides", strides.size(), kept);
        return good ? detail::count_of(entries) : -1;
    }
    [[nodiscard]] std::size_t dimensions() const { return static_cast<std::size_t>(dist().ndim()); }

    detail::owner<darr_array, darr_array_free> handle_;
};

} // namespace darr

#endif
