/* SPDX-License-Identifier: ISC */
#include "err.h"

const struct err_row err_rows[ERR_COUNT] = {
	[ERR_OK] = { 0, "OK", 200, "" },
#define ERR(code, name, status, sentence) \
	[ERR_##name] = { code, #name, status, sentence },
#include "errors.def"
#undef ERR
};

enum err
err_by_code(int code)
{
	for (enum err e = ERR_OK + 1; e < ERR_COUNT; e++)
		if (err_rows[e].code == code)
			return (e);
	return (ERR_OK);
}
