#ifndef DISTARRAY_FORMULA_HPP
#define DISTARRAY_FORMULA_HPP

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expression.hpp"

namespace darr {

/* Whether the ghosts of arrays that a formula reads shifted are exchanged first. */
enum class ghosts : int { as_they_are = 0, exchanged = 1 };

namespace detail {
template <class T> inline constexpr bool is_number = std::is_arithmetic_v<T>;
template <class T> inline constexpr bool is_number<std::complex<T>> = true;
} // namespace detail

/* What a name in the text of a formula stands for: an array, a number, or values of global extents that every
 * rank has. Arrays and values live until the formula is evaluated. */
class operand {
  public:
    operand(std::string name, const array &x) : name_(std::move(name)) { plain_.array = x.get(); }
    /* A number takes the type of what it meets, within its kind, as one in the text does. */
    template <class T, class = std::enable_if_t<detail::is_number<T>>>
    operand(std::string name, T number) : name_(std::move(name)) {
        const auto *bytes = reinterpret_cast<const unsigned char *>(&number);
        std::copy(bytes, bytes + sizeof number, number_);
        plain_.dtype = static_cast<int>(dtype_of<T>);
        plain_.weak = 1;
    }
    /* Packed values, the last dimension fastest, the same on every rank: a profile, say. */
    template <class T>
    operand(std::string name, const T *values, std::vector<std::int64_t> extents)
        : name_(std::move(name)), extents_(std::move(extents)) {
        plain_.data = values;
        plain_.dtype = static_cast<int>(dtype_of<T>);
        plain_.ndim = detail::count_of(extents_);
    }
    [[nodiscard]] const std::string &name() const noexcept { return name_; }
    /* As C sees it, while this object stays where it is. */
    [[nodiscard]] darr_operand plain() const noexcept {
        darr_operand plain = plain_;
        plain.size = sizeof plain;
        if (plain.array == nullptr && plain.data == nullptr) {
            plain.data = number_;
        }
        if (!extents_.empty()) {
            plain.extents = extents_.data();
        }
        return plain;
    }

  private:
    std::string name_;
    darr_operand plain_{};
    alignas(16) unsigned char number_[16]{};
    std::vector<std::int64_t> extents_;
};

namespace detail {
struct plain_operands {
    explicit plain_operands(const std::vector<operand> &list) {
        for (const operand &one : list) {
            names.push_back(one.name().c_str());
            operands.push_back(one.plain());
        }
    }
    std::vector<const char *> names;
    std::vector<darr_operand> operands;
};

inline darr_eval_options eval_options(ghosts first) {
    darr_eval_options options{};
    options.size = sizeof options;
    options.exchange = static_cast<int>(first);
    return options;
}
} // namespace detail

/* Formulas may use several threads of this rank from now on; 1, the default: none beside the calling one.
 * Local. */
inline void set_threads(int threads) { detail::check(darr_set_threads(threads)); }

/* Evaluates an expression into the owned elements of `out`. Local, but Collective where it has reductions or
 * ghosts are exchanged. */
inline void eval(array &out, const expression &formula, ghosts first = ghosts::as_they_are) {
    const auto options = detail::eval_options(first);
    const auto &nodes = formula.nodes();
    detail::check(darr_eval_nodes(detail::count_of(nodes), nodes.data(), &options, out.get()));
}
/* The same of a text: eval(out, "u + dt*v", {{"u", u}, {"v", v}, {"dt", 0.1}}). */
inline void eval(array &out, const std::string &formula, const std::vector<operand> &operands,
                 ghosts first = ghosts::as_they_are) {
    const auto options = detail::eval_options(first);
    const detail::plain_operands plain(operands);
    detail::check(darr_eval_with(formula.c_str(), detail::count_of(plain.operands), plain.names.data(),
                                 plain.operands.data(), &options, out.get()));
}
inline array &array::operator=(const expression &formula) {
    eval(*this, formula);
    return *this;
}

/* The values of expressions that are one number each, on every rank: values<double>({sum(u * v), max(abs(u -
 * v))}). One pass over memory and one message for all. Collective. */
template <class T> [[nodiscard]] std::vector<T> values(const std::vector<expression> &formulas) {
    std::vector<int> lengths;
    std::vector<darr_node> nodes;
    for (const expression &formula : formulas) {
        lengths.push_back(detail::count_of(formula.nodes()));
        nodes.insert(nodes.end(), formula.nodes().begin(), formula.nodes().end());
    }
    const auto results = std::make_unique<T[]>(formulas.size());
    detail::check(darr_eval_values_nodes(detail::count_of(lengths), lengths.data(), nodes.data(),
                                         static_cast<int>(dtype_of<T>), results.get()));
    return std::vector<T>(results.get(), results.get() + formulas.size());
}
/* The same of texts. */
template <class T>
[[nodiscard]] std::vector<T> values(const std::vector<std::string> &formulas,
                                    const std::vector<operand> &operands) {
    const detail::plain_operands plain(operands);
    std::vector<const char *> texts;
    for (const std::string &formula : formulas) {
        texts.push_back(formula.c_str());
    }
    const auto results = std::make_unique<T[]>(formulas.size());
    detail::check(darr_eval_values(detail::count_of(texts), texts.data(), detail::count_of(plain.operands),
                                   plain.names.data(), plain.operands.data(), static_cast<int>(dtype_of<T>),
                                   results.get()));
    return std::vector<T>(results.get(), results.get() + formulas.size());
}
/* The value of one expression. Collective. */
template <class T> [[nodiscard]] T value(const expression &formula) {
    return values<T>(std::vector<expression>{formula}).front();
}

} // namespace darr

#endif
