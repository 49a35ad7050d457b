/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "text.h"
#include "usb.h"

#define DEVICES "/sys/bus/usb/devices"
/* The class of an interface (Device Class: Smart Card, CCID, revision 1.1, 4.3). */
#define CLASS_CCID "0b"

/* Contactless readers with a protocol of their own; an RC-S300 is of the class CCID. */
static const struct known {
	const char *vendor, *product, *name;
} not_ccid[] = {
    {"054c", "01bb", "Sony RC-S320"},
    {"054c", "02e1", "Sony RC-S330"},
    {"054c", "06c1", "Sony RC-S380"},
    {"054c", "06c3", "Sony RC-S380"},
};

/* The line in a file of a device, without its end; "" if there is none. The caller frees it. */
static char *
attribute(const char *device, const char *name)
{
	char *path = text_format("%s/%s/%s", DEVICES, device, name), line[128] = "";
	FILE *file = fopen(path, "re");

	text_free(&path);
	if (file != NULL) {
		if (fgets(line, sizeof(line), file) == NULL)
			line[0] = '\0';
		fclose(file);
	}
	return columns_clean(line, strcspn(line, "\n"));
}

static bool
attribute_is(const char *device, const char *name, const char *value)
{
	char *text = attribute(device, name);
	bool is = strcmp(text, value) == 0;

	text_free(&text);
	return is;
}

static void
add(struct usb_readers *readers, char *name, bool is_ccid)
{
	for (size_t i = 0; i < readers->count; i++)
		if (strcmp(readers->rows[i].name, name) == 0) {
			text_free(&name); /* a second interface of the same device */
			return;
		}
	readers->rows = list_grow(readers->rows, readers->count, sizeof(*readers->rows));
	readers->rows[readers->count++] = (struct usb_reader){name, is_ccid};
}

static void
look_at_device(struct usb_readers *readers, const char *device)
{
	for (size_t i = 0; i < sizeof(not_ccid) / sizeof(not_ccid[0]); i++)
		if (attribute_is(device, "idVendor", not_ccid[i].vendor) &&
		    attribute_is(device, "idProduct", not_ccid[i].product))
			add(readers, text_format("%s", not_ccid[i].name), false);
}

/* "1-2:1.0" is an interface of the device "1-2". */
static void
look_at_interface(struct usb_readers *readers, const char *interface)
{
	char *device = text_copy(interface, strcspn(interface, ":")), *maker, *product;

	if (attribute_is(interface, "bInterfaceClass", CLASS_CCID)) {
		maker = attribute(device, "manufacturer");
		product = attribute(device, "product");
		add(readers, text_format("%s%s%s", maker, *maker != '\0' ? " " : "", product),
		    true);
		text_free(&maker);
		text_free(&product);
	}
	text_free(&device);
}

void
usb_read(struct usb_readers *readers)
{
	DIR *list = opendir(DEVICES);
	const struct dirent *one;

	*readers = (struct usb_readers){0};
	if (list == NULL)
		return;
	while ((one = readdir(list)) != NULL) {
		if (one->d_name[0] == '.')
			continue;
		if (strchr(one->d_name, ':') != NULL)
			look_at_interface(readers, one->d_name);
		else
			look_at_device(readers, one->d_name);
	}
	closedir(list);
}

void
usb_free(struct usb_readers *readers)
{
	for (size_t i = 0; i < readers->count; i++)
		text_free(&readers->rows[i].name);
	free(readers->rows);
	*readers = (struct usb_readers){0};
}
