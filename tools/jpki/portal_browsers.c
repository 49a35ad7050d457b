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
    },
    {
	.title = "Chromium",
	.kind = PORTAL_CHROMIUM,
	.files = (const char *const[]){"chromium", "chromium-browser", NULL},
	.folder = "chromium",
	.snap = "snap/chromium",
	.flatpak = ".var/app/org.chromium.Chromium",
	.page = "chrome://extensions",
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

/* Whether it was ever started outside of a box. What others have put below ~/.mozilla says nothing.
 */
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

/* Where there is a box, a program of the name may be what starts that, as Ubuntu's are. Of snaps,
 * Firefox's alone has a service that starts programs: Ubuntu's own addition to xdg-desktop-portal
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

/* Firefox keeps to ~/.mozilla here, though its profiles may be in ~/.config/mozilla since version
 * 147; and ~/.mozilla with nothing of its own in it does not change where they are. */
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
