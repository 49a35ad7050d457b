# SPDX-License-Identifier: BSD-2-Clause
"""What a module gave against what a transcript says, with the variations that profiles permit."""

from cryptoki import Trouble
from transcript import SYMBOL, label, plain
from values import TEXT

# "Variable Items" of the profiles' section on conformance test cases, elements and attributes.
VARIABLE = set(map(plain, (
    "LibraryDescription LibraryVersion ManufacturerID SlotDescription HardwareVersion"
    " FirmwareVersion serialNumber label model utcTime SlotID Object Session Data EncryptedData"
    " RandomData").split()))
VARIABLE_ATTRIBUTES = set(
    "VALUE PUBLIC_EXPONENT PRIVATE_EXPONENT PRIME_1 PRIME_2 EXPONENT_1 EXPONENT_2 COEFFICIENT PRIME"
    " SUBPRIME BASE EC_POINT UNIQUE_ID".split())
# Their lists vary in number and order too.
VARIABLE_LISTS = {"C_GetSlotList", "C_GetMechanismList", "C_GetInterfaceList"}
PARTS = ("value", "length", "major", "minor")


def short(text, most=72):
    return text if len(text) <= most else text[:most] + "..."


class Comparison:
    """Compares the elements of one return, and binds the symbols in it."""

    def __init__(self, function, values, symbols, labels, exact):
        self.values = values
        self.symbols = symbols
        self.labels = labels
        self.exact = exact
        self.free_list = function in VARIABLE_LISTS and not exact

    def may_vary(self, node):
        if self.exact:
            return False
        if node.name == "Attribute":
            return node.attributes.get("type") in VARIABLE_ATTRIBUTES
        return plain(node.name) in VARIABLE

    def differences(self, expected, actual, path=""):
        """Sentences. Also reads all that is expected, so that nonsense in it is found."""
        path = f"{path}.{label(expected)}" if path else label(expected)
        for part in PARTS:
            if part in expected.attributes:
                yield from self.part(part, expected, actual, path)
        if actual.items:
            yield from self.members(expected, actual, path)
        else:
            yield from self.elements(expected, actual, path)

    def part(self, part, expected, actual, path):
        text, given = expected.attributes[part], actual.attributes.get(part)
        if SYMBOL.fullmatch(text):
            if given is not None:
                self.symbols.bind(SYMBOL.fullmatch(text).group(1), given)
            return
        kind = actual.kind if part == "value" else "CK_ULONG"
        wanted = self.read(kind, part, expected, actual)
        if part == "length" and given is not None:
            self.symbols.meet_length(label(expected), text, given)
        if self.may_vary(expected) or (part == "length" and actual.items and self.free_list):
            return
        if given is None:
            yield f"{path}: no {part}, expected {short(text)}"
        elif not self.same(kind, given, wanted):
            what = path if part == "value" else f"{path}.{part}"
            yield f"{what}: {short(given)}, expected {short(text)}"

    def read(self, kind, part, expected, actual):
        """What the transcript says, as a value."""
        try:
            value = self.values.parse(kind, self.symbols.fill(expected.attributes[part]))
        except Trouble as error:
            raise expected.trouble(error) from None
        if part == "value" and kind == TEXT:
            if actual.attributes.get("type") == "LABEL":
                value = self.labels.get(value, value)
            value = value.ljust(actual.width)
        return value

    def same(self, kind, given, wanted):
        try:
            return self.values.parse(kind, given) == wanted
        except Trouble:  # not even a value of its kind
            return False

    def members(self, expected, actual, path):
        """The members of a list, one by one or, where the list may vary, one that is there."""
        for node in expected.children:
            if "value" in node.attributes and not SYMBOL.search(node.attributes["value"]):
                self.read(actual.items, "value", node, node)
        if not expected.attributes.keys() & {"value", "length"} and not self.free_list:
            if len(expected.children) != len(actual.children):
                yield f"{path}: has {len(actual.children)}, expected {len(expected.children)}"
        pairs = list(zip(expected.children, actual.children))
        found = [list(self.differences(*pair, path)) for pair in pairs]
        if not self.free_list:
            yield from (line for lines in found for line in lines)
        elif expected.children and not self.one_is_there(expected, actual):
            yield f"{path}: none of the members expected"

    def one_is_there(self, expected, actual):
        """Whether one member is as written; symbols stand for any."""
        given = [child.attributes.get("value") for child in actual.children]
        for node in expected.children:
            text = node.attributes.get("value", "")
            if SYMBOL.search(text) and given:
                return True
            wanted = self.read(actual.items, "value", node, node) if text else None
            if text and any(self.same(actual.items, one, wanted) for one in given if one):
                return True
        return not any(child.attributes for child in expected.children)

    def elements(self, expected, actual, path):
        """The members of a structure, the attributes of a template: by name."""
        there = {plain(label(child)): child for child in actual.children}
        for node in expected.children:
            if plain(label(node)) in there:
                yield from self.differences(node, there[plain(label(node))], path)
            else:
                yield f"{path}.{label(node)}: nothing was given"

