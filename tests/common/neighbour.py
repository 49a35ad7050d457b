# SPDX-License-Identifier: BSD-2-Clause
"""Another PC/SC client, at home in a sandbox, that does with the card what programs may do."""

import ctypes
import sys

from support import TIMEOUT

JPKI = "D392F000260100000001"
OTHERS = {
    "issuer": "A0000001510000",
    "common": "D3921000310001010100",
    "register": "D3921000310001010401",
    "surface": "D3921000310001010402",
    "input-aid": "D3921000310001010408",
}
KEYS = {"authentication": "97", "signature": "9A"}
READER = "Virtual PCD 00 00"
RESET = ("80100068", "80100067")
LEAVE, WARM, UNPOWER = "0", "1", "2"


def select(aid):
    return f"00A4040C{len(aid) // 2:02X}{aid}"


class Neighbour:
    """Its commands, as seen by a test; each returns what the service or the card answered."""

    def __init__(self, sandbox, reader=READER):
        self.process = sandbox.start_python(__file__, reader)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """It leaves the card and ends."""
        self.process.communicate(timeout=TIMEOUT)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def connect(self, share="shared"):
        assert self.ask("connect", share) == "0"

    def disconnect(self, disposition=LEAVE):
        assert self.ask("disconnect", disposition) == "0"

    def send(self, command):
        """The answer of the card; it connects again first if others have reset the card."""
        said = self.ask("send", command)
        if said in RESET:
            assert self.ask("reconnect") == "0"
            said = self.ask("send", command)
        return said

    def signs_without_a_pin(self, key):
        """Whether that key of JPKI is open to anybody, as it is now."""
        assert self.send(select(JPKI)) == "9000"
        said = self.ask("send", f"802A00{KEYS[key]}047465787400")
        assert said == "6982" or len(said) == 516, said
        return said != "6982"


# --- inside: the client -----------------------------------------------------------------------

DWORD, HANDLE = ctypes.c_ulong, ctypes.c_long
SHARES = {"exclusive": 1, "shared": 2, "direct": 3}
ANY_PROTOCOL = 3


class Request(ctypes.Structure):
    _fields_ = [("protocol", DWORD), ("length", DWORD)]


class Client:
    """A method a command."""

    def __init__(self, reader):
        self.reader = reader.encode()
        self.pcsc = ctypes.CDLL("libpcsclite.so.1")
        self.context, self.card, self.protocol = HANDLE(), HANDLE(), DWORD()
        context = ctypes.byref(self.context)
        assert self.call("EstablishContext", DWORD(2), None, None, context) == "0"

    def call(self, name, *args):
        function = getattr(self.pcsc, f"SCard{name}")
        function.restype = HANDLE
        return f"{function(*args) & 0xffffffff:X}"

    def connect(self, share):
        return self.call("Connect", self.context, self.reader, DWORD(SHARES[share]),
                         DWORD(ANY_PROTOCOL), ctypes.byref(self.card), ctypes.byref(self.protocol))

    def reconnect(self, initialization="0"):
        return self.call("Reconnect", self.card, DWORD(SHARES["shared"]), DWORD(ANY_PROTOCOL),
                         DWORD(int(initialization)), ctypes.byref(self.protocol))

    def disconnect(self, disposition):
        return self.call("Disconnect", self.card, DWORD(int(disposition)))

    def begin(self):
        return self.call("BeginTransaction", self.card)

    def end(self, disposition):
        return self.call("EndTransaction", self.card, DWORD(int(disposition)))

    def send(self, command):
        sent, answer = bytes.fromhex(command), ctypes.create_string_buffer(300)
        length = DWORD(len(answer))
        request = Request(self.protocol.value, ctypes.sizeof(Request))
        said = self.call("Transmit", self.card, ctypes.byref(request), sent, DWORD(len(sent)), None,
                         answer, ctypes.byref(length))
        return answer.raw[:length.value].hex().upper() if said == "0" else said


def main():
    client = Client(sys.argv[1])
    for line in sys.stdin:
        name, *words = line.split()
        print(getattr(client, name)(*words), flush=True)


if __name__ == "__main__":
    main()
