/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stddef.h>

#include <qpdf/qpdf-c.h>

#include "pdf_reader.h"

/* An array of the same items, or an empty one. */
static qpdf_oh
copy_of(qpdf_data qpdf, qpdf_oh items)
{
	qpdf_oh copy = qpdf_oh_new_array(qpdf);
	int count = qpdf_oh_is_array(qpdf, items) ? qpdf_oh_get_array_n_items(qpdf, items) : 0;

	for (int i = 0; i < count; i++)
		qpdf_oh_append_item(qpdf, copy, qpdf_oh_get_array_item(qpdf, items, i));
	return copy;
}

/* Make the form an object of its own, with the list of its fields in it. Returns whether it was
 * not. */
static bool
mend(qpdf_data qpdf)
{
	qpdf_oh root = qpdf_get_root(qpdf);
	qpdf_oh form = qpdf_oh_get_key(qpdf, root, "/AcroForm");
	qpdf_oh fields;
	bool is_own, holds;

	if (!qpdf_oh_is_dictionary(qpdf, form))
		return false;
	fields = qpdf_oh_get_key(qpdf, form, "/Fields");
	is_own = qpdf_oh_is_indirect(qpdf, form);
	holds = qpdf_oh_is_array(qpdf, fields) && !qpdf_oh_is_indirect(qpdf, fields);
	if (!holds)
		qpdf_oh_replace_key(qpdf, form, "/Fields", copy_of(qpdf, fields));
	if (!is_own)
		qpdf_oh_replace_key(qpdf, root, "/AcroForm", qpdf_make_indirect_object(qpdf, form));
	return !is_own || !holds;
}

/* Whether there is an error; it is fetched, because qpdf prints errors that are not. */
static bool
has_error(qpdf_data qpdf)
{
	bool has = qpdf_has_error(qpdf);

	if (has)
		(void)qpdf_get_error(qpdf);
	return has;
}

static enum pdf_form
mend_file(qpdf_data qpdf, const char *path, const char *output)
{
	bool mended;

	qpdf_silence_errors(qpdf);
	qpdf_set_suppress_warnings(qpdf, QPDF_TRUE);
	qpdf_set_attempt_recovery(qpdf, QPDF_FALSE);
	(void)qpdf_read(qpdf, path, NULL);
	if (has_error(qpdf))
		return PDF_FORM_FAILED;
	mended = mend(qpdf);
	if (mended && output != NULL && !has_error(qpdf)) {
		(void)qpdf_init_write(qpdf, output);
		if (!has_error(qpdf))
			(void)qpdf_write(qpdf);
	}
	if (has_error(qpdf))
		return PDF_FORM_FAILED;
	return mended ? PDF_FORM_MENDED : PDF_FORM_GOOD;
}

__attribute__((visibility("default"))) enum pdf_form
jpki_pdf_mend(const char *path, const char *output)
{
	qpdf_data qpdf = qpdf_init();
	enum pdf_form form = mend_file(qpdf, path, output);

	qpdf_cleanup(&qpdf);
	return form;
}
