# SPDX-License-Identifier: BSD-2-Clause
"""What Firefox and Thunderbird are told before they start."""

import json

# To Firefox, for a profile that was never used.
QUIET = {
    # Nothing but the page: no welcome, no questions, no news.
    "browser.aboutwelcome.enabled": False,
    "browser.preonboarding.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "termsofuse.bypassNotification": True,
    # Nothing goes out.
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def prefer(profile, preferences):
    """In that folder."""
    (profile / "user.js").write_text("".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value, ensure_ascii=False)});\n"
        for name, value in preferences.items()))
