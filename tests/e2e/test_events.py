# SPDX-License-Identifier: BSD-2-Clause
"""A program that waits for cards over a real PC/SC service."""

import sys

import pytest

from support import MODULE, SLOWNESS, TIMEOUT, first_line

# Waits for an event, tells it, and so on, until a line comes in: then it finalizes the module
# while a wait may be on its way.
WAITER = """
import ctypes, sys, threading

class Arguments(ctypes.Structure):
    _fields_ = [("mutexes", ctypes.c_void_p * 4), ("flags", ctypes.c_ulong),
                ("reserved", ctypes.c_void_p)]

OS_LOCKING_OK, DONT_BLOCK = 2, 1
p11 = ctypes.CDLL(sys.argv[1])
assert p11.C_Initialize(ctypes.byref(Arguments(flags=OS_LOCKING_OK))) == 0

def say(text):
    print(text, flush=True)

def wait():
    rv = 0
    while rv == 0:
        slot = ctypes.c_ulong()
        rv = p11.C_WaitForSlotEvent(0, ctypes.byref(slot), None)
        say(f"slot {slot.value}" if rv == 0 else f"ended {rv:#x}")

count, slot = ctypes.c_ulong(), ctypes.c_ulong()
assert p11.C_GetSlotList(0, None, ctypes.byref(count)) == 0
while p11.C_WaitForSlotEvent(DONT_BLOCK, ctypes.byref(slot), None) == 0:
    pass
say(f"slots {count.value}")
waiting = threading.Thread(target=wait)
waiting.start()
sys.stdin.readline()
assert p11.C_Finalize(None) == 0
waiting.join()
"""

pytestmark = pytest.mark.timeout(60 * SLOWNESS)

SLOTS = ["slot 0", "slot 1"]  # those of the first reader
NOT_INITIALIZED = "ended 0x190"


@pytest.fixture
def waiter(sandbox):
    process = sandbox.start(sys.executable, "-c", WAITER, MODULE)
    assert first_line(process) == "slots 4"
    yield process
    process.stdin.close()
    process.wait(TIMEOUT)
    process.stdout.close()


def lines(process, count):
    """The next lines, in any order; the time limit of the test is that of the wait."""
    return sorted(process.stdout.readline().strip() for _ in range(count))


def finalize(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_wait_tells_of_a_card_that_goes_and_comes(card, waiter):
    card.mark()
    card.eject()
    assert lines(waiter, 2) == SLOTS
    card.insert()
    assert lines(waiter, 2) == SLOTS
    finalize(waiter)
    assert lines(waiter, 1) == [NOT_INITIALIZED]
    assert waiter.wait(TIMEOUT) == 0
    assert card.verifies() == []


def test_the_end_of_the_module_ends_a_wait(waiter):
    finalize(waiter)
    assert lines(waiter, 1) == [NOT_INITIALIZED]
    assert waiter.wait(TIMEOUT) == 0
