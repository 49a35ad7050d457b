# SPDX-License-Identifier: BSD-2-Clause
"""A program with one or two PKCS#11 modules, at home in a sandbox, that does as a test says."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter

from support import TIMEOUT, first_line


class Worker:
    """Its commands, as seen by a test; each returns what the module answered."""

    def __init__(self, sandbox, *modules):
        self.sandbox = sandbox
        self.process = sandbox.start_python(__file__, *(modules or [sandbox.module]))

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        """It ends by itself, without a crash."""
        if failed:
            self.process.kill()
            self.process.stdin.close()
            self.process.stdout.close()  # what it may have left behind ends with the sandbox
            self.process.wait()
        elif self.process.poll() is None:
            self.end()

    def end(self):
        said, _ = self.process.communicate(timeout=TIMEOUT)
        assert (said, self.process.returncode) == ("", 0)

    def die(self):
        """It is killed, and nothing of its own runs any more."""
        self.start("die")
        self.process.wait(TIMEOUT)
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self):
        """It is stopped, as by SIGSTOP, until go_on()."""
        self.pid = self.ask("number").split()[1]
        self.sandbox.run("kill", "-STOP", self.pid)

    def go_on(self):
        """With nsenter, which stops as its child does."""
        self.process.send_signal(signal.SIGCONT)
        self.sandbox.run("kill", "-CONT", self.pid)

    def start(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return first_line(self.process)

    def ask(self, *words):
        self.start(*words)
        return self.answer()


# --- inside: the program ----------------------------------------------------------------------


class Program:
    """A method a command. A session has a name: the slot that it is with, as open() was told."""

    def __init__(self, modules):
        import PyKCS11
        self.p11 = PyKCS11
        self.modules = []
        for name in modules:
            library = PyKCS11.PyKCS11Lib()
            library.load(name)
            self.modules.append(library)
        self.slots = [library.getSlotList() for library in self.modules]
        self.sessions = {}
        self.keys = {}

    def open(self, name, words, module="0", kind="RO"):
        """A session, with the token whose label has these words (_ for a space)."""
        writes = self.p11.CKF_RW_SESSION if kind == "RW" else 0
        library = self.modules[int(module)]
        for slot in library.getSlotList(tokenPresent=True):
            if words.replace("_", " ") in library.getTokenInfo(slot).label:
                self.sessions[name] = library.openSession(slot, writes)
                return
        raise AssertionError("no such token")

    def present(self, module="0"):
        """The slots that hold a token, as NSS looks: at the slots that there were at first."""
        library = self.modules[int(module)]
        return "slots " + ",".join(
            str(slot) for slot in self.slots[int(module)]
            if "CKF_TOKEN_PRESENT" in library.getSlotInfo(slot).flags2text())

    def close(self, name):
        self.sessions.pop(name).closeSession()

    def login(self, name, pin):
        session = self.sessions[name]
        session.login(pin)
        found = session.findObjects([(self.p11.CKA_CLASS, self.p11.CKO_PRIVATE_KEY)])
        if found:  # the login may be lost already
            [self.keys[name]] = found

    def logout(self, name):
        self.sessions[name].logout()

    def state(self, name):
        return self.sessions[name].getSessionInfo().state2text()

    def sign(self, name, text, form="pkcs1", pin=None):
        """The signature, in hexadecimal, of the key as it was found at the login; with a PIN for
        this one signature, if given."""
        session, signature = self.sessions[name], self.p11.ckbytelist()
        lib, handle = session.lib, session.session
        mechanism = self.mechanism(form)  # which owns what its native form points to
        self.check(lib.C_SignInit(handle, mechanism.to_native(), self.keys[name]))
        if pin:
            session.login(pin, self.p11.CKU_CONTEXT_SPECIFIC)
        data = self.p11.ckbytelist(text.encode())
        signature.resize(256)
        self.check(lib.C_Sign(handle, data, signature))
        return bytes(signature).hex()

    def key(self, name):
        """The handle of the key, as it was found at the login."""
        return f"key {self.keys[name].value()}"

    def begin(self, name):
        """A signature in parts, which final() ends; pin() is for it alone."""
        session = self.sessions[name]
        self.check(session.lib.C_SignInit(session.session, self.mechanism("pkcs1").to_native(),
                                          self.keys[name]))

    def pin(self, name, pin):
        self.sessions[name].login(pin, self.p11.CKU_CONTEXT_SPECIFIC)

    def update(self, name, text):
        session = self.sessions[name]
        self.check(session.lib.C_SignUpdate(session.session, self.p11.ckbytelist(text.encode())))

    def final(self, name):
        session, signature = self.sessions[name], self.p11.ckbytelist()
        signature.resize(256)
        self.check(session.lib.C_SignFinal(session.session, signature))
        return bytes(signature).hex()

    def mechanism(self, form):
        p11 = self.p11
        if form == "pss":
            return p11.RSA_PSS_Mechanism(p11.CKM_SHA256_RSA_PKCS_PSS, p11.CKM_SHA256,
                                         p11.CKG_MGF1_SHA256, 32)
        return p11.Mechanism(p11.CKM_SHA256_RSA_PKCS)

    def check(self, rv):
        if rv != self.p11.CKR_OK:
            raise self.p11.PyKCS11Error(rv)

    def many(self, name, text, pin, count, logouts):
        """Sign again and again, log in when that is asked for, log out after every so many
        signatures; what was answered, the signatures and the names of errors, and how often."""
        said, lost = Counter(), False
        for number in range(int(count)):
            try:
                if lost:
                    self.login(name, pin)
                lost = False
                said[self.sign(name, text)] += 1
                if number % int(logouts) == 0:
                    self.logout(name)
            except self.p11.PyKCS11Error as error:
                said[str(error).split()[0]] += 1
                lost = error.value == self.p11.CKR_USER_NOT_LOGGED_IN
        return " ".join(f"{what}={times}" for what, times in sorted(said.items()))

    def wait(self, module="0"):
        return f"slot {self.modules[int(module)].waitForSlotEvent()}"

    def finalize(self, module="0"):
        self.modules[int(module)].lib.C_Finalize()

    def number(self):
        return f"process {os.getpid()}"

    def die(self):
        """At once; there is no answer."""
        os.kill(os.getpid(), signal.SIGKILL)

    def fork(self):
        """A child that only lives."""
        if os.fork() == 0:
            time.sleep(1e6)

    def fork_slowly(self):
        """A child that lives on, and gives its parent's locks back a second after its parent has
        ended, as one does that gets to run no sooner."""
        before = os.fork()  # what the parent does before a fork it does before this one
        if before == 0:
            os._exit(0)
        os.waitpid(before, 0)
        parent = os.getpid()
        if ctypes.CDLL(None)._Fork() == 0:
            while os.getppid() == parent:
                time.sleep(0.01)
            time.sleep(1)
            for number in os.listdir("/proc/self/fd"):
                with contextlib.suppress(FileNotFoundError):  # of the list itself
                    if re.search(r"/jpki(-\d+)?/", os.readlink(f"/proc/self/fd/{number}")):
                        os.close(int(number))
            time.sleep(1e6)

    def fork_unseen(self):
        """A child that only lives, forked past what is called in one."""
        if ctypes.CDLL(None)._Fork() == 0:
            os.closerange(0, 3)
            time.sleep(1e6)

    def spawn(self):
        """Another program, with whatever is open here and not closed for it."""
        subprocess.Popen(["sleep", "infinity"], close_fds=False)  # the sandbox ends it


def main():
    import PyKCS11
    # Python 3.12 and later warn of a fork beside threads: they are the module's, which expects it
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    program = Program(sys.argv[1:])
    for line in sys.stdin:
        name, *words = line.split()
        try:
            said = getattr(program, name)(*words)
        except PyKCS11.PyKCS11Error as error:
            said = str(error).split()[0]
        print("CKR_OK" if said is None else said, flush=True)


if __name__ == "__main__":
    main()
