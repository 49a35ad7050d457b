# SPDX-License-Identifier: BSD-2-Clause
"""The stand-in for a portal (tools/portal), running in a sandbox: what browsers log in to."""

import json
from typing import NamedTuple

from support import ROOT

PORTAL = ROOT / "tools" / "portal" / "portal"
PORTS = {"start": 4410, "TLSv1.2": 4412, "TLSv1.3": 4413, "site": 443}

# How the titles of the pages begin.
START, LOGGED_IN = "ログイン - ", "ログインしました - "
MISSING, REFUSED = "証明書がありません - ", "この証明書は使えません - "
# Those of the site that asks the extension.
READY, ASKING = "拡張機能でログイン - ", "暗証番号の入力画面で操作してください - "
NO_PLATFORM, NO_EXTENSION = "この端末では使えません - ", "拡張機能がありません - "
NO_PROGRAM, SIGNED = "プログラムがありません - ", "署名しました - "
READ, DECLINED = "基本4情報を受け取りました - ", "できませんでした - "
WRONG = "サーバーが受け付けませんでした - "

# The names that the site has, and how browsers are told that they are this machine.
SITES = ("myna.go.jp", "login.e-tax.nta.go.jp")
SITE = f"https://{SITES[0]}/"
FIREFOX_NAMES = {"network.dns.localDomains": ",".join(SITES)}
CHROMIUM_NAMES = "--host-resolver-rules=" + ",".join(f"MAP {site} 127.0.0.1" for site in SITES)


class Visit(NamedTuple):
    """A line of the portal's log: who asked for a page, over which protocol."""

    protocol: str
    verified: str  # SUCCESS, NONE (no certificate), or FAILED and why
    subject: str
    path: str
    status: str


class Portal:
    """What start_portal() has started."""

    def __init__(self, folder):
        self.folder = folder
        self.urls = json.loads((folder / "portal.json").read_text())
        self.start_url = self.urls["start"]
        self.certificate = folder / "trust.pem"  # a CA's: NSS takes it with the trust "C,,"

    def url(self, protocol):
        """The page that demands a certificate, on a server for that version of TLS alone."""
        return self.urls[protocol]

    def visits(self):
        """All pages that were asked for so far, on any of the servers."""
        return visits(self.folder)

    def answers(self):
        """What the site that asks the extension has written: a line is a question or an answer."""
        return answers(self.folder)

    def logins(self):
        """The visits with a certificate that was accepted."""
        return [visit for visit in self.visits() if visit.verified == "SUCCESS"]


def visits(folder):
    """What the log in a portal's folder tells."""
    log = (folder / "access.log").read_text()
    return [Visit(**json.loads(line)) for line in log.splitlines()]


def answers(folder):
    """What the log of the site in a portal's folder tells."""
    return [json.loads(line) for line in (folder / "site.log").read_text().splitlines()]


def start_portal(sandbox, certificates, authority="authentication-ca.pem", ports=PORTS):
    """Start the portal inside the sandbox, which ends it. It accepts the certificates of that CA."""
    folder = sandbox.folder / f"portal-{ports['start']}"
    sandbox.run(PORTAL, "start", folder, "--ca", certificates / authority,
                "--signature-ca", certificates / "signature-ca.pem",
                "--ports", ",".join(map(str, ports.values())))
    return Portal(folder)
