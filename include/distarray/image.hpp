#ifndef DISTARRAY_IMAGE_HPP
#define DISTARRAY_IMAGE_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "array.hpp"

namespace darr {

enum class colors : int {
    viridis = DARR_COLORS_VIRIDIS,
    gray = DARR_COLORS_GRAY,
    red_blue = DARR_COLORS_RED_BLUE,
    inferno = DARR_COLORS_INFERNO
};

/* How a picture is drawn: image_options().map(colors::red_blue).range(-1, 1). */
class image_options {
  public:
    image_options &map(colors which) { return plain_.colors = static_cast<int>(which), *this; }
    /* Pixels per element. */
    image_options &scale(int pixels) { return plain_.scale = pixels, *this; }
    /* Values of the first and the last colour; without it the data's own. */
    image_options &range(double lo, double hi) {
        plain_.lo = lo;
        plain_.hi = hi;
        return *this;
    }
    /* Dimensions that run right and up, and the position in all others. */
    image_options &slice(int axis_x, int axis_y, std::vector<std::int64_t> index = {}) {
        plain_.axis_x = axis_x;
        plain_.axis_y = axis_y;
        index_ = std::move(index);
        return *this;
    }
    /* The struct of the C interface; it points into this object. One that every call refuses unless a position
     * is given for `ndim` dimensions or not at all. */
    [[nodiscard]] darr_image_options plain(int ndim) const {
        const bool good =
            index_.empty() || detail::fits("index", index_.size(), static_cast<std::size_t>(ndim));
        darr_image_options filled = plain_;
        filled.size = good ? sizeof filled : 0;
        filled.index = detail::data_or_null(index_);
        return filled;
    }

  private:
    darr_image_options plain_{};
    std::vector<std::int64_t> index_;
};

/* A PNG picture of a 2-d array or of a slice. Collective. */
inline void save_image(const array &source, const std::string &path, const image_options &options = {}) {
    const int ndim = source.dist().ndim();
    const auto plain = options.plain(ndim);
    detail::check(darr_image_save(source.get(), path.c_str(), &plain));
}

} // namespace darr

#endif
