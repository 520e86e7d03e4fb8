/* SPDX-License-Identifier: ISC */
/*
 * Customers from a file.  The upload is read as it comes and goes line by line into
 * a table of the database, in one transaction with the job that checks and imports
 * them (functions/87_imports.sql); so neither this process nor the worker ever
 * holds more than a line.
 */
#include "customers.h"

#include "arena.h"
#include "copy.h"
#include "csv.h"
#include "upload.h"

#define FILE_MAX	(50 * 1024 * 1024)
#define ROWS_MAX	100000
#define PIECE		65536

static route_run import_file, import_errors;

static const struct param import_params[] = {
	{ "mapping", PARAM_TEXT, .max = 16384,
	  .doc = "A JSON object: the file's column for each field, as in "
	  "{\"name\":\"Full name\",\"customFields.size\":\"Size\"}. Left out: "
	  "columns that are called like fields." },
	{ "duplicates", PARAM_CHOICE, .choices = "skip update fail",
	  .doc = "What becomes of a line whose customer is there already; fail "
	  "if left out." },
	{ "matchBy", PARAM_CHOICE, .choices = "phone email",
	  .doc = "What a customer is known by; phone if left out." },
	{ "groupId", PARAM_UUID,
	  .doc = "The group they come into, whose custom fields hold for them." },
	{ "dryRun", PARAM_BOOL, IN_QUERY,
	  .doc = "Check all and import nothing." },
	PARAMS_END
};

const struct route imports_routes[] = {
	{ POST, "/customers/import", .need = PERM_CUSTOMERS_IMPORT,
	  .tx = TX_WRITE, .params = import_params, .run = import_file,
	  .returns = "Import", .status = 202, .slow = true, .upload = true,
	  .body_max = FILE_MAX + UPLOAD_FORM,
	  .doc = "Import customers from a CSV file of up to 50 MB and 100000 "
	  "lines, sent as `file` of a form." },
	{ GET, "/imports/{id}", .need = PERM_CUSTOMERS_IMPORT, .tx = TX_READ,
	  .query = Q_IMPORT_GET,
	  .doc = "See how far one's own import has come, and what was wrong." },
	{ GET, "/imports/{id}/errors.csv", .need = PERM_CUSTOMERS_IMPORT,
	  .tx = TX_READ, .run = import_errors, .slow = true,
	  .doc = "The lines that were wrong, and why: to be mended and sent "
	  "again." },
	ROUTES_END
};

struct load {
	struct req	*rq;
	struct csv	*csv;
	struct buf	 lines;		/* of COPY, not yet sent */
};

static bool
send_lines(struct load *load)
{
	enum err err = load->lines.failed ?
	    req_fail(load->rq, ERR_PAYLOAD_TOO_LARGE, NULL) :
	    req_copy_put(load->rq, load->lines.data, load->lines.len);

	buf_clear(&load->lines);
	return (err == ERR_OK);
}

static bool
take_record(void *cls, const struct csv_record *record)
{
	struct load *load = cls;

	buf_printf(&load->lines, "%u\t", record->line);
	copy_texts(&load->lines, record->cells, record->count);
	buf_char(&load->lines, '\n');
	return (load->lines.len < PIECE || send_lines(load));
}

/* False with the request failed: by us, or by who took a record. */
static bool
check_csv(struct load *load, bool ok)
{
	unsigned line;
	const char *sentence = csv_failed(load->csv, &line);

	if (!ok && sentence != NULL)
		req_fail_field(load->rq, ERR_VALIDATION_ERROR, "file",
		    arena_printf(load->rq->arena, "Line %u: %s", line,
		    sentence));
	return (ok);
}

static bool
take_bytes(void *cls, const void *data, size_t n)
{
	struct load *load = cls;

	return (check_csv(load, csv_feed(load->csv, data, n)));
}

static enum err
load_file(struct req *rq)
{
	static const struct csv_limits limits = {
		.record_bytes = 256 * 1024, .cells = 200,
		.records = ROWS_MAX + 1
	};
	struct load load = { .rq = rq };

	buf_init(&load.lines, rq->arena, 4 * 1024 * 1024);
	load.csv = csv_new(rq->arena, &limits, take_record, &load);
	if (req_upload(rq, take_bytes, &load) != ERR_OK ||
	    !check_csv(&load, csv_end(load.csv)) || !send_lines(&load))
		return (rq->err);
	return (req_copy_end(rq));
}

static enum err
import_file(struct req *rq)
{
	struct db_rows *import;
	enum err err;

	req_block(rq);
	req_query(rq, Q_IMPORT_OPEN, NULL);
	if ((err = req_copy(rq, Q_IMPORT_COPY)) != ERR_OK ||
	    (err = load_file(rq)) != ERR_OK)
		return (err);
	req_query(rq, Q_IMPORT_START, NULL);
	import = req_query(rq, Q_IMPORT_GET, "id", NULL, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	answer_headerf(rq, "Location", API_BASE "/imports/%s",
	    db_text(import, 0, "id"));
	return (answer_row(rq, import));
}

static enum err
import_errors(struct req *rq)
{
	return (answer_lines(rq, Q_IMPORT_ERRORS, "errors"));
}
