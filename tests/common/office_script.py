#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is told to a running LibreOffice through UNO: office_script.py WORD [ARGUMENT]...

    ready                     is it there?
    certificates              the folder that it takes certificates from
    write FILE TEXT           a text document with that text
    open FILE                 a file of whatever kind, in a window of its own
    dispatch COMMAND          as a menu does, until its window is closed
    focus                     the title of the window that takes keys, and the name of the field in
                              it that does, as JSON; empty if there is none
    quit                      end it
"""

import json
import os
import pathlib
import sys

import uno
from com.sun.star.accessibility.AccessibleStateType import FOCUSED
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

# A table may have more cells than one can look at.
MOST = 50
WHERE = "socket,host=127.0.0.1,port=2002;urp"


def has_focus(context):
    """The states were an object until LibreOffice 7.4, and are bits since 7.5."""
    states = context.AccessibleStateSet
    return bool(states & FOCUSED) if isinstance(states, int) else states.contains(FOCUSED)


def find_focus(context):
    """The innermost thing that has the focus; None if it is not in there."""
    for number in range(min(context.AccessibleChildCount, MOST)):
        # the cells of some tables have none
        inner = getattr(context.getAccessibleChild(number), "AccessibleContext", None)
        found = inner and find_focus(inner)
        if found:
            return found
    return context if has_focus(context) else None


class Office:
    def __init__(self):
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", here)
        self.context = resolver.resolve(f"uno:{WHERE};StarOffice.ComponentContext")
        self.desktop = self.make("com.sun.star.frame.Desktop")

    def make(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def ready(self):
        return self.desktop.CurrentComponent is not None

    def certificates(self):
        print(self.make("com.sun.star.xml.crypto.NSSInitializer").NSSPath)

    def write(self, file, text):
        document = self.desktop.CurrentComponent
        document.Text.String = text
        document.storeAsURL(pathlib.Path(file).as_uri(),
                            (PropertyValue("FilterName", 0, "writer8", 0),))

    def open(self, file):
        self.desktop.loadComponentFromURL(pathlib.Path(file).as_uri(), "_blank", 0, ())

    def dispatch(self, command):
        dispatcher = self.make("com.sun.star.frame.DispatchHelper")
        dispatcher.executeDispatch(self.desktop.CurrentFrame, command, "", 0, ())

    def focus(self):
        window = self.make("com.sun.star.awt.Toolkit").ActiveTopWindow
        context = window and window.AccessibleContext
        field = context and find_focus(context)
        print(json.dumps([found.AccessibleName if found else "" for found in (context, field)]))

    def quit(self):
        try:
            self.desktop.terminate()
        except DisposedException:
            pass  # it ends faster than it answers


def main(word, *args):
    try:
        return 1 if getattr(Office(), word)(*args) is False else 0
    except NoConnectException:
        print("no LibreOffice is there")
        return 1


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)  # threads of UNO's crash at times when Python is taken apart under them
