# SPDX-License-Identifier: BSD-2-Clause
"""The declarations of PKCS#11, out of the C headers, and a module that is called through them.

Nothing of the headers is typed again here: the compiler's preprocessor reads them, and what
they declare is taken from that.
"""

import operator
import os
import pathlib
import re
import subprocess
from typing import NamedTuple

import cffi
from pycparser import c_ast, c_parser

HEADERS = pathlib.Path(__file__).resolve().parent.parent.parent / "pkcs11-spec"

# The list of functions once more as prototypes, for the names of the parameters.
SOURCE = """
#include "pkcs11-3.h"
int declarations_end;
#define ROW(name, parameters, ...) CK_RV row_##name parameters;
PKCS11_FUNCTIONS_2_40(ROW, ROW)
PKCS11_FUNCTIONS_3_0(ROW, ROW)
"""
END = "int declarations_end;"
MACRO = re.compile(r"^#define (CK[A-Z]?_[A-Z0-9_]+) (?=\S)[\w\s()<>|~&+-]+$", re.MULTILINE)
OPERATORS = {"|": operator.or_, "&": operator.and_, "<<": operator.lshift, ">>": operator.rshift,
             "+": operator.add, "-": operator.sub}


class Trouble(Exception):
    """Why nothing can be run; the text says what to do about it."""


class Parameter(NamedTuple):
    name: str
    type: str  # as written: CK_SLOT_ID_PTR


class Field(NamedTuple):
    name: str
    type: str      # as written: CK_FLAGS; of what an array or a pointer is of
    count: int     # of an array, otherwise 0
    pointer: bool


def output_of(*command, text=""):
    try:
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False)
    except OSError as error:
        raise Trouble(f"{command[0]}: {error.strerror}") from None
    if done.returncode != 0:
        raise Trouble(f"{' '.join(command)}:\n{done.stderr.strip()}")
    return done.stdout


def preprocess(source, *options):
    """The source as the compiler sees it, without what is GNU's own and Python cannot read."""
    flags = output_of("pkg-config", "--cflags", "p11-kit-1").split()
    return output_of(os.environ.get("CC", "gcc"), "-E", "-P", "-D__attribute__(x)=", *flags,
                     f"-I{HEADERS}", *options, "-x", "c", "-", text=source)


def evaluate(node):
    """The value of a constant expression."""
    if isinstance(node, c_ast.Constant):
        return int(node.value.rstrip("uUlL"), 0)
    if isinstance(node, c_ast.Cast):  # all of them are to a type as wide as unsigned long
        return evaluate(node.expr)
    if isinstance(node, c_ast.UnaryOp):
        value = evaluate(node.expr)
        return -value if node.op == "-" else ~value if node.op == "~" else value
    return OPERATORS[node.op](evaluate(node.left), evaluate(node.right))


def type_name(node):
    """The name of a type as written, without the array or pointer that it is in."""
    while isinstance(node, (c_ast.ArrayDecl, c_ast.PtrDecl, c_ast.TypeDecl)):
        node = node.type
    return node.name if isinstance(node, c_ast.Struct) else " ".join(getattr(node, "names", []))


def field(decl):
    count = evaluate(decl.type.dim) if isinstance(decl.type, c_ast.ArrayDecl) else 0
    return Field(decl.name, type_name(decl.type), count, isinstance(decl.type, c_ast.PtrDecl))


class Cryptoki:
    """Functions, structures and constants by their names, and cffi's view of them."""

    def __init__(self):
        self.functions = {}
        self.structs = {}
        self.constants = {}
        self.ffi = cffi.FFI()
        macros = MACRO.findall(preprocess(SOURCE, "-dM"))
        values = "".join(f"unsigned long value_{name} = {name};\n" for name in macros)
        text = preprocess(SOURCE + values)
        self.ffi.cdef(text[: text.index(END)])
        self.mask = (1 << 8 * self.ffi.sizeof("unsigned long")) - 1
        self._read(c_parser.CParser().parse(text))

    def _read(self, tree):
        tags = {}
        for node in tree.ext:
            inner = node.type.type if isinstance(node.type, c_ast.TypeDecl) else node.type
            if isinstance(inner, c_ast.Struct):
                tag = inner.name or node.name
                if inner.decls:
                    tags[tag] = [field(decl) for decl in inner.decls]
                if isinstance(node, c_ast.Typedef):
                    self.structs[node.name] = tag
            elif isinstance(node.type, c_ast.FuncDecl) and node.name.startswith("row_"):
                parameters = [Parameter(p.name, type_name(p.type)) for p in node.type.args.params]
                self.functions[node.name[len("row_"):]] = parameters
            elif (node.name or "").startswith("value_"):
                self.constants[node.name[len("value_"):]] = evaluate(node.init) & self.mask
        names = {tag: name for name, tag in self.structs.items()}
        self.structs = {
            name: [row._replace(type=names.get(row.type, row.type)) for row in tags[tag]]
            for name, tag in self.structs.items() if tag in tags
        }

    def name_of(self, prefix, value):
        """A constant's name without the prefix, or the number."""
        for name, number in self.constants.items():
            if name.startswith(prefix) and number == value:
                return name[len(prefix):]
        return hex(value)


class Module:
    """A shared object, called through its list of functions."""

    def __init__(self, cryptoki, path):
        self.ffi = cryptoki.ffi
        try:
            self.library = self.ffi.dlopen(os.path.abspath(path), self.ffi.RTLD_NOW)
            self.list = self._list_3_0() or self._list_2_40()
        except (OSError, AttributeError) as error:
            raise Trouble(f"{path} is no PKCS#11 module: {error}") from None

    def _list_3_0(self):
        if not hasattr(self.library, "C_GetInterface"):
            return None
        name = self.ffi.new("unsigned char[]", b"PKCS 11\0")
        version = self.ffi.new("CK_VERSION *", (3, 0))
        interface = self.ffi.new("CK_INTERFACE **")
        if self.library.C_GetInterface(name, version, interface, 0) != 0:
            return None
        return self.ffi.cast("CK_FUNCTION_LIST_3_0 *", interface[0].pFunctionList)

    def _list_2_40(self):
        found = self.ffi.new("CK_FUNCTION_LIST **")
        if self.library.C_GetFunctionList(found) != 0:
            raise OSError("C_GetFunctionList fails")
        return found[0]

    def function(self, name):
        """The function, None if the module's list has none of that name."""
        return getattr(self.list, name, self.ffi.NULL) or None
