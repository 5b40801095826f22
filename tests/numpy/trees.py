"""Random formulas, printed for the library and for Python.

The texts are the same but where NumPy has no operator of that meaning: `and`, `or`, `not`, chained comparisons, shifts. A third
text, `noisy`, calls functions in place of the operators that NumPy need not round as the library does.
"""

OURS, NUMPY, NOISY = range(3)
OR, AND, NOT, COMPARISON, SIGN, POWER, ATOM = 1, 2, 3, 4, 11, 12, 13
BINDING = {"|": 5, "^": 6, "&": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "//": 10, "%": 10, "**": POWER}
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]
CALLED = {"or": "element_or", "and": "element_and", "**": "power", "*": "multiply", "/": "divide"}

EXACT1 = "absolute sqrt floor ceil trunc rint square sign conjugate real imag isnan isfinite isinf positive negative logical_not abs".split()
NEAR1 = "exp log sin cos tanh arctan cbrt log1p expm1 arcsinh angle".split()
EXACT2 = "maximum minimum fmax fmin less equal greater add subtract multiply fmod copysign logical_and floor_divide remainder".split()
NEAR2 = "hypot arctan2 power logaddexp".split()
CASTS = "float32 float64 complex64 complex128".split()
REDUCTIONS = "sum mean max min any all count_nonzero var std".split()


class Trees:
    """A source of formulas: `names` are those of full-shape operands, `others` further ones; shifts reach `far`."""

    def __init__(self, rng, names, others, ndim, far, shifted, near=True, reductions=True):
        self.rng, self.names, self.others, self.ndim, self.far = rng, names, others, ndim, far
        self.shifted, self.near, self.reductions = shifted, near, reductions

    def leaf(self):
        rng = self.rng
        what = rng.random()
        if what < 0.55:
            return "name", rng.choice(self.names)
        if what < 0.65 and self.others:
            return "name", rng.choice(self.others)
        if what < 0.72 and self.ndim:
            return "name", f"{rng.choice('in')}{rng.randrange(self.ndim)}"
        if what < 0.76:
            return "name", rng.choice(["pi", "e"])
        if what < 0.8 and self.shifted and self.ndim:
            return "shift", ("name", rng.choice(self.shifted)), self.distances()
        return "literal", rng.choice(["0", "1", "2", "3", "7", "0.5", "2.0", "1e-1", ".25", "3.", "1E1", "2j", "0.5j", "True", "False", "12"])

    def distances(self):
        return tuple(self.rng.randint(-self.far, self.far) for _ in range(self.ndim))

    def tree(self, depth):
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            return self.leaf()
        sub = lambda: self.tree(depth - 1)
        what = rng.random()
        if what < 0.5:
            operator = rng.choice(["+", "-", "*", "+", "-", "*", "/", "//", "%", "**", "|", "^", "&", "<<", ">>"])
            left, right = sub(), sub()
            # Extents are Python's numbers; those of the library have 64 bits.
            grows = operator in ("**", "<<") and "('name', 'n" in repr((left, right))
            return "binary", "*" if grows else operator, left, right
        if what < 0.56:
            return "unary", rng.choice(["-", "-", "+", "~"]), sub()
        if what < 0.62:
            return "compare", tuple(rng.choice(COMPARISONS) for _ in range(rng.choice([1, 1, 2, 3]))), tuple(sub() for _ in range(4))
        if what < 0.66:
            return rng.choice([("logical", "and", sub(), sub()), ("logical", "or", sub(), sub()), ("not", sub())])
        if what < 0.72:
            return "call", "where", (sub(), sub(), sub())
        if what < 0.75:
            return "cast", rng.choice(CASTS), sub()
        if what < 0.8 and self.reductions:
            # Over all elements of the result: one operand of full shape is in it.
            inside = "binary", "+", ("name", rng.choice(self.names)), sub()
            return "call", rng.choice(REDUCTIONS), (inside,)
        if what < 0.83 and self.shifted and self.ndim:
            small = Trees(rng, self.shifted, [], 0, 0, [], self.near, False)
            inside = rng.choice([("name", rng.choice(self.shifted)), ("binary", "-", small.tree(min(depth - 1, 2)), ("name", rng.choice(self.shifted)))])
            return "shift", inside, self.distances()
        if what < 0.93:
            return "call", rng.choice(EXACT1 + NEAR1 if self.near else EXACT1), (sub(),)
        return "call", rng.choice(EXACT2 + NEAR2 if self.near else EXACT2), (sub(), sub())

    def text(self, tree, dialect):
        """The text, with brackets only where they are needed, or sometimes elsewhere too."""
        return self.written(tree, dialect)[0]

    def bracketed(self, tree, least, dialect):
        text, binds = self.written(tree, dialect)
        # The tree decides, so that all texts of it look alike.
        more = hash_of(tree) % 8 == 0
        return f"({text})" if binds < least or more else text

    def written(self, tree, dialect):
        kind = tree[0]
        space = ["", " ", " ", "  "][hash_of(tree) % 4]
        if kind in ("name", "literal"):
            return tree[1], ATOM
        if kind == "call":
            return f"{tree[1]}({', '.join(self.text(arg, dialect) for arg in tree[2])})", ATOM
        if kind == "cast":
            return f"{tree[1]}({self.text(tree[2], dialect)})", ATOM
        if kind == "shift":
            if dialect == OURS:
                inner = tree[1][1] if tree[1][0] == "name" else f"({self.text(tree[1], dialect)})"
                return f"{inner}[{', '.join(map(str, tree[2]))}]", ATOM
            return f"shift({self.text(tree[1], dialect)}, {tree[2]})", ATOM
        if kind == "unary":
            return tree[1] + space + self.bracketed(tree[2], SIGN, dialect), SIGN
        if kind == "not":
            if dialect == OURS:
                return f"not {self.bracketed(tree[1], NOT, dialect)}", NOT
            return f"element_not({self.text(tree[1], dialect)})", ATOM
        if kind == "compare":
            return self.comparison(tree[1], tree[2], dialect)
        operator, left, right = tree[1:]
        if kind == "logical" and dialect != OURS or dialect == NOISY and operator in CALLED:
            return f"{CALLED[operator]}({self.text(left, dialect)}, {self.text(right, dialect)})", ATOM
        if kind == "logical":
            binds = OR if operator == "or" else AND
            return f"{self.bracketed(left, binds, dialect)} {operator} {self.bracketed(right, binds + 1, dialect)}", binds
        binds = BINDING[operator]
        least = (ATOM, SIGN) if operator == "**" else (binds, binds + 1)
        return space.join([self.bracketed(left, least[0], dialect), operator, self.bracketed(right, least[1], dialect)]), binds

    def comparison(self, operators, values, dialect):
        parts = [self.bracketed(value, COMPARISON + 1, dialect) for value in values[: len(operators) + 1]]
        if len(operators) == 1 or dialect == OURS:
            return " ".join(part for pair in zip(parts, operators + ("",)) for part in pair).strip(), COMPARISON
        pairs = [f"({a} {operator} {b})" for a, operator, b in zip(parts, operators, parts[1:])]
        text = pairs[0]
        for pair in pairs[1:]:
            text = f"element_and({text}, {pair})"
        return text, ATOM


def hash_of(tree):
    """A number from the shape of a tree, the same in every process."""
    text = repr(tree)
    return len(text) + 3 * text.count("(") + 5 * text.count("n")
