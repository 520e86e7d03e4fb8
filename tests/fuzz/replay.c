/* SPDX-License-Identifier: ISC */
/*
 * main() of a target where there is no libFuzzer: feeds it each file named.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* A copy of just its size, so that a sanitizer sees the byte behind it. */
static uint8_t *
read_file(const char *path, size_t *size)
{
	uint8_t *data;
	FILE *in;
	long end;

	in = fopen(path, "re");
	if (in == NULL || fseek(in, 0, SEEK_END) != 0 || (end = ftell(in)) < 0)
		return (NULL);
	rewind(in);
	*size = (size_t)end;
	data = malloc(*size > 0 ? *size : 1);
	if (data != NULL && fread(data, 1, *size, in) != *size) {
		free(data);
		data = NULL;
	}
	fclose(in);
	return (data);
}

int
main(int argc, char **argv)
{
	uint8_t *data;
	size_t size;
	int i;

	for (i = 1; i < argc; i++) {
		data = read_file(argv[i], &size);
		if (data == NULL) {
			perror(argv[i]);
			return (2);
		}
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return (0);
}
