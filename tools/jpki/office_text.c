/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "office_text.h"
#include "text.h"

#define NAMESPACE "http://openoffice.org/2001/registry"
#define ITEM_PATH "/org.openoffice.Office.Common/Security/Scripting"
#define PROPERTY "CertDir"
#define END "</oor:items>"

#define NEW_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Made by jpki setup: "
#define NEW_REST                                                                                   \
	" -->\n<oor:items xmlns:oor=\"" NAMESPACE "\""                                             \
	" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""                                           \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n" END "\n"

/* --- reading ---------------------------------------------------------------------------------- */

/* A text in libxml2's type. */
static const xmlChar *
octets(const char *text)
{
	return (const xmlChar *)text;
}

static bool
is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static bool
has_attribute(xmlNode *node, const char *name, const char *wanted)
{
	xmlChar *value = xmlGetNsProp(node, octets(name), octets(NAMESPACE));
	bool equal = value != NULL && strcmp((const char *)value, wanted) == 0;

	xmlFree(value);
	return equal;
}

/* Read the value of the property; an empty one counts as none. */
static void
read_property(xmlNode *property, char **folder)
{
	xmlChar *value;

	if (!is_element(property, "prop") || !has_attribute(property, "name", PROPERTY))
		return;
	text_free(folder);
	value = xmlNodeGetContent(property);
	if (value != NULL && value[0] != '\0')
		*folder = text_copy((const char *)value, strlen((const char *)value));
	xmlFree(value);
}

/* Read the setting; the last item counts. */
static void
read_items(const xmlNode *root, char **folder)
{
	for (xmlNode *item = root->children; item != NULL; item = item->next)
		if (is_element(item, "item") && has_attribute(item, "path", ITEM_PATH))
			for (xmlNode *property = item->children; property != NULL;
			     property = property->next)
				read_property(property, folder);
}

int
office_text_read(const char *text, char **folder)
{
	int quiet = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlDoc *document = xmlReadMemory(text, (int)strlen(text), NULL, NULL, quiet);
	const xmlNode *root = document != NULL ? xmlDocGetRootElement(document) : NULL;
	int result = -1;

	*folder = NULL;
	if (root != NULL && is_element(root, "items")) {
		read_items(root, folder);
		result = 0;
	}
	xmlFreeDoc(document);
	return result;
}

bool
office_folder_fits(const char *folder)
{
	for (const char *c = folder; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return xmlCheckUTF8(octets(folder)) != 0;
}

/* --- editing ---------------------------------------------------------------------------------- */

/* A value escaped as LibreOffice does it; libxml2 would escape quotes too. */
static char *
escaped(const char *value)
{
	char *text = text_copy("", 0);

	for (; *value != '\0'; value++) {
		const char plain[] = {*value, '\0'};

		if (*value == '&')
			text = text_append(text, "&amp;");
		else if (*value == '<')
			text = text_append(text, "&lt;");
		else if (*value == '>')
			text = text_append(text, "&gt;");
		else
			text = text_append(text, plain);
	}
	return text;
}

/* An item as LibreOffice writes it, on a line. */
static char *
item_of(const char *folder)
{
	char *value = escaped(folder);
	char *item = text_format("<item oor:path=\"" ITEM_PATH "\"><prop oor:name=\"" PROPERTY
				 "\" oor:op=\"fuse\"><value>%s</value></prop></item>\n",
	    value);

	text_free(&value);
	return item;
}

/* The last occurrence of a word in a text. */
static const char *
last_place(const char *text, const char *word)
{
	const char *found = NULL;

	for (const char *next = text; (next = strstr(next, word)) != NULL; next++)
		found = next;
	return found;
}

/* Check that the edited text has the wanted setting; otherwise free it and return NULL. */
static char *
checked(char *text, const char *wanted)
{
	char *folder;
	bool right =
	    office_text_read(text, &folder) == 0 &&
	    (wanted == NULL ? folder == NULL : folder != NULL && strcmp(folder, wanted) == 0);

	text_free(&folder);
	if (!right)
		text_free(&text);
	return text;
}

char *
office_text_with(const char *text, const char *folder)
{
	const char *end = last_place(text, END);
	char *item, *result;

	if (end == NULL)
		return NULL;
	item = item_of(folder);
	result = text_format("%.*s%s%s", (int)(end - text), text, item, end);
	text_free(&item);
	return checked(result, folder);
}

char *
office_text_without(const char *text, const char *folder)
{
	char *item = item_of(folder);
	const char *place = last_place(text, item);
	char *result = NULL;

	if (place != NULL)
		result = checked(
		    text_format("%.*s%s", (int)(place - text), text, place + strlen(item)), NULL);
	text_free(&item);
	return result;
}

/* --- a new file ------------------------------------------------------------------------------- */

char *
office_text_new(const char *note)
{
	return text_format(NEW_HEAD "%s" NEW_REST, note);
}

char *
office_text_note(const char *text)
{
	const char *end;

	if (strncmp(text, NEW_HEAD, strlen(NEW_HEAD)) != 0)
		return NULL;
	text += strlen(NEW_HEAD);
	end = strstr(text, NEW_REST);
	if (end == NULL || strcmp(end, NEW_REST) != 0)
		return NULL;
	return text_copy(text, (size_t)(end - text));
}
