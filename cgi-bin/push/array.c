/* SPDX-License-Identifier: ISC */
#include "array.h"

#include <string.h>

bool
array_next(struct str *array, struct str *element)
{
	size_t n = 0;

	while (array->n > 0 && strchr("{},", array->p[0]) != NULL) {
		array->p++;
		array->n--;
	}
	while (n < array->n && array->p[n] != ',' && array->p[n] != '}')
		n++;
	if (n == 0)
		return (false);
	*element = (struct str){ array->p, n };
	array->p += n;
	array->n -= n;
	if (n >= 2 && element->p[0] == '"' && element->p[n - 1] == '"') {
		element->p++;
		element->n -= 2;
	}
	return (true);
}
