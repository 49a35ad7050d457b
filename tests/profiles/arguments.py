# SPDX-License-Identifier: BSD-2-Clause
"""The arguments of a call: elements of a transcript into C, and what came back into elements.

Pointers are NULL or lead to memory of the size that the call tells: whatever a transcript says,
a module gets nothing else. All that is made for a call lives as long as the call's Memory.
"""

import os.path

from cryptoki import Trouble
from transcript import SYMBOL, Node, label, plain, unprefixed
from values import ATTRIBUTE, BYTES, TEXT, TRUTH

ROOM_MAX = 1 << 24
LABEL_WIDTH = 32
ITEM_NAMES = {"CK_MECHANISM_TYPE": "Type", "CK_OBJECT_HANDLE": "Object", "CK_SLOT_ID": "SlotID",
              "CK_INTERFACE": "Interface"}
# Structures whose arrays of bytes are text; those of other structures are bytes.
INFORMATION = {"CK_INFO", "CK_SLOT_INFO", "CK_TOKEN_INFO"}


class Memory:
    """Makes what a call points to, and holds it."""

    def __init__(self, cryptoki, values, symbols, labels):
        self.cryptoki = cryptoki
        self.ffi = cryptoki.ffi
        self.values = values
        self.symbols = symbols
        self.labels = labels
        self.pins = []
        self.kept = []

    def new(self, kind, *initial):
        self.kept.append(self.ffi.new(kind, *initial))
        return self.kept[-1]

    def parse(self, kind, node, part="value"):
        """The value of an element, which must have one."""
        if part not in node.attributes:
            raise node.trouble(f"has no {part}")
        text = node.attributes[part]
        if part == "length":
            text = self.symbols.length(label(node), text)
        try:
            return self.values.parse(kind, self.symbols.fill(text))
        except Trouble as error:
            raise node.trouble(error) from None

    def bytes(self, data):
        """A pointer, never NULL, and the length."""
        return self.new("unsigned char[]", bytes(data) or b"\0"), len(data)

    def room(self, kind, node):
        """An array to be filled: a pointer and the length, NULL and 0 if there is none."""
        if node is None or "length" not in node.attributes:
            return self.ffi.NULL, 0
        length = self.parse("CK_ULONG", node, "length")
        if length > ROOM_MAX:
            raise node.trouble(f"{length} is too much room")
        return self.new(f"{kind}[]", max(length, 1)), length


# --- structures --------------------------------------------------------------------------


def derived_length(fields, member):
    """The member that tells how long another one is; those are not elements of their own."""
    names = (plain(unprefixed(member.name)) + "len", "len", "length")
    for one in fields:
        if not one.pointer and plain(unprefixed(one.name)) in names:
            return one
    return None


def members(fields):
    """The members that are elements, by their plain names."""
    lengths = [derived_length(fields, one) for one in fields if one.pointer]
    return {plain(unprefixed(one.name)): one for one in fields if one not in lengths}


def fill_member(memory, fields, one, node, struct):
    if one.type == "CK_VERSION":
        version = getattr(struct, one.name)
        version.major = memory.parse("CK_ULONG", node, "major") & 0xFF
        version.minor = memory.parse("CK_ULONG", node, "minor") & 0xFF
    elif one.pointer and one.type in ("void", "unsigned char"):
        pointer, length = memory.bytes(memory.parse(BYTES, node))
        setattr(struct, one.name, pointer)
        if derived_length(fields, one) is not None:
            setattr(struct, derived_length(fields, one).name, length)
    elif one.count and one.type == "unsigned char":
        data = memory.parse(BYTES, node)
        if len(data) > one.count:
            raise node.trouble(f"is longer than {one.count} bytes")
        memory.ffi.buffer(getattr(struct, one.name))[: len(data)] = data
    elif dict(memory.ffi.typeof(struct[0]).fields)[one.name].type.kind != "primitive":
        raise node.trouble("is of a type that the runner cannot make")
    else:
        setattr(struct, one.name, memory.parse(one.type, node))


def make_struct(memory, kind, nodes):
    struct = memory.new(f"{kind} *")
    fields = memory.cryptoki.structs[kind]
    for node in nodes:
        one = members(fields).get(plain(node.name))
        if one is None:
            raise node.trouble(f"is no member of {kind}")
        fill_member(memory, fields, one, node, struct)
    return struct


def struct_for(memory, mechanism, node):
    """The structure whose members the element has: the parameters of that mechanism."""
    given = {plain(child.name) for child in node.children}
    fitting = {}
    for kind, fields in memory.cryptoki.structs.items():
        missing = members(fields).keys() - given
        if given <= members(fields).keys():
            alike = os.path.commonprefix([kind, "CK_" + mechanism])
            fitting[kind] = (len(missing), -len(alike))
    if not fitting:
        raise node.trouble("no structure of the headers has these members")
    return min(fitting, key=fitting.get)


def make_mechanism(memory, node):
    result = memory.new("CK_MECHANISM *")
    for child in node.children:
        if plain(child.name) in ("type", "mechanism"):
            result.mechanism = memory.parse("CK_MECHANISM_TYPE", child)
            break
    else:
        raise node.trouble("has no Type")
    name = memory.cryptoki.name_of("CKM_", result.mechanism)
    for child in node.children:
        if plain(child.name) != "parameter":
            continue
        if child.children:
            kind = struct_for(memory, name, child)
            result.pParameter = make_struct(memory, kind, child.children)
            result.ulParameterLen = memory.ffi.sizeof(kind)
        elif "value" in child.attributes:
            result.pParameter, result.ulParameterLen = memory.bytes(memory.parse(BYTES, child))
    return result


def struct_node(memory, name, kind, struct):
    """A structure that a module filled."""
    values, ffi = memory.values, memory.ffi
    if kind == "CK_VERSION":
        return Node(name, {"major": str(struct.major), "minor": str(struct.minor)},
                    kind="CK_ULONG")
    node = Node(name)
    for one in memory.cryptoki.structs[kind]:
        value, inner = getattr(struct, one.name), unprefixed(one.name)
        if one.type in memory.cryptoki.structs and not one.pointer:
            node.children.append(struct_node(memory, inner, one.type, value))
            continue
        shown, width = one.type, 0
        if one.count:
            shown = TEXT if kind in INFORMATION else BYTES
            value, width = bytes(ffi.buffer(value)), one.count
        elif one.pointer:
            if one.type != "char" or not value:
                continue  # a pointer says nothing
            shown, value = TEXT, ffi.string(value)
        text = values.show(shown, value)
        node.children.append(Node(inner, {"value": text}, kind=shown, width=width))
    return node


# --- attributes --------------------------------------------------------------------------


def attribute_bytes(memory, kind, node):
    """The value of an attribute as it lies in memory."""
    value = memory.parse(kind, node)
    if kind == TRUTH:
        return bytes([value])
    if isinstance(value, int):
        return bytes(memory.ffi.buffer(memory.ffi.new("CK_ULONG *", value)))
    return value


def fill_attribute(memory, attribute, node):
    attribute.type = memory.parse("CK_ATTRIBUTE_TYPE", node, "type")
    kind = memory.values.attribute_kind(attribute.type)
    if kind == ATTRIBUTE + "[]" and node.children:
        array, count = make_template(memory, node.children)
        attribute.pValue = array
        attribute.ulValueLen = count * memory.ffi.sizeof(ATTRIBUTE)
    elif kind.endswith("[]") and node.children:
        numbers = [memory.parse(kind[:-2], child) for child in node.children]
        attribute.pValue = memory.new("CK_ULONG[]", numbers)
        attribute.ulValueLen = len(numbers) * memory.ffi.sizeof("CK_ULONG")
    elif "value" in node.attributes:
        data = attribute_bytes(memory, BYTES if kind.endswith("[]") else kind, node)
        if attribute.type == memory.cryptoki.constants["CKA_LABEL"]:
            data = memory.labels.get(data, data)
        attribute.pValue, attribute.ulValueLen = memory.bytes(data)
    else:
        attribute.pValue, attribute.ulValueLen = memory.room("unsigned char", node)


def make_template(memory, nodes):
    array = memory.new("CK_ATTRIBUTE[]", max(len(nodes), 1))
    for attribute, node in zip(array, nodes):
        fill_attribute(memory, attribute, node)
    return array, len(nodes)


def attribute_node(memory, name, attribute, room):
    """An attribute that a module filled; room is what was there to be filled."""
    values, size = memory.values, memory.ffi.sizeof("CK_ULONG")
    kind = values.attribute_kind(attribute.type)
    length = attribute.ulValueLen
    node = Node("Attribute", {"type": name, "length": values.show("CK_ULONG", length)}, kind=kind)
    if kind.endswith("[]"):
        node.items = kind[:-2]
    if not attribute.pValue or length > room:
        return node
    data = bytes(memory.ffi.buffer(attribute.pValue, length))
    if kind == "CK_MECHANISM_TYPE[]":
        numbers = memory.ffi.from_buffer("CK_ULONG[]", data) if length else []
        node.children = [Node("Type", {"value": values.show(kind[:-2], number)}, kind=kind[:-2])
                         for number in numbers]
    elif kind == TRUTH and length == 1:
        node.attributes["value"] = values.show(kind, data[0])
    elif values.is_integer(kind) and length == size:
        node.attributes["value"] = values.show(kind, memory.ffi.from_buffer("CK_ULONG[]", data)[0])
    else:
        node.attributes["value"] = values.show(kind if kind in (TEXT, BYTES) else BYTES, data)
    return node


# --- parameters --------------------------------------------------------------------------


class Argument:
    """A parameter, or an array and its length together.

    give() makes the C arguments out of the element, which can be None, and says how to make
    an element of what came back: a function of whether the call went well, or None.
    """

    given = True      # an element of the call
    required = False  # ... that it cannot do without
    returned = False  # an element of the return

    def __init__(self, name, kind):
        self.name = name
        self.kind = kind

    def names(self):
        return plain(self.name), plain(self.kind.removeprefix("CK_"))

    def give(self, memory, node):
        raise NotImplementedError


class Omitted(Argument):
    """What the XML form leaves out: callbacks, and what is reserved."""

    given = False

    def give(self, memory, node):
        return [memory.ffi.NULL], None


class Scalar(Argument):
    required = True

    def give(self, memory, node):
        return [memory.parse(self.kind, node)], None


class Input(Argument):
    """Bytes or text, and the length; NULL and 0 without a value."""

    is_pin = property(lambda self: self.name.endswith("pin"))

    def give(self, memory, node):
        if node is None or "value" not in node.attributes:
            return [memory.ffi.NULL, 0], None
        if self.is_pin:
            self.check_pin(memory, node)
        data = memory.parse(self.kind, node)
        if self.is_pin:
            memory.pins.append(data)
        return [*memory.bytes(data)], None

    def check_pin(self, memory, node):
        """A PIN is the one of the command line or stands in the file: no try for any other."""
        for name in SYMBOL.findall(node.attributes["value"]):
            if not memory.symbols.is_given(name):
                raise node.trouble(f"${{{name}}}: no PIN is sent that nobody gave"
                                   + (" (--pin)" if plain(name) == "pin" else ""))


class Text(Argument):
    """Text whose length is known: it ends with a zero, or fills a label."""

    def give(self, memory, node):
        if node is None or "value" not in node.attributes:
            return [memory.ffi.NULL], None
        data = memory.parse(TEXT, node)
        if self.name == "label":
            if len(data) > LABEL_WIDTH:
                raise node.trouble(f"is longer than {LABEL_WIDTH} bytes")
            return [memory.bytes(data.ljust(LABEL_WIDTH))[0]], None
        return [memory.bytes(data + b"\0")[0]], None


class Struct(Argument):
    """A structure that the module only reads."""

    def give(self, memory, node):
        if node is None or not (node.children or node.attributes):
            return [memory.ffi.NULL], None
        if self.kind == "CK_MECHANISM":
            return [make_mechanism(memory, node)], None
        if self.kind == "CK_VERSION":
            version = [memory.parse("CK_ULONG", node, part) for part in ("major", "minor")]
            return [memory.new("CK_VERSION *", version)], None
        return [make_struct(memory, self.kind, node.children)], None


class Template(Argument):
    def __init__(self, name, kind, returned):
        super().__init__(name, kind)
        self.returned = returned

    def give(self, memory, node):
        if node is None:
            return [memory.ffi.NULL, 0], None
        array, count = make_template(memory, node.children)
        rooms = [array[i].ulValueLen for i in range(count)]

        names = [child.attributes["type"] for child in node.children]

        def result(_well):
            return Node(self.name, children=[
                attribute_node(memory, *one) for one in zip(names, array, rooms)])

        return [array, count], result if self.returned else None


class Output(Argument):
    """An array that the module fills, and its length.

    In C the length comes as a number (fixed), goes both ways, or comes and goes apart (room).
    """

    returned = True

    def __init__(self, name, kind, length="both"):
        super().__init__(name, kind)
        self.length = length

    def give(self, memory, node):
        made = self.kind if self.kind in memory.cryptoki.structs else "CK_ULONG"
        array, room = memory.room("unsigned char" if self.is_flat() else made, node)
        count = memory.new("CK_ULONG *", 0 if self.length == "room" else room)
        lengths = {"both": [count], "room": [room, count], "fixed": [room]}[self.length]

        def result(well):
            return self.node(memory, array, room, count[0], well)

        return [array, *lengths], result

    def is_flat(self):
        return self.kind in (TEXT, BYTES)

    def node(self, memory, array, room, count, well):
        node = Node(self.name, {"length": str(count)}, kind=self.kind)
        node.items = "" if self.is_flat() else self.kind
        if not well or not array:
            return node
        if count > room:
            raise Trouble(f"{self.name}: the module says {count}, and there was room for {room}")
        if self.is_flat():
            data = bytes(memory.ffi.buffer(array, count))
            node.attributes["value"] = memory.values.show(self.kind, data)
        else:
            node.children = [self.item(memory, array[i]) for i in range(count)]
        return node

    def item(self, memory, value):
        name = ITEM_NAMES.get(self.kind, "Item")
        if self.kind in memory.cryptoki.structs:
            return struct_node(memory, name, self.kind, value)
        return Node(name, {"value": memory.values.show(self.kind, value)}, kind=self.kind)


class One(Argument):
    """A number or a structure that the module fills."""

    given = False
    returned = True

    def give(self, memory, node):
        is_struct = self.kind in memory.cryptoki.structs
        value = memory.new(f"{self.kind} *" if is_struct else "CK_ULONG *")

        def result(well):
            if not well:
                return Node(self.name)
            if is_struct:
                return struct_node(memory, self.name, self.kind, value)
            text = memory.values.show(self.kind, value[0])
            return Node(self.name, {"value": text}, kind=self.kind)

        return [value], result


class Pointer(Argument):
    """A pointer that the module sets: to an interface, or to a list of functions."""

    given = False
    returned = True

    def give(self, memory, node):
        pointer = memory.new(f"{self.kind} **")

        def result(well):
            found = Node(self.name)
            if well and pointer[0] and self.kind == "CK_INTERFACE":
                found = struct_node(memory, self.name, self.kind, pointer[0])
            elif well and pointer[0]:
                found.children = [
                    struct_node(memory, "Version", "CK_VERSION", pointer[0].version)]
            return found

        return [pointer], result


# --- functions ---------------------------------------------------------------------------

POINTEES = {"CK_VOID": BYTES, "CK_CHAR": TEXT}
# Where the types of the parameters do not tell what they are for.
FILLED = {("C_GenerateRandom", "random_data")}
UPDATED = {("C_GetAttributeValue", "template")}
INITIALIZE = ("C_Initialize", "init_args")


def array_argument(function, name, kind):
    """A pointer and a length that only goes in."""
    if (function, name) in FILLED:
        return Output(name, kind, "fixed")
    if kind == ATTRIBUTE:
        return Template(name, kind, (function, name) in UPDATED)
    return Input(name, kind)


def single_argument(function, name, kind):
    """A pointer without a length."""
    if (function, name) == INITIALIZE:
        return Struct(name, "CK_C_INITIALIZE_ARGS")
    if kind == BYTES:
        return Omitted(name, kind)
    if kind == TEXT:
        return Text(name, kind)
    if kind in ("CK_MECHANISM", "CK_VERSION"):
        return Struct(name, kind)
    return One(name, kind)


def argument(function, parameters):
    """What the first of the parameters is, and of how many it consists."""
    name, kind = parameters[0]
    types = [one.type for one in parameters[1:3]] + ["", ""]
    if kind.endswith("_PTR_PTR"):
        return Pointer(name, kind.removesuffix("_PTR_PTR")), 1
    if kind == "CK_NOTIFY":
        return Omitted(name, kind), 1
    if not kind.endswith("_PTR"):
        return Scalar(name, kind), 1
    kind = kind.removesuffix("_PTR")
    kind = POINTEES.get(kind, kind)
    if types[0] == "CK_ULONG_PTR":
        return Output(name, kind), 2
    if types[:2] == ["CK_ULONG", "CK_ULONG_PTR"] and parameters[1].name.startswith("max_"):
        return Output(name, kind, "room"), 3
    if types[0] == "CK_ULONG" and parameters[1].name.endswith(("len", "count")):
        return array_argument(function, name, kind), 2
    return single_argument(function, name, kind), 1


def arguments_of(function, parameters):
    found = []
    while parameters:
        one, span = argument(function, parameters)
        found.append(one)
        parameters = parameters[span:]
    return found


def assign(arguments, nodes, where):
    """Which element is which argument: by name, then by type, then in order."""
    left, assigned = list(nodes), {}
    for wanted in (0, 1):
        for one in arguments:
            for node in left:
                if one not in assigned and plain(node.name) == one.names()[wanted]:
                    assigned[one] = node
                    left.remove(node)
                    break
    rest = [one for one in arguments if one not in assigned]
    if len(left) > len(rest):
        raise left[-1].trouble(f"{where.name} has nothing of that name")
    assigned.update(zip(rest, left))
    return assigned
