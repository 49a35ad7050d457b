# SPDX-License-Identifier: BSD-2-Clause
"""A program of one's own on libjpki, at home in a sandbox."""

import ctypes
import json
import os
import signal
import sys
import threading

from support import TIMEOUT, first_line

AUTHENTICATION, PKCS1, ALL_ROLES = 0, 0, 3
HASH = bytes(range(32))
ATTRIBUTE_SIZE, NUMBER_SIZE = 1024, 14


class Attributes(ctypes.Structure):
    """struct jpki_attributes."""

    _fields_ = [(name, ctypes.c_char * ATTRIBUTE_SIZE)
                for name in ("name", "address", "birth_date", "sex")]

    def texts(self):
        return [getattr(self, name).decode() for name, _ in self._fields_]


class Own:
    """The program, as seen by a test: each call answers with its code and what it gave."""

    def __init__(self, sandbox, library, **environment):
        self.process = sandbox.start_python(__file__, library, **environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=TIMEOUT)

    def __call__(self, call, *arguments):
        self.process.stdin.write(json.dumps([call, *arguments]) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        return json.loads(first_line(self.process))

    def kill(self):
        """It runs no code of its own any more."""
        self.process.stdin.write(json.dumps(["kill"]) + "\n")
        self.process.stdin.flush()
        self.process.communicate(timeout=TIMEOUT)


class Program:
    """What it does at each line that it reads."""

    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.seen = ctypes.c_uint64(0)

    def kill(self):
        """By itself: its number is that of another process elsewhere."""
        os.kill(os.getpid(), signal.SIGKILL)

    def start(self):
        return self.library.jpki_start(ALL_ROLES)

    def stop(self):
        return self.library.jpki_stop()

    def readers(self):
        count = ctypes.c_size_t(0)
        rv = self.library.jpki_readers(ctypes.byref(count))
        return rv, count.value

    def card(self, reader=0):
        """What is in the reader, and its number."""
        holds, card = ctypes.c_int(-1), ctypes.c_uint64(0)
        rv = self.library.jpki_reader_card(
            ctypes.c_size_t(reader), ctypes.byref(holds), ctypes.byref(card))
        return rv, holds.value, card.value

    def wait(self, timeout):
        return self.library.jpki_wait(ctypes.byref(self.seen), timeout)

    def wait_and_cancel(self):
        """One thread waits, the other one ends that."""
        answers = []
        waiter = threading.Thread(target=lambda: answers.append(self.wait(-1)))
        waiter.start()
        cancelled = self.library.jpki_cancel()
        waiter.join()
        return cancelled, answers[0]

    def login(self, card, pin):
        spent = ctypes.c_int(-1)
        rv = self.library.jpki_login(
            ctypes.c_uint64(card), AUTHENTICATION, pin.encode(), ctypes.c_size_t(len(pin)),
            ctypes.byref(spent))
        return rv, spent.value

    def logout(self, card):
        return self.library.jpki_logout(ctypes.c_uint64(card), AUTHENTICATION)

    def sign(self, card):
        signature = ctypes.create_string_buffer(256)
        return self.library.jpki_sign(
            ctypes.c_uint64(card), AUTHENTICATION, PKCS1, HASH, ctypes.c_size_t(len(HASH)),
            signature)

    def attributes(self, card, pin):
        attributes, spent = Attributes(), ctypes.c_int(-1)
        rv = self.library.jpki_attributes(
            ctypes.c_uint64(card), pin.encode(), ctypes.c_size_t(len(pin)),
            ctypes.byref(attributes), ctypes.byref(spent))
        return rv, spent.value, attributes.texts()

    def attributes_in_a_thread(self, card, pin):
        """Nobody waits for what becomes of it."""
        threading.Thread(target=self.attributes, args=(card, pin), daemon=True).start()

    def attributes_tries(self, card):
        left, maximum = ctypes.c_uint(99), ctypes.c_uint(99)
        rv = self.library.jpki_attributes_tries(
            ctypes.c_uint64(card), ctypes.byref(left), ctypes.byref(maximum))
        return rv, left.value, maximum.value

    def number(self, card):
        number = ctypes.create_string_buffer(NUMBER_SIZE)
        rv = self.library.jpki_manufacture_number(ctypes.c_uint64(card), number)
        return rv, number.value.decode()


def main():
    program = Program(sys.argv[1])
    for line in sys.stdin:
        call, *arguments = json.loads(line)
        print(json.dumps(getattr(program, call)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
