#ifndef DISTARRAY_APPLY_HPP
#define DISTARRAY_APPLY_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "array.hpp"

namespace darr {

/* The calling rank's section of an array as a function gets it: a view<T> of the array's own type, else
 * darr::error, or the plain view of the C interface. */
class section {
  public:
    explicit section(const darr_view &plain) noexcept : plain_(plain) {}
    template <class T> operator view<T>() const { return view<T>(plain_); }
    operator const darr_view &() const noexcept { return plain_; }

  private:
    const darr_view &plain_;
};

namespace detail {

/* A function that the library calls through C, and what it threw. */
template <class Function> struct carried {
    Function &function;
    std::exception_ptr thrown;

    /* What `body` makes of the function, as a code of C. */
    template <class Body> int guarded(const Body &body) noexcept {
        try {
            body(function);
            return 0;
        } catch (...) {
            thrown = std::current_exception();
            return 1;
        }
    }
    /* What was thrown on this rank comes before what the library says of it. */
    void finish(int code) const {
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        check(code);
    }
};

template <class Function, std::size_t... I>
decltype(auto) call_with_sections(Function &function, const darr_view *const *views,
                                  std::index_sequence<I...>) {
    return function(section(*views[I])...);
}

/* How many global indices a function takes, the least number that will do; -1: none of them. */
template <class Function, class... Index> constexpr int count_of_indices() {
    if constexpr (std::is_invocable_v<Function &, Index...>) {
        return static_cast<int>(sizeof...(Index));
    } else if constexpr (sizeof...(Index) < DARR_MAX_NDIM) {
        return count_of_indices<Function, Index..., std::int64_t>();
    } else {
        return -1;
    }
}

template <class Function, std::size_t... I>
decltype(auto) call_with_indices(Function &function, const std::int64_t *index, std::index_sequence<I...>) {
    return function(index[I]...);
}

} // namespace detail

/* Calls a function once on every rank, also on those that own nothing, with the rank's sections of arrays,
 * which may be distributed in different ways: apply([](view<double> u, view<int> n) { ... }, a, b). It makes
 * no collective call. What it throws ends the call on every rank: its own rank throws it on, the others throw
 * darr::error. Collective. */
template <class Function, class... Arrays> void apply(Function &&function, const Arrays &...arrays) {
    static_assert(sizeof...(Arrays) > 0, "at least one array says whose call it is");
    using carried = detail::carried<std::remove_reference_t<Function>>;
    carried context{function, nullptr};
    darr_array *const list[] = {arrays.get()...};
    const auto call = [](int, const darr_view *const *views, void *user) {
        return static_cast<carried *>(user)->guarded(
            [&](auto &of) { detail::call_with_sections(of, views, std::index_sequence_for<Arrays...>()); });
    };
    context.finish(darr_apply(static_cast<int>(sizeof...(Arrays)), list, call, &context));
}

template <class Function> void array::from_function(Function &&function) {
    using carried = detail::carried<std::remove_reference_t<Function>>;
    constexpr int taken = detail::count_of_indices<std::remove_reference_t<Function>>();
    static_assert(taken >= 0, "the function takes one std::int64_t for each dimension");
    using indices = std::make_index_sequence<static_cast<std::size_t>(taken)>;
    using value = std::decay_t<decltype(detail::call_with_indices(function, nullptr, indices()))>;
    carried context{function, nullptr};
    darr_element_function call = [](const std::int64_t *index, void *value_out, void *user) {
        return static_cast<carried *>(user)->guarded([&](auto &of) {
            *static_cast<value *>(value_out) = detail::call_with_indices(of, index, indices());
        });
    };
    if (!detail::fits("the list of indices that the function takes", static_cast<std::size_t>(taken),
                      dimensions())) {
        call = nullptr;
    }
    context.finish(darr_array_from_function(get(), static_cast<int>(dtype_of<value>), call, &context));
}

/* A reduction of the program's own: `local` makes a T of the rank's sections of arrays, on every rank, and
 * `combine` one T of that of lower ranks and that of the following ranks, until one is left, which every rank
 * gets. Several ranks make the same combination. What they throw is as for apply. T is trivially copyable.
 * Collective. */
template <class T, class Local, class Combine, class... Arrays>
[[nodiscard]] T reduce_with(Local &&local, Combine &&combine, const Arrays &...arrays) {
    static_assert(std::is_trivially_copyable_v<T>, "parts travel as bytes");
    static_assert(sizeof...(Arrays) > 0, "at least one array says whose call it is");
    struct both {
        std::remove_reference_t<Local> &local;
        std::remove_reference_t<Combine> &combine;
    } functions{local, combine};
    using carried = detail::carried<both>;
    carried context{functions, nullptr};
    const darr_array *const list[] = {arrays.get()...};
    const auto make = [](int, const darr_view *const *views, void *partial_out, void *user) {
        return static_cast<carried *>(user)->guarded([&](both &of) {
            *static_cast<T *>(partial_out) =
                detail::call_with_sections(of.local, views, std::index_sequence_for<Arrays...>());
        });
    };
    const auto join = [](const void *lower, void *higher, void *user) {
        return static_cast<carried *>(user)->guarded([&](both &of) {
            T &into = *static_cast<T *>(higher);
            into = of.combine(*static_cast<const T *>(lower), std::as_const(into));
        });
    };
    T result{};
    context.finish(darr_reduce_with(static_cast<int>(sizeof...(Arrays)), list, sizeof(T), make, join,
                                    &context, &result));
    return result;
}

} // namespace darr

#endif
