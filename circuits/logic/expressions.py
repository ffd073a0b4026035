"""Boolean expressions as text, read by a parser of their own (nothing in them is executed).

`expression("a and not (b or c) xor d")` builds one threshold unit for each AND and OR, and the
layered parity for each XOR; a NOT costs nothing, since it turns excitation into inhibition.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import numpy as np

from neurosim import Circuit, CircuitError, Source

LONGEST = 1000  # characters
DEEPEST = 60  # parentheses and NOTs inside each other

SYMBOLS = {"&": "and", "|": "or", "^": "xor", "~": "not", "∧": "and", "∨": "or", "⊕": "xor",
           "¬": "not"}  # fmt: skip
WORDS = ("and", "or", "xor", "not")
BINDING = ("or", "xor", "and")  # the loosest first, as Python's | ^ &
OPPOSITE = {"and": "or", "or": "and"}  # De Morgan

TOKEN = re.compile(r"\s*(?:(?P<word>\w+)|(?P<symbol>\S))")

Node = tuple  # ("name", "a"), ("constant", 1), ("not", node), or (operator, node, node, …)


def expression(text: str) -> Circuit:
    """Return the circuit of a Boolean expression, its inputs the names in order of appearance.

    Parameters
    ----------
    text
        Names, 0 and 1, parentheses and operators.  `not` binds tightest, then `and`, `xor`, `or`;
        they may be written ~ & ^ | (as in Python) or ¬ ∧ ⊕ ∨, and in capitals.  At most 1000
        characters, and 60 parentheses and NOTs inside each other.

    Returns
    -------
    One unit for an AND or OR of any number of terms, n + 1 units for an XOR of n terms.  A part
    that is written twice is built once.

    Raises
    ------
    CircuitError
        Anything else; the message tells the character, counted from 1.

    Examples
    --------
    >>> expression("a and not (b or c) xor d")(1, 0, 0, 1)
    0
    """
    parser = _Parser(text)
    node = parser.parsed()
    circuit = Circuit("expression")
    builder = _Builder(circuit, {name: circuit.inputs(name) for name in parser.names})
    circuit.output(builder.neuron(node))
    return circuit


class _Parser:
    """Recursive descent: one method a kind of node; `self.at` is the token looked at."""

    def __init__(self, text: str):
        if not isinstance(text, str):
            raise CircuitError(f"expression() takes text (got {type(text).__name__})")
        if len(text) > LONGEST:
            raise CircuitError(
                f"expression: at most {LONGEST:,} characters can be read (got {len(text):,})"
            )
        self.text = text.rstrip()
        self.names: dict[str, None] = {}  # in order of appearance
        self.tokens: list[tuple[str, int]] = []  # what it says, and where
        for match in TOKEN.finditer(self.text):
            self.tokens.append((match[0].strip(), match.start(match.lastgroup or 0)))
        self.tokens.append(("", len(self.text)))
        self.at = 0

    def parsed(self) -> Node:
        node = self.operation(0, 0)
        if self.word:
            self.refuse("an operator (and, or, xor) or the end is needed")
        return node

    @property
    def word(self) -> str:
        """The current token, operators by their lower-case word; "" at the end."""
        token = self.tokens[self.at][0]
        return SYMBOLS.get(token) or (token.lower() if token.lower() in WORDS else token)

    def operation(self, level: int, depth: int) -> Node:
        """Return the terms between operators of this level, and of tighter ones inside them."""
        if level == len(BINDING):
            return self.term(depth)
        terms = [self.operation(level + 1, depth)]
        while self.word == BINDING[level]:
            self.at += 1
            terms.append(self.operation(level + 1, depth))
        return (BINDING[level], *terms) if len(terms) > 1 else terms[0]

    def term(self, depth: int) -> Node:
        if depth > DEEPEST:
            self.refuse(f"there are more than {DEEPEST} parentheses and NOTs inside each other")
        word = self.word
        if word == "not":
            self.at += 1
            return ("not", self.term(depth + 1))
        if word == "(":
            self.at += 1
            node = self.operation(0, depth + 1)
            if self.word != ")":
                self.refuse("an operator (and, or, xor) or a closing parenthesis is needed")
            self.at += 1
            return node
        if word in ("0", "1"):
            self.at += 1
            return ("constant", int(word))
        if not word.isidentifier() or word in WORDS:
            self.refuse("a name, 0, 1, not or an opening parenthesis is needed")
        self.at += 1
        self.names[word] = None
        return ("name", word)

    def refuse(self, rule: str) -> NoReturn:
        token, place = self.tokens[self.at]
        shown = self.text if len(self.text) <= 40 else f"{self.text[:37]}…"
        found = repr(token if len(token) <= 20 else f"{token[:17]}…") if token else "the end"
        raise CircuitError(f"expression {shown!r}, character {place + 1}: {rule} (got {found})")


class _Builder:
    """Builds nodes as units that count.

    A term's value is offset + sign·source; AND, OR and XOR look at the sum S of their terms'
    values, [S ≥ n], [S ≥ 1] and S odd, and the offsets are the unit's bias.
    """

    def __init__(self, circuit: Circuit, inputs: dict[str, Source]):
        self.circuit = circuit
        self.inputs = inputs
        self.built: dict[tuple[Node, bool], Source] = {}

    def neuron(self, node: Node) -> Source:
        """Return the unit for the whole expression, a relaying one for a mere name or number."""
        while node[0] == "not" and node[1][0] == "not":
            node = node[1][1]
        plain = node[1] if node[0] == "not" else node
        if plain[0] in ("name", "constant"):
            node = ("or", node)
        return self.operated(node, False)

    def operated(self, node: Node, inverted: bool) -> Source:
        """Return the unit for an operator, or for its opposite."""
        if node[0] == "not":
            return self.operated(node[1], not inverted)
        key = node, inverted
        if key not in self.built:
            operator, *nodes = node
            if operator == "xor":
                self.built[key] = self.odd(nodes, inverted)
            else:
                operator = OPPOSITE[operator] if inverted else operator
                drive, bias = self.counted(nodes, inverted)
                least = len(nodes) if operator == "and" else 1
                self.built[key] = self.circuit.binary(
                    self.free(operator), drive=drive, bias=bias, threshold=least
                )
        return self.built[key]

    def odd(self, nodes: list[Node], inverted: bool) -> Source:
        drive, bias = self.counted(nodes, False)
        least = np.arange(1, len(nodes) + 1)
        name = self.free("xor")
        hidden = self.circuit.binary(f"{name} at least", drive=drive, bias=bias, threshold=least)
        signs = np.where(least % 2, 1.0, -1.0) * (-1 if inverted else 1)
        return self.circuit.binary(name, drive=signs @ hidden, bias=int(inverted), threshold=1)

    def counted(self, nodes: list[Node], inverted: bool) -> tuple[Any, int]:
        """Return the sum of the nodes' values, or of their opposites', as a drive and a bias."""
        drive: Any = 0
        bias = 0
        for node in nodes:
            opposite = inverted
            while node[0] == "not":
                node, opposite = node[1], not opposite
            if node[0] == "constant":
                bias += node[1] ^ opposite
            elif node[0] == "name":
                drive = drive + (-1 if opposite else 1) * self.inputs[node[1]]
                bias += opposite
            else:
                drive = drive + self.operated(node, opposite)
        return drive, bias

    def free(self, name: str) -> str:
        """Return an operator's word with a number from the second on; no input is called so."""
        number = 1
        while (free := name if number == 1 else f"{name} {number}") in self.circuit:
            number += 1
        return free
