#ifndef DISTARRAY_EDGE_HPP
#define DISTARRAY_EDGE_HPP

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "element.hpp"

namespace darr {

/* The two ends of a dimension. */
enum class side : int { below = DARR_SIDE_BELOW, above = DARR_SIDE_ABOVE };

/* Where the plane of a mirror lies: on the edge of the domain, which goes through the last element of a staggered field and
 * else half a spacing beyond it; always half a spacing beyond; always through the last element. */
enum class about : int { edge = DARR_ABOUT_EDGE, face = DARR_ABOUT_FACE, cell = DARR_ABOUT_CELL };

/* What a halo exchange fills beyond one end of a dimension that is not periodic: halo_options().at(0, side::below,
 * edge::mirror()). The C header has the formulas. */
class edge {
  public:
    /* Fills the layers of one array on this rank. An exception ends the run on every rank; this one throws it on. */
    using function = std::function<void(const darr_edge_region &)>;

    template <class T> [[nodiscard]] static edge constant(const T &value) {
        return edge(DARR_EDGE_CONSTANT, about::edge).with(value);
    }
    [[nodiscard]] static edge zero_gradient() { return edge(DARR_EDGE_ZERO_GRADIENT, about::edge); }
    [[nodiscard]] static edge linear() { return edge(DARR_EDGE_LINEAR, about::edge); }
    [[nodiscard]] static edge mirror(about plane = about::edge) { return edge(DARR_EDGE_MIRROR, plane); }
    /* 0 on the plane. */
    [[nodiscard]] static edge antisymmetric(about plane = about::edge) {
        return edge(DARR_EDGE_ANTISYMMETRIC, plane);
    }
    /* This value on the plane. */
    template <class T, class = std::enable_if_t<!std::is_same_v<T, about>>>
    [[nodiscard]] static edge antisymmetric(const T &value, about plane = about::edge) {
        return antisymmetric(plane).with(value);
    }
    [[nodiscard]] static edge callback(function fill) {
        edge made(DARR_EDGE_CALLBACK, about::edge);
        made.state_->fill = std::move(fill);
        made.plain_.callback = call;
        return made;
    }

    /* What lies beyond the C interface, alive as long as a plan that uses it. */
    struct state {
        unsigned char value[16] = {};
        function fill;
        std::exception_ptr thrown;
    };
    [[nodiscard]] const std::shared_ptr<state> &shared() const noexcept { return state_; }
    /* The struct of the C interface; it points into the state. */
    [[nodiscard]] darr_edge plain(int dim, side where, int array) const noexcept {
        darr_edge placed = plain_;
        placed.dim = dim;
        placed.side = static_cast<int>(where);
        placed.array = array;
        placed.user = state_.get();
        return placed;
    }

  private:
    edge(int kind, about plane) : state_(std::make_shared<state>()) {
        plain_.kind = kind;
        plain_.about = static_cast<int>(plane);
    }
    template <class T> edge with(const T &value) && {
        static_assert(sizeof value <= sizeof state_->value, "no element is larger");
        const auto *bytes = reinterpret_cast<const unsigned char *>(&value);
        std::copy(bytes, bytes + sizeof value, state_->value);
        plain_.dtype = static_cast<int>(dtype_of<T>);
        plain_.value = state_->value;
        return std::move(*this);
    }
    static int call(void *user, const darr_edge_region *region) noexcept {
        auto *of = static_cast<state *>(user);
        try {
            of->fill(*region);
            return 0;
        } catch (...) {
            of->thrown = std::current_exception();
            return 1;
        }
    }

    darr_edge plain_ = DARR_EDGE_INIT;
    std::shared_ptr<state> state_;
};

} // namespace darr

#endif
