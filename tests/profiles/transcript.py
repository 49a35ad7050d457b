# SPDX-License-Identifier: BSD-2-Clause
"""Transcripts: the XML form of the PKCS#11 profiles, read into steps, and its ${Symbols}."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from cryptoki import Trouble

NAMESPACE = "urn:oasis:tc:pkcs11:xmlns"
# The last two are not in the text of the specification, but in its test cases.
ATTRIBUTES = {"type", "value", "length", "rv", "major", "minor"}
SYMBOL = re.compile(r"\$\{([^{}]*)\}")


@dataclass
class Node:
    """An element. What a module gave is made into the same, so that the two can be compared."""

    name: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)
    place: str = ""    # FILE:LINE, for what is said of it
    kind: str = ""     # of the value, if the element was made and not read
    width: int = 0     # of a text that is padded with blanks
    items: str = ""    # the kind of the members, if it is a list

    def trouble(self, what):
        return Trouble(f"{self.place}: {self.name}: {what}")


class Step(NamedTuple):
    """A call, and what comes back."""

    call: Node
    result: Node

    @property
    def name(self):
        return self.call.name


def plain(name):
    """Names are compared so: SlotID, slotID, slot_id and the like are one."""
    return name.replace("_", "").lower()


def label(node):
    """What an element is called: attributes by their types."""
    return node.attributes.get("type", node.name)


def unprefixed(name):
    """A member of a structure without the letters that tell its type: ulCount is Count."""
    return re.sub(r"^(pul|ph|ul|h|p)(?=[A-Z])", "", name)


class Reader:
    """Builds nodes out of what expat reports."""

    def __init__(self, path):
        self.path = path
        self.root = None
        self.open = []
        self.text = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def read(self):
        try:
            with open(self.path, "rb") as file:
                self.parser.ParseFile(file)
        except OSError as error:
            raise Trouble(f"{self.path}: {error.strerror}") from None
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise Trouble(f"{self.path}:{error.lineno}: not XML: {what}") from None
        return self.root

    def start(self, name, attributes):
        self.check_text()
        space, _, local = name.rpartition(" ")
        node = Node(local, attributes, place=f"{self.path}:{self.parser.CurrentLineNumber}")
        if space not in ("", NAMESPACE):
            raise node.trouble(f"is of another namespace, {space}")
        unknown = attributes.keys() - ATTRIBUTES
        if unknown:
            raise node.trouble(f"has an attribute that the form does not know: {min(unknown)}")
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _name):
        self.check_text()
        self.open.pop()

    def characters(self, text):
        self.text += text

    def check_text(self):
        """Text says nothing to us; the specification's files have comments like # this."""
        for line in filter(None, map(str.strip, self.text.splitlines())):
            if not line.startswith("#"):
                raise self.open[-1].trouble(f"has text where elements belong: {line[:40]}")
        self.text = ""


def read_steps(path):
    """The calls and returns of a file, in pairs."""
    root = Reader(path).read()
    if root.name != "PKCS11":
        raise root.trouble("the root element must be PKCS11")
    for node, follows in zip(root.children[::2], root.children[1::2]):
        if "rv" in node.attributes:
            raise node.trouble("is a return without a call")
        if follows.name != node.name or "rv" not in follows.attributes:
            raise node.trouble("is a call without its return")
    if len(root.children) % 2:
        raise root.children[-1].trouble("is left over: calls and returns come in pairs")
    if not root.children:
        raise root.trouble("is empty")
    return [Step(*pair) for pair in zip(root.children[::2], root.children[1::2])]


class Unbound(Exception):
    """A symbol that no step before has given a value."""


class Symbols:
    """What the ${Symbols} of a transcript stand for.

    Every return gives its elements names (Session, SlotList.length, SlotList.SlotID[0],
    TokenInfo.Flags), and a transcript can give more: <Session value="${Second}"/>. What was
    given on the command line stays as it is. Unless live, nothing has a value yet.
    """

    def __init__(self, given, live):
        self.given = {plain(name): value for name, value in given.items()}
        self.bound = {}
        self.lengths = {}
        self.live = live

    def is_given(self, name):
        return plain(name) in self.given

    def value(self, name):
        for table in (self.given, self.bound):
            if plain(name) in table:
                return table[plain(name)]
        raise Unbound(f"${{{name}}} has no value yet")

    def fill(self, text):
        """The text with values for symbols; None if they are not to be known yet."""
        if not SYMBOL.search(text):
            return text
        return SYMBOL.sub(lambda m: self.value(m.group(1)), text) if self.live else None

    def bind(self, name, text):
        if self.live:
            self.bound[plain(name)] = text

    def meet_length(self, name, written, given):
        """A length that the transcript says and the length that there is."""
        if given.isdecimal():
            self.lengths[plain(name), written] = given

    def length(self, name, written):
        """
        How much room a call has: as the module said, if the transcript's number is the answer
        that it had from another module. What was written for too little room stays too little.
        """
        return self.lengths.get((plain(name), written), written)

    def forget(self, name):
        """A name and all below it: no stale value may be taken for a new one."""
        below = re.compile(re.escape(plain(name)) + r"([.\[]|$)")
        self.bound = {key: value for key, value in self.bound.items() if not below.match(key)}

    def learn(self, name, node):
        """The names of a return's element and of those in it."""
        for part, text in node.attributes.items():
            if part != "type":
                self.bind(name if part == "value" else f"{name}.{part}", text)
        for index, child in enumerate(node.children):
            inner = label(child)
            if node.items:
                self.learn(f"{name}[{index}]", child)
                inner += f"[{index}]"
            self.learn(f"{name}.{inner}", child)
