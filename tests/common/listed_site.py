# SPDX-License-Identifier: BSD-2-Clause
"""Web sites in a sandbox by the names of real ones, with a CA that the browsers of tests trust."""

from sites import run_nginx
from support import openssl

# Those of the extension's list, and others that a careless list may let in.
LISTED = ("myna.go.jp", "www.myna.go.jp", "login.e-tax.nta.go.jp")
UNLISTED = ("example.jp", "notmyna.go.jp", "myna.go.jp.example.jp", "e-tax.nta.go.jp")

SERVER = """
    log_format visit "$scheme://$host$request_uri";
    types {{ text/html html; }}
    charset utf-8;
    server {{
        listen 127.0.0.1:80;
        listen 127.0.0.1:443 ssl;
        listen 127.0.0.1:4430 ssl;
        ssl_certificate {folder}/site.pem;
        ssl_certificate_key {folder}/site.key;
        access_log {folder}/visits visit;
        root {folder}/pages;
        add_header Cache-Control no-cache;
        location = /sandboxed.html {{
            add_header Content-Security-Policy "sandbox allow-scripts";
        }}
        location = /posted.html {{
            error_page 405 =200 /posted.html;  # a file answers no POST by itself
        }}
    }}
"""

# What a page of a portal does, as far as a test can look at it: "asked" is a text, "answers" what
# came, in order; "told" is what the first script of the page has seen of the platform, or the last
# look at it.
PAGE = """<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<title>ログイン</title>
<link rel="icon" href="data:,">
<script>
"use strict";
function look() {{
const told = {{}};
for (const name of ["userAgent", "appVersion", "platform", "oscpu"])
    told[name] = navigator[name];
if (navigator.userAgentData) {{
    told.data = navigator.userAgentData.toJSON();
    told.dataPlatform = navigator.userAgentData.platform;
}}
const getter = Object.getOwnPropertyDescriptor(Navigator.prototype, "userAgent").get;
told.native = /^function [\\w ]*\\(\\) {{\\s*\\[native code\\]\\s*}}$/.test(String(getter));
told.own = Object.getOwnPropertyNames(navigator);
document.documentElement.dataset.told = JSON.stringify(told);
}}
look();
document.addEventListener("look", look);
navigator.userAgentData?.getHighEntropyValues(["platformVersion", "architecture"]).then(hints =>
    document.documentElement.dataset.hints = JSON.stringify(hints));
const answers = [];
document.addEventListener("recvMsg", event => {{
    answers.push([typeof event.detail, event.detail, event.bubbles, event.target === document]);
    document.documentElement.dataset.answers = JSON.stringify(answers);
}});
document.addEventListener("ask", event =>
    document.dispatchEvent(new CustomEvent("launchApp", {{ detail: event.detail }})));
document.addEventListener("askObject", event =>
    document.dispatchEvent(new CustomEvent("launchApp", {{ detail: JSON.parse(event.detail) }})));
</script>
</head>
<body>
{body}
</body>
</html>
"""

PAGES = {
    "index": "<h1>ログイン</h1>",
    "other": "<h1>次のページ</h1>",
    "sandboxed": "<h1>閉じ込められたページ</h1>",
    "form": '<form method="post" action="https://login.e-tax.nta.go.jp/posted.html"></form>',
    "posted": "<h1>受け付けました</h1>",
    "frame": '<iframe src="https://myna.go.jp/index.html"></iframe>',
    # as some do: everything anew, the body too
    "replaced": "<script>document.body = document.createElement('body');</script>",
    # the same elements in a new body
    "twice": "<script>addEventListener('load', () => { const body = document.createElement('body');"
             " body.append(...document.body.children); document.body = body; });</script>",
    # and as none should: an endless fight is to be none
    "emptied": "<script>new MutationObserver(() => document.body.replaceChildren())"
               ".observe(document.body, {childList: true}); document.body.append('x');</script>",
    "cleared": "<script>localStorage.clear();</script>",
    # forgets all it has stored whenever it is left
    "forgetful": "<script>addEventListener('pagehide', () => localStorage.clear());</script>",
}


class ListedSite:
    """All these names are this server's, on the ports of http and https and on one more for https,
    4430; the sandbox ends it."""

    def __init__(self, sandbox, names=(*LISTED, *UNLISTED), server=SERVER):
        self.sandbox = sandbox
        self.folder = sandbox.folder / "listed-site"
        self.folder.mkdir()
        make_certificates(self.folder, names)
        self.authority = self.folder / "ca.pem"
        resolve(sandbox, self.folder / "hosts", names)
        (self.folder / "pages").mkdir()
        for name, body in PAGES.items():
            (self.folder / "pages" / f"{name}.html").write_text(PAGE.format(body=body))
        run_nginx(sandbox, self.folder, server.format(folder=self.folder))

    def visits(self, page):
        """How often the page was asked for."""
        return self.folder.joinpath("visits").read_text().splitlines().count(page)


def make_certificates(folder, names):
    """A CA (ca.pem) and what it has issued for all the names (site.pem, site.key)."""
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
           "-days", "2")
    openssl(*new, "-subj", "/CN=CA of a test", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    openssl(*new, "-subj", f"/CN={names[0]}", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
            "-addext", "basicConstraints=critical,CA:false", "-addext", "extendedKeyUsage=serverAuth",
            "-keyout", folder / "site.key", "-out", folder / "site.pem")


def resolve(sandbox, file, names):
    """In the sandbox, all these names are its own."""
    file.write_text("127.0.0.1 localhost " + " ".join(names) + "\n")
    sandbox.run("mount", "--bind", file, "/etc/hosts")

