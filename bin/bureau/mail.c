/* SPDX-License-Identifier: ISC */
/*
 * `bureau mail test ADDRESS`: sends one message, as a worker would, and says what
 * the mail server said.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "bureau.h"
#include "conf.h"
#include "mail.h"
#include "post.h"
#include "settings.h"
#include "site.h"
#include "uuid.h"

static struct str
no_value(void *cls, const char *name)
{
	(void)cls, (void)name;
	return ((struct str){ NULL, 0 });
}

static int
send_test(const struct site *site, const char *address, const char *locale)
{
	struct smtp_result result;
	struct letter letter;
	char id[UUID_SIZE];
	const char *why;

	why = letter_write(site->arena, "test", str_of(locale),
	    conf_text(CONF_PUBLIC_URL), no_value, NULL, &letter);
	if (why != NULL) {
		complain("%s", why);
		return (EXIT_FAILED);
	}
	uuid_v7(id);
	post_letter(site->arena, &letter, str_of(address), id, NULL, NULL,
	    &result);
	if (result.end != SMTP_SENT) {
		complain("%s%s", result.said, result.end == SMTP_LATER ?
		    "; a job would try again" : "");
		return (EXIT_FAILED);
	}
	printf("The mail server took it: %s\n", result.said);
	return (EXIT_DONE);
}

int
mail_main(int argc, char **argv)
{
	const char *locale = take_value(&argc, argv, "--locale");
	struct site site;

	if (argc != 3 || strcmp(argv[1], "test") != 0)
		return (usage("mail"));
	if (!site_open(&site) || !settings_check(&site))
		return (EXIT_FAILED);
	if (!mail_is_address(str_of(argv[2]))) {
		complain("%s is not an e-mail address", argv[2]);
		return (EXIT_FAILED);
	}
	if (!post_has_server()) {
		complain("SMTP_URL is not set; write the mail server there, as "
		    "in smtp://user:password@mail.example.org:587");
		return (EXIT_FAILED);
	}
	return (send_test(&site, argv[2], locale));
}
