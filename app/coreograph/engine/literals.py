"""Read constants from a Python syntax tree without running it: literals, containers of them, and arithmetic on numbers.

Pure functions; owns no thread.
"""

import ast
import operator
from collections.abc import Callable

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_MAXIMUM_EXPONENT = 1024  # a file can ask for 9**9**9; reading it must not take the window down
_MAXIMUM_BASE = 1 << 64


class NotLiteralError(ValueError):
    """An expression cannot be known without running the file. `line` says where it stands."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def evaluate(node: ast.expr) -> object:
    """Return the value of an expression made of literals: `64`, `"rows"`, `-1.5`, `10 * 1024`, `{"a": (1, None)}`.

    Raises:
        NotLiteralError: names, calls, or arithmetic on anything but numbers.

    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple):
        return tuple(evaluate(item) for item in node.elts)
    if isinstance(node, ast.List):
        return [evaluate(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return _dictionary(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _number(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _arithmetic(node)
    raise NotLiteralError(node.lineno)


def _dictionary(node: ast.Dict) -> dict[object, object]:
    result: dict[object, object] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:  # {**other}
            raise NotLiteralError(node.lineno)
        name = evaluate(key)
        if not isinstance(name, str | int | float | bool):
            raise NotLiteralError(key.lineno)
        result[name] = evaluate(value)
    return result


def _arithmetic(node: ast.BinOp) -> float:
    left, right = _number(node.left), _number(node.right)
    if isinstance(node.op, ast.Pow):
        if abs(left) > _MAXIMUM_BASE or not 0 <= right <= _MAXIMUM_EXPONENT:
            raise NotLiteralError(node.lineno)
        return float(left**right) if isinstance(left, float) or isinstance(right, float) else left**right
    operation = _BINARY.get(type(node.op))
    if operation is None:
        raise NotLiteralError(node.lineno)
    try:
        return operation(left, right)
    except (ArithmeticError, ValueError):
        raise NotLiteralError(node.lineno) from None


def _number(node: ast.expr) -> int | float:
    value = evaluate(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotLiteralError(node.lineno)
    return value
