#ifndef DISTARRAY_REDUCTION_HPP
#define DISTARRAY_REDUCTION_HPP

#include <vector>

#include "array.hpp"

namespace darr {

/* Reductions that are begun: end() waits for the other ranks and writes the values, which live until then. Without end(), of which every
 * rank makes one, nothing is written. */
class pending_reductions {
  public:
    /* Collective, once. */
    void end() { detail::check(darr_reduce_end(handle_.release())); }

  private:
    friend class reductions;
    explicit pending_reductions(darr_pending *handle) : handle_(handle) {}
    detail::owner<darr_pending, darr_pending_free> handle_;
};

/* Several reductions in one pass over memory and one message:
 * reductions().add(...).add(...).run(). */
class reductions {
  public:
    /* `value` is written by run() and must live until then, as must the array. */
    template <class T> reductions &add(reduction_op op, const array &x, T &value) {
        return append(op, x, nullptr, value);
    }
    /* The sum of conj(x) * y. */
    template <class T> reductions &add_dot(const array &x, const array &y, T &value) {
        return append(reduction_op::dot, x, y.get(), value);
    }
    /* The sum of x * y, which conjugates nothing. */
    template <class T> reductions &add_dotu(const array &x, const array &y, T &value) {
        return append(reduction_op::dotu, x, y.get(), value);
    }
    /* A variance or standard deviation by the number of elements less `ddof`. */
    template <class T> reductions &add_spread(reduction_op op, const array &x, std::int64_t ddof, T &value) {
        append(op, x, nullptr, value);
        list_.back().ddof = ddof;
        return *this;
    }
    /* The last one that was added has the same bits on any number of ranks and for any distribution: a sum, mean, norm
     * or dot product, added up without rounding. */
    reductions &reproducible() {
        if (!list_.empty()) {
            list_.back().reproducible = 1;
        }
        return *this;
    }
    /* Collective: every rank has added the same. Writes the values on every rank, or none if it throws. */
    void run() const { detail::check(darr_reduce(detail::count_of(list_), list_.data())); }
    /* Collective: sends what this rank has and does not wait. The elements may change from then on. */
    [[nodiscard]] pending_reductions begin() const {
        return pending_reductions(detail::created<darr_pending>([&](darr_pending **out) {
            return darr_reduce_begin(detail::count_of(list_), list_.data(), out);
        }));
    }

  private:
    template <class T> reductions &append(reduction_op op, const array &x, const darr_array *y, T &value) {
        darr_reduction one{};
        one.size = sizeof one;
        one.op = static_cast<int>(op);
        one.dtype = static_cast<int>(dtype_of<T>);
        one.x = x.get();
        one.y = y;
        one.value_out = &value;
        list_.push_back(one);
        return *this;
    }

    std::vector<darr_reduction> list_;
};

} // namespace darr

#endif
