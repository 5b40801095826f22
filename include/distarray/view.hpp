#ifndef DISTARRAY_VIEW_HPP
#define DISTARRAY_VIEW_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__has_include)
#if __has_include(<version>)
#include <version>
#endif
#endif
#ifdef __cpp_lib_mdspan
#include <mdspan>
#endif

#include "element.hpp"

namespace darr {

/* Where the calling rank's section lies, as pointer, extents and strides. It owns nothing and is valid as
 * long as the memory of its array. Local indices count from the first element of the section, padding
 * included. */
template <class T> class view {
  public:
    explicit view(const darr_view &plain) : plain_(plain) {
        if (plain.dtype != static_cast<int>(dtype_of<T>)) {
            throw error(DARR_ERR_ARGUMENT, "the elements of the array have dtype " +
                                               std::to_string(plain.dtype) + ", those of the view " +
                                               std::to_string(static_cast<int>(dtype_of<T>)));
        }
    }

    /* The element with local index 0 in every dimension. */
    [[nodiscard]] T *data() const noexcept { return static_cast<T *>(plain_.base); }
    [[nodiscard]] int ndim() const noexcept { return plain_.ndim; }
    /* Elements along dimension d, padding included. */
    [[nodiscard]] std::int64_t extent(int d) const noexcept { return plain_.extents[d]; }
    /* Bytes from one element to the next along dimension d. */
    [[nodiscard]] std::int64_t stride(int d) const noexcept { return plain_.strides[d]; }
    /* The owned elements have the local indices owned_lo(d) <= i < owned_hi(d). */
    [[nodiscard]] std::int64_t owned_lo(int d) const noexcept { return plain_.owned_lo[d]; }
    [[nodiscard]] std::int64_t owned_hi(int d) const noexcept { return plain_.owned_hi[d]; }
    /* The global index of local index 0; of block and whole dimensions only. */
    [[nodiscard]] std::int64_t global_lo(int d) const noexcept { return plain_.global_lo[d]; }

    /* The element with these local indices, as many as there are dimensions. Unchecked. */
    template <class... Index> [[nodiscard]] T &operator()(Index... index) const noexcept {
        std::int64_t offset = 0;
        int d = 0;
        ((offset += static_cast<std::int64_t>(index) * plain_.strides[d++]), ...);
        return *reinterpret_cast<T *>(static_cast<std::byte *>(plain_.base) + offset);
    }

    [[nodiscard]] const darr_view &plain() const noexcept { return plain_; }

#ifdef __cpp_lib_mdspan
    template <std::size_t Rank>
    using mdspan_type = std::mdspan<T, std::dextents<std::int64_t, Rank>, std::layout_stride>;

    /* The same elements as a std::mdspan. Its strides count elements and are not negative: others are
     * refused. */
    template <std::size_t Rank> [[nodiscard]] mdspan_type<Rank> as_mdspan() const {
        if (plain_.ndim != static_cast<int>(Rank)) {
            throw error(DARR_ERR_ARGUMENT, "the array has " + std::to_string(plain_.ndim) +
                                               " dimensions, the mdspan " + std::to_string(Rank));
        }
        constexpr std::int64_t item = sizeof(T);
        std::array<std::int64_t, Rank> extents{}, strides{};
        for (std::size_t d = 0; d < Rank; ++d) {
            if (plain_.strides[d] < 0 || plain_.strides[d] % item != 0) {
                throw error(DARR_ERR_UNSUPPORTED, "a stride of " + std::to_string(plain_.strides[d]) +
                                                      " bytes does not fit into a mdspan of " +
                                                      std::to_string(item) + "-byte elements");
            }
            extents[d] = plain_.extents[d];
            strides[d] = plain_.strides[d] / item;
        }
        using extents_type = typename mdspan_type<Rank>::extents_type;
        using mapping_type = typename mdspan_type<Rank>::mapping_type;
        return mdspan_type<Rank>(data(), mapping_type(extents_type(extents), strides));
    }
#endif

  private:
    darr_view plain_;
};

} // namespace darr

#endif
