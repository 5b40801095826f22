#ifndef DISTARRAY_RANDOM_HPP
#define DISTARRAY_RANDOM_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include "array.hpp"

namespace darr {

/* Random numbers by global index: random(seed, stream).normal(x). The same array for any number of ranks, any
 * distribution and any processor. All fill the owned elements; Local. */
class random {
  public:
    explicit random(std::int64_t seed, std::int64_t stream = 0) noexcept : seed_(seed), stream_(stream) {}

    /* The array is a part of a global one of these extents and gets its numbers: element i is element
     * first + i * step there. Empty lists: 0 and 1 in each dimension. */
    random &part(std::vector<std::int64_t> extents, std::vector<std::int64_t> first = {},
                 std::vector<std::int64_t> step = {}) {
        extents_ = std::move(extents);
        first_ = std::move(first);
        step_ = std::move(step);
        part_ = true;
        return *this;
    }

    /* Real numbers of [low, high). */
    void uniform(array &x, double low = 0, double high = 1) const {
        fill(x, [&](const darr_random *plain) { return darr_random_uniform(x.get(), plain, low, high); });
    }
    void normal(array &x, double mean = 0, double deviation = 1) const {
        fill(x, [&](const darr_random *plain) { return darr_random_normal(x.get(), plain, mean, deviation); });
    }
    /* `scale` is the mean. */
    void exponential(array &x, double scale = 1) const {
        fill(x, [&](const darr_random *plain) { return darr_random_exponential(x.get(), plain, scale); });
    }
    void beta(array &x, double a, double b) const {
        fill(x, [&](const darr_random *plain) { return darr_random_beta(x.get(), plain, a, b); });
    }
    /* Integers of [low, high). */
    void integers(array &x, std::int64_t low, std::int64_t high) const {
        fill(x, [&](const darr_random *plain) { return darr_random_integers(x.get(), plain, low, high); });
    }
    /* Each index of a one-dimensional global array once, counted from `base`. */
    void permutation(array &x, std::int64_t base = 0) const {
        fill(x, [&](const darr_random *plain) { return darr_random_permutation(x.get(), plain, base); });
    }

  private:
    template <class Call> void fill(const array &x, Call call) const {
        darr_random plain{};
        plain.size = sizeof plain;
        plain.seed = seed_;
        plain.stream = stream_;
        if (part_) {
            const auto ndim = static_cast<std::size_t>(x.dist().ndim());
            const bool fit = detail::fits("extents", extents_.size(), ndim) &&
                             (first_.empty() || detail::fits("first", first_.size(), ndim)) &&
                             (step_.empty() || detail::fits("step", step_.size(), ndim));
            plain.size = fit ? plain.size : 0;
            plain.extents = extents_.empty() ? &none_ : extents_.data();
            plain.first = first_.empty() ? nullptr : first_.data();
            plain.step = step_.empty() ? nullptr : step_.data();
        }
        detail::check(call(&plain));
    }

    static constexpr std::int64_t none_ = 0;
    std::int64_t seed_, stream_;
    bool part_ = false;
    std::vector<std::int64_t> extents_, first_, step_;
};

} // namespace darr

#endif
