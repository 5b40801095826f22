#ifndef DISTARRAY_EXPRESSION_HPP
#define DISTARRAY_EXPRESSION_HPP

#include <complex>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "array.hpp"

namespace darr {

/* A formula over arrays: sqrt(u * u + v * v) - 0.5 * w. Operators and functions compute nothing; assignment
 * to an array evaluates the whole in one pass over memory: y = u + v. Arrays live until then. darr_eval in
 * distarray.h has the rules. */
class expression {
  public:
    expression(const array &x) {
        darr_node node = step(DARR_NODE_ARRAY);
        node.array = x.get();
        nodes_.push_back(node);
    }
    /* A number; it takes the type of what it meets, within its kind, as a literal does. */
    template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> expression(T number) {
        darr_node node = step(DARR_NODE_NUMBER);
        node.weak = 1;
        if constexpr (std::is_same_v<T, bool>) {
            node.dtype = DARR_BOOL;
            node.number = number ? 1 : 0;
        } else if constexpr (std::is_integral_v<T>) {
            node.dtype = DARR_INT64;
            node.number = static_cast<std::int64_t>(number);
        } else {
            node.dtype = DARR_FLOAT64;
            node.real = static_cast<double>(number);
        }
        nodes_.push_back(node);
    }
    template <class T> expression(std::complex<T> number) {
        darr_node node = step(DARR_NODE_NUMBER);
        node.weak = 1;
        node.dtype = DARR_COMPLEX128;
        node.real = number.real();
        node.imaginary = number.imag();
        nodes_.push_back(node);
    }
    /* What `op` makes of the arguments: an element-wise function, DARR_ADD and so on. */
    template <class... Arguments> static expression of(int op, const Arguments &...arguments) {
        return expression(step(op), {&static_cast<const expression &>(arguments)...});
    }

    /* All arrays in it read `by` elements further along a dimension: the halo is read. */
    [[nodiscard]] expression shifted(int dimension, std::int64_t by) const {
        darr_node node = step(DARR_NODE_SHIFT);
        node.dim = dimension;
        node.number = by;
        return expression(node, {this});
    }
    /* Converted to another type. */
    [[nodiscard]] expression as(dtype type) const {
        darr_node node = step(DARR_NODE_CAST);
        node.dtype = static_cast<int>(type);
        return expression(node, {this});
    }
    [[nodiscard]] const std::vector<darr_node> &nodes() const noexcept { return nodes_; }

    expression(const darr_node &last, const std::vector<const expression *> &arguments) {
        for (const expression *argument : arguments) {
            nodes_.insert(nodes_.end(), argument->nodes_.begin(), argument->nodes_.end());
        }
        nodes_.push_back(last);
    }
    static darr_node step(int op) noexcept {
        darr_node node{};
        node.size = sizeof node;
        node.op = op;
        return node;
    }

  private:
    std::vector<darr_node> nodes_;
};

/* The global index of the element along a dimension, from 0. */
inline expression index_along(int dimension) {
    darr_node node = expression::step(DARR_NODE_INDEX);
    node.dim = dimension;
    return expression(node, {});
}
/* The global extent along a dimension. */
inline expression extent_along(int dimension) {
    darr_node node = expression::step(DARR_NODE_EXTENT);
    node.dim = dimension;
    return expression(node, {});
}
/* A reduction of all elements: one number, which the rest of a formula may use. */
inline expression reduced(reduction_op op, const expression &x, std::int64_t ddof = 0) {
    darr_node node = expression::step(DARR_NODE_REDUCE);
    node.dim = static_cast<int>(op);
    node.number = ddof;
    return expression(node, {&x});
}

inline expression abs(const expression &x) { return expression::of(DARR_ABSOLUTE, x); }
inline expression acos(const expression &x) { return expression::of(DARR_ARCCOS, x); }
inline expression acosh(const expression &x) { return expression::of(DARR_ARCCOSH, x); }
inline expression asin(const expression &x) { return expression::of(DARR_ARCSIN, x); }
inline expression asinh(const expression &x) { return expression::of(DARR_ARCSINH, x); }
inline expression atan(const expression &x) { return expression::of(DARR_ARCTAN, x); }
inline expression atanh(const expression &x) { return expression::of(DARR_ARCTANH, x); }
inline expression conj(const expression &x) { return expression::of(DARR_CONJUGATE, x); }
inline expression cos(const expression &x) { return expression::of(DARR_COS, x); }
inline expression cosh(const expression &x) { return expression::of(DARR_COSH, x); }
inline expression exp(const expression &x) { return expression::of(DARR_EXP, x); }
inline expression expm1(const expression &x) { return expression::of(DARR_EXPM1, x); }
inline expression operator~(const expression &x) { return expression::of(DARR_INVERT, x); }
inline expression log(const expression &x) { return expression::of(DARR_LOG, x); }
inline expression log10(const expression &x) { return expression::of(DARR_LOG10, x); }
inline expression log1p(const expression &x) { return expression::of(DARR_LOG1P, x); }
inline expression operator-(const expression &x) { return expression::of(DARR_NEGATIVE, x); }
inline expression reciprocal(const expression &x) { return expression::of(DARR_RECIPROCAL, x); }
inline expression rint(const expression &x) { return expression::of(DARR_RINT, x); }
inline expression sign(const expression &x) { return expression::of(DARR_SIGN, x); }
inline expression sin(const expression &x) { return expression::of(DARR_SIN, x); }
inline expression sinh(const expression &x) { return expression::of(DARR_SINH, x); }
inline expression sqrt(const expression &x) { return expression::of(DARR_SQRT, x); }
inline expression square(const expression &x) { return expression::of(DARR_SQUARE, x); }
inline expression tan(const expression &x) { return expression::of(DARR_TAN, x); }
inline expression tanh(const expression &x) { return expression::of(DARR_TANH, x); }
inline expression operator+(const expression &x, const expression &y) {
    return expression::of(DARR_ADD, x, y);
}
inline expression atan2(const expression &x, const expression &y) {
    return expression::of(DARR_ARCTAN2, x, y);
}
inline expression operator&(const expression &x, const expression &y) {
    return expression::of(DARR_BITWISE_AND, x, y);
}
inline expression operator|(const expression &x, const expression &y) {
    return expression::of(DARR_BITWISE_OR, x, y);
}
inline expression operator^(const expression &x, const expression &y) {
    return expression::of(DARR_BITWISE_XOR, x, y);
}
inline expression operator/(const expression &x, const expression &y) {
    return expression::of(DARR_DIVIDE, x, y);
}
inline expression floor_divide(const expression &x, const expression &y) {
    return expression::of(DARR_FLOOR_DIVIDE, x, y);
}
inline expression fmod(const expression &x, const expression &y) { return expression::of(DARR_FMOD, x, y); }
inline expression hypot(const expression &x, const expression &y) { return expression::of(DARR_HYPOT, x, y); }
inline expression operator<<(const expression &x, const expression &y) {
    return expression::of(DARR_LEFT_SHIFT, x, y);
}
inline expression operator*(const expression &x, const expression &y) {
    return expression::of(DARR_MULTIPLY, x, y);
}
inline expression pow(const expression &x, const expression &y) { return expression::of(DARR_POWER, x, y); }
inline expression operator%(const expression &x, const expression &y) {
    return expression::of(DARR_REMAINDER, x, y);
}
inline expression operator>>(const expression &x, const expression &y) {
    return expression::of(DARR_RIGHT_SHIFT, x, y);
}
inline expression operator-(const expression &x, const expression &y) {
    return expression::of(DARR_SUBTRACT, x, y);
}
inline expression operator<(const expression &x, const expression &y) {
    return expression::of(DARR_LESS, x, y);
}
inline expression operator<=(const expression &x, const expression &y) {
    return expression::of(DARR_LESS_EQUAL, x, y);
}
inline expression operator==(const expression &x, const expression &y) {
    return expression::of(DARR_EQUAL, x, y);
}
inline expression operator!=(const expression &x, const expression &y) {
    return expression::of(DARR_NOT_EQUAL, x, y);
}
inline expression operator>(const expression &x, const expression &y) {
    return expression::of(DARR_GREATER, x, y);
}
inline expression operator>=(const expression &x, const expression &y) {
    return expression::of(DARR_GREATER_EQUAL, x, y);
}
inline expression maximum(const expression &x, const expression &y) {
    return expression::of(DARR_MAXIMUM, x, y);
}
inline expression minimum(const expression &x, const expression &y) {
    return expression::of(DARR_MINIMUM, x, y);
}
inline expression fmax(const expression &x, const expression &y) { return expression::of(DARR_FMAX, x, y); }
inline expression fmin(const expression &x, const expression &y) { return expression::of(DARR_FMIN, x, y); }
inline expression operator&&(const expression &x, const expression &y) {
    return expression::of(DARR_LOGICAL_AND, x, y);
}
inline expression operator||(const expression &x, const expression &y) {
    return expression::of(DARR_LOGICAL_OR, x, y);
}
inline expression logical_xor(const expression &x, const expression &y) {
    return expression::of(DARR_LOGICAL_XOR, x, y);
}
inline expression operator!(const expression &x) { return expression::of(DARR_LOGICAL_NOT, x); }
inline expression isnan(const expression &x) { return expression::of(DARR_ISNAN, x); }
inline expression isinf(const expression &x) { return expression::of(DARR_ISINF, x); }
inline expression isfinite(const expression &x) { return expression::of(DARR_ISFINITE, x); }
inline expression floor(const expression &x) { return expression::of(DARR_FLOOR, x); }
inline expression ceil(const expression &x) { return expression::of(DARR_CEILING, x); }
inline expression trunc(const expression &x) { return expression::of(DARR_TRUNC, x); }
inline expression cbrt(const expression &x) { return expression::of(DARR_CBRT, x); }
inline expression exp2(const expression &x) { return expression::of(DARR_EXP2, x); }
inline expression log2(const expression &x) { return expression::of(DARR_LOG2, x); }
inline expression degrees(const expression &x) { return expression::of(DARR_DEGREES, x); }
inline expression radians(const expression &x) { return expression::of(DARR_RADIANS, x); }
inline expression copysign(const expression &x, const expression &y) {
    return expression::of(DARR_COPYSIGN, x, y);
}
inline expression signbit(const expression &x) { return expression::of(DARR_SIGNBIT, x); }
inline expression operator+(const expression &x) { return expression::of(DARR_POSITIVE, x); }
inline expression logaddexp(const expression &x, const expression &y) {
    return expression::of(DARR_LOGADDEXP, x, y);
}
inline expression real(const expression &x) { return expression::of(DARR_REAL, x); }
inline expression imag(const expression &x) { return expression::of(DARR_IMAG, x); }
inline expression arg(const expression &x) { return expression::of(DARR_ANGLE, x); }
/* The second argument where the first is true, else the third. */
inline expression where(const expression &condition, const expression &x, const expression &y) {
    return expression::of(DARR_WHERE, condition, x, y);
}
/* x, but at least `low` and at most `high`. */
inline expression clip(const expression &x, const expression &low, const expression &high) {
    return expression::of(DARR_CLIP, x, low, high);
}

/* Reductions of all elements. */
inline expression sum(const expression &x) { return reduced(static_cast<reduction_op>(DARR_SUM), x); }
inline expression prod(const expression &x) { return reduced(static_cast<reduction_op>(DARR_PROD), x); }
inline expression min(const expression &x) { return reduced(static_cast<reduction_op>(DARR_MIN), x); }
inline expression max(const expression &x) { return reduced(static_cast<reduction_op>(DARR_MAX), x); }
inline expression mean(const expression &x) { return reduced(static_cast<reduction_op>(DARR_MEAN), x); }
/* Divided by the number of elements less `ddof`. */
inline expression variance(const expression &x, std::int64_t ddof = 0) {
    return reduced(static_cast<reduction_op>(DARR_VAR), x, ddof);
}
inline expression standard_deviation(const expression &x, std::int64_t ddof = 0) {
    return reduced(static_cast<reduction_op>(DARR_STD), x, ddof);
}
inline expression any_of(const expression &x) { return reduced(static_cast<reduction_op>(DARR_ANY), x); }
inline expression all_of(const expression &x) { return reduced(static_cast<reduction_op>(DARR_ALL), x); }
inline expression argmin(const expression &x) { return reduced(static_cast<reduction_op>(DARR_ARGMIN), x); }
inline expression argmax(const expression &x) { return reduced(static_cast<reduction_op>(DARR_ARGMAX), x); }
inline expression count_nonzero(const expression &x) {
    return reduced(static_cast<reduction_op>(DARR_COUNT_NONZERO), x);
}
inline expression norm(const expression &x) { return reduced(static_cast<reduction_op>(DARR_NORM), x); }
/* The sum of conj(x) * y. */
inline expression vdot(const expression &x, const expression &y) {
    darr_node node = expression::step(DARR_NODE_REDUCE);
    node.dim = DARR_DOT;
    return expression(node, {&x, &y});
}
/* The sum of x * y. */
inline expression dot(const expression &x, const expression &y) {
    darr_node node = expression::step(DARR_NODE_REDUCE);
    node.dim = DARR_DOTU;
    return expression(node, {&x, &y});
}

/* The sum of x * y. */
inline expression dotu(const expression &x, const expression &y) {
    darr_node node = expression::step(DARR_NODE_REDUCE);
    node.dim = DARR_DOTU;
    return expression(node, {&x, &y});
}

} // namespace darr

#endif
