"""Values of expressions by Python: writes python_values.txt, lines of a text, a tab, and the value.

The expressions are random words without more brackets than needed to cover them: what they mean is a matter of precedence. Left out
are those that Python refuses, or whose integers leave 64 bits somewhere.
"""
import ast
import operator
import random

NUMBERS = "0 1 2 3 4 5 7 9 10 0.5 1.5 2. .25 1e3 2.5e-1 1j 2.5j True False 0x1F 0b101 1_000 9223372036854775807".split()
ARITHMETIC = "+ - * / // % ** << >> & ^ |".split()
COMPARISONS = "< <= > >= == !=".split()
FUNCTIONS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.BitOr: operator.or_,
    ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Invert: operator.invert, ast.Not: operator.not_,
}


def arithmetic(depth):
    if depth == 0 or random.random() < 0.2:
        return random.choice(NUMBERS)
    kind = random.random()
    if kind < 0.2:
        return random.choice("-+~") + arithmetic(depth - 1)
    if kind < 0.35:
        return "(" + arithmetic(depth - 1) + ")"
    return arithmetic(depth - 1) + random.choice(["", " "]) + random.choice(ARITHMETIC) + " " + arithmetic(depth - 1)


def logical(depth):
    kind = random.random()
    if depth == 0 or kind < 0.4:
        chain = [arithmetic(1) for _ in range(random.choice([2, 2, 3]))]
        return "".join(part + " " + random.choice(COMPARISONS) + " " for part in chain[:-1]) + chain[-1]
    if kind < 0.6:
        return "not " + logical(depth - 1)
    return logical(depth - 1) + random.choice([" and ", " or "]) + logical(depth - 1)


def value(node):
    match node:
        case ast.Expression(body):
            return value(body)
        case ast.Constant(x):
            result = x
        case ast.UnaryOp(op, x):
            result = FUNCTIONS[type(op)](value(x))
        case ast.BinOp(x, op, y):
            x, y = value(x), value(y)
            if isinstance(op, (ast.Pow, ast.LShift)) and isinstance(y, int) and y > 70 and isinstance(x, int):
                raise ValueError
            result = FUNCTIONS[type(op)](x, y)
        case ast.Compare(left, _, others):
            parts = [left, *others]
            for x, y in zip(parts, parts[1:]):
                # Python skips what cannot change the result; errors there count, too.
                value(x) < value(y)
            result = eval(compile(ast.Expression(node), "", "eval"))
        case ast.BoolOp(_, parts):
            for part in parts:
                value(part)
            result = eval(compile(ast.Expression(node), "", "eval"))
    if isinstance(result, int) and not -2**63 <= result < 2**64:
        raise ValueError
    return result


random.seed(4)
with open(__file__.replace(".py", ".txt"), "w") as file:
    lines = 0
    while lines < 1500:
        text = random.choice([arithmetic, arithmetic, logical])(3)
        try:
            result = value(ast.parse(text, mode="eval"))
        except (TypeError, ValueError, ArithmeticError, SyntaxError):
            continue
        if len(text) > 4:
            shown = f"{result.real!r} {result.imag!r}" if isinstance(result, complex) else repr(result)
            print(text, shown, sep="\t", file=file)
            lines += 1
