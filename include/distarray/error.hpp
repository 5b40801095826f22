#ifndef DISTARRAY_ERROR_HPP
#define DISTARRAY_ERROR_HPP

#include <stdexcept>
#include <string>

#include "../distarray.h"

namespace darr {

/* A failure of the library: what() is its text, code() one of DARR_ERR_*. */
class error : public std::runtime_error {
  public:
    error(int code, const std::string &text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] int code() const noexcept { return code_; }

  private:
    int code_;
};

namespace detail {

/* Throws what a C function returned, unless it is DARR_OK. */
inline void check(int code) {
    if (code != DARR_OK) {
        const std::string text = darr_last_error();
        throw error(code, text.empty() ? darr_strerror(code) : text);
    }
}

inline std::string wrong_length(const char *what, std::size_t length, std::size_t expected) {
    return std::string(what) + " has " + std::to_string(length) + " entries; " + std::to_string(expected) +
           " are needed";
}

/* Throws unless a list has as many entries as the C function will read from it. For local calls. */
inline void check_length(const char *what, std::size_t length, std::size_t expected) {
    if (length != expected) {
        throw error(DARR_ERR_ARGUMENT, wrong_length(what, length, expected));
    }
}

/* The same for collective calls, which no rank may leave alone: tells the library what is wrong. The caller
 * then makes the call, with an argument that is refused, and no other call in between. */
[[nodiscard]] inline bool fits(const char *what, std::size_t length, std::size_t expected) {
    if (length != expected) {
        check(darr_error_explain(wrong_length(what, length, expected).c_str()));
    }
    return length == expected;
}

} // namespace detail
} // namespace darr

#endif
