# SPDX-License-Identifier: BSD-2-Clause
"""A program, at home in a sandbox, that calls a module from several threads at once."""

import contextlib
import ctypes
import json
import os
import pathlib
import queue
import re
import resource
import signal
import sys
import threading
import time
from typing import NamedTuple

from support import TIMEOUT

OK, FUNCTION_FAILED, DEVICE_ERROR, NOT_LOGGED_IN = 0, 6, 0x30, 0x101
TOKEN_PRESENT = 1


class Answer(NamedTuple):
    """Of a call: its code, and what it gave."""

    rv: int
    given: object


class Caller:
    """The program, as seen by a test. A call that has been started is a number, until answered."""

    def __init__(self, sandbox):
        self.process = sandbox.start_python(__file__, sandbox.module)
        self.count = 0
        self.answers = queue.Queue()
        self.known = {}
        self.reading = threading.Thread(target=self.read)
        self.reading.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """It ends at once: how programs end otherwise is not its subject."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.reading.join()
        self.process.stdout.close()

    def read(self):
        for line in self.process.stdout:
            self.answers.put(line)

    def start(self, call, *arguments, times=1):
        self.count += 1
        self.process.stdin.write(json.dumps([self.count, times, call, *arguments]) + "\n")
        self.process.stdin.flush()
        return self.count

    def answer(self, number, seconds=TIMEOUT):
        """What became of a call; None if it has not come back by then."""
        deadline = time.monotonic() + seconds
        while number not in self.known:
            try:
                line = self.answers.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            assert line.startswith("["), line
            answered, *said = json.loads(line)
            self.known[answered] = [Answer(*one) for one in said]
        return self.known.pop(number)

    def has_answered(self, number):
        """Whether that call came back before the one that was answered last."""
        return number in self.known

    def __call__(self, call, *arguments):
        """A call, and its answer."""
        said = self.answer(self.start(call, *arguments))
        assert said, f"{call}: no answer"
        return said[0]

    def get(self, call, *arguments):
        """What a call gives that goes well."""
        said = self(call, *arguments)
        assert said.rv == OK, (call, said)
        return said.given

    def slot(self, name):
        """The first slot of the reader whose name begins so."""
        for slot in self.get("C_GetSlotList", False):
            if self.get("C_GetSlotInfo", slot)[0].startswith(name.encode().hex()):
                return slot
        raise AssertionError(f"no slot of {name}")


# --- inside: the program ----------------------------------------------------------------------

ULONG = ctypes.c_ulong
SERIAL_SESSION, USER, OS_LOCKING_OK, SHA256_RSA_PKCS = 4, 1, 2, 0x40
CLASS, PRIVATE_KEY = 0, 3
# The pause between calls that are repeated.
PAUSE = 0.01


class Arguments(ctypes.Structure):
    _fields_ = [("mutexes", ctypes.c_void_p * 4), ("flags", ULONG), ("reserved", ctypes.c_void_p)]


class Row(ctypes.Structure):
    """CK_ATTRIBUTE, CK_MECHANISM"""

    _fields_ = [("type", ULONG), ("value", ctypes.c_void_p), ("length", ULONG)]


class SlotInfo(ctypes.Structure):
    _fields_ = [("description", ctypes.c_ubyte * 64), ("manufacturer", ctypes.c_ubyte * 32),
                ("flags", ULONG), ("versions", ctypes.c_ubyte * 4)]


class SessionInfo(ctypes.Structure):
    _fields_ = [("slot", ULONG), ("state", ULONG), ("flags", ULONG), ("error", ULONG)]


def hears_none(thread):
    """Whether the thread holds back SIGTERM; it may have ended."""
    try:
        status = (thread / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(re.search(r"^SigBlk:\s+(\S+)", status, re.MULTILINE).group(1), 16) >> (signal.SIGTERM - 1) & 1


class Program:
    """A method a call; each returns the code, and what the call gave."""

    def __init__(self, module):
        self.p11 = ctypes.CDLL(module)
        self.given = threading.Lock()
        assert self.p11.C_Initialize(ctypes.byref(Arguments(flags=OS_LOCKING_OK))) == OK

    def C_GetSlotList(self, present):
        slots, count = (ULONG * 256)(), ULONG(0)
        self.p11.C_GetSlotList(int(present), None, ctypes.byref(count))
        count.value = 256
        rv = self.p11.C_GetSlotList(int(present), slots, ctypes.byref(count))
        return rv, slots[:count.value]

    def C_GetSlotInfo(self, slot):
        """The description (in hexadecimal) and the flags."""
        info = SlotInfo()
        rv = self.p11.C_GetSlotInfo(ULONG(slot), ctypes.byref(info))
        return rv, [bytes(info.description).hex(), info.flags]

    def C_GetTokenInfo(self, slot):
        return self.p11.C_GetTokenInfo(ULONG(slot), ctypes.create_string_buffer(512)), None

    def C_WaitForSlotEvent(self):
        slot = ULONG()
        return self.p11.C_WaitForSlotEvent(ULONG(0), ctypes.byref(slot), None), slot.value

    def C_OpenSession(self, slot):
        session = ULONG()
        rv = self.p11.C_OpenSession(ULONG(slot), ULONG(SERIAL_SESSION), None, None,
                                    ctypes.byref(session))
        return rv, session.value

    def C_GetSessionInfo(self, session):
        info = SessionInfo()
        return self.p11.C_GetSessionInfo(ULONG(session), ctypes.byref(info)), info.state

    def C_Login(self, session, pin):
        return self.p11.C_Login(ULONG(session), ULONG(USER), pin.encode(), ULONG(len(pin))), None

    def C_Logout(self, session):
        return self.p11.C_Logout(ULONG(session)), None

    def C_Finalize(self):
        return self.p11.C_Finalize(None), None

    def find_key(self, session):
        """The private key's handle."""
        kind, key, count = ULONG(PRIVATE_KEY), ULONG(), ULONG()
        wanted = Row(CLASS, ctypes.addressof(kind), ctypes.sizeof(kind))
        rv = self.p11.C_FindObjectsInit(ULONG(session), ctypes.byref(wanted), ULONG(1))
        if rv == OK:
            rv = self.p11.C_FindObjects(ULONG(session), ctypes.byref(key), ULONG(1),
                                        ctypes.byref(count))
            self.p11.C_FindObjectsFinal(ULONG(session))
        return rv, key.value

    def C_SignInit(self, session, key):
        mechanism = Row(SHA256_RSA_PKCS, None, 0)
        return self.p11.C_SignInit(ULONG(session), ctypes.byref(mechanism), ULONG(key)), None

    def C_Sign(self, session):
        signature, length = (ctypes.c_ubyte * 256)(), ULONG(256)
        return self.p11.C_Sign(ULONG(session), b"text", ULONG(4), signature,
                               ctypes.byref(length)), None

    def waits(self):
        """How often this program has waited for another one, or for time to pass."""
        return OK, resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw

    def times(self):
        """The processor's that it has used, and that of the clock, in seconds."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return OK, [used.ru_utime + used.ru_stime, time.monotonic()]

    def threads(self):
        """How many the module has: ours hear no signals. One that waits for another program's
        transaction is among them until that has ended, whoever has given up meanwhile."""
        return OK, sum(map(hears_none, pathlib.Path("/proc/self/task").iterdir()))

    def answer(self, number, times, name, *arguments):
        """Call it so many times."""
        said = []
        while len(said) < times:
            if said:
                time.sleep(PAUSE)
            said.append(getattr(self, name)(*arguments))
        with self.given:
            print(json.dumps([number, *said]), flush=True)


def main():
    program = Program(sys.argv[1])
    for line in sys.stdin:
        threading.Thread(target=program.answer, args=json.loads(line), daemon=True).start()
    os._exit(0)


if __name__ == "__main__":
    main()
