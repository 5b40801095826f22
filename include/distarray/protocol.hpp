#ifndef DISTARRAY_PROTOCOL_HPP
#define DISTARRAY_PROTOCOL_HPP

#include "distribution.hpp"

namespace darr {

/* Owns a descriptor of the Distributed Array Protocol and releases it once, unless it was moved away. */
class descriptor {
  public:
    descriptor() noexcept = default;
    /* Takes over a live descriptor; `source` counts as released afterwards. */
    explicit descriptor(darr_protocol &&source) noexcept { darr_protocol_move(&plain_, &source); }
    descriptor(descriptor &&other) noexcept { darr_protocol_move(&plain_, &other.plain_); }
    descriptor &operator=(descriptor &&other) noexcept {
        if (this != &other) {
            darr_protocol_release(&plain_);
            darr_protocol_move(&plain_, &other.plain_);
        }
        return *this;
    }
    descriptor(const descriptor &) = delete;
    descriptor &operator=(const descriptor &) = delete;
    ~descriptor() { darr_protocol_release(&plain_); }

    /* Throws what rule of the protocol the descriptor breaks, if any. Local. */
    void check() const { detail::check(darr_protocol_check(&plain_)); }
    /* The same over all ranks. Collective. */
    void check_all(communicator comm) const { detail::check(darr_protocol_check_all(comm.handle, &plain_)); }

    [[nodiscard]] bool live() const noexcept { return plain_.release != nullptr; }
    [[nodiscard]] const darr_protocol &plain() const noexcept { return plain_; }
    /* For functions that fill or consume a descriptor. */
    [[nodiscard]] darr_protocol *get() noexcept { return &plain_; }

  private:
    darr_protocol plain_{};
};

} // namespace darr

#endif
