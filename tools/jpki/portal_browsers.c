/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "confined.h"
#include "file.h"
#include "place.h"
#include "portal_browsers.h"
#include "program.h"
#include "text.h"

const struct portal_browser portal_browsers[] = {
    {
	.title = "Firefox",
	.kind = PORTAL_MOZILLA,
	.files = (const char *const[]){"firefox", "firefox-esr", NULL},
	.snap = "snap/firefox",
	.flatpak = ".var/app/org.mozilla.firefox",
	.page = "about:addons",
	.system_manifests = JPKI_MOZILLA_FOLDER "/native-messaging-hosts",
	.system_extension = "/usr/share/mozilla/extensions/"
			    "{ec8030f7-c20a-464f-9b0e-13a3a9e97384}/jpki-portal@jpki-pkcs11",
    },
    {
	.title = "Chromium",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"chromium", "chromium-browser", NULL},
	.folder = "chromium",
	.snap = "snap/chromium",
	.flatpak = ".var/app/org.chromium.Chromium",
	.page = "chrome://extensions",
	.system_manifests = "/etc/chromium/native-messaging-hosts",
	.system_extension = "/usr/share/chromium/extensions/jpki-portal",
    },
    {
	.title = "Google Chrome",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"google-chrome", "google-chrome-stable", NULL},
	.folder = "google-chrome",
	.flatpak = ".var/app/com.google.Chrome",
	.page = "chrome://extensions",
    },
    {
	.title = "Brave",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"brave-browser", "brave-browser-stable", "brave", NULL},
	.folder = "BraveSoftware/Brave-Browser",
	.snap = "snap/brave",
	.flatpak = ".var/app/com.brave.Browser",
	.page = "brave://extensions",
    },
    {
	.title = "Microsoft Edge",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"microsoft-edge", "microsoft-edge-stable", NULL},
	.folder = "microsoft-edge",
	.flatpak = ".var/app/com.microsoft.Edge",
	.page = "edge://extensions",
	.own_words = true,
    },
    {
	.title = "Vivaldi",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"vivaldi", "vivaldi-stable", NULL},
	.folder = "vivaldi",
	.flatpak = ".var/app/com.vivaldi.Vivaldi",
	.page = "vivaldi://extensions",
    },
    {.title = NULL},
};

static bool
is_folder_of_settings(const char *below)
{
	char *path = place_config(below);
	bool is = is_folder(path);

	text_free(&path);
	return is;
}

/* Whether the browser was ever started, other than as a snap or flatpak. What other programs have
 * put below ~/.mozilla does not count. */
static bool
was_started(const struct portal_browser *browser)
{
	char *folder;
	bool was;

	if (browser->kind == PORTAL_CHROMIUM)
		return is_folder_of_settings(browser->folder);
	folder = place_home(setup_firefox.folder);
	was = is_folder(folder) || is_folder_of_settings(setup_firefox.config_folder);
	text_free(&folder);
	return was;
}

static bool
is_installed(const struct portal_browser *browser)
{
	for (const char *const *name = browser->files; *name != NULL; name++)
		if (program_is_there(*name))
			return true;
	return false;
}

/* If there is a snap or flatpak, a program of that name may only start it, as on Ubuntu. Of snaps,
 * only Firefox's has a service that starts programs: Ubuntu's addition to xdg-desktop-portal
 * (org.freedesktop.portal.WebExtensions), which reads the manifests of ~/.mozilla. */
enum portal_presence
portal_browser_presence(const struct portal_browser *browser, const char **box)
{
	struct setup_request request = {.snap = browser->snap, .flatpak = browser->flatpak};

	*box = confined_box(&request);
	if (was_started(browser) || (*box == NULL && is_installed(browser)))
		return PORTAL_THERE;
	if (*box == NULL)
		return PORTAL_ABSENT;
	return browser->kind == PORTAL_MOZILLA && strcmp(*box, "snap") == 0 ? PORTAL_BY_SERVICE
									    : PORTAL_IN_BOX;
}

/* Firefox reads manifests from ~/.mozilla, although its profiles may be in ~/.config/mozilla since
 * version 147. Making ~/.mozilla for them does not change where profiles are. */
char *
portal_browser_manifests(const struct portal_browser *browser)
{
	char *folder, *manifests;

	if (browser->kind == PORTAL_MOZILLA)
		return place_home(".mozilla/native-messaging-hosts");
	folder = place_config(browser->folder);
	manifests = text_format("%s/NativeMessagingHosts", folder);
	text_free(&folder);
	return manifests;
}
