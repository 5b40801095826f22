#ifndef DISTARRAY_SORT_HPP
#define DISTARRAY_SORT_HPP

#include <cstdint>
#include <vector>

#include "array.hpp"

namespace darr {

/* Sorts an array of one dimension in ascending order where it is, NaNs last. Collective. */
inline void sort(array &x) { detail::check(darr_array_sort(x.get())); }

/* Writes the global indices of the elements in ascending order to an array of integers of the same extent; equal
 * elements stand in the order of their indices. Collective. */
inline void argsort(const array &x, array &indices) {
    detail::check(darr_array_argsort(x.get(), indices.get(), 0));
}

/* Quantiles of an array of one dimension, on every rank; `q` is the same on every rank. Collective. */
[[nodiscard]] inline std::vector<double> quantiles(const array &x, const std::vector<double> &q) {
    std::vector<double> values(q.size());
    detail::check(darr_array_quantiles(x.get(), static_cast<std::int64_t>(q.size()), q.data(), values.data()));
    return values;
}

/* The quantile 0.5. Collective. */
[[nodiscard]] inline double median(const array &x) { return quantiles(x, {0.5}).front(); }

/* The different values of an array of one dimension, in ascending order. Collective. */
[[nodiscard]] inline array unique(const array &x) {
    return array(detail::created<darr_array>(
        [&](darr_array **out) { return darr_array_unique(x.get(), 0, out, nullptr, nullptr); }));
}

/* The different values, how often each is there, and for each element the index of its value. */
struct unique_values {
    array values;
    array counts;
    array inverse;
};

/* As unique, with all that can be told. Collective. */
[[nodiscard]] inline unique_values unique_all(const array &x) {
    darr_array *values = nullptr, *counts = nullptr, *inverse = nullptr;
    detail::check(darr_array_unique(x.get(), 0, &values, &counts, &inverse));
    return {array(values), array(counts), array(inverse)};
}

} // namespace darr

#endif
